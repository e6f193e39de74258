"""The time limits of service.toml: what the real ones are, and which mistakes are told."""

from datetime import time
from pathlib import Path
from typing import get_args

import pytest

from bot.cases import Kind, Urgency
from bot.clocks import Length
from bot.service import ClockName, Service
from tests.test_service import REAL, mistakes_of


def with_real(*changes: tuple[str, str]) -> str:
    """The real file's text with these pieces replaced, each of which it holds."""
    text = REAL.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_limits_are_those_of_the_domain(service: Service) -> None:
    def limits(name: ClockName, kind: Kind) -> list[str]:
        lengths = [service.length(name, urgency, kind) for urgency in Urgency]
        return [f"{length.amount:g} {length.unit}" for length in lengths]

    assert {name: limits(name, Kind.COMPLAINT) for name in get_args(ClockName)} == {
        "accept": ["2 working hours", "2 hours", "2 hours"],
        "dispatch": ["1 working days", "2 hours", "1 hours"],
        "sign": ["4 working hours", "1 hours", "15 minutes"],
        "contact": ["1 working days", "2 hours", "2 hours"],
        "done": ["5 working days", "24 hours", "2 hours"],
        "reply": ["1 working days", "2 hours", "1 hours"],
    }
    assert list(Urgency) == [Urgency.NORMAL, Urgency.URGENT, Urgency.CRITICAL]


def test_the_kind_counts_only_where_the_urgency_is_normal(service: Service) -> None:
    days = {kind: service.length("done", Urgency.NORMAL, kind).amount for kind in Kind}
    assert days == {**dict.fromkeys(Kind, 5), Kind.CONSULT: 3, Kind.HELP: 3}
    assert service.length("done", Urgency.URGENT, Kind.HELP) == Length(24, "hours")
    assert service.length("done", Urgency.CRITICAL, Kind.CONSULT) == Length(2, "hours")
    assert service.length("sign", Urgency.NORMAL, Kind.CONSULT) == Length(4, "working hours")


def test_the_calendar_counts_the_hours_of_the_file(service: Service) -> None:
    assert service.working_time.hours == (
        (time(8, 30), time(12)),
        (time(14), time(17, 30)),
    )
    assert service.calendar.minutes(Length(1, "working days")) == 7 * 60
    assert service.calendar is service.calendar


def test_reminders_closing_warning_and_digest_are_read(service: Service) -> None:
    assert service.reminders.warn_at == (0.5, 0.8)
    assert service.reminders.supervise_after == Length(1, "days")
    assert service.closing.unrated_after == Length(7, "days")
    assert service.closing.dispute_within == Length(30, "days")
    assert service.early_warning.cases == 3
    assert service.early_warning.within == Length(7, "days")
    assert service.digest.at == time(8, 30)


def test_every_figure_has_a_source_and_is_an_example(service: Service) -> None:
    entries = [
        service.working_time,
        *service.clock,
        service.reminders,
        service.closing,
        service.early_warning,
        service.digest,
    ]
    assert [entry for entry in entries if not entry.source.startswith("示例: ")] == []


def test_all_mistakes_of_limits_are_told_at_once_with_their_fields(tmp_path: Path) -> None:
    text = with_real(
        ('normal = "2 working hours"', 'normal = "2 hours"'),
        ('urgent = "2 hours"', 'urgent = "2 working hours"'),
        ('critical = "1 hour"', 'critical = "soon"'),
        ('urgent = "1 hour"', "urgent = 60"),
        ('help = "3 working days"', 'help = "3 days"'),
        ("warn_at = [0.5, 0.8]", "warn_at = [0.8, 0.5]"),
        ('supervise_after = "1 day"', 'supervise_after = "0 days"'),
        ("cases = 3", "cases = 1"),
        ('at = "08:30"', 'at = "8:30"'),
    )
    found = dict(line.split(": ", 1) for line in mistakes_of(tmp_path, text))
    assert list(found) == [
        "clock.0.normal",
        "clock.0.urgent",
        "clock.1.critical",
        "clock.2.urgent",
        "clock.4.normal_by_kind.help",
        "reminders.warn_at",
        "reminders.supervise_after",
        "early_warning.cases",
        "digest.at",
    ]
    assert "working hours or working days are meant" in found["clock.0.normal"]
    assert "minutes, hours or days are meant" in found["clock.0.urgent"]
    assert "'soon' is no length" in found["clock.1.critical"]
    assert "60 is no length in words" in found["clock.2.urgent"]
    assert "working hours or working days are meant" in found["clock.4.normal_by_kind.help"]
    assert "'8:30' is no time of day" in found["digest.at"]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ("[]", "no working hours"),
        ('["08:30-12:00", "11:30-17:30"]', "11:30 stands after 08:30-12:00"),
        ('["14:00-17:30", "08:30-12:00"]', "08:30 stands after 14:00-17:30"),
        ('["12:00-08:30"]', "12:00-08:30 does not end after it begins"),
        ('["08:30-24:00"]', "'08:30-24:00' are no hours such as '08:30-12:00'"),
        ('["08:30"]', "'08:30' are no hours"),
        ("[8]", "8 are no hours"),
    ],
)
def test_working_hours_that_are_none_are_told(tmp_path: Path, hours: str, told: str) -> None:
    text = with_real(('hours = ["08:30-12:00", "14:00-17:30"]', f"hours = {hours}"))
    (found,) = mistakes_of(tmp_path, text)
    assert found.startswith("working_time.hours")
    assert told in found


@pytest.mark.parametrize("at", ['"24:00"', '"08:60"', '"0830"', '"08:30Z"', "830", "08:30:00"])
def test_a_digest_at_no_time_of_day_is_told(tmp_path: Path, at: str) -> None:
    (found,) = mistakes_of(tmp_path, with_real(('at = "08:30"', f"at = {at}")))
    assert found.startswith("digest.at: ")
    assert "is no time of day such as '08:30'" in found


@pytest.mark.parametrize("share", ["0", "1", "1.5", "-0.5", "nan"])
def test_a_warning_outside_of_the_limit_is_told(tmp_path: Path, share: str) -> None:
    text = with_real(("warn_at = [0.5, 0.8]", f"warn_at = [{share}]"))
    (found,) = mistakes_of(tmp_path, text)
    assert found.startswith("reminders.warn_at.0: ")


def test_a_clock_that_is_missing_and_one_that_stands_twice_are_told(tmp_path: Path) -> None:
    text = with_real(('name = "contact"', 'name = "sign"'))
    assert mistakes_of(tmp_path, text) == [
        "clock.name: 'sign' stands twice",
        "clock: 'contact' is missing",
    ]


def test_a_clock_that_does_not_exist_and_a_figure_without_a_source_are_told(
    tmp_path: Path,
) -> None:
    text = with_real(
        ('name = "sign"', 'name = "nap"'),
        ('source = "示例: our choice, as the working day begins"\n', ""),
    )
    found = mistakes_of(tmp_path, text)
    assert [line.split(": ")[0] for line in found] == ["clock.2.name", "digest.source"]


def test_the_window_of_early_warnings_goes_by_the_wall_clock(tmp_path: Path) -> None:
    text = with_real(('within = "7 days"', 'within = "7 working days"'))
    (found,) = mistakes_of(tmp_path, text)
    assert found.startswith("early_warning.within: ")
