"""The card says of each line whether it was set, read from the words, guessed, or left open."""

from dataclasses import replace

from bot.answers import Answer
from bot.cases import Draft, Kind, Matter, Urgency
from bot.dialogue import Phrasing, proposed
from bot.dialogue.phrasing import how_likely, how_sure
from bot.wording import Language, plain
from index import Commitment, Earlier, Hit, Index

MATTER = Matter(
    "胭脂路的路灯坏了",
    Kind.COMPLAINT,
    "urban_management",
    street="liangdaojie",
    place="胭脂路",
    commitment="wuchang-2020/kindergartens",
)


def card(phrasing: Phrasing, index: Index, language: Language, matter: Matter) -> list[str]:
    """The card's lines up to her words."""
    about = index.commitments.get(matter.commitment)
    lines = plain(phrasing.card(language, Draft.unsaved(matter), about)).splitlines()
    return lines[1:7]


def test_each_line_says_how_sure_it_is(phrasing: Phrasing, real_index: Index) -> None:
    matter = MATTER.with_sureness(kind=0.9, category=0.4, urgency=0.0, street=1.0, commitment=0.5)
    assert card(phrasing, real_index, "zh", matter) == [
        "类型：投诉（从原话看）",
        "分类：城市管理（猜的）",
        "紧急程度：一般（由工作人员定）",
        "街道：粮道街街道（您定的）",
        "地点：胭脂路（从原话看）",
        "相关承诺：新增普惠幼儿园3所、学位500个（可能）",
    ]
    assert card(phrasing, real_index, "en", matter)[:5] == [
        "Kind: Complaint (from your words)",
        "Category: Urban management (a guess)",
        "Urgency: normal (staff will settle it)",
        "Street: Liangdaojie (your choice)",
        "Place: 胭脂路 (from your words)",
    ]


def test_what_is_not_known_is_said_so_and_what_was_not_judged_has_no_mark(
    phrasing: Phrasing, real_index: Index
) -> None:
    matter = Matter("路灯坏了", Kind.COMPLAINT, "urban_management").with_sureness(street=0.0)
    assert card(phrasing, real_index, "zh", matter) == [
        "类型：投诉",
        "分类：城市管理",
        "街道：不清楚",
        "地点：不清楚",
        "相关承诺：无",
        "您的原话：",
    ]


def test_an_urgency_that_is_as_usual_is_not_worth_a_line(
    phrasing: Phrasing, real_index: Index
) -> None:
    def line(urgency: Urgency, sureness: float) -> list[str]:
        matter = replace(MATTER, urgency=urgency).with_sureness(urgency=sureness)
        lines = card(phrasing, real_index, "zh", matter)
        return [one for one in lines if one.startswith("紧急程度")]

    assert line(Urgency.NORMAL, 0.99) == []
    assert line(Urgency.NORMAL, 1.0) == ["紧急程度：一般（您定的）"]
    assert line(Urgency.URGENT, 0.71) == ["紧急程度：紧急（从原话看）"]


def test_every_line_fits_a_phone(phrasing: Phrasing, real_index: Index) -> None:
    for one in real_index.parts:
        matter = MATTER.with_sureness(kind=0.9, category=0.0, urgency=0.0, commitment=0.2)
        about = Matter(**{**_fields(matter), "commitment": one.id})
        assert all(len(line) <= 36 for line in card(phrasing, real_index, "zh", about))
        assert len(phrasing.proposal("zh", hit_of(one, 0.9))) <= 26


def test_sureness_has_few_names() -> None:
    assert [how_sure(value) for value in (1.0, 0.99, 0.7, 0.69, 0.1, 0.09, 0.0)] == [
        *("chosen", "read", "read", "guessed", "guessed", "open", "open")
    ]
    assert [how_likely(value) for value in (1.0, 0.9, 0.8, 0.7, 0.5, 0.4)] == [
        *("chosen", "likely", "likely", "possible", "possible", "perhaps")
    ]


def test_at_most_three_commitments_are_proposed_the_likeliest_first(real_index: Index) -> None:
    nearness = (0.3, 0.8, 0.04, 0.9)
    hits = tuple(hit_of(one, near) for one, near in zip(real_index.parts, nearness, strict=False))
    answer = Answer("?", hits, "b", Earlier("?"))
    assert [hit.nearness for hit in proposed(answer)] == [0.8, 0.3]
    assert proposed(None) == ()


def hit_of(commitment: Commitment, nearness: float) -> Hit:
    """A hit of this nearness."""
    return Hit(commitment, nearness, nearness, nearness, nearness, answers=False)


def _fields(matter: Matter) -> dict[str, object]:
    return {name: getattr(matter, name) for name in Matter.__dataclass_fields__}
