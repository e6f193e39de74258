"""Lengths, the Chinese calendar with 调休, and clocks that run and pause."""

import logging
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases import TIME_ZONE
from bot.clocks import Calendar, Counted, Length, Timer

HOURS = [(time(8, 30), time(12)), (time(14), time(17, 30))]
DAY = 420
"""Working minutes of a day with these hours."""

CALENDAR = Calendar(HOURS)

moments = st.datetimes(
    min_value=datetime(2024, 1, 1), max_value=datetime(2026, 11, 30), timezones=st.just(TIME_ZONE)
)
spans = st.floats(min_value=0, max_value=20 * DAY)
countings = st.sampled_from(["wall", "working"])
waits = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=15))


def wuhan(text: str) -> datetime:
    """A moment as Wuhan's clocks show it."""
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def worked_after(start: str, minutes: float) -> str:
    """The moment by which so many minutes were worked, as Wuhan's clocks show it."""
    end = CALENDAR.after(wuhan(start), minutes, "working")
    assert end.tzinfo is UTC
    return end.astimezone(TIME_ZONE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2 working hours", Length(2, "working hours")),
        ("1 working hour", Length(1, "working hours")),
        ("3 working days", Length(3, "working days")),
        ("1 working day", Length(1, "working days")),
        ("15 minutes", Length(15, "minutes")),
        ("1 minute", Length(1, "minutes")),
        ("24 hours", Length(24, "hours")),
        ("1.5 hours", Length(1.5, "hours")),
        (" 7  days ", Length(7, "days")),
    ],
)
def test_a_length_is_read_as_it_is_written(text: str, length: Length) -> None:
    assert Length.read(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2",
        "hours",
        "two hours",
        "2 weeks",
        "2 working minutes",
        "-1 hour",
        "0 hours",
        "0.0 days",
        "inf days",
        "nan hours",
        "1e3 hours",
        "9" * 400 + " days",
        "2 hours or so",
        "٢ hours",
    ],
)
def test_what_is_no_length_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="length"):
        Length.read(text)


def test_a_lengths_unit_says_how_it_is_counted() -> None:
    texts = ["1 minute", "1 hour", "1 day", "1 working hour", "1 working day"]
    counted = [Length.read(text).counted for text in texts]
    assert counted == ["wall", "wall", "wall", "working", "working"]
    assert [CALENDAR.minutes(Length.read(text)) for text in texts] == [1, 60, 1440, 60, DAY]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-09-28", True),  # a Sunday worked for the National Day holiday of 2025
        ("2025-10-01", False),
        ("2025-10-06", False),  # Mid-Autumn, a Monday
        ("2025-10-08", False),
        ("2025-10-09", True),
        ("2025-10-11", True),  # a Saturday worked for it
        ("2025-10-12", False),
        ("2026-09-20", True),  # a Sunday worked for the National Day holiday of 2026
        ("2026-09-25", False),  # Mid-Autumn, a Friday
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # a Saturday worked for it
        ("2026-02-14", True),  # a Saturday worked for Spring Festival
        ("2026-02-16", False),  # New Year's Eve, a Monday
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),  # a Saturday worked for it
    ],
)
def test_holidays_and_exchanged_days_are_known(day: str, works: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-25 09:00", 120, "2026-11-25 11:00"),
        ("2026-11-25 11:00", 120, "2026-11-25 15:00"),  # over the lunch break
        ("2026-11-25 12:30", 120, "2026-11-25 16:00"),  # in the lunch break
        ("2026-11-25 10:00", 120, "2026-11-25 12:00"),  # used up as the break begins
        ("2026-11-25 02:00", 120, "2026-11-25 10:30"),  # at night
        ("2026-11-25 22:00", 120, "2026-11-26 10:30"),  # in the evening
        ("2026-11-27 17:00", 60, "2026-11-30 09:00"),  # over a weekend
        ("2026-11-29 10:00", 60, "2026-11-30 09:30"),  # on a Sunday
        ("2026-11-25 08:30", DAY, "2026-11-25 17:30"),  # a whole day is over as it ends
        ("2026-11-25 10:00", 3 * DAY, "2026-11-30 10:00"),
        ("2025-09-26 17:00", 60, "2025-09-28 09:00"),  # on to a Sunday that is worked
        ("2025-09-30 17:00", 60, "2025-10-09 09:00"),  # over the National Day holiday
        ("2025-10-10 17:00", 60, "2025-10-11 09:00"),  # on to a Saturday that is worked
        ("2026-09-30 10:00", 5 * DAY, "2026-10-13 10:00"),  # with a Saturday that is worked
        ("2026-02-14 17:00", 60, "2026-02-24 09:00"),  # over Spring Festival
        ("2026-02-18 12:00", 2 * DAY, "2026-02-25 17:30"),  # in Spring Festival
    ],
)
def test_working_time_ends_when_so_much_was_worked(start: str, minutes: float, end: str) -> None:
    assert worked_after(start, minutes) == end


@pytest.mark.parametrize("counted", ["wall", "working"])
@pytest.mark.parametrize("start", ["2026-11-25 09:00", "2026-11-25 23:00", "2026-11-29 10:00"])
def test_no_minutes_after_a_moment_is_that_moment(start: str, counted: Counted) -> None:
    assert CALENDAR.after(wuhan(start), 0, counted) == wuhan(start)


def test_the_wall_clock_knows_no_night_and_no_holiday() -> None:
    end = CALENDAR.after(wuhan("2026-09-30 23:00"), 24 * 60, "wall")
    assert end == wuhan("2026-10-01 23:00")
    assert end.tzinfo is UTC
    assert CALENDAR.between(wuhan("2026-09-30 23:00"), end, "wall") == 24 * 60


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    start = wuhan("2026-11-25 09:00")
    abroad = start.astimezone(ZoneInfo("America/New_York"))
    assert CALENDAR.after(abroad, 60, "working") == CALENDAR.after(start, 60, "working")


def test_nothing_is_counted_backwards_or_outside_of_work() -> None:
    early, late = wuhan("2026-11-25 09:00"), wuhan("2026-11-25 11:00")
    assert CALENDAR.between(early, late, "working") == 120
    assert CALENDAR.between(late, early, "working") == 0
    assert CALENDAR.between(late, early, "wall") == 0
    assert CALENDAR.between(wuhan("2026-09-30 17:30"), wuhan("2026-10-08 08:30"), "working") == 0
    assert CALENDAR.between(wuhan("2026-11-25 03:00"), wuhan("2026-11-27 13:00"), "working") == (
        2 * DAY + 210
    )


def test_the_spans_of_a_day_may_touch() -> None:
    calendar = Calendar([(time(8), time(12)), (time(12), time(13, 30, 30))])
    assert calendar.minutes(Length(1, "working days")) == 330.5
    end = calendar.after(wuhan("2026-11-25 11:00"), 90, "working")
    assert end == wuhan("2026-11-25 12:30")


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ([], "no working hours"),
        ([(time(12), time(8))], "12:00-08:00 does not end after it begins"),
        ([(time(8), time(8))], "08:00-08:00 does not end"),
        ([(time(8), time(12)), (time(11), time(17))], "11:00 stands after 08:00-12:00"),
        ([(time(14), time(17)), (time(8), time(12))], "08:00 stands after 14:00-17:00"),
    ],
)
def test_hours_that_are_no_day_of_work_are_refused(
    hours: list[tuple[time, time]], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        Calendar(hours)


def test_a_year_that_is_not_known_counts_monday_to_friday_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calendar = Calendar(HOURS)
    with caplog.at_level(logging.WARNING, logger="bot.clocks"):
        assert calendar.is_working_day(date(2026, 10, 10))
        assert calendar.unknown_years == ()
        assert not calendar.is_working_day(date(2099, 1, 3))  # a Saturday
        assert calendar.is_working_day(date(2099, 10, 1))  # a Thursday
        assert calendar.is_working_day(date(1999, 10, 1))  # a Friday
        assert not calendar.is_working_day(date(1999, 10, 3))
    assert calendar.unknown_years == (1999, 2099)
    assert [record.message[:29] for record in caplog.records] == [
        "the holidays of 2099 are not ",
        "the holidays of 1999 are not ",
    ]


def test_time_counted_to_the_end_of_a_year_does_not_meet_the_next() -> None:
    calendar = Calendar(HOURS)
    calendar.between(wuhan("2026-12-31 09:00"), wuhan("2026-12-31 20:00"), "working")
    assert calendar.unknown_years == ()


def test_a_moment_without_a_zone_is_refused() -> None:
    naive, aware = datetime(2026, 11, 25, 9), wuhan("2026-11-25 09:00")
    timer = Timer(60, "wall", 0, aware)
    for counted in ("wall", "working"):
        with pytest.raises(ValueError, match="no time zone"):
            CALENDAR.after(naive, 1, counted)
        with pytest.raises(ValueError, match="no time zone"):
            CALENDAR.between(naive, aware, counted)
        with pytest.raises(ValueError, match="no time zone"):
            CALENDAR.between(aware, naive, counted)
    with pytest.raises(ValueError, match="no time zone"):
        Timer(60, "wall", 0, naive)
    with pytest.raises(ValueError, match="no time zone"):
        timer.paused(CALENDAR, naive)
    with pytest.raises(ValueError, match="no time zone"):
        timer.paused(CALENDAR, aware).resumed(naive)


@pytest.mark.parametrize("minutes", [-1, float("nan")])
def test_minutes_that_cannot_be_counted_are_refused(minutes: float) -> None:
    aware = wuhan("2026-11-25 09:00")
    with pytest.raises(ValueError, match="minutes"):
        CALENDAR.after(aware, minutes, "working")
    with pytest.raises(ValueError, match="minutes"):
        Timer(60, "wall", 0, aware).extended(minutes)


@pytest.mark.parametrize("counted", ["wall", "working"])
@pytest.mark.parametrize("minutes", [1e12, float("inf")])
def test_minutes_past_the_end_of_time_are_an_overflow(minutes: float, counted: Counted) -> None:
    with pytest.raises(OverflowError):
        CALENDAR.after(datetime(9999, 12, 1, tzinfo=UTC), minutes, counted)


@given(moments, spans, countings)
def test_what_lies_between_is_what_was_added(
    start: datetime, minutes: float, counted: Counted
) -> None:
    end = CALENDAR.after(start, minutes, counted)
    assert end >= start
    assert CALENDAR.between(start, end, counted) == pytest.approx(minutes, abs=1 / 60)


@given(moments, waits, countings)
def test_no_moment_sooner_has_as_much_between(
    start: datetime, wait: timedelta, counted: Counted
) -> None:
    minutes = CALENDAR.between(start, start + wait, counted)
    assert CALENDAR.after(start, minutes, counted) <= start + wait


@given(st.lists(moments, min_size=2), spans, countings)
def test_what_starts_later_does_not_end_sooner(
    starts: list[datetime], minutes: float, counted: Counted
) -> None:
    ends = [CALENDAR.after(start, minutes, counted) for start in sorted(starts)]
    assert all(one <= next_one for one, next_one in pairwise(ends))


@given(moments, st.lists(spans, min_size=2), countings)
def test_more_minutes_do_not_end_sooner(
    start: datetime, lengths: list[float], counted: Counted
) -> None:
    ends = [CALENDAR.after(start, minutes, counted) for minutes in sorted(lengths)]
    assert all(one <= next_one for one, next_one in pairwise(ends))


@given(moments, waits, waits, countings)
def test_what_is_counted_in_two_parts_is_counted_once(
    start: datetime, first: timedelta, second: timedelta, counted: Counted
) -> None:
    middle, end = start + first, start + first + second
    parts = CALENDAR.between(start, middle, counted) + CALENDAR.between(middle, end, counted)
    assert parts == pytest.approx(CALENDAR.between(start, end, counted), abs=1e-6)


@given(moments, waits, waits, countings)
def test_a_pause_moves_the_due_moment_by_the_time_of_the_pause(
    start: datetime, run: timedelta, pause: timedelta, counted: Counted
) -> None:
    timer = Timer(5 * DAY, counted, 0, start)
    due = timer.due(CALENDAR)
    assert due is not None
    stopped = min(start + run, due)
    again = stopped + pause
    paused = timer.paused(CALENDAR, stopped)
    assert paused.due(CALENDAR) is None
    later = paused.resumed(again).due(CALENDAR)
    assert later is not None
    pause_minutes = CALENDAR.between(stopped, again, counted)
    if stopped < due:
        moved = CALENDAR.between(due, later, counted)
        assert moved == pytest.approx(pause_minutes, abs=1 / 60)
    else:
        assert later == again


def test_a_timer_says_when_its_shares_are_used_up() -> None:
    timer = Timer(2 * DAY, "working", 0, wuhan("2026-11-25 08:30"))
    shares = [timer.at(CALENDAR, share) for share in (0, 0.25, 0.5, 1, 1.5)]
    assert shares == [
        wuhan("2026-11-25 08:30"),
        wuhan("2026-11-25 12:00"),
        wuhan("2026-11-25 17:30"),
        wuhan("2026-11-26 17:30"),
        wuhan("2026-11-27 17:30"),
    ]
    assert timer.due(CALENDAR) == wuhan("2026-11-26 17:30")


def test_a_share_that_is_used_up_already_was_so_when_the_clock_went_on() -> None:
    again = wuhan("2026-11-28 10:00")
    timer = Timer(60, "working", 45, again)
    assert timer.at(CALENDAR, 0.5) == again
    assert timer.due(CALENDAR) == wuhan("2026-11-30 08:45")
    assert Timer(60, "working", 75, again).due(CALENDAR) == again


def test_a_paused_timer_stands_still_and_goes_on_where_it_was() -> None:
    timer = Timer(120, "wall", 0, wuhan("2026-11-25 09:00"))
    paused = timer.paused(CALENDAR, wuhan("2026-11-25 09:30"))
    assert paused == Timer(120, "wall", 30, None)
    assert paused.at(CALENDAR, 0.1) is None
    assert paused.paused(CALENDAR, wuhan("2026-11-26 09:30")) == paused
    running = paused.resumed(wuhan("2026-11-26 09:00"))
    assert running.due(CALENDAR) == wuhan("2026-11-26 10:30")
    assert running.resumed(wuhan("2026-11-27 09:00")) == running


def test_an_extension_lengthens_a_timer_that_runs_and_one_that_is_paused() -> None:
    timer = Timer(60, "working", 0, wuhan("2026-11-25 09:00")).extended(DAY)
    assert timer.due(CALENDAR) == wuhan("2026-11-26 10:00")
    assert Timer(60, "working", 30, None).extended(DAY) == Timer(480, "working", 30, None)


def test_a_pause_before_the_clock_ran_uses_up_nothing() -> None:
    timer = Timer(60, "wall", 10, wuhan("2026-11-25 09:00"))
    assert timer.paused(CALENDAR, wuhan("2026-11-25 08:00")).spent_minutes == 10
