"""Answers of staff become content: a question joins a commitment, or an answer its collection.

The command line calls this once a case is answered; the next build of the index answers from what
is written here. Whatever is written was checked first, in a copy of the content.
"""

from bot.publishing.adding import add_answer, add_ask_line
from bot.publishing.changes import Change
from bot.publishing.permitted import MOST_QUESTION_CHARS, MOST_TEXT_CHARS, PublishedAnswer

__all__ = [
    "MOST_QUESTION_CHARS",
    "MOST_TEXT_CHARS",
    "Change",
    "PublishedAnswer",
    "add_answer",
    "add_ask_line",
]
