"""`content/service.toml`: the district's streets, units, kinds and categories, the words that
mark them in what residents write, the time limits, and what is not accepted. All of it is
configuration, none of it code."""

from bot.service.district import URGENCY_NAMES, Service
from bot.service.entries import (
    Category,
    Clock,
    ClockName,
    Closing,
    Danger,
    Digest,
    EarlyWarning,
    KindEntry,
    Level,
    Meta,
    RejectReason,
    Reminders,
    ReplyTemplate,
    Responsible,
    RouterCues,
    Street,
    Unit,
    UrgencyCues,
    WorkingTime,
    Wrongdoing,
)
from bot.service.reading import read_service

__all__ = [
    "URGENCY_NAMES",
    "Category",
    "Clock",
    "ClockName",
    "Closing",
    "Danger",
    "Digest",
    "EarlyWarning",
    "KindEntry",
    "Level",
    "Meta",
    "RejectReason",
    "Reminders",
    "ReplyTemplate",
    "Responsible",
    "RouterCues",
    "Service",
    "Street",
    "Unit",
    "UrgencyCues",
    "WorkingTime",
    "Wrongdoing",
    "read_service",
]
