"""Whether words ask, or wish for something as a question, and which case they name.

Texts are normalised.
"""

import re

_ASKS = re.compile(
    r"[?]|[吗么呢][\s。!.,]*$|^(?:what|when|where|who|which|how|is|are|will|does|do|can)\b"
)
_ASKS_HOW = re.compile(
    r"(?P<once>(?![能可管])[\u4e00-\u9fff])[不没冇](?=(?P=once))|[\u4e00-\u9fff][不没冇][\s。!?.,]*$"
    r"|(?:怎么|么样|如何|咋)[管保搞抓治做改理发支扶监建提推防减帮弄签报申交领用收]|谁(?!知|叫)"
)
"""动工冇, 建不建, 怎么管: asking without a word that asks."""
_MAY = re.compile(r"[能可][不否]|可不可以")
_REQUESTS = re.compile(
    r"(?:能不能|可不可以|能否|可否|是不是可以|可以不可以)"
    r"(?!.{0,6}(?:[完好成]|开工|通车)).{0,8}[加装修建设放增多开种改延派帮管把让处解清查整安来治换限拆移"
    r"停降减退补协]"
    r"|(?:有没有|有冇得|有没得)(?:哪个|好心)?人(?:可以|能)|(?:哪个|谁|哪位)(?:可以|能|来)"
    r"|\b(?:can|could|would) (?:you|we|they|someone|somebody|anyone|the (?:district|city))\b"
    r".{0,20}\b(?:add|put|install|build|open|plant|fix|repair|extend|move|place|provide|stop"
    r"|clean|help|send|come|arrange|check|do something)\b"
    r"|\bplease (?:consider|add|put|install|build|open|plant|fix|repair|extend|send|help|stop)\b"
)
"""能不能加, could you add: a wish, though it is put as a question."""
_CASE = re.compile(r"(?<![0-9a-z])wc\d{8}-\d{4,}")
_CODE = re.compile(r"(?<![0-9a-z])(?=[a-z]*\d)[0-9a-z]{8}(?![0-9a-z])")


def is_put_as_question(folded: str) -> bool:
    """Whether it has a question's mark, last particle or first word."""
    return _ASKS.search(folded) is not None


def asks_how(folded: str) -> bool:
    """Whether it asks how or whether, with no word that asks."""
    may = _MAY.search(folded) is not None
    return bool(_ASKS_HOW.search(folded)) or (may and not is_request(folded))


def is_request(folded: str) -> bool:
    """Whether it asks for something to be done."""
    return _REQUESTS.search(folded) is not None


def case_named(folded: str) -> tuple[str, str]:
    """The number of a case and the query code beside it; each empty if none stands there."""
    number = _CASE.search(folded)
    code = _CODE.search(_CASE.sub(" ", folded)) if number else None
    return (number[0].upper() if number else "", code[0].upper() if code else "")


def without_case(folded: str) -> str:
    """The words without the numbers of cases and the codes beside them."""
    return _CODE.sub(" ", _CASE.sub(" ", folded)) if _CASE.search(folded) else folded
