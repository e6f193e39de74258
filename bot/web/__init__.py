"""The web channel: the residents' chat page at `/`, plain HTML that works without scripts."""
