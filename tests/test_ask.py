"""The machine-readable interface, key by key as docs/architecture.md has it; it files nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.app import Bot, build_asker
from bot.ask import Asker, Line
from bot.config import Settings
from index import Index
from tests.person import Person

KEYS = {
    *("kind", "lang", "text", "quote", "commitment", "report", "section", "quantities"),
    *("probability", "related"),
}
KINDS = {"answer", "no_answer", "matter", "ask_which", "smalltalk", "danger"}
COMPLAINT = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，没人修"


@pytest.fixture
def asker(settings: Settings, real_index: Index) -> Asker:
    """With no database yet."""
    return build_asker(settings, index=real_index)


async def test_an_answer_has_every_key(asker: Asker) -> None:
    outcome: dict[str, Any] = await asker.ask("新增几所幼儿园？")
    assert outcome.keys() == KEYS
    assert outcome["text"].startswith("报告里是这样写的：\n新增普惠幼儿园3所、学位500个\n——")
    assert 0.5 < outcome["probability"] <= 1
    assert {key: outcome[key] for key in KEYS - {"text", "probability", "related"}} == {
        "kind": "answer",
        "lang": "zh",
        "quote": "新增普惠幼儿园3所、学位500个",
        "commitment": "wuchang-2020/kindergartens",
        "report": "wuchang-2020",
        "section": "围绕幸福指数提升",
        "quantities": ["3所", "500个"],
    }


async def test_what_is_not_answered_quotes_nothing(asker: Asker) -> None:
    outcome: dict[str, Any] = await asker.ask("How many new special schools will be opened?")
    assert outcome.keys() == KEYS
    assert (outcome["kind"], outcome["lang"]) == ("no_answer", "en")
    assert outcome["text"].startswith("The report does not say.")
    assert (outcome["quote"], outcome["commitment"], outcome["quantities"]) == ("", "", [])


async def test_related_ones_are_id_and_quote_best_first(asker: Asker, real_index: Index) -> None:
    outcome: dict[str, Any] = await asker.ask("老旧小区改造多少个？")
    for one in outcome["related"]:
        assert one == {"id": one["id"], "quote": real_index.commitments[one["id"]].quote}
    assert outcome["commitment"] not in [one["id"] for one in outcome["related"]]


async def test_a_matter_comes_with_its_draft_in_the_domains_words(
    asker: Asker, settings: Settings
) -> None:
    outcome: dict[str, Any] = await asker.ask(COMPLAINT)
    assert outcome.keys() == KEYS | {"draft"}
    assert outcome["kind"] == "matter"
    assert outcome["text"].startswith("请核对，点“提交”后才会登记：")
    draft = outcome["draft"]
    commitments, sure = draft.pop("commitments"), draft.pop("sure")
    assert 1 <= len(commitments) <= 3
    assert all(one.keys() == {"id", "quote"} for one in commitments)
    assert sure.keys() == {"kind", "category", "urgency", "street", "commitments"}
    assert len(sure["commitments"]) == len(commitments)
    assert all(0 <= value <= 1 for value in sure.pop("commitments"))
    assert all(isinstance(value, float) and 0 <= value <= 1 for value in sure.values())
    assert draft == {
        "kind": "投诉",
        "category": "城市管理",
        "urgency": "一般",
        "street": "粮道街街道",
        "place": "粮道街胭脂路口",
        "similar": [],
    }
    assert [path.name for path in settings.paths.var.iterdir()] == ["learnt"]


async def test_an_unknown_street_is_not_guessed(asker: Asker) -> None:
    outcome: dict[str, Any] = await asker.ask("投诉：楼下烧烤摊油烟太大，没人管")
    assert (outcome["draft"]["street"], outcome["draft"]["place"]) == ("不清楚", "")


async def test_danger_shows_whom_to_call_and_has_a_draft(asker: Asker) -> None:
    outcome: dict[str, Any] = await asker.ask("楼道里煤气味好大，快来人")
    assert outcome["kind"] == "danger"
    assert "119" in outcome["text"].splitlines()[0]
    assert outcome["draft"]["urgency"] in ("紧急", "特急")


async def test_what_is_unclear_is_asked_back_without_a_draft(asker: Asker) -> None:
    outcome: dict[str, Any] = await asker.ask("菜场太脏，请问归谁管，报告里有没有说？投诉也没人理")
    assert outcome["kind"] == "ask_which"
    assert outcome.keys() == KEYS


@pytest.mark.parametrize(
    ("text", "begins"),
    [("你好", "您好"), ("hello there", "Hello"), ("", "我没有看到文字"), ("🙂", "我没有看到文字")],
)
async def test_small_talk_and_nothing_at_all(asker: Asker, text: str, begins: str) -> None:
    outcome: dict[str, Any] = await asker.ask(text)
    assert (outcome["kind"], outcome["probability"]) == ("smalltalk", 0.0)
    assert outcome["text"].startswith(begins)


async def test_what_is_too_long_is_told_as_a_resident_would_be(asker: Asker) -> None:
    outcome: dict[str, Any] = await asker.ask("路灯坏了没人管" * 1500)
    assert outcome["kind"] == "no_answer"
    assert "10500" in outcome["text"]


async def test_similar_cases_on_file_are_named_by_number(
    bot: Bot, settings: Settings, real_index: Index, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    asked = f"{COMPLAINT}!"
    outcome: dict[str, Any] = await build_asker(
        settings, index=real_index, now=lambda: case.submitted_at
    ).ask(asked)
    assert outcome["draft"]["similar"] == [case.number]
    assert "近期有 1 件相近的诉求" in outcome["text"]
    assert list(bot.store.cases.all()) == [case]


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=())))
async def test_any_text_has_an_outcome_that_can_be_written(asker: Asker, text: str) -> None:
    outcome: dict[str, Any] = await asker.ask(text)
    assert outcome["kind"] in KINDS
    assert outcome.keys() >= KEYS
    assert outcome["text"]
    str(outcome).encode()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("新增几所幼儿园", "新增几所幼儿园"),
        ('{"session": "s1", "text": "几所?"}', "几所?"),
        ('  {"text": "a\\nb"}', "a\nb"),
        ('{"session": "s1"}', '{"session": "s1"}'),
        ('{"text": 7}', '{"text": 7}'),
        ('{"text": ', '{"text": '),
        ('["text"]', '["text"]'),
        ('{"a":' * 20_000, '{"a":' * 20_000),
        ("", ""),
    ],
)
def test_a_line_is_a_text_or_an_object_with_one(line: str, text: str) -> None:
    assert Line.read(line).text == text


def test_a_line_may_say_whose_it_is() -> None:
    assert Line.read('{"session": "s1", "text": "几所?"}') == Line("几所?", "s1")
    assert Line.read("几所?") == Line("几所?")
