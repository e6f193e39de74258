"""Questions and the answers of staff become content: a question joins a commitment or the
evaluation, an answer its collection.

The command line calls this; the next build of the index answers from what is written here.
Whatever is written was checked first, in a copy of the content.
"""

from bot.publishing.accepting import Accepted, accept
from bot.publishing.adding import add_answer, add_ask_line
from bot.publishing.apart import Kept, evaluation_texts
from bot.publishing.changes import Change
from bot.publishing.permitted import MOST_QUESTION_CHARS, MOST_TEXT_CHARS, PublishedAnswer
from bot.publishing.proposal_file import proposal_text
from bot.publishing.proposing import AskLines, Proposal, Unanswerable, propose

__all__ = [
    "MOST_QUESTION_CHARS",
    "MOST_TEXT_CHARS",
    "Accepted",
    "AskLines",
    "Change",
    "Kept",
    "Proposal",
    "PublishedAnswer",
    "Unanswerable",
    "accept",
    "add_answer",
    "add_ask_line",
    "evaluation_texts",
    "proposal_text",
    "propose",
]
