"""The conversation keeps what it is told: many people at once, failing writes, restarts, and the
longest texts."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.app import Bot, build_bot, open_store
from bot.config import Limits, Settings
from bot.messages import Said
from bot.wording import LANGUAGES
from index import Index
from tests.clock import Clock
from tests.conftest import CONTENT
from tests.person import Person, expect_sendable

COMPLAINT = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，没人修"


def cases_of(bot: Bot) -> list[str]:
    """The words of every case."""
    return [case.matter.text for case in bot.store.cases.all()]


def photos_on_disk(bot: Bot) -> list[Path]:
    """Every photo kept."""
    return sorted((bot.settings.paths.var / "files").glob("*"))


# Many at once, failures, restarts


async def test_two_residents_at_once_are_never_mixed(bot: Bot) -> None:
    people = [Person(bot.dialogue, sender=f"p{number}") for number in range(8)]

    async def lives(person: Person, number: int) -> None:
        await person.says(f"投诉：和平大道{number}号门口的垃圾没人清运")
        await person.taps("提交")
        await person.says("/mine")

    await asyncio.gather(*(lives(person, number) for number, person in enumerate(people)))
    for number, person in enumerate(people):
        assert f"和平大道{number}号" in person.heard[0]
        assert person.heard[2].count("WC20200302") == 1
        assert f"和平大道{number}号" in person.heard[2]
    assert len({case.number for case in bot.store.cases.all()}) == 8


async def test_one_resident_writing_twice_at_once_loses_nothing(
    bot: Bot, resident: Person
) -> None:
    other = "投诉：楼下烧烤摊油烟太大，没人管"
    await asyncio.gather(resident.says(COMPLAINT), resident.says(other))
    told = "\n".join(resident.heard)
    assert "请核对" in told
    assert "是补充那一件，还是另外一件" in told
    turns = bot.dialogue.turns("web", "resident", most=9)
    assert {turn.said for turn in turns} == {COMPLAINT, other}


async def test_submit_tapped_twice_at_once_is_one_case(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    submit = resident.action("提交")
    await asyncio.gather(*(resident.taps_action(submit) for _ in range(5)))
    assert cases_of(bot) == [COMPLAINT]
    numbers = {reply.html for told in resident.replies[1:] for reply in told}
    assert len(numbers) == 1


@contextmanager
def nothing_can_be_written_to(table: str, database: Path) -> Iterator[None]:
    """The database refuses new rows of a table, as a full disk would."""
    other = sqlite3.connect(database)
    other.execute(
        f"create trigger full before insert on {table} begin select raise(abort, 'full'); end"
    )
    other.commit()
    yield
    other.execute("drop trigger full")
    other.commit()
    other.close()


async def test_a_write_that_fails_half_way_leaves_everything_as_it_was(
    bot: Bot, settings: Settings, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    before = bot.dialogue.turns("web", "resident", most=9)
    with (
        nothing_can_be_written_to("events", settings.paths.var / "bot.db"),
        pytest.raises(sqlite3.IntegrityError),
    ):
        await resident.taps("提交")
    assert cases_of(bot) == []
    assert bot.dialogue.turns("web", "resident", most=9) == before
    await resident.taps("提交")
    assert [case.number for case in bot.store.cases.all()] == ["WC20200302-0001"]


async def test_a_photo_whose_message_could_not_be_kept_leaves_no_file(
    bot: Bot, settings: Settings, resident: Person
) -> None:
    with (
        nothing_can_be_written_to("files", settings.paths.var / "bot.db"),
        pytest.raises(sqlite3.IntegrityError),
    ):
        await resident.sends_photo()
    assert photos_on_disk(bot) == []


async def test_a_restart_loses_no_draft_and_no_conversation(
    bot: Bot, settings: Settings, real_index: Index, clock: Clock, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("改地点")
    submit = f"d:{bot.store.drafts.open_of(1).id}:submit"  # type: ignore[union-attr]
    bot.store.close()

    store = open_store(settings)
    again = build_bot(settings, store=store, index=real_index, now=lambda: clock.now)
    returned = Person(again.dialogue)
    assert len(again.dialogue.turns("web", "resident", most=9)) == 2
    await returned.says("胭脂路口公交站旁边")
    assert "胭脂路口公交站旁边" in returned.heard[-1]
    await returned.taps_action(submit)
    (case,) = store.cases.all()
    assert (case.matter.text, case.matter.place) == (COMPLAINT, "胭脂路口公交站旁边")
    store.close()


# Long


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("filler", ['&<>"', "好", "😀字"])
async def test_the_longest_matter_still_fits_on_its_cards(
    real_index: Index, tmp_path: Path, language: str, filler: str
) -> None:
    limits = Limits(max_text_chars=3000, max_photos_per_draft=100)
    settings = Settings.model_validate(
        {"paths": {"content": str(CONTENT), "var": str(tmp_path)}, "limits": limits.model_dump()}
    )
    store = open_store(settings)
    bot = build_bot(settings, store=store, index=real_index)
    person = Person(bot.dialogue)
    await person.says("/language")
    await person.taps_action(f"lang:{language}")
    begins = "煤气泄漏了，快来人！水果湖街道 "
    units = len(filler.encode("utf-16-le")) // 2
    words = begins + filler * ((3000 - len(begins)) // units)
    await person.sends_location()
    await person.sends_photo()
    await person.says(words)
    assert words in person.heard[-1]
    draft = bot.store.drafts.open_of(1)
    assert draft is not None
    await person.taps_action(f"d:{draft.id}:place")
    await person.says("😀" * 49 + "3栋" + "😀" * 49)
    assert words in person.heard[-1]
    await person.taps_action(f"d:{draft.id}:submit")
    number = next(bot.store.cases.all()).number
    await person.says(f"/status {number}")
    assert words in person.heard[-1]
    store.close()


async def test_ten_long_matters_fit_into_one_list(bot: Bot, resident: Person) -> None:
    for number in range(12):
        await resident.says(f"投诉第{number}件：" + '&<>"😀没人管' * 200)
        await resident.taps("提交")
    await resident.says("/mine")
    assert resident.heard[-1].count("WC20200302-") == 10
    assert "WC20200302-0012" in resident.heard[-1]
    assert "WC20200302-0002" not in resident.heard[-1]


async def test_every_commitment_can_be_shown_and_complained_of_in_every_language(
    bot: Bot, resident: Person
) -> None:
    for language in LANGUAGES:
        await resident.taps_action(f"lang:{language}")
        for commitment_id in bot.index.commitments:
            for verb in ("show", "about"):
                told = await bot.dialogue.hear(
                    Said("web", "resident", action=f"{verb}:{commitment_id}")
                )
                expect_sendable(told)
    draft = bot.store.drafts.open_of(1)
    assert draft is not None
    assert cases_of(bot) == []
