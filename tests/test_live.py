"""A running bot takes a new build while it is asked, and refuses one it could not answer from."""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot.app import Bot, build_bot, health, open_store
from bot.app.live import keep_up
from bot.config import Limits, Settings
from bot.store import DATABASE
from index import Index, IndexSettings, Paths, build_index
from index.build import make_build
from index.builds import (
    COMMITMENTS,
    Manifest,
    active_build,
    builds_folder,
    make_active,
    new_build,
    read_files,
    read_manifest,
    sha256,
)
from index.config import EncoderSettings
from tests.conftest import CONTENT, take_what_was_learnt
from tests.person import Person
from tests.tiny_model import make_tiny_model
from tests.waiting import until

QUESTION = "新增几所幼儿园？"
BEFORE, AFTER = "新增普惠幼儿园3所、学位500个", "新增普惠幼儿园9所、学位900个"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The real content without the evaluation, which takes long, and its build."""
    root = tmp_path_factory.mktemp("first")
    shutil.copytree(CONTENT, root / "content", ignore=shutil.ignore_patterns("evaluation"))
    paths = Paths.model_construct(content=root / "content", var=root / "var")
    build_index(paths, IndexSettings())
    return paths


@pytest.fixture
def settings(first: Paths, built: Path, tmp_path: Path) -> Settings:
    """A copy of it that a test may change."""
    shutil.copytree(first.content, tmp_path / "content")
    shutil.copytree(first.var, tmp_path / "var")
    take_what_was_learnt(built, tmp_path / "var")
    return Settings(
        paths=Paths(content=tmp_path / "content", var=tmp_path / "var"),
        limits=Limits(messages_burst=1_000_000),
    )


@pytest.fixture
def bot(settings: Settings) -> Iterator[Bot]:
    """A bot that answers from the first build."""
    store = open_store(settings)
    yield build_bot(settings, store=store, index=opened(settings))
    store.close()


@pytest.fixture
async def kept_up(bot: Bot, settings: Settings) -> AsyncIterator[Bot]:
    """The bot while it looks for new builds."""
    task = asyncio.create_task(keep_up(bot.live, settings))
    yield bot
    task.cancel()
    await asyncio.wait({task})


def opened(settings: Settings) -> Index:
    """The active build."""
    from index import load_index

    return load_index(settings.paths, settings.index)


def change_report(settings: Settings) -> None:
    """The report has other numbers of kindergartens and places."""
    folder = settings.paths.content / "reports" / "wuchang-2020"
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8").replace(BEFORE, AFTER)
        lines = [line for line in text.splitlines() if not line.startswith("sha256:")]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def active(settings: Settings) -> Path:
    """The folder of the active build."""
    return active_build(builds_folder(settings.paths.var))


def builds_answered(bot: Bot) -> list[str]:
    """The build of each answer that was kept, in order."""
    with closing(sqlite3.connect(bot.settings.paths.var / DATABASE)) as rows:
        return [row[0] for row in rows.execute("select build_id from answers order by id")]


async def test_a_new_build_answers_within_seconds_and_each_answer_knows_its_build(
    kept_up: Bot, settings: Settings
) -> None:
    resident, old = Person(kept_up.dialogue), kept_up.index.build_id
    await resident.says(QUESTION)
    assert "3所" in resident.heard[-1]
    change_report(settings)
    new = await asyncio.to_thread(build_index, settings.paths, settings.index)
    await until(lambda: kept_up.index.build_id == new.name)
    await resident.says(QUESTION)
    assert "9所" in resident.heard[-1]
    assert "3所" not in resident.heard[-1]
    assert builds_answered(kept_up) == [old, new.name]
    assert health(kept_up)["build"] == new.name


async def test_no_question_fails_while_builds_are_swapped(
    kept_up: Bot, settings: Settings
) -> None:
    resident, old = Person(kept_up.dialogue), kept_up.index.build_id
    change_report(settings)
    new = (await asyncio.to_thread(make_build, settings.paths, settings.index)).build
    for build in (new, new.with_name(old), new):
        make_active(build)
        while kept_up.index.build_id != build.name:
            await resident.says(QUESTION)
            await asyncio.sleep(0)
    await resident.says(QUESTION)
    numbers = {old: "3所", new.name: "9所"}
    answered = builds_answered(kept_up)
    assert all(
        numbers[build] in said for build, said in zip(answered, resident.heard, strict=True)
    )
    assert set(answered) == {old, new.name}


def flip_a_bit(settings: Settings) -> None:
    """Damage a new active build."""
    file = active(settings) / "vectors.faiss"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def lose_a_file(settings: Settings) -> None:
    """Leave half of a new active build."""
    (active(settings) / "lexical.npz").unlink()


def make_with_another_program(settings: Settings) -> None:
    """Have a new active build made by another version."""
    rewrite(settings, lambda manifest, files: (replace_code(manifest), files))


def mix_up_rows(settings: Settings) -> None:
    """Have a new active build's sentences in another order than its postings and vectors."""

    def mixed(manifest: Manifest, files: dict[str, bytes]) -> tuple[Manifest, dict[str, bytes]]:
        lines = files[COMMITMENTS].splitlines(keepends=True)
        half = len(lines) // 2
        return replace_code(manifest, keeps=True), {
            **files,
            COMMITMENTS: b"".join(lines[half:] + lines[:half]),
        }

    rewrite(settings, mixed)


def replace_code(manifest: Manifest, *, keeps: bool = False) -> Manifest:
    """The manifest of another build: of another program, or of other content."""
    changes = {"inputs": {"glossary.toml": sha256(b"")}} if keeps else {"code": sha256(b"")}
    return manifest.model_copy(update=changes)


def rewrite(
    settings: Settings,
    change: Callable[[Manifest, dict[str, bytes]], tuple[Manifest, dict[str, bytes]]],
) -> None:
    """Make a changed copy of the active build the active one; its seal and hashes are sound."""
    build = active(settings)
    manifest = read_manifest(build)
    changed, files = change(manifest, read_files(build, manifest))
    with new_build(build.parent) as new:
        for name, content in files.items():
            new.put(name, partial(bytes, content))
        make_active(new.finish(changed))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (flip_a_bit, "vectors.faiss is damaged"),
        (lose_a_file, "lexical.npz cannot be read"),
        (make_with_another_program, "made by another version"),
        (mix_up_rows, "does not find its own"),
    ],
)
async def test_a_build_that_cannot_answer_is_refused_in_a_line_and_the_old_one_serves(
    bot: Bot,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Settings], None],
    said: str,
) -> None:
    resident, old = Person(bot.dialogue), bot.index.build_id
    change_report(settings)
    build_index(settings.paths, settings.index)
    spoil(settings)
    with caplog.at_level(logging.ERROR):
        task = asyncio.create_task(keep_up(bot.live, settings))
        await until(lambda: bot.live.refused)
        await asyncio.sleep(2.5)
    assert said in bot.live.refused
    assert "\n" not in bot.live.refused
    assert len(caplog.records) == 1
    assert health(bot)["refused_build"] == bot.live.refused
    await resident.says(QUESTION)
    assert "3所" in resident.heard[-1]
    assert builds_answered(bot) == [old]
    new = await asyncio.to_thread(build_index, settings.paths, settings.index)
    await until(lambda: bot.index.build_id == new.name)
    assert bot.live.refused == ""
    assert "refused_build" not in health(bot)
    task.cancel()
    await asyncio.wait({task})


async def test_a_build_of_another_encoder_is_refused(
    bot: Bot, settings: Settings, tmp_path: Path
) -> None:
    model = make_tiny_model(tmp_path / "model", [BEFORE, QUESTION])
    other = IndexSettings(encoder=EncoderSettings(model=str(model)))
    build_index(settings.paths, other)
    task = asyncio.create_task(keep_up(bot.live, settings))
    await until(lambda: bot.live.refused)
    assert "made with encoder" in bot.live.refused
    task.cancel()
    await asyncio.wait({task})
