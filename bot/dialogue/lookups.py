"""How residents write a case's number and its query code, brought into the form of `/status`."""

import re

_STATUS = "/status"
_NUMBER = re.compile(r"WC\d{8}-\d{4,}", re.IGNORECASE)
_RUN_TOGETHER = re.compile(r"/status(?=WC\d)", re.IGNORECASE)
_APART = re.compile(r"[\s,，、;；。]+")
"""What may stand between a number, its code and what is added."""
_LABEL_OF_NUMBER = re.compile(r"(?:编号|編號|number)[\s:：]*$", re.IGNORECASE)
_CODE = re.compile(
    r"""
    [\s,，、;；。(（]* (?: (?:查询码|查詢碼|query\ code|code) [\s:：]* )?
    (?<![0-9A-Z]) ( [0-9A-Z]{8} | (?=[A-Z]*\d) [0-9A-Z]{6,10} ) (?![0-9A-Z]) [)）]?
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""The code as it was given, or with a letter too many or too few."""
_ASKS = re.compile(
    r"[?？]|怎么样|怎样|怎麼樣|进展|進展|进度|進度|何时|什么时候|什麼時候|多久|查|"
    r"\b(?:how|when|status|progress|news|check)\b",
    re.IGNORECASE,
)
_FEW_CHARS = 20
"""So little beside a number is about the case; more may tell of something else, and names it."""


def as_command(text: str) -> str:
    """A message as the command that it means: a case's number, with its query code or with few
    words beside it, asks how the case stands, or adds to it; anything else is as it was."""
    if _RUN_TOGETHER.match(text):
        return _RUN_TOGETHER.sub("/status ", text, count=1)
    found = _NUMBER.search(text)
    if text.startswith("/") or not found:
        return text
    before, after = _LABEL_OF_NUMBER.sub("", text[: found.start()]), text[found.end() :]
    behind, ahead = _CODE.match(after), _CODE.fullmatch(_APART.sub(" ", before).strip())
    code = behind or ahead
    beside = _without_marks(("" if ahead else before), after[behind.end() :] if behind else after)
    if code:
        return f"/status {found[0]} {code[1]} {beside}".rstrip()
    if len(beside) > _FEW_CHARS:
        return text
    return f"/status {found[0]} {'' if _ASKS.search(beside) else beside}".rstrip()


def taken_apart(rest: str) -> tuple[str, str, str]:
    """What stands behind `/status`: the number, the code, and what is added; each may be empty."""
    number, code, words = [*_APART.split(rest.strip(), maxsplit=2), "", "", ""][:3]
    return (number, code, words) if code.isascii() else (number, "", f"{code} {words}".rstrip())


def added_behind(text: str) -> str:
    """What is added behind number and code; empty for any other message."""
    return taken_apart(text[len(_STATUS) :])[2] if asks_for_case(text) else ""


def asks_for_case(text: str) -> bool:
    """Whether a message is the command that asks how a case stands."""
    return re.split(r"[\s@]", text, maxsplit=1)[0].lower() == _STATUS


def is_number(text: str) -> bool:
    """Whether this is written like a case's number."""
    return _NUMBER.fullmatch(text) is not None


def _without_marks(*parts: str) -> str:
    """What stands around a number and its code, without the marks that set them apart."""
    return " ".join(filter(None, (part.strip(" \t\n,，、;；。:：") for part in parts)))
