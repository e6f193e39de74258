"""The administration page tells what is answered from, what else is kept, and how it came."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from bot.app import Bot, build_bot, open_store
from bot.app.live import keep_up
from bot.config import Settings
from bot.naming import local_time
from bot.web.console.builds import ACTIVATIONS_SHOWN
from index import IndexSettings, Paths, build_index, list_builds, load_index
from index.activation import rollback
from index.builds import builds_folder, make_active
from index.history import history, note_activation
from tests.clock import Clock
from tests.conftest import CONTENT, take_what_was_learnt
from tests.consoles import Clerk, ConsoleSite, console_of
from tests.small_content import write_evaluation, write_small_content
from tests.waiting import until

PATH = "/console/administration"
LOSS = (
    "questions: right 1.000 -> 0.000 of 40, more than 0.02"
    " questions zh: right 1.000 -> 0.000 of 40, more than 0.02"
)


@pytest.fixture
def builds(tmp_path: Path) -> Paths:
    """The small content and its first build; forty test questions ask about elevators."""
    paths = write_small_content(tmp_path)
    questions: list[dict[str, object]] = [
        {
            "id": f"q{n}",
            "lang": "zh",
            "question": f"加装电梯多少部{'?' * n}",
            "gold": "加装电梯60部",
            "half": "test",
        }
        for n in range(40)
    ]
    write_evaluation(tmp_path, "questions.jsonl", questions)
    build_index(paths, IndexSettings())
    return paths


@pytest.fixture
def settings(builds: Paths, built: Path) -> Settings:
    """The real content with the small content's builds."""
    take_what_was_learnt(built, builds.var)
    return Settings(paths=Paths.model_construct(content=CONTENT, var=builds.var))


@pytest.fixture
def bot(settings: Settings, builds: Paths, clock: Clock) -> Iterator[Bot]:
    """A bot that answers from the first build."""
    index = load_index(builds, IndexSettings())
    store = open_store(settings)
    yield build_bot(settings, store=store, index=index, now=lambda: clock.now)
    store.close()


@pytest.fixture
async def site(bot: Bot) -> AsyncIterator[ConsoleSite]:
    async with console_of(bot) as site:
        site.hires("赵六", "supervisor")
        yield site


@pytest.fixture
async def clerk(site: ConsoleSite) -> Clerk:
    """A supervisor at the administration page."""
    clerk = await site.signs_in("赵六")
    await clerk.opens(PATH)
    return clerk


def rewrite(builds: Paths, change: Callable[[str], str]) -> None:
    """Change the commitments of the small content."""
    file = builds.content / "reports" / "small-2020" / "commitments.toml"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


def without_elevators(text: str) -> str:
    """Without what the evaluation asks about."""
    return text.split('[[commitment]]\nid = "elevators"')[0]


def with_another_question(text: str) -> str:
    """With other words for the same."""
    return text.replace("托儿所今年开几家?", "托儿所今年开多少?")


def facts(clerk: Clerk) -> dict[str, str]:
    """What is told of the build in use."""
    names, values = (clerk.texts(f"#index-head ~ dl {part}") for part in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


async def test_the_build_in_use_is_told_with_when_it_came_and_what_it_holds(
    clerk: Clerk, bot: Bot, builds: Paths
) -> None:
    (made,) = list_builds(builds)
    (since,) = history(builds_folder(builds.var))
    told = facts(clerk)
    assert told["版本"] == bot.index.build_id
    assert told["建立时间"] == local_time(made.made_at)
    assert told["启用时间"] == clerk.texts("#activations tbody th")[0] != "—"
    assert since.build == bot.index.build_id
    assert (told["报告数"], told["承诺数"]) == ("1", "4")
    assert clerk.all("#index-head ~ .console-warning") == []
    assert clerk.texts("#builds tbody tr") == [
        f"{bot.index.build_id} {told['建立时间']} 正在回答 1.000 0.000 —"
    ]
    assert clerk.texts("#activations tbody tr") == [
        f"{told['启用时间']} {bot.index.build_id} — 第一个版本"
    ]


async def test_each_activation_tells_why(clerk: Clerk, bot: Bot, builds: Paths) -> None:
    first = bot.index.build_id
    rewrite(builds, with_another_question)
    second = build_index(builds, IndexSettings()).name
    rollback(builds, IndexSettings())
    rewrite(builds, without_elevators)
    third = build_index(builds, IndexSettings(), accept="<b>没有</b>电梯").name
    await clerk.opens(PATH)
    told = [row.partition(" ")[2].partition(" ")[2] for row in clerk.texts("#activations tr")[1:]]
    assert told == [
        f"{third} {first} 比原来的差，仍启用，理由：<b>没有</b>电梯 {LOSS}",
        f"{first} {second} 没有比较（退回前一版本，或没有可比的测试题）",
        f"{second} {first} 与原来的版本比较 40 道测试题，没有变差",
        f"{first} — 第一个版本",
    ]
    assert clerk.all("#activations td b") == []
    await clerk.opens(f"{PATH}?lang=en")
    assert "worse, and accepted: <b>没有</b>电梯" in clerk.texts("#activations tbody tr")[0]
    assert "no worse on 40 test questions" in clerk.texts("#activations tbody tr")[2]


async def test_a_build_that_the_running_bot_refused_is_told_with_its_reason(
    clerk: Clerk, bot: Bot, builds: Paths, settings: Settings
) -> None:
    first = bot.index.build_id
    rewrite(builds, with_another_question)
    second = build_index(builds, IndexSettings())
    await clerk.opens(PATH)
    assert [row.split()[3] for row in clerk.texts("#builds tbody tr")] == ["即将采用", "正在回答"]
    (second / "vectors.faiss").write_bytes(b"")
    task = asyncio.create_task(keep_up(bot.live, settings))
    await until(lambda: bot.live.refused)
    await clerk.opens(PATH)
    (told,) = clerk.texts("#index-head ~ .console-warning")
    assert f"没有被采用，仍由版本 {first} 回答" in told
    assert f"{second.name}: vectors.faiss is damaged" in told
    assert facts(clerk)["版本"] == first
    assert len(clerk.all("#builds[open]")) == 1
    assert [row.split()[3] for row in clerk.texts("#builds tbody tr")] == ["未被采用", "正在回答"]
    make_active(second.with_name(first))
    await until(lambda: not bot.live.refused)
    await clerk.opens(PATH)
    assert clerk.all("#index-head ~ .console-warning") == []
    task.cancel()
    await asyncio.wait({task})


async def test_of_many_activations_the_last_are_shown(clerk: Clerk, builds: Paths) -> None:
    folder = builds_folder(builds.var)
    (first,) = history(folder)
    for _ in range(ACTIVATIONS_SHOWN):
        note_activation(folder, first)
    with (folder / "history.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"at": "yesterday", "build": "by-hand", "before": "", "worse": []}\n{"at"')
    await clerk.opens(PATH)
    rows = clerk.texts("#activations tbody tr")
    assert len(rows) == ACTIVATIONS_SHOWN
    assert rows[0].startswith("— by-hand")
    assert clerk.texts("#activations summary") == [f"启用记录 {ACTIVATIONS_SHOWN + 2} 条"]
    assert "python -m index list --history" in clerk.text


async def test_the_page_opens_although_no_build_can_be_read(
    clerk: Clerk, bot: Bot, builds: Paths
) -> None:
    folder = builds_folder(builds.var)
    folder.rename(folder.with_name("moved"))
    await clerk.opens(PATH)
    assert clerk.status == 200
    assert facts(clerk)["版本"] == bot.index.build_id
    assert facts(clerk)["启用时间"] == "—"
    assert "没有读到留存的版本" in clerk.text
    folder.touch()
    await clerk.opens(PATH)
    assert "没有读到留存的版本" in clerk.text
