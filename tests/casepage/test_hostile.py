"""Whatever somebody writes into any field of a case or of its page stays words: no markup that
lives, no link, no script, on no page of a case."""

from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup, Tag

from bot import desk
from bot.access import add_member
from bot.cases import Actor, Call, Case, Kind
from bot.desk import To
from bot.web.console.casepage.replying import BEGUN
from tests.casepages import (
    DISPATCHER,
    GARDENER,
    HANDLER,
    HOSTILE,
    SUPERVISOR,
    CasePages,
    address,
)
from tests.casework import LAMP, PARKS, STREETS, all_points

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALL = "\n".join(HOSTILE)
FIELDS = (
    *("words", "source", "number", "matter", "goal", "staff_needed", "until", "noted_on"),
    *("lead", "support", "kind", "category", "urgency", "reject_reason", "alike", "commitment"),
    *("another", "template", "part", "point", "step", "sure", "version"),
)
"""Every name that a form of the page posts."""


def alive(page: BeautifulSoup) -> list[str]:
    """What of a page could run, load or lead somewhere that the site itself did not put there."""
    found = []
    for one in page.find_all(True):
        attributes = {str(name): str(value) for name, value in one.attrs.items()}
        if any(name.startswith("on") or name == "style" for name in attributes):
            found.append(str(one)[:100])
        targets = [attributes.get(name, "/") for name in ("href", "src", "action", "formaction")]
        if not all(target.startswith(("/", "?", "#")) for target in targets):
            found.append(str(one)[:100])
        if one.name in ("script", "style", "iframe", "object", "svg"):
            found += [str(one)[:100]] if is_strange(one) else []
        if one.name == "img" and "/static/" not in str(one["src"]):
            found.append(str(one)[:100])
    return found


def is_strange(one: Tag) -> bool:
    """Whether a script holds code itself, or anything else holds words."""
    return bool(one.get_text(strip=True)) or one.name in ("style", "iframe", "object")


async def test_the_check_sees_what_lives() -> None:
    for words in (*HOSTILE[:2], '<a href="javascript:alert(1)">x</a>', '<p onclick="x()">'):
        html = f"<p>{words}</p>" if words.startswith("<") else f'<input value="{words}">'
        assert alive(BeautifulSoup(html, "html.parser")), words
    harmless = '<script src="/static/a.js" defer></script><a href="?lang=en">x</a>'
    assert alive(BeautifulSoup(harmless, "html.parser")) == []


async def test_what_residents_and_staff_wrote_stands_as_words(pages: CasePages) -> None:
    case = full_of(pages, ALL)
    for name in (DISPATCHER, SUPERVISOR, HANDLER, GARDENER):
        clerk = await pages.opens(name, case)
        assert clerk.status == 200
        assert alive(clerk.page) == []
        assert clerk.texts(".case-words")[0] == " ".join(ALL.split())
        for words in HOSTILE:
            assert clerk.text.count(words) >= 8, words


def full_of(pages: CasePages, words: str) -> Case:
    """A case on which everybody wrote these words wherever words can be written."""
    hall = pages.hall
    add_member(pages.bot.store, pages.bot.service, words, "dispatcher", "", at=pages.clock.now)
    writer = hall.store.staff.named(" ".join(words.split()))
    assert writer is not None
    somebody = Actor.staff(writer)
    case = hall.files(replace(LAMP, text=words, place=words))
    hall.does(desk.add_words, case, hall.resident, words)
    hall.does(desk.reword, case, hall.resident, words)
    hall.does(desk.link, case, somebody, commitments=words.split())
    hall.does(desk.accept, case, somebody)
    to = [To(STREETS), To(PARKS, is_lead=False, call=Call(words, words, words))]
    hall.does(desk.dispatch, case, somebody, to)
    hall.does(desk.note, case, somebody, words)
    hall.does(desk.contact, case, hall.handler, words)
    hall.does(desk.ask_extension, case, hall.handler, hall.part(case).id, words)
    hall.does(desk.refuse_extension, case, somebody, hall.part(case).id)
    hall.does(desk.sign, case, hall.handler, hall.part(case).id)
    hall.does(desk.done, case, hall.handler, hall.part(case).id, words)
    hall.does(desk.ask_return, case, hall.gardener, hall.part(case, PARKS).id, words)
    hall.does(desk.urge, case, somebody, words)
    desk.reveal_identity(hall.office, case.id, somebody, words, at=pages.clock.now)
    return hall.does(desk.supervise, case, hall.supervisor, words)


async def test_a_reply_and_what_follows_it_stands_as_words(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.finishes(hall.dispatched(replace(LAMP, text=ALL)))
    hall.does(desk.reply, case, hall.dispatcher, ALL, answered=all_points(case))
    hall.does(desk.put_on_ledger, case, hall.supervisor, ALL, until=date(2020, 4, 1))
    question = hall.files(replace(LAMP, kind=Kind.CONSULT))
    hall.does(desk.answer, question, hall.dispatcher, ALL, source=ALL)
    rejected = hall.files()
    hall.does(desk.reject, rejected, hall.dispatcher, "litigation", words=ALL)
    hall.does(desk.object_to_rejection, rejected, hall.resident, ALL)
    for one in (case, question, rejected):
        clerk = await pages.opens(DISPATCHER, one)
        assert alive(clerk.page) == []
        assert all(words in clerk.text for words in HOSTILE)


async def test_what_comes_back_in_a_form_stands_in_its_fields(pages: CasePages) -> None:
    """Every form there is, posted with hostile words in every field by whoever has it."""
    hall = pages.hall
    cases = (hall.files(), hall.accepted(), hall.dispatched(), hall.finishes(hall.dispatched()))
    for name in (DISPATCHER, SUPERVISOR, HANDLER):
        for case in cases:
            clerk = await pages.opens(name, case)
            actions = [str(one["id"]).removeprefix("do-") for one in clerk.all("details.action")]
            for action in actions:
                for step in ("preview", "insert", "send") if action in BEGUN else ("send",):
                    fields = dict.fromkeys(FIELDS, ALL)
                    fields |= {"version": str(hall.case(case).version), "step": step}
                    await clerk.posts(f"{address(case)}/{action}", fields)
                    assert clerk.status in (200, 422), (action, clerk.text)
                    assert alive(clerk.page) == [], action


async def test_the_preview_and_the_warnings_hold_no_living_markup(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.finishes(hall.dispatched(replace(LAMP, text=f"{ALL}\n路灯坏了三个月。")))
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-reply form", {"words": ALL}, button="preview")
    assert alive(clerk.page) == []
    assert clerk.texts(".preview-words blockquote") == [" ".join(ALL.split())]
    assert any("<script>alert(1)</script>" in text for text in clerk.texts(".console-warning"))
    await clerk.submits("#do-reply form", {"words": f"【{HOSTILE[1]}】"}, button="send")
    assert alive(clerk.page) == []
    assert HOSTILE[1] in clerk.texts(".console-warning")[0]


async def test_what_stands_in_an_address_stays_words(pages: CasePages) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    for words in HOSTILE:
        response = await clerk.http.get(address(case), params={"do": words, "lang": words})
        assert alive(BeautifulSoup(response.text, "html.parser")) == []
        assert words not in response.text
