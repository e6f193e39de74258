"""A report's text cut into commitments without an editor: the first cut of every new report.

Paragraphs are cut at sentence ends, sentences at commas where each clause stands by itself. What
only leads in to a clause, or only adds to one, stays with it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.headings import LEAD, SECTION, Heading, unnumbered
from index.opening import is_stray_line
from index.quantities import find_quantities
from index.scopes import Reader, Scope, Stage

LONGEST, SHORTEST = 110, 6
# A run of clauses without quantities is long enough from here, and takes no more from there.
_FEW, _ENOUGH, _PLENTY = 12, 24, 60

_PAIRS = {"“": "”", "（": "）", "(": ")", "《": "》", "［": "］"}
_COMMAS = "，,"
_EDGES = " \t\r\n\u3000，,、：:。；;！!？?—–―－-·"

_ITEM = re.compile(
    r"[一二三四五六七八九十]{1,3}(?:是|要)|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．](?!\d)"
)
_COLON = re.compile("[：:]")
_ENUMERATES = re.compile(
    r"(?:目标|任务|工作|方面|问题|包括|要求|如下|主要|做到|把握|思想|举措|实事|挑战|不足|短板|困难|点|提出|强调)(?:是|为|有|的)?[：:]$"
)
# Needs what follows it.
_LEADS = re.compile(
    r"在(?!.*(?:居|列|排))|以|围绕|聚焦|针对|根据|按照|随着|通过|面对|为(?!.{2,}(?:提供|发放|办))|从|坚持|立足|锚定"
    r"|紧扣|紧盯|依托|瞄准|着眼|顺应|把握|抓住|牢记|(?:深入|全面|认真|坚决)?(?:贯彻|学习)|始终|当前|目前|同时|此外"
    r"|对(?:于|照)?(?:这些|此)|特别是|如果|只有|无论|不论|不仅|既|尽管|虽然|由于|因此|为此|经过|回望|回顾|展望|一年来|五年来|这五年|过去|我们|全[省市区县]上下"
)
# Adds to what stands before it.
_ADDS = re.compile(
    r"其中|并|且|而|使|让|从而|进而|居(?!民|家)|位居|位列|排|较|比(?!亚迪|武)|同比|环比|增速|增幅|增长|涨幅|下降|降幅|达(?!州)"
    r"|占|成为|连续|创(?!建|新|业|造|作|优|意|设|成)|再创|荣获|获|均|也|还|又|更|总量|总数|总规模|总投资|数量|规模(?:达|居)"
    r"|分别|稳居|跃居|首次|优于|高于|低于|好于|快于|是|等|以及|和(?!谐|平|美|县|田)|保持|继续|入选|实现[“”\w]{0,8}$|切实|真正|充分"
    r"|努力|奋力|不断|进一步|有效|有力|全力|共同|形成|推动形成|完成率|覆盖|惠及|累计(?=\d)|平均|人均(?=\d)|年均"
    # A measure without its thing: 扩大产业园, 产值增长超50%.
    r"|(?:总?产值|营收|占比|比例|比重|用时|[办兑]\w时限|规模|满意[率度]|成本|产量|面积|里程)(?:年均)?"
    r"(?:增|达|提|下降|超|突破|压缩|降|居|为)"
)
# Says what a task is good for: stays with a task that has no quantity either.
_PURPOSE = re.compile(
    "促进|提升|提高|增强|带动|支持|助力|维护|确保|拓展|打造|营造|满足|防止|避免|降低|减轻|推动|激发|释放|巩固|守护|服务"
)
_PREDICATE = re.compile(
    "增长|下降|达|超|突破|为|实现|完成|占|提高|降|增至|升|居|获|保持|稳定|不低于|控制"
)
_ITEM_OF_LIST = re.compile(
    r"[^\d，、]{4,}?(?:增长|下降|达到?|突破|提高|完成|实现|超过?|降至|增至|控制在)[^\d、]{0,6}\d"
)
# Greetings, thanks, appeals and creeds: no promise anybody could ask about.
_CREED = re.compile(
    r"习近平|党中央|党的二十|“两个(?:确立|维护)”|“四个(?:意识|自信)”|中央经济工作会议|[省市区]委.{0,12}(?:领导|部署)|全会(?:精神|部署)"
    r"|总基调|良好开局|殷殷嘱托|不负|新发展理念|“(?:五位一体|四个全面)”|三个代表|马克思|指导思想|不忘初心|中国梦|民族复兴|新征程|伟业|篇章"
)
_LINE_END = re.compile("\n")
_CLOSING = re.compile("让我们.{0,12}团结|团结在以")
_DEFINITION = re.compile(r"指|即|简称|[［\[]\d+[］\]]|[：:]")
_NO_PROMISE = re.compile(
    r"代表.{0,12}人民政府|代表省政府|(?:请予|一并)审议|提出意见|团结在|表示.{0,12}(?:感谢|敬意|问候)|致以|作.{0,4}政府工作报告"
    r"|^.{0,6}各位代表[！!]?$|总书记|^(?:以上)?这些目标|^以上|提请.{0,6}大会|现在，?我|根据.{0,30}《?建议》?|编制了|作简要说明|热切期盼|记者|让我们"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One commitment to be: the characters `start:end` of the text, and what they speak of."""

    start: int
    end: int
    scope: Scope


def split_text(
    text: str, headings: Sequence[Heading], target_year: int, begin: int = 0
) -> list[Piece]:
    """Cut a report into commitments, in its order; none overlap, none is longer than 110.

    Args:
        text: the report, a paragraph a line.
        headings: where its sections and sub-headings begin; lead sentences are cut, too.
        target_year: the year the report plans for.
        begin: where the report itself begins, after its title.
    """
    reader = Reader(target_year)
    closed = len(text)
    found: list[Piece] = []
    for block in _blocks(text, headings, begin):
        words = text[block.start : block.end].strip()
        reader.open(words, is_section=block.level == SECTION, is_annex=block.start > closed)
        is_note = block.start > closed and _is_note(words)
        if block.level or is_note or is_stray_line(words):
            continue
        for first, last in _cut(text, block.start, block.end, "。！!？?"):
            scope = reader.sentence(text[first:last])
            found += [Piece(*span, scope) for span in _promises(text, first, last)]
        if _CLOSING.search(words):
            closed = min(closed, block.start)
    return found


def mark_turns(
    text: str, headings: Sequence[Heading], target_year: int, begin: int
) -> tuple[Heading, ...]:
    """The headings, and a section of its own for what turns to other years than its section's.

    A text copied from a page may have lost a section's heading; this year's tasks must not
    stand under a review of the last.
    """
    reader = Reader(target_year)
    marks = list(headings)
    stages = frozenset([Stage.RESULTS])
    for block in _blocks(text, headings, begin):
        words = text[block.start : block.end].strip()
        reader.open(words, is_section=block.level == SECTION, is_annex=False)
        if block.level == SECTION:
            stages = reader.stages_in(words) or frozenset(Stage)
        elif reader.stage not in stages and reader.stage is not Stage.RESULTS:
            marks.append(Heading(block.start, SECTION, "", reader.name))
            stages = frozenset([reader.stage])
    return tuple(sorted(marks, key=lambda mark: (mark.start, mark.level)))


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, or with its level a heading."""

    start: int
    end: int
    level: int = 0


def _blocks(text: str, headings: Sequence[Heading], begin: int) -> Iterator[_Block]:
    """The paragraphs and the headings between them, in their order."""
    marks = [mark for mark in headings if mark.level < LEAD and mark.text]
    levels = {mark.start: mark.level for mark in marks}
    ends = {mark.end for mark in marks}
    breaks = {found.end() for found in _LINE_END.finditer(text)}
    places = sorted({begin, len(text), *breaks, *levels, *ends})
    for start, end in pairwise(places):
        if start >= begin and text[start:end].strip():
            yield _Block(start, end, levels.get(start, 0))


def _is_note(block: str) -> bool:
    """Whether a paragraph after the closing words explains a term and promises nothing."""
    words = unnumbered(block)
    is_numbered = len(words) < len(block)
    return bool(_DEFINITION.search(words[:40])) or not (is_numbered or find_quantities(words))


def _promises(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The commitments of one sentence."""
    if _NO_PROMISE.search(text[start:end]) and not find_quantities(text[start:end]):
        return
    for first, last in _cut(text, start, end, "；;"):
        for item_start, item_end in _items(text, first, last):
            for span in _runs(text, _clauses(text, item_start, item_end)):
                yield from _fitting(text, *span)


def _items(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What an enumeration enumerates, without the words that announce it."""
    starts = [start]
    for first, last in _cut(text, start, end, _COMMAS):
        if first > start and _ITEM.match(text, first):
            starts.append(first)
        colon = _COLON.search(text, first, last)
        if colon and _ENUMERATES.search(text, start, colon.end()):
            starts[-1:] = [colon.end()]
    for first, last in zip(starts, [*starts[1:], end], strict=True):
        yield first, last


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The clauses between two places, each without the marks around it."""
    found: list[tuple[int, int]] = []
    for first, last in _cut(text, start, end, _COMMAS):
        parts = _cut(text, first, last, "、")
        listed = [span for part in parts if (span := _bare(text, *part))]
        if len(listed) > 1 and all(_ITEM_OF_LIST.match(text[a:b]) for a, b in listed):
            found += listed
        elif (span := _bare(text, first, last)) and text[span[1] : span[1] + 1] not in ("：", ":"):
            found.append(span)
    return found


def _runs(text: str, clauses: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Clauses joined where one alone would not be understood."""
    run: list[tuple[int, int]] = []
    for clause in clauses:
        if run and not _belongs(text, run, clause):
            yield from _finished(text, run)
            run = []
        run.append(clause)
    yield from _finished(text, run)


def _belongs(text: str, run: Sequence[tuple[int, int]], clause: tuple[int, int]) -> bool:
    """Whether a clause must stay with the run before it."""
    words, before = text[slice(*clause)], text[slice(*run[-1])]
    length = clause[1] - run[0][0]
    if length > LONGEST:
        return False
    if all(_only_leads(text[slice(*part)]) for part in run) or len(words) < SHORTEST:
        return True
    if _ADDS.match(words):
        return True
    counts, counted = find_quantities(words), find_quantities(text[run[0][0] : run[-1][1]])
    if counts:
        return bool(counted) and _lacks_verb(words, before)
    if length > _PLENTY or (_only_leads(words) and run[-1][1] - run[0][0] >= _FEW):
        return False
    says_what_for = bool(_PURPOSE.match(words))
    if counted:
        return says_what_for and len(words) < _ENOUGH
    return says_what_for or run[-1][1] - run[0][0] < _ENOUGH


def _only_leads(words: str) -> bool:
    return bool(_LEADS.match(words)) and not find_quantities(words)


def _lacks_verb(words: str, before: str) -> bool:
    """Whether a clause is a thing and its number only, the verb standing in the one before."""
    count, counted = find_quantities(words)[0], find_quantities(before)
    is_bare = not count.action and not _PREDICATE.search(words) and len(words) <= 14
    is_of_goods = "元" not in count.unit and "%" not in count.unit
    return is_bare and is_of_goods and bool(counted) and bool(counted[0].action)


def _finished(text: str, run: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The run as one span; nothing of one that only leads in, or is a creed."""
    if not run:
        return
    start, end = run[0][0], run[-1][1]
    words = text[start:end]
    is_no_clause = len(run) == 1 and _only_leads(words) and len(words) < _ENOUGH
    if len(words) < SHORTEST or is_no_clause:
        return
    if _CREED.search(words) and not find_quantities(words):
        return
    if re.search(r"[\u4e00-\u9fff]{2}", words):
        yield start, end


def _fitting(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span, or of one that is too long its parts; a part that cannot be cut is left out."""
    if end - start <= LONGEST:
        yield start, end
        return
    for marks in ("，,", "、", "：:"):
        parts = [span for part in _cut(text, start, end, marks) if (span := _bare(text, *part))]
        if len(parts) > 1:
            break
    else:
        return
    first, last = parts[0]
    for part in parts[1:]:
        if part[1] - first <= LONGEST:
            last = part[1]
            continue
        yield from _fitting(text, first, last)
        first, last = part
    yield from _fitting(text, first, last)


def _bare(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without numbers and marks around it; None if nothing is left."""
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    while start < end and text[start] in _EDGES:
        start += 1
    words = text[start:end].removeprefix("各位代表").lstrip(_EDGES)
    rest = unnumbered(words) if _ITEM.match(words) else words
    start = end - len(rest)
    return (start, end) if start < end else None


def _cut(text: str, start: int, end: int, marks: str) -> Iterator[tuple[int, int]]:
    """What stands between marks; those within brackets, quotation marks or numbers are none."""
    open_pairs: list[str] = []
    is_even = all(
        text.count(left, start, end) == text.count(right, start, end)
        for left, right in _PAIRS.items()
    )
    first = start
    for place in range(start, end):
        char = text[place]
        if is_even and char in _PAIRS:
            open_pairs.append(_PAIRS[char])
        elif open_pairs and char == open_pairs[-1]:
            open_pairs.pop()
        elif char in marks and not open_pairs and not _within_number(text, place):
            if place > first:
                yield first, place
            first = place + 1
    if end > first:
        yield first, end


def _within_number(text: str, place: int) -> bool:
    around = text[max(place - 1, 0) : place + 2]
    return len(around) == 3 and around[1] == "," and (around[0] + around[2]).isdigit()
