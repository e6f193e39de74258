"""What staff write about a case is sealed with it, and goes when its resident is forgotten."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from bot import desk
from bot.cases import Call, Case, Kind, Matter
from bot.desk import To
from bot.migrations import migrations
from bot.store import Store
from tests.casework import LAMP, PARKS, STREETS, Hall, new_hall

HER = "李秀英13912345678"
CALL = Call(f"{HER}家漏水", f"{HER}满意", f"电工去{HER}家")
REPORT = Matter("科长收钱才给办低保。", Kind.REPORT, "other")


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = new_hall()
    with closing(hall.connection):
        yield hall


def handled(hall: Hall, matter: Matter = LAMP) -> Case:
    """A case about which staff wrote wherever they can, her name and number each time."""
    case = hall.dispatched(matter, to=[To(STREETS, call=CALL), To(PARKS, is_lead=False)])
    lead, support = hall.store.assignments.of_case(case.id)
    hall.does(desk.sign, case, hall.handler, lead.id)
    hall.does(desk.ask_return, case, hall.gardener, support.id, f"{HER}说不归我们")
    hall.does(desk.ask_extension, case, hall.handler, lead.id, f"等{HER}在家")
    hall.does(desk.urge, case, hall.dispatcher, f"{HER}的事快办")
    desk.reveal_identity(hall.office, case.id, hall.supervisor, f"回访{HER}", at=hall.clock.now)
    with hall.store.transaction():
        hall.store.staff.keep_words(1, case.id, f"{HER}又打来电话", at=hall.clock.now)
    return hall.does(desk.done, case, hall.handler, lead.id, f"已给{HER}换灯。")


def wrote(store: Store, case: Case) -> list[str]:
    """What staff wrote about a case, as they read it."""
    lead, support = store.assignments.of_case(case.id)
    words = store.staff.words(1)
    assert words is not None
    return [
        *((lead.call.matter, lead.call.goal, lead.call.staff_needed) if lead.call else ()),
        *(lead.outcome, lead.extension_reason, support.return_reason, words.words),
        *(view.reason for view in store.views.of_case(case.id)),
        *sorted({card.headline for card in store.staff.cards(case.id) if HER in card.headline}),
    ]


def test_what_staff_write_is_read_by_them_and_stands_nowhere_in_the_clear(hall: Hall) -> None:
    words = wrote(hall.store, handled(hall))
    assert len(words) >= 8
    assert all(HER in text for text in words)
    assert "李秀英" not in str(hall.everything())
    assert "13912345678" not in str(hall.everything())


def test_what_staff_wrote_goes_when_she_is_forgotten(hall: Hall) -> None:
    case = handled(hall)
    before = hall.connection.serialize()
    desk.forget(hall.office, case.resident_id, drop_photo=lambda _: None, at=hall.clock.now)
    assert not any(wrote(hall.store, case))
    with closing(sqlite3.connect(":memory:")) as copy:
        copy.deserialize(before)
        assert not any(wrote(Store(copy, hall.store.vault), case))


def test_what_staff_wrote_goes_on_with_a_report_that_is_nobodys(hall: Hall) -> None:
    case = handled(hall, REPORT)
    before = wrote(hall.store, case)
    desk.forget(hall.office, case.resident_id, drop_photo=lambda _: None, at=hall.clock.now)
    assert wrote(hall.store, case) == before
    assert hall.store.damaged_rows() == []


def test_what_staff_wrote_before_is_sealed_and_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with closing(sqlite3.connect(path)) as connection:
        migrations.apply(sqlite_utils.Database(connection), stop_before="m016_vault")
        connection.executescript(_PLAIN)
        connection.commit()
    assert HER.encode() in path.read_bytes()
    with closing(Store.open(path)) as store:
        (part,) = store.assignments.of_case(1)
        words = store.staff.words(1)
        assert (part.call, part.outcome) == (CALL, HER)
        assert words is not None
        assert words.words == HER
        assert [view.reason for view in store.views.last(most=9)] == [HER, HER]
        assert store.damaged_rows() == []
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert HER.encode() not in left


_PLAIN = f"""
    insert into residents (id, created_at) values (1, '2020-03-02T04:00:00+00:00');
    insert into cases (id, number, query_code, resident_id, text, kind, category, urgency, street,
        place, commitment, state, submitted_at)
    values (1, 'WC20200302-0001', 'ABCD2345', 1, '路灯坏了', 'complaint', 'other', 'normal', '',
        '', '', 'submitted', '2020-03-02T04:00:00+00:00');
    insert into staff (id, name, role, unit, created_at) values (1, '王五', 'supervisor', '', '');
    insert into assignments (case_id, unit, is_lead, state, call, outcome, round)
    values (1, 'parks', 1, 'done',
        '{{"matter": "{CALL.matter}", "goal": "{CALL.goal}",
            "staff_needed": "{CALL.staff_needed}"}}', '{HER}', 0);
    insert into staff_words (id, staff_id, case_id, words, at) values (1, 1, 1, '{HER}', '');
    insert into views (staff_id, case_id, what, reason, at)
    values (1, 1, 'identity', '{HER}', '2020-03-02T04:00:00+00:00'),
        (1, null, 'full_export', '{HER}', '2020-03-02T04:00:00+00:00');
"""
"""A database as it was before the vault, of one case."""
