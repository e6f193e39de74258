"""What a reply looks like to whoever reads it: how answers and refusals begin, and its lists."""

from bot.wording import plain
from tests.person import Person

KINDERGARTENS, ELEVATORS = "新增普惠幼儿园3所、学位500个", "加装电梯60部"
INTRO, UNSAID = "报告里是这样写的：", "报告里没有说到这个问题的答案。"
ANSWERED = (INTRO, "報告裡是這樣寫的", "The report says:")
"""How an answer begins in each language."""


def listed_in(text: str) -> list[str]:
    """The lines of a list: what may be chosen, or examples of what can be asked."""
    return [line for line in text.splitlines() if line.startswith("· ")]


def answered(person: Person, quote: str) -> bool:
    """Whether her last message was answered in Chinese with that quote alone."""
    (reply,) = person.replies[-1]
    html = reply.html.replace("<b>", "").replace("</b>", "")
    return plain(reply.html).startswith(INTRO) and f">{quote}<" in html
