"""The commitments board of staff and the public page: what is counted, noted, shown and hidden."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from bot import desk
from bot.app import Bot
from bot.cases import Actor, Satisfied, Solved
from bot.web.commitments import KEPT_SECONDS
from tests.clock import Clock
from tests.consoles import Clerk, ConsoleSite
from tests.test_queue_page import HOSTILE, LAMP, actor, dispatched, files

ID = "wuchang-2020/gdp-growth"
ABOUT = replace(LAMP, commitment=ID)
PATH = f"/console/commitments/{ID}"


def replied(bot: Bot) -> Actor:
    """A case about the commitment whose resident has a reply; gives the resident."""
    case = dispatched(bot, ABOUT)
    (part,) = bot.store.assignments.of_case(case.id)
    desk.sign(bot.office, case.id, actor(bot, "王五"), part.id, at=bot.now())
    desk.done(bot.office, case.id, actor(bot, "王五"), part.id, "已换灯。", at=bot.now())
    desk.reply(
        bot.office, case.id, actor(bot, "李四"), "已修好。", answered=frozenset({0}), at=bot.now()
    )
    return Actor.resident(case.resident_id)


def quotes(clerk: Clerk, selector: str) -> list[str]:
    """The report's words as they are read, whatever of them is bold."""
    return [one.get_text() for one in clerk.all(selector)]


def test_the_figures_of_a_commitment_are_those_of_its_cases(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    office, at = bot.office, bot.now()
    files(bot, ABOUT)
    files(bot, LAMP)
    resident = replied(bot)
    case = bot.store.cases.of_resident(resident.resident_id or 0, most=1)[0]
    desk.judge_satisfied(office, case.id, resident, Satisfied.NO, at=at)
    desk.judge_solved(office, case.id, resident, Solved.NO, at=at)
    disputed = replied(bot)
    last = bot.store.cases.of_resident(disputed.resident_id or 0, most=1)[0]
    desk.dispute(office, last.id, disputed, "没修好", at=at)
    clock.passes(days=40)
    files(bot, ABOUT)
    found = bot.store.board.figures(at=clock.now)[ID]
    assert (found.cases, found.open, found.disputed, found.closed) == (4, 4, 1, 0)
    assert (found.rated, found.satisfied, found.unsolved) == (1, 0, 1)
    assert found.overdue == 2  # what was filed first was not accepted, the disputed not signed
    assert found.by_month[-2:] == (3, 1)
    assert sum(found.by_month) == 4
    other = "wuchang-2020/kindergartens"
    files(bot, replace(LAMP, commitment=other))
    assert bot.store.board.figures(at=clock.now, commitment=ID) == {ID: found}
    assert set(bot.store.board.figures(at=clock.now)) == {ID, other}


def test_a_commitment_that_staff_dropped_has_no_case(site: ConsoleSite, bot: Bot) -> None:
    case = files(bot, ABOUT)
    desk.link(bot.office, case.id, actor(bot, "李四"), commitments=[], at=bot.now())
    assert ID not in bot.store.board.figures(at=bot.now())


async def test_the_board_has_every_commitment_and_what_hurts_most_first(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    files(bot, ABOUT)
    clock.passes(days=3)
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/commitments")
    curated = [one for one in bot.index.commitments.values() if not one.is_staff_answer]
    assert len(clerk.all(".board tbody tr")) == len(curated)
    assert quotes(clerk, ".board .target a")[0] == bot.index.commitments[ID].quote
    assert clerk.texts(".board tbody tr:first-child td.figure")[:4] == ["1", "1", "1", "0"]


async def test_the_board_is_narrowed_down(site: ConsoleSite, bot: Bot) -> None:
    files(bot, ABOUT)
    clerk = await site.signs_in("王五")
    await clerk.opens("/console/commitments?cases=1")
    assert quotes(clerk, ".board .target a") == [bot.index.commitments[ID].quote]
    await clerk.opens("/console/commitments?q=幼儿园&sort=report")
    assert quotes(clerk, ".board .target a") == [
        one.quote
        for commitments in bot.index.sections.values()
        for one in commitments
        if "幼儿园" in one.quote + one.section + one.heading
    ]
    await clerk.opens("/console/commitments?unit=区教育局")
    assert {text.split(" · ")[1] for text in clerk.texts(".board .target span")} == {"区教育局"}
    await clerk.opens("/console/commitments?q=没有这样的词")
    assert clerk.all(".board") == []
    assert "没有符合条件的承诺" in clerk.text


async def test_a_targets_quantities_are_bold(site: ConsoleSite, bot: Bot) -> None:
    one = bot.index.commitments["wuchang-2020/kindergartens"]
    clerk = await site.signs_in("王五")
    for path, place in (
        ("/console/commitments", f".target a[href$='/{one.id}'] b"),
        (f"/console/commitments/{one.id}", ".board-quote b"),
        ("/commitments", f"#{one.id.replace('/', '-')} blockquote b"),
    ):
        await clerk.opens(path)
        assert clerk.texts(place) == [part.text for part in one.quantities], path
    assert one.quantities


async def test_an_english_reader_reads_units_and_targets_in_english(
    site: ConsoleSite, bot: Bot
) -> None:
    one = bot.index.commitments["wuchang-2020/kindergartens"]
    clerk = await site.signs_in("李四", language="en-GB")
    await clerk.opens("/console/commitments?q=kindergartens")
    assert any(one.en in text for text in clerk.texts(".board .target"))
    for path in ("/console/commitments", "/commitments"):
        await clerk.opens(path)
        assert "区教育局" not in clerk.text, path


async def test_no_rate_is_shown_of_fewer_than_twenty(site: ConsoleSite, bot: Bot) -> None:
    for _ in range(19):
        rate(bot)
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    assert "n=19, 不足 20 件不列比率" in clerk.text
    rate(bot)
    await clerk.opens(PATH)
    assert "100% 满意率 n=20" in clerk.text


def rate(bot: Bot) -> None:
    resident = replied(bot)
    case = bot.store.cases.of_resident(resident.resident_id or 0, most=1)[0]
    desk.judge_satisfied(bot.office, case.id, resident, Satisfied.MOSTLY, at=bot.now())


async def test_staff_note_progress_and_followers_hear_of_it_once(
    site: ConsoleSite, bot: Bot
) -> None:
    resident = files(bot, LAMP).resident_id
    bot.store.following.follow(ID, resident, at=bot.now())
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    assert "有 1 位居民关注" in clerk.text
    fields = {"text": "上半年增长5.1%。", "source": "区统计局", "noted_on": "2020-03-01"}
    await clerk.submits(".board-form", fields)
    assert "通知了 1 位" in clerk.text
    (note,) = bot.store.following.notes(ID)
    assert (note.text, note.source, note.noted_on.isoformat()) == tuple(fields.values())
    assert clerk.texts(".board-notes li")[0].startswith("2020-03-01 · 李四")
    assert "上半年增长5.1%" in bot.store.turns.last(resident, most=1)[0].replies[0].html
    await clerk.submits(".board-form", fields)
    assert clerk.status == 422
    assert len(bot.store.following.notes(ID)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "", "source": "区统计局", "noted_on": "2020-03-01"},
        {"text": "上半年增长", "source": "", "noted_on": "2020-03-01"},
        {"text": "上半年增长", "source": "区统计局", "noted_on": "2020-03-03"},
        {"text": "上半年增长", "source": "区统计局", "noted_on": "昨天"},
        {"text": "x" * 1501, "source": "区统计局", "noted_on": "2020-03-01"},
        {"text": "x" * 6000, "source": "区统计局", "noted_on": "2020-03-01"},
    ],
)
async def test_a_note_that_cannot_be_is_refused_and_its_words_stay(
    site: ConsoleSite, bot: Bot, fields: dict[str, str]
) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    await clerk.submits(".board-form", fields)
    assert clerk.status == 422
    assert clerk.all("#note-text")[0].get_text().strip() == fields["text"]
    assert bot.store.following.notes(ID) == []


async def test_the_preview_is_what_followers_then_read(site: ConsoleSite, bot: Bot) -> None:
    resident = files(bot, LAMP).resident_id
    bot.store.following.follow(ID, resident, at=bot.now())
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    fields = {"text": "<b>上半年</b>增长5.1%。", "source": "区统计局", "noted_on": "2020-03-01"}
    await clerk.submits(".board-form", fields, button="preview")
    (shown,) = clerk.texts(".board-preview .step-words")
    assert bot.store.following.notes(ID) == []
    assert bot.store.turns.last(resident, most=1) == []
    assert clerk.all("#note-text")[0].get_text().strip() == fields["text"]
    await clerk.submits(".board-form", button="send")
    html = bot.store.turns.last(resident, most=1)[0].replies[0].html
    heard = BeautifulSoup(html, "html.parser").get_text(" ")
    assert " ".join(heard.split()) == shown
    assert fields["text"] in heard


async def test_a_handler_notes_nothing(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("王五")
    await clerk.opens(PATH)
    assert clerk.all(".board-form") == []
    await clerk.posts(PATH, {"text": "x", "source": "y", "noted_on": "2020-03-01"})
    assert clerk.status == 404
    assert bot.store.following.notes(ID) == []


@pytest.mark.parametrize("name", ["no-such", "../x", "%3Cscript%3E"])
async def test_a_commitment_that_is_none_is_not_found(site: ConsoleSite, name: str) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(f"/console/commitments/wuchang-2020/{name}")
    assert clerk.status == 404


async def test_the_public_page_has_targets_progress_and_numbers_and_nobodys_words(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, replace(ABOUT, text="秘密的原话", place="某人的家"))
    for text in HOSTILE:
        desk.add_progress_note(
            bot.office, ID, text, source=text, noted_on=bot.now().date(), at=bot.now()
        )
    anybody = site.stranger()
    await anybody.opens("/commitments")
    place = f"#{ID.replace('/', '-')}"
    entry = anybody.texts(place)[0]
    assert quotes(anybody, f"{place} blockquote") == [bot.index.commitments[ID].quote]
    assert "收到诉求 1 件，已结案 0 件" in entry
    assert HOSTILE[-1] in entry
    assert anybody.all("main script, main img, main [onerror], main a[href^=javascript]") == []
    assert "秘密的原话" not in anybody.page.get_text()
    assert "某人的家" not in anybody.page.get_text()


async def test_the_public_numbers_are_counted_anew_after_a_while(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    files(bot, ABOUT)
    anybody = site.stranger()
    await anybody.opens("/commitments")
    files(bot, ABOUT)
    clock.passes(seconds=KEPT_SECONDS)
    await anybody.opens("/commitments")
    assert "收到诉求 2 件，已结案 0 件" in anybody.text


async def test_the_public_page_is_searched_in_both_languages(site: ConsoleSite, bot: Bot) -> None:
    anybody = site.stranger(language="en-GB")
    await anybody.opens("/commitments?q=kindergartens")
    assert any("新增普惠幼儿园3所" in text for text in quotes(anybody, ".promises blockquote"))
    assert any("kindergartens" in text for text in anybody.texts(".promises [lang=en]"))
    await anybody.opens("/commitments?q=<script>alert(1)</script>")
    assert "No commitment fits." in anybody.text
    assert anybody.all("main script") == []
