"""A report's file, in any format, made content: its text to the letter, and the first draft of its
commitments, merged with what editors wrote since.
"""

from index.drafting.drafts import Draft, draft_file, draft_report, write_draft

__all__ = ["Draft", "draft_file", "draft_report", "write_draft"]
