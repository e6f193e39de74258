"""Several questions in one message: where one ends and the next begins."""

import re
from collections.abc import Callable

_MOST = 3
_SENTENCE = re.compile(r"[^?？!！。；;\n]+[?？!！。；;\n]*")
_ASKS = (
    r"(?<!好)几(?!乎)|多少|多大|哪些|哪里|哪儿|哪个|什么|怎么|怎样|如何|为什么|为啥|何时|是否|有没有|会不会|是不是|能不能"
    r"|\bhow (?:many|much|big|long|fast|far|soon)\b"
    r"|(?:^|[,;.?!]\s*|\b(?:and|also|but|know|me)\s+)"
    r"(?:what|which|when|where|why|who|(?:is|are|will|does|do) (?:there|it|they|the|any|you))\b"
)
_ASKING = re.compile(rf"{_ASKS}|[?？吗]|呢[\s?？。]*$", re.IGNORECASE)
# Between two questions of one sentence; what follows must ask by itself.
_JOINT = re.compile(
    rf"\s*(?:[,，、]|[,，]?\s*(?:还有|以及|另外|同时|顺便问一?下?|(?:,\s*)?\b(?:and|also|plus)\b))"
    rf"\s*(?=(?:[^,，?？]{{0,16}}?)(?:{_ASKS}))",
    re.IGNORECASE,
)


def split_questions(text: str, names_a_thing: Callable[[str], bool]) -> list[str]:
    """The questions of a message in their order; the message itself if it asks one thing.

    What is told before a question stays with it. A sentence is split at a comma only where both
    parts ask, and the first names what it asks about.

    Args:
        names_a_thing: whether words name something that can be asked about.
    """
    sentences = _sentences(text, names_a_thing)
    parts = [part for sentence in sentences for part in _halves(sentence, names_a_thing)]
    return parts if 1 < len(parts) <= _MOST else [text]


def _sentences(text: str, names_a_thing: Callable[[str], bool]) -> list[str]:
    """Each asking sentence with what is told before it; the rest goes to the last one.

    What only asks again (真的吗?) is no question of its own.
    """
    found: list[str] = []
    told = ""
    for match in _SENTENCE.finditer(text):
        told += match[0]
        asks_more = re.search(_ASKS, match[0], re.IGNORECASE) or names_a_thing(match[0])
        if _ASKING.search(match[0]) and asks_more:
            found.append(told.strip())
            told = ""
    if told.strip() and found:
        found[-1] = f"{found[-1]} {told.strip()}"
    return found or [text]


def _halves(sentence: str, names_a_thing: Callable[[str], bool]) -> list[str]:
    for joint in _JOINT.finditer(sentence):
        before, after = sentence[: joint.start()], sentence[joint.end() :]
        if _ASKING.search(before) and names_a_thing(before) and names_a_thing(after):
            return [before, *_halves(after, names_a_thing)]
    return [sentence]
