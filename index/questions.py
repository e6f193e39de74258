"""A resident's question taken apart: what it asks about, what kind of answer it wants.

Search and evidence both read this, so that a question is understood once and the same way.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from index.glossary import Glossary, Mention
from index.lexical import HAN, han_terms, pieces, stem, terms_of, tidy

# How people put a question, and what is true of every commitment: they tell nothing about which
# one is meant. Only words that are no part of a longer Chinese word.
_ASKING = re.compile(
    "随便(?:问问?|看看?|聊聊?|说说?)"
    "|请问一下|请问|想问一下|想问|问一下|问问|我想知道|想知道|想了解|了解一下|告诉我|说说|讲讲|介绍一下|帮我|查一下"
    "|有没有|是不是|会不会|能不能|可不可以|要不要|是否|什么时候|啥时候|何时|什么样|什么|怎么样|怎么|怎样|咋样|咋"
    "|如何|为什么|为啥|啥|哪些|哪个|哪里|哪儿|哪年|哪|多少|多大|多高|多长|多久|百分之(?:几|多少)|第几|几"
    "|今年|本年度|年度|全年|一年|年内|年底|一共|总共|共计|合计|到底|究竟|大概|大约|具体|关于|方面|情况|目标"
    "|听说|听别人说|听别个说|听讲|不晓得|晓不晓得|知不知道|么时候|么样|么事|几时|是不是真的|真的"
    "|起来|快一点|快一些|一点|一些|这一块|那一块|这块|那块|这边|那边|举措|措施|动作|办法|(?<![思理设梦幻感])想(?!象)"
    "|今天|明天|昨天|现在|目前|最近|几多|好多|几大|打算|计划|准备|规划|安排|要求|提到|报告|政府|区政府|区里|全区|咱们|我们|咱|我|你们|你|您|他们|这个|那个|这|那"
    "|吗|呢|吧|啊|呀|嘛|哦|么|呗|嘞"
)
# Too common to tell anything alone, but parts of words (社会, 和平, 首都), so never cut out.
_FAINT = frozenset(
    "的了是会要在有和能都还也就将到给让被把得个与及对为从上下里新多大做搞弄些点说去来年区市着太很蛮再才跟冇"
)
_ENGLISH_STOPS = """
    a an the of for in on at to and or by from with about as into is are was were be been being am
    will would shall should can could may might do does did done doing have has had having
    how many much what when where who whom which why whether there here this that these those it
    its their they them he she his her i we you me my our your us any some all each every more
    most if so than then such also just only very up out over not no yes get got make made let
    going go plan planned planning plans please tell know want wanna year annual number total
    altogether report district government authority local s t ll re d ve m per new gonna ok hi
    hello thing kind city set target goal aim aimed say says said during within
    supposed expect expected look looking hear heard wonder wondering curious know anything
    something everything anyone someone everyone everybody nothing really actually still ever
    currently soon now happen happening happens idea possible able must need needs think believe
    because since id im ive theyre promise promised
    hope keep way true sure like different certain whole entire across throughout overall amount
    figure figures end take takes taking find turn see using used use become try trying my per
"""
_STOP_WORDS = frozenset(_ENGLISH_STOPS.split())
_STOP_STEMS = frozenset(stem(word) for word in _STOP_WORDS) | _STOP_WORDS

_HAN = re.compile(f"[{HAN}]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)(?!\s*(?:个|家|所|条|元|万|亿|部|处))")
_YEAR_WORD = re.compile(r"(?<!\d)(?:19|20)\d{2}\s*年?(?:度)?")
_MEASURE = (
    "平方公里|平方米|公里|人次|个百分点|家|所|个|部|条|栋|座|片|处|场|项|名|人|户|套|间|张|台|辆|米|吨|天|元"
    "|块钱|钱|块|微克|成|次|批|件|种|类|位|支|只|棵|倍|站|亩|公顷|万|亿|年|月|号|岁|点"
)
_COUNTING = re.compile(
    rf"(?:(?<![第好哪这那十])几(?!乎|号线|月|点|时|百年|年|大|高)多?|多少"
    rf"|好多(?=$|[?？。,，啊呢]|{_MEASURE}))(?P<measure>(?:{_MEASURE})?)"
    r"|[多几]大|[多几]高|百分之几|\bhow (?:many|much|large|big|high)\b|\bnumber of\b"
)
# 搞不搞, 建不建, 动工冇: what is asked about is said once, the rest only asks.
_WHETHER = re.compile(
    rf"(?P<once>[{HAN}])[不没冇](?=(?P=once))|[不没冇](?=[{HAN}]?[?？。!！,，\s]|$)"
)
_ASKS = re.compile(
    rf"{_COUNTING.pattern}|[?？吗呢啥哪咋]|什么|怎么|怎样|么样|么时候|如何|为何|何时|是否|几"
    r"|(?P<verb>.)[没不](?P=verb)|\b(?:how|what|which|who|whom|where|why|whether|any)\b"
    r"|(?:^|\b(?:and|so|but|or)\b)\s*(?:when|will|is|are|do|does|did|can|could|has|have|would)\b"
)
_CLAUSE = re.compile(r"(?:[^,，。;；!！?？\n.]|\.(?!\s|$))+(?:[,，。;；!！?？\n]|\.(?=\s|$))?")
# What follows is asked, what stands before in the same clause only tells.
_OPENLY = re.compile(
    r"(?:我们?|就)?(?:很|还)?(?:想|要)(?:知道|问|咨询|了解|打听)|请问|问一下|咨询一下"
    r"|\b(?:(?:i|we) )?(?:(?:would|d) (?:also )?like|want(?:ed)?|love) to (?:know|ask)\b"
    r"|\b(?:(?:i|we) )?(?:am |m |was )?(?:wonder(?:ing)?|curious)\b"
    r"|\b(?:can|could) you tell\b|\btell me\b|\bid like to (?:know|ask)\b"
)
_SHORT_CHARS, _SHORT_WORDS = 30, 20
# How much a clause counts: one that asks, the one right before it, all others.
_ASKING_WEIGHT, _LEADING_WEIGHT, _TELLING_WEIGHT = 1.0, 0.6, 0.2
_NO_NOUN = re.compile(
    r"\b(?:are|will|is|be|being|does|do|did|would|should|to|of|in|on|for|the|get|have|has|there"
    r"|can|going|with|at|by)\b|[^\w\s-]"
)
_NOUN_CHARS = 8
_WORD = re.compile(r"[a-z]+")
_VAGUE = re.compile(
    r"\b(?:people|persons?|places?|spots?|points?|times?|days?|years?|areas?|more)\b"
)
_ACTION_WEIGHT, _FAINT_WEIGHT = 0.3, 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the question that must be found in the evidence.

    Attributes:
        terms: its own terms; one of them is enough for a Chinese character (its pairs), and a
            character that is held without a neighbour counts half (`single`).
        single: the term that counts half, or `""`.
        means: the report's words for it, each as its terms; any one held whole is enough.
        weight: how much it counts beside its rarity, 0..1: little for what is done, and for
            what a long message tells before it asks.
        is_asked: whether it names the thing whose number is asked for.
        clause: how much the clause it stands in counts, 0..1.
        word: as it was written; `""` for a Chinese character.
    """

    terms: tuple[str, ...]
    single: str
    means: tuple[tuple[str, ...], ...]
    weight: float
    is_asked: bool
    clause: float = 1.0
    word: str = ""


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of a question, where it starts, and how much it counts."""

    text: str
    start: int
    weight: float

    @property
    def is_heeded(self) -> bool:
        """Whether it does more than tell a story."""
        return self.weight > _TELLING_WEIGHT


@dataclass(frozen=True, slots=True)
class Question:
    """A question in the terms of the index.

    Attributes:
        text: as it was normalised.
        heeded: the text without clauses that only tell; for the dense leg, as
        reworded: the same with the report's words in place of the resident's.
        is_chinese: whether it holds Chinese characters.
        terms: what it asks about, without words of asking, and how much each counts, 0..1.
        expansion: terms of the report's words for what it asks about.
        spans: what must be covered by evidence.
        years: the years it names.
        asked: the part of the text that asks; all of a short one.
        wants_quantity: whether it asks how many or how much.
        measure: the measure word it asks with (几所), `""` if there is none.
        names_counted: whether the thing asked for stands right behind (几所学校).
    """

    text: str
    heeded: str
    reworded: str
    is_chinese: bool
    terms: Mapping[str, float] = field(default_factory=dict)
    expansion: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    years: frozenset[int] = field(default_factory=frozenset)
    asked: str = ""
    wants_quantity: bool = False
    measure: str = ""
    names_counted: bool = False


def read_question(words: str, glossary: Glossary, own_names: re.Pattern[str]) -> Question:
    """Take a question apart.

    Args:
        words: as the resident typed it.
        glossary: the editors' words.
        own_names: what the reports' places are called, in tidied form: true of every commitment.
    """
    text = tidy(words)
    own_name = {place for found in own_names.finditer(text) for place in range(*found.span())}
    mentions = [found for found in glossary.mentions(text) if found.start not in own_name]
    empty = _places_without_content(text, mentions) | own_name
    counting = _COUNTING.search(text)
    clauses = _clauses(text)
    asked = _asked_places(text, empty, mentions, counting)
    spans = _spans(text, mentions, empty, asked, clauses)
    own = _weighted_terms(spans)
    expansion = [term for mention in mentions for term in _expansion(mention)]
    return Question(
        text=text,
        heeded="".join(clause.text for clause in clauses if clause.is_heeded),
        reworded=_reworded(clauses, mentions),
        is_chinese=_HAN.search(text) is not None,
        terms=own,
        expansion=tuple(term for term in dict.fromkeys(expansion) if term not in own),
        spans=tuple(spans),
        years=frozenset(int(year) for year in _YEAR.findall(text)),
        asked="".join(clause.text for clause in clauses if clause.weight == _ASKING_WEIGHT),
        names_counted=counting is not None and counting.end() in asked,
        wants_quantity=counting is not None,
        measure=(counting["measure"] or "") if counting else "",
    )


def _weighted_terms(spans: Iterable[Span]) -> dict[str, float]:
    """Each term and how much the most telling clause it stands in counts."""
    weights: dict[str, float] = {}
    for span in spans:
        for term in filter(None, (*span.terms, span.single)):
            weights[term] = max(weights.get(term, 0.0), span.clause)
    return weights


def _places_without_content(text: str, mentions: Iterable[Mention]) -> set[int]:
    """The characters that belong to asking or to the year."""
    empty: set[int] = set()
    for match in (
        *_ASKING.finditer(text),
        *_COUNTING.finditer(text),
        *_WHETHER.finditer(text),
        *_YEAR_WORD.finditer(text),
    ):
        empty.update(range(*match.span()))
    for mention in mentions:
        if mention.end - mention.start > 1:
            empty.difference_update(range(mention.start, mention.end))
    return empty


def _clauses(text: str) -> list[_Clause]:
    """The clauses and how much each counts: a long message tells a story before it asks."""
    whole = [_Clause(text, 0, _ASKING_WEIGHT)]
    if len(text) <= _SHORT_CHARS or (text.isascii() and len(text.split()) <= _SHORT_WORDS):
        return whole
    found = list(_parts(text))
    asking = [bool(_ASKS.search(part) or _OPENLY.match(part)) for _, part in found]
    if not any(asking):
        return whole
    return [
        _Clause(
            part,
            start,
            _ASKING_WEIGHT if asks else _LEADING_WEIGHT if leads else _TELLING_WEIGHT,
        )
        for (start, part), asks, leads in zip(found, asking, [*asking[1:], False], strict=True)
    ]


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """The clauses with their places, cut once more where one begins to ask openly."""
    for clause in _CLAUSE.finditer(text):
        start = clause.start()
        opening = _OPENLY.search(clause[0])
        if opening and opening.start():
            yield start, clause[0][: opening.start()]
            start += opening.start()
        yield start, text[start : clause.end()]


def _asked_places(
    text: str, empty: set[int], mentions: list[Mention], counting: re.Match[str] | None
) -> set[int]:
    """The characters of the thing whose number is asked for, right behind the words that ask."""
    if counting is None:
        return set()
    start = counting.end()
    if not _HAN.search(text):
        noun = _NO_NOUN.split(text[start:], maxsplit=1)[0]
        places = {start + match.start() for match in _WORD.finditer(noun)}
        vague = {start + match.start() for match in _VAGUE.finditer(noun)}
        return places - vague
    behind = range(start, min(start + _NOUN_CHARS, len(text)))
    before = range(counting.start() - 1, -1, -1)
    return _noun(text, behind, empty, mentions) or _noun_before(text, before, empty, mentions)


def _noun(text: str, places: Iterable[int], empty: set[int], mentions: list[Mention]) -> set[int]:
    """The characters of the thing that stands right there: 几所幼儿园."""
    found: set[int] = set()
    for place in places:
        mention = _mention_at(place, mentions)
        if place in empty or text[place] in _FAINT or not _HAN.match(text[place]):
            break
        if mention is None or not mention.is_action:
            found.add(place)
    return found if len(found) > 1 else set()


def _noun_before(
    text: str, places: Iterable[int], empty: set[int], mentions: list[Mention]
) -> set[int]:
    """The characters of the thing that stands before: 老年食堂今年要开几家."""
    found: set[int] = set()
    for place in places:
        mention = _mention_at(place, mentions)
        is_action = mention is not None and mention.is_action
        is_noun = not is_action and place not in empty and text[place] not in _FAINT
        if not _HAN.match(text[place]) and not text[place].isalnum():
            break
        if is_noun:
            found.add(place)
        elif len(found) > 1:
            break
        else:
            found.clear()
    return found if 1 < len(found) <= _NOUN_CHARS else set()


def _spans(
    text: str,
    mentions: list[Mention],
    empty: set[int],
    asked: set[int],
    clauses: Iterable[_Clause],
) -> list[Span]:
    weights = [(clause.start + len(clause.text), clause.weight) for clause in clauses]
    spans: list[Span] = []
    starts: list[int] = []
    for piece in pieces(text):
        places = [place for place in range(piece.start, piece.end) if place not in empty]
        if piece.is_han:
            spans += [_character(text, place, places, mentions) for place in places]
        elif places:
            spans += _word(piece.text, piece.start, mentions)
        starts += places if piece.is_han else places[:1] * (len(spans) - len(starts))
    heeded = [next(weight for end, weight in weights if place < end) for place in starts]
    return [
        replace(span, is_asked=place in asked, weight=span.weight * heed, clause=heed)
        for span, place, heed in zip(spans, starts, heeded, strict=True)
    ]


def _character(text: str, place: int, places: list[int], mentions: list[Mention]) -> Span:
    pairs = tuple(
        text[start : start + 2]
        for start in (place - 1, place)
        if start in places and start + 1 in places
    )
    mention = _mention_at(place, mentions)
    weight = _ACTION_WEIGHT if mention and mention.is_action else 1.0
    if text[place] in _FAINT and (mention is None or mention.is_action):
        weight = _FAINT_WEIGHT
    return Span(pairs, text[place], _means(mention), weight, is_asked=False)


def _word(word: str, place: int, mentions: list[Mention]) -> list[Span]:
    mention = _mention_at(place, mentions)
    if mention is None and (word in _STOP_WORDS or stem(word) in _STOP_STEMS):
        return []
    weight = _ACTION_WEIGHT if mention and mention.is_action else 1.0
    return [Span((stem(word),), "", _means(mention), weight, is_asked=False, word=word)]


def _mention_at(place: int, mentions: list[Mention]) -> Mention | None:
    for mention in mentions:
        if mention.start <= place < mention.end:
            return mention
    return None


def _means(mention: Mention | None) -> tuple[tuple[str, ...], ...]:
    return tuple(telling_terms(words) for words in mention.means) if mention else ()


@cache  # Only the glossary's words and the reports come here.
def telling_terms(words: str) -> tuple[str, ...]:
    """The terms that tell a report's words from others: pairs, not single characters."""
    found: list[str] = []
    for piece in pieces(tidy(words)):
        if not piece.is_han:
            found.append(stem(piece.text))
        else:
            found += han_terms(piece.text)[len(piece.text) :] or [piece.text]
    return tuple(found)


def _expansion(mention: Mention) -> list[str]:
    return [term for words in mention.means for term in _all_terms(words)]


@cache  # Only the glossary's words come here.
def _all_terms(words: str) -> tuple[str, ...]:
    return tuple(terms_of(words))


def _reworded(clauses: Iterable[_Clause], mentions: list[Mention]) -> str:
    """The clauses that count, the report's words in the place of the resident's."""
    return "".join(_reworded_clause(clause, mentions) for clause in clauses if clause.is_heeded)


def _reworded_clause(clause: _Clause, mentions: list[Mention]) -> str:
    parts: list[str] = []
    place, end = 0, clause.start + len(clause.text)
    for mention in mentions:
        if mention.end - mention.start > 1 and clause.start <= mention.start < mention.end <= end:
            parts += [clause.text[place : mention.start - clause.start], mention.means[0]]
            place = mention.end - clause.start
    return "".join([*parts, clause.text[place:]])
