"""A report of wrongdoing stays confidential at every exit, whatever its kind is called later,
open or closed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import desk
from bot.cards import Reader
from bot.cases import Actor, Case, Kind, Matter, Solved, Staff
from bot.desk import Similar
from bot.dialogue.phrasing import joinable
from bot.export import Exporter, Open311
from bot.export.columns import HIDDEN
from bot.likeness import Likeness
from bot.staffroom import Outcome, Staffroom
from bot.store import Sent
from tests.casework import LAMP, PARKS, STREETS, Hall
from tests.office import real_wording
from tests.test_staff_cards import Chats

ROAD = "紫罗兰巷"
SECRET = Matter(
    f"{ROAD}的城管队长收商户的钱。",
    Kind.REPORT,
    "urban_management",
    street="liangdaojie",
    place=f"{ROAD}7号",
    latitude=30.551234,
    longitude=114.301234,
)
BESIDE = replace(LAMP, place=f"{ROAD}7号")
"""An ordinary matter at the same place."""
DAY = timedelta(days=1)
Way = Callable[[Hall, Case], Case]


def stays_open(hall: Hall, case: Case) -> Case:
    """It is with its unit."""
    case = hall.does(desk.accept, case, hall.dispatcher)
    return hall.does(desk.dispatch, case, hall.dispatcher, [desk.To(STREETS)])


def is_closed(hall: Hall, case: Case) -> Case:
    """Its resident says that it is solved."""
    case = hall.replies(hall.finishes(stays_open(hall, case)))
    return hall.does(desk.judge_solved, case, Actor.resident(case.resident_id), Solved.YES)


WAYS = pytest.mark.parametrize("ends", [stays_open, is_closed])


def reclassified(hall: Hall, ends: Way, *, kind: Kind = Kind.COMPLAINT) -> Case:
    """A report of wrongdoing that a dispatcher calls something else."""
    case = hall.does(desk.classify, hall.files(SECRET), hall.dispatcher, kind=kind)
    return ends(hall, case)


def numbers_of(hall: Hall, text: str) -> list[str]:
    """The cases that a text names."""
    return [case.number for case in hall.store.cases.all() if case.number in text]


# Cards


@WAYS
def test_a_group_reads_neither_what_nor_where(hall: Hall, ends: Way) -> None:
    group = hall.opens_a_group()
    case = reclassified(hall, ends)
    told = "\n".join(hall.letters_to(group))
    assert f"{case.number}</b> · " in told
    assert "🔒 保密件，内容只在私聊中显示。" in hall.letters_to(group)[-1]
    assert ROAD not in told
    assert "已换灯" not in told
    card = hall.office.cards.face.card("zh", case, Reader.group(), at=hall.clock.now)
    assert [button.action.rpartition(":")[2] for row in card.buttons for button in row] == ["read"]


@WAYS
def test_who_works_on_it_reads_it_in_private(hall: Hall, ends: Way) -> None:
    hall.opens_a_group()
    reclassified(hall, ends)
    assert SECRET.text in "".join(hall.letters(hall.handler))


@WAYS
def test_a_group_is_not_told_what_it_is_like_or_was_merged_with(hall: Hall, ends: Way) -> None:
    """The other case's place stands in the group: it is this one's, too."""
    case = reclassified(hall, ends)
    beside = hall.files(BESIDE, by=hall.neighbour)
    with hall.store.transaction():
        hall.store.cases.keep_similar(beside.id, case.id, score=0.9, reasons=["place"])
        hall.store.cases.keep_similar(case.id, beside.id, score=0.9, reasons=["place"])
        hall.store.cases.change(replace(hall.case(beside), same_as=case.id))
        hall.store.cases.change(replace(hall.case(case), master_id=beside.id, same_as=beside.id))
    face, at = hall.office.cards.face, hall.clock.now
    for one in (case, beside):
        card = face.card("zh", hall.case(one), Reader.group(), at=at)
        assert numbers_of(hall, card.html) == [one.number]
    told = face.card("zh", hall.case(beside), Reader.member(member(hall, hall.dispatcher)), at=at)
    assert numbers_of(hall, told.html) == [case.number, beside.number]


@WAYS
def test_a_handler_is_not_told_that_another_units_is_like_hers(hall: Hall, ends: Way) -> None:
    case = reclassified(hall, ends)
    beside = hall.dispatched(BESIDE, to=[desk.To(PARKS)], by=hall.neighbour)
    with hall.store.transaction():
        hall.store.cases.keep_similar(beside.id, case.id, score=0.9, reasons=["place"])
    face, at = hall.office.cards.face, hall.clock.now
    hers = Reader.member(member(hall, hall.gardener))
    assert numbers_of(hall, face.card("zh", beside, hers, at=at).html) == [beside.number]


def member(hall: Hall, actor: Actor) -> Staff:
    """Somebody of the staff."""
    assert actor.staff_id is not None
    found = hall.store.staff.get(actor.staff_id)
    assert found is not None
    return found


def test_what_a_group_got_before_is_taken_away_at_the_next_start(hall: Hall) -> None:
    """Its present kind alone was asked for: one 改分类 brought words and place into the group."""
    group, chats = hall.opens_a_group(), Chats(hall)
    beside = hall.files(by=hall.neighbour)
    case = hall.files(replace(SECRET, kind=Kind.COMPLAINT))
    chats.receive()
    was = "update cases set is_confidential = 1, is_in_groups = 1 where id = ?"
    hall.connection.execute(was, [case.id])
    assert ROAD in chats.shown(group)
    assert "30.55" in chats.shown(group)
    desk.adopt_cases(hall.office, at=hall.clock.now)
    chats.receive()
    assert case.number not in chats.shown(group)
    assert ROAD not in chats.shown(group)
    assert "30.55" not in chats.shown(group)
    assert beside.number in chats.shown(group)
    hall.does(desk.accept, case, hall.dispatcher)
    chats.receive()
    desk.adopt_cases(hall.office, at=hall.clock.now)
    chats.receive()
    assert "内容只在私聊中显示" in chats.shown(group)


# Buttons and words in a group


def taps(hall: Hall, case: Case, verb: str) -> Outcome:
    """A dispatcher taps a button in the group that has stood there since before."""
    return Staffroom(hall.office).tap(
        member(hall, hall.dispatcher),
        f"k:{case.id}:{case.version}:{verb}",
        language="zh",
        reader=Reader.group(),
        at=hall.clock.now,
    )


@pytest.mark.parametrize("verb", ["link", "merge", "classify", "reply", "reject"])
def test_an_old_button_in_a_group_only_brings_the_hidden_card(hall: Hall, verb: str) -> None:
    case = hall.does(desk.classify, hall.files(SECRET), hall.dispatcher, kind=Kind.COMPLAINT)
    found = taps(hall, case, verb)
    assert found.in_place is not None
    assert "内容只在私聊中显示" in found.in_place.html
    assert (found.postings, hall.case(case)) == ((), case)


@WAYS
def test_a_group_is_not_offered_to_merge_into_it(hall: Hall, ends: Way) -> None:
    case = reclassified(hall, ends)
    beside = hall.files(BESIDE, by=hall.neighbour)
    with hall.store.transaction():
        hall.store.cases.keep_similar(beside.id, case.id, score=0.9, reasons=["place"])
    offered = taps(hall, beside, "merge").in_place
    told = [button.label for row in offered.buttons for button in row] if offered else []
    assert case.number not in "".join(told)


def test_its_points_are_not_read_back_in_a_group(hall: Hall) -> None:
    case = hall.finishes(reclassified(hall, stays_open))
    (asked,) = Staffroom(hall.office).words(
        member(hall, hall.dispatcher),
        Sent(1, case.id, "reply"),
        "已核查。",
        language="zh",
        at=hall.clock.now,
    )
    assert "已核查。" in asked.reply.html
    assert ROAD not in asked.reply.html


# Files


def exporter(hall: Hall, *, is_full: bool = False) -> Exporter:
    """What makes rows of work orders."""
    names = hall.office.cards.face.names
    return Exporter(real_wording(), names, commitment=lambda _: None, is_full=is_full)


@WAYS
def test_a_masked_file_tells_neither_what_nor_where(hall: Hall, ends: Way) -> None:
    case = reclassified(hall, ends)
    (order,) = hall.store.work_orders.these([case.id])
    order = replace(order, commitments=("wuchang-2020/gdp-growth",), alike="WC20260914-0009")
    row = exporter(hall).row(order)
    hidden = ("content", "place", "street", "commitment", "duplicate_hint")
    assert {row[name] for name in hidden} == {HIDDEN}
    assert (row["confidential"], row["latitude"], row["longitude"]) == ("是", None, None)
    assert row["reply"] in ("", HIDDEN)
    assert ROAD not in str(row)
    assert "粮道街" not in str(row)
    assert exporter(hall, is_full=True).row(order)["content"] == SECRET.text


@WAYS
def test_a_masked_file_names_it_at_no_other_case(hall: Hall, ends: Way) -> None:
    case = reclassified(hall, ends)
    beside = hall.files(BESIDE, by=hall.neighbour)
    with hall.store.transaction():
        hall.store.cases.keep_similar(beside.id, case.id, score=0.9, reasons=["place"])
    (order,) = hall.store.work_orders.these([beside.id])
    assert exporter(hall).row(order)["duplicate_hint"] == HIDDEN
    assert exporter(hall, is_full=True).row(order)["duplicate_hint"] == case.number


@WAYS
def test_it_is_not_in_the_open_data(hall: Hall, ends: Way) -> None:
    case = reclassified(hall, ends)
    beside = hall.files(BESIDE, by=hall.neighbour)
    orders = hall.store.work_orders.these([case.id, beside.id])
    rows = Open311(hall.office.cards.face.names).rows(orders)
    assert [row["service_request_id"] for row in rows] == [beside.number]


# Other residents, and everybody


@WAYS
def test_no_other_resident_sees_it_as_similar(hall: Hall, ends: Way) -> None:
    case, beside = reclassified(hall, ends), hall.files(BESIDE, by=hall.neighbour)
    alike = [Similar(one, Likeness(0.9, ("place",))) for one in (case, beside)]
    assert joinable(alike) == [beside]


@WAYS
def test_it_is_in_no_early_warning(hall: Hall, ends: Way) -> None:
    group = hall.opens_a_group()
    reclassified(hall, ends)
    for _ in range(2):
        hall.files(BESIDE, by=hall.neighbour)
    assert "苗头预警" not in "".join(hall.letters_to(group))


@WAYS
def test_no_figure_tells_where_it_was(hall: Hall, ends: Way) -> None:
    for _ in range(3):
        reclassified(hall, ends)
    records = hall.store.figures.read(
        hall.clock.now - DAY,
        hall.clock.now + DAY,
        now=hall.clock.now,
        spots_since=hall.clock.now - DAY,
    )
    assert (records.spots, records.spot_names) == ((), {})
    assert len(records.cases) == 3
