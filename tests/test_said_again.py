"""Said again, changed, or come late: nothing a resident does is heard twice, and nothing of it is
lost. On the dialogue itself, under the keys by which the channels know their messages."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.app import Bot, build_bot
from bot.cases import Draft, DraftState
from bot.config import Limits
from bot.messages import Channel, Photo, Reply, Said
from tests.clock import Clock
from tests.person import expect_sendable
from tests.photographs import JPEG, jpeg
from tests.records import photos, words
from tests.telegram_html import plain_text

LAMP = "粮道街胭脂路口的路灯坏了三个月没人修"
LAMP_AT_7 = "粮道街胭脂路7号的路灯坏了三个月没人修"
SMOKE = "楼下烧烤摊油烟太大，没人管"
KINDERGARTENS, LIFTS = "新增几所幼儿园？", "新增几部电梯？"


class Writer:
    """A resident whose messages have keys, as her channel gives them; she may repeat herself.

    Attributes:
        replies: to the last of her messages.
    """

    def __init__(self, bot: Bot, channel: Channel = "telegram") -> None:
        self._bot = bot
        self._channel: Channel = channel
        self.replies: list[Reply] = []

    async def says(self, text: str, key: str = "", **more: object) -> list[str]:
        """Send a message, and read what is replied, without tags."""
        said = Said(self._channel, "ada", text=text, key=key, language_hint="zh")
        self.replies = await self._bot.dialogue.hear(replace(said, **more))  # type: ignore[arg-type]
        if self.replies:
            expect_sendable(self.replies)
        return [plain_text(reply.html) for reply in self.replies]

    async def edits(self, text: str, key: str) -> list[str]:
        """Change a message."""
        return await self.says(text, key, edited=True)

    async def sends_photos(self, *contents: bytes, **more: object) -> list[str]:
        """Send one photo, or some of an album."""
        text, key = str(more.pop("text", "")), str(more.pop("key", ""))
        return await self.says(text, key, photos=tuple(map(Photo, contents)), **more)

    async def taps(self, label: str) -> list[str]:
        """Tap a button under the last reply."""
        buttons = [one for reply in self.replies for row in reply.buttons for one in row]
        action = next(button.action for button in buttons if label in button.label)
        return await self.says("", action=action)

    @property
    def said(self) -> list[str]:
        """What is kept of her words, oldest first."""
        turns = self._bot.dialogue.turns(self._channel, "ada", most=50)
        return [turn.said for turn in turns]

    @property
    def draft(self) -> Draft:
        """The matter she works on."""
        draft = self._bot.store.drafts.open_of(1)
        if draft is None:
            raise LookupError("she has no open draft")
        return draft

    @property
    def open_drafts(self) -> int:
        """How many matters she has begun."""
        return len(self._bot.store.drafts.open_ones(1))


@pytest.fixture
def ada(bot: Bot) -> Writer:
    return Writer(bot)


@pytest.fixture
def with_limits(bot: Bot, clock: Clock) -> Callable[..., Writer]:
    """A resident of a bot with other limits."""

    def made(**limits: int) -> Writer:
        settings = bot.settings.model_copy(update={"limits": Limits(**limits)})
        return Writer(build_bot(settings, store=bot.store, index=bot.index, now=lambda: clock.now))

    return made


def cases_of(bot: Bot) -> list[str]:
    """The words of every case."""
    return [case.matter.text for case in bot.store.cases.all()]


def events_of(bot: Bot) -> list[tuple[str, str]]:
    """What happened to the first case, with what was said."""
    return [(event.action, event.reason) for event in bot.store.cases.events(1)]


# The same again


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_a_message_said_again_under_its_key_is_heard_once(
    bot: Bot, channel: Channel
) -> None:
    writer = Writer(bot, channel)
    first = await writer.says(LAMP, key="k1")
    again = await writer.says(LAMP, key="k1")
    assert (len(first), again) == (1, [])
    assert (writer.said, writer.open_drafts) == ([LAMP], 1)


async def test_a_message_said_twice_at_once_under_its_key_is_heard_once(
    bot: Bot, ada: Writer
) -> None:
    said = Said("telegram", "ada", text=LAMP, key="k1")
    told = await asyncio.gather(*(bot.dialogue.hear(said) for _ in range(5)))
    assert sorted(map(len, told)) == [0, 0, 0, 0, 1]
    assert (ada.said, ada.open_drafts) == ([LAMP], 1)


async def test_the_same_words_under_another_key_are_another_message(ada: Writer) -> None:
    await ada.says(KINDERGARTENS, key="k1")
    assert len(await ada.says(KINDERGARTENS, key="k2")) == 1
    assert ada.said == [KINDERGARTENS, KINDERGARTENS]


async def test_messages_without_a_key_are_all_heard(ada: Writer) -> None:
    await ada.says(KINDERGARTENS)
    assert len(await ada.says(KINDERGARTENS)) == 1
    assert ada.said == [KINDERGARTENS, KINDERGARTENS]


async def test_a_key_is_one_persons(bot: Bot, ada: Writer) -> None:
    await ada.says(LAMP, key="k1")
    told = await bot.dialogue.hear(Said("telegram", "bo", text=LAMP, key="k1"))
    assert len(told) == 1
    assert len(bot.store.drafts.open_ones(2)) == 1


async def test_a_photo_said_again_is_attached_once_and_kept_once(bot: Bot, ada: Writer) -> None:
    await ada.sends_photos(JPEG, text=LAMP, key="k1")
    assert await ada.sends_photos(JPEG, text=LAMP, key="k1") == []
    assert (ada.draft.photos, photos(bot)) == (1, [(".jpg", JPEG)])


async def test_a_command_said_again_is_not_run_again(bot: Bot, ada: Writer) -> None:
    await ada.says(LAMP, key="k1")
    await ada.says(SMOKE, key="k2")
    await ada.taps("另外反映")
    await ada.says("/cancel", key="k3")
    assert await ada.says("/cancel", key="k3") == []
    assert (ada.draft.matter.text, ada.open_drafts) == (LAMP, 1)


async def test_an_old_button_tapped_again_begins_no_second_matter(ada: Writer) -> None:
    await ada.says(LAMP)
    await ada.says(SMOKE)
    choice = ada.replies
    await ada.taps("另外反映")
    ada.replies = choice
    await ada.taps("另外反映")
    assert (ada.draft.matter.text, ada.open_drafts) == (SMOKE, 2)


# Changed


async def test_an_edited_question_is_answered_anew(bot: Bot, ada: Writer) -> None:
    await ada.says(KINDERGARTENS, key="k1")
    told = await ada.edits(LIFTS, key="k1")
    assert "加装电梯" in told[0]
    assert bot.store.turns.versions(1) == [KINDERGARTENS]


async def test_an_edit_that_changes_nothing_is_not_answered(bot: Bot, ada: Writer) -> None:
    """Telegram sends one too when only the page behind a link has changed."""
    await ada.says(LAMP, key="k1")
    assert await ada.edits(LAMP, key="k1") == []
    assert (ada.said, bot.store.turns.versions(1)) == ([LAMP], [])


async def test_an_edit_said_again_is_answered_once(bot: Bot, ada: Writer) -> None:
    await ada.says(LAMP, key="k1")
    assert len(await ada.edits(LAMP_AT_7, key="k1")) == 1
    assert await ada.edits(LAMP_AT_7, key="k1") == []
    assert bot.store.turns.versions(1) == [LAMP]


async def test_every_version_is_kept_in_its_order(bot: Bot, ada: Writer) -> None:
    for number, text in enumerate((LAMP, LAMP_AT_7, SMOKE, LAMP)):
        await ada.says(text, key="k1", edited=number > 0)
    assert bot.store.turns.versions(1) == [LAMP, LAMP_AT_7, SMOKE]
    assert (ada.draft.matter.text, ada.open_drafts) == (LAMP, 1)


async def test_an_edited_matter_keeps_what_she_chose(ada: Writer) -> None:
    await ada.says(LAMP, key="k1")
    for label in ("改类型", "表扬", "选街道", "水果湖"):
        await ada.taps(label)
    told = await ada.edits(LAMP_AT_7, key="k1")
    matter = ada.draft.matter
    assert (matter.kind, matter.street) == ("praise", "shuiguohu")
    assert (matter.text, matter.place) == (LAMP_AT_7, "粮道街胭脂路7号")
    assert LAMP_AT_7 in told[0]
    assert ada.open_drafts == 1


async def test_words_added_to_a_draft_are_edited_where_they_stand(ada: Writer) -> None:
    await ada.says(LAMP, key="k1")
    await ada.says(SMOKE, key="k2")
    await ada.taps("补充")
    await ada.edits(f"{SMOKE}！", key="k2")
    assert ada.draft.matter.text == f"{LAMP}\n{SMOKE}！"
    await ada.edits(LAMP_AT_7, key="k1")
    assert ada.draft.matter.text == f"{LAMP_AT_7}\n{SMOKE}！"
    assert ada.open_drafts == 1


async def test_an_edit_changes_the_open_matter_its_words_stand_in(bot: Bot, ada: Writer) -> None:
    """With a newer matter open, the older one once stayed as it was and a third was offered."""
    await ada.says(LAMP, key="k1")
    await ada.says(SMOKE, key="k2")
    await ada.taps("另外反映")
    await ada.edits(LAMP_AT_7, key="k1")
    kept = [bot.store.drafts.hers(number, 1) for number in (1, 2)]
    assert [draft.matter.text for draft in kept if draft] == [LAMP_AT_7, SMOKE]


async def test_an_edited_caption_changes_the_matter_and_keeps_its_photo(ada: Writer) -> None:
    await ada.sends_photos(JPEG, text=LAMP, key="k1")
    await ada.edits(LAMP_AT_7, key="k1")
    assert (ada.draft.matter.text, ada.draft.photos) == (LAMP_AT_7, 1)


async def test_a_caption_added_afterwards_is_what_the_photo_was_waiting_for(
    ada: Writer,
) -> None:
    await ada.sends_photos(JPEG, key="k1")
    await ada.edits(LAMP, key="k1")
    assert (ada.draft.matter.text, ada.draft.photos, ada.open_drafts) == (LAMP, 1, 1)


async def test_an_emptied_caption_changes_nothing(bot: Bot, ada: Writer) -> None:
    await ada.sends_photos(JPEG, text=LAMP, key="k1")
    assert await ada.edits("", key="k1") == []
    assert (ada.draft.matter.text, ada.draft.photos) == (LAMP, 1)
    assert bot.store.turns.versions(1) == []


async def test_an_edit_after_filing_is_noted_on_the_case(bot: Bot, ada: Writer) -> None:
    await ada.says(LAMP, key="k1")
    await ada.taps("提交")
    (case,) = bot.store.cases.all()
    told = await ada.edits(LAMP_AT_7, key="k1")
    assert told == [words(bot, "case.reworded", number=case.number)]
    assert ada.replies[0].case_id == case.id
    assert cases_of(bot) == [LAMP]
    assert events_of(bot) == [("submit", ""), ("reword", LAMP_AT_7)]


async def test_further_edits_after_filing_are_noted_too(bot: Bot, ada: Writer) -> None:
    """The case holds the first words only; the second edit was once a message of its own."""
    await ada.says(LAMP, key="k1")
    await ada.taps("提交")
    await ada.edits(LAMP_AT_7, key="k1")
    await ada.edits(f"{LAMP_AT_7}，很黑", key="k1")
    assert events_of(bot) == [
        ("submit", ""),
        ("reword", LAMP_AT_7),
        ("reword", f"{LAMP_AT_7}，很黑"),
    ]
    assert len(bot.store.drafts.open_ones(1)) == 0


async def test_an_edit_of_a_message_never_heard_is_heard(ada: Writer) -> None:
    told = await ada.edits(LAMP, key="k9")
    assert LAMP in told[0]
    assert ada.draft.matter.text == LAMP


async def test_a_message_that_comes_after_its_edit_is_only_an_older_version(
    bot: Bot, ada: Writer
) -> None:
    await ada.edits(LAMP_AT_7, key="k1")
    assert await ada.says(LAMP, key="k1") == []
    assert (ada.draft.matter.text, bot.store.turns.versions(1)) == (LAMP_AT_7, [LAMP])


async def test_a_message_edited_into_a_command_runs_it(bot: Bot, ada: Writer) -> None:
    await ada.says("/hlep", key="k1")
    assert await ada.edits("/help", key="k1") == [words(bot, "talk.help")]


async def test_an_edit_that_is_too_long_is_refused_and_the_matter_stays(
    bot: Bot, ada: Writer
) -> None:
    await ada.says(LAMP, key="k1")
    told = await ada.edits("长" * 2001, key="k1")
    assert told == [words(bot, "talk.too_long", count=2001, most=2000)]
    assert ada.draft.matter.text == LAMP
    await ada.edits(LAMP_AT_7, key="k1")
    assert ada.draft.matter.text == LAMP_AT_7


async def test_a_message_that_was_too_long_is_heard_once_it_is_cut(ada: Writer) -> None:
    await ada.says("长" * 2001, key="k1")
    await ada.edits(LAMP, key="k1")
    assert ada.draft.matter.text == LAMP


async def test_an_edit_that_no_longer_fits_into_its_draft_is_refused(ada: Writer) -> None:
    """Two texts that fit together must not grow past what one card can show."""
    await ada.says(LAMP, key="k1")
    await ada.says(SMOKE, key="k2")
    await ada.taps("补充")
    await ada.edits("油烟太大没人管" * 285, key="k2")
    assert len(ada.draft.matter.text) <= 2000


# Albums


async def test_a_part_of_an_album_that_comes_late_joins_its_draft(ada: Writer) -> None:
    await ada.sends_photos(JPEG, text=LAMP, key="k1", album="a1")
    await ada.sends_photos(jpeg(2), key="k2", album="a1")
    assert (ada.draft.matter.text, ada.draft.photos, ada.open_drafts) == (LAMP, 2, 1)


async def test_a_late_part_joins_its_own_draft_though_another_is_open(
    bot: Bot, ada: Writer
) -> None:
    await ada.sends_photos(JPEG, text=LAMP, key="k1", album="a1")
    await ada.says(SMOKE, key="k2")
    await ada.taps("另外反映")
    await ada.sends_photos(jpeg(2), key="k3", album="a1")
    kept = [bot.store.drafts.hers(number, 1) for number in (1, 2)]
    assert [draft.photos for draft in kept if draft] == [2, 0]


async def test_a_late_part_joins_the_case_when_that_is_filed_already(
    bot: Bot, ada: Writer
) -> None:
    await ada.sends_photos(JPEG, text=LAMP, key="k1", album="a1")
    await ada.taps("提交")
    told = await ada.sends_photos(jpeg(2), key="k2", album="a1")
    (case,) = bot.store.cases.all()
    assert case.photos == 2
    assert case.number in told[0]
    assert ada.open_drafts == 0


async def test_words_under_a_late_part_are_what_the_draft_was_waiting_for(ada: Writer) -> None:
    await ada.sends_photos(JPEG, key="k1", album="a1")
    await ada.sends_photos(jpeg(2), text=LAMP, key="k2", album="a1")
    assert (ada.draft.matter.text, ada.draft.photos, ada.open_drafts) == (LAMP, 2, 1)


async def test_words_under_a_late_part_are_added_to_its_draft(ada: Writer) -> None:
    """Parts that come together are one text of all captions; a late one's words were dropped."""
    await ada.sends_photos(JPEG, text=LAMP, key="k1", album="a1")
    await ada.sends_photos(jpeg(2), text=SMOKE, key="k2", album="a1")
    assert ada.draft.matter.text == f"{LAMP}\n{SMOKE}"


async def test_an_album_of_somebody_else_is_not_joined(bot: Bot, ada: Writer) -> None:
    await ada.sends_photos(JPEG, text=LAMP, album="a1")
    await bot.dialogue.hear(Said("telegram", "bo", photos=(Photo(JPEG),), album="a1"))
    assert (ada.draft.photos, len(bot.store.drafts.open_ones(2))) == (1, 1)


async def test_photos_beyond_what_a_draft_takes_are_told_and_not_kept(
    bot: Bot, with_limits: Callable[..., Writer]
) -> None:
    ada = with_limits(max_photos_per_draft=2)
    await ada.sends_photos(JPEG, jpeg(2), text=LAMP, album="a1")
    told = await ada.sends_photos(jpeg(3), album="a1")
    assert told[0] == words(bot, "draft.photos_full", most=2)
    assert (ada.draft.photos, len(photos(bot))) == (2, 2)


# Drafts left open, and the clock


async def test_more_drafts_than_may_be_open_are_refused_with_the_last_one_to_settle(
    bot: Bot, with_limits: Callable[..., Writer]
) -> None:
    ada = with_limits(max_open_drafts=2)
    await ada.says(LAMP)
    await ada.says(SMOKE)
    await ada.taps("另外反映")
    await ada.says("隔壁小区的垃圾三天没人清运")
    told = await ada.taps("另外反映")
    assert told[0] == words(bot, "draft.too_many", count=2)
    assert SMOKE in told[1]
    assert ada.open_drafts == 2
    await ada.taps("提交")
    assert (cases_of(bot), ada.open_drafts) == ([SMOKE], 1)


async def test_a_photo_that_would_begin_one_draft_too_many_is_not_kept(
    bot: Bot, with_limits: Callable[..., Writer]
) -> None:
    ada = with_limits(max_open_drafts=1)
    await ada.says(LAMP)
    told = await ada.sends_photos(JPEG, text=SMOKE)
    assert told[0] == words(bot, "draft.too_many", count=1)
    assert (photos(bot), ada.open_drafts) == ([], 1)
    assert ada.said == [LAMP, SMOKE]


async def test_the_draft_she_worked_on_last_is_the_open_one_though_the_clock_jumps_back(
    ada: Writer, clock: Clock
) -> None:
    await ada.says(LAMP)
    clock.passes(days=-2)
    await ada.says(SMOKE)
    await ada.taps("另外反映")
    assert ada.draft.matter.text == SMOKE
    clock.passes(hours=-3)
    await ada.says("", action="d:1:kind=praise")
    assert (ada.draft.matter.text, ada.draft.matter.kind) == (LAMP, "praise")


async def test_case_numbers_stay_apart_though_the_clock_jumps_back(
    bot: Bot, ada: Writer, clock: Clock
) -> None:
    for days in (0, -1, 1, -1):
        clock.passes(days=days)
        await ada.says(f"{LAMP}，第{days}次")
        await ada.taps("提交")
    assert [case.number for case in bot.store.cases.all()] == [
        "WC20200302-0001",
        "WC20200301-0001",
        "WC20200302-0002",
        "WC20200301-0002",
    ]


async def test_filing_after_the_clock_jumped_back_files_once(
    bot: Bot, ada: Writer, clock: Clock
) -> None:
    await ada.says(LAMP)
    card = ada.replies
    await ada.taps("提交")
    clock.passes(days=-30)
    ada.replies = card
    await ada.taps("提交")
    assert cases_of(bot) == [LAMP]
    filed = bot.store.drafts.hers(1, 1)
    assert filed is not None
    assert filed.state is DraftState.SUBMITTED
