"""Nothing stands still unseen: what waits for somebody is on a list, and somebody is told."""

from dataclasses import replace
from datetime import datetime

from bot import desk
from bot.cases import Case, Kind, Role, Solved
from tests.casework import LAMP, Hall, wuhan


def sleeps_until(hall: Hall, *moments: datetime) -> None:
    """Look at the clocks at each of these moments, and at none before."""
    for moment in moments:
        hall.clock.now = moment
        with hall.store.transaction():
            while desk.make_round(hall.office, at=moment):
                pass


def said(hall: Hall, case: Case) -> list[tuple[datetime, str, str]]:
    """What was said of a case's clocks: when, how gravely, of which."""
    return [
        (event.at, event.action, event.about["clock"])
        for event in hall.store.cases.events(case.id)
        if "clock" in event.about
    ]


def to_do(hall: Hall, role: Role) -> list[int]:
    """The cases that wait for a role."""
    return [case.id for case in hall.store.lists.to_do(role, "", at=hall.clock.now, most=9)]


def test_a_resident_who_says_nothing_is_looked_after_once(hall: Hall) -> None:
    case = hall.asked()
    assert to_do(hall, Role.DISPATCHER) == []
    sleeps_until(hall, wuhan(9, 19, 9), wuhan(9, 19, 10), wuhan(10, 19, 9))
    assert said(hall, case) == [(wuhan(9, 19, 9), "urge", "info")]
    assert to_do(hall, Role.DISPATCHER) == [case.id]


def test_what_is_done_and_not_replied_to_is_urged(hall: Hall) -> None:
    case = hall.finishes(hall.dispatched())
    assert hall.due(case, "reply") == wuhan(9, 15, 9)
    sleeps_until(hall, wuhan(9, 15, 9))
    assert (wuhan(9, 15, 9), "urge", "reply") in said(hall, case)
    hall.replies(hall.case(case))
    assert "reply" not in hall.clocks(case)


def test_reports_of_wrongdoing_are_in_no_early_warning(hall: Hall) -> None:
    group = hall.opens_a_group()
    for kind in (Kind.REPORT, Kind.COMPLAINT, Kind.REPORT, Kind.COMPLAINT):
        hall.files(replace(LAMP, kind=kind, place="胭脂路王记烧烤店"))
    assert "苗头预警" not in "".join(hall.letters_to(group))
    hall.files(replace(LAMP, place="胭脂路王记烧烤店"))
    (warning,) = [words for words in hall.letters_to(group) if "苗头预警" in words]
    assert "近期 3 件" in warning


def test_a_resident_who_is_not_content_is_noticed_and_not_called_unrated(hall: Hall) -> None:
    group = hall.opens_a_group()
    case = hall.replied()
    hall.does(desk.judge_solved, case, hall.resident, Solved.NO)
    assert "\n🗳 <b>居民的评价：没有解决或不满意</b>\n" in hall.letters_to(group)[-1]
    sleeps_until(hall, hall.due(case, "rating"))
    assert "已结案，您的评价已记下" in hall.letters(hall.resident)[-1]
