"""Questions that the report does not answer, grouped by what they mean."""
