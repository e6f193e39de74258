"""All of service.toml as one value, and what the rest of the bot asks it."""

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from bot.cases import Kind, Urgency
from bot.clocks import Calendar, Length
from bot.service.entries import (
    Category,
    Clock,
    ClockName,
    Closing,
    Danger,
    Digest,
    EarlyWarning,
    KindEntry,
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

URGENCY_NAMES = {
    Urgency.NORMAL: ("一般", "normal"),
    Urgency.URGENT: ("紧急", "urgent"),
    Urgency.CRITICAL: ("特急", "critical"),
}
"""The 12345 standards' words for each urgency, Chinese and English."""


class Service(BaseModel):
    """All of service.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meta: Meta
    responsible: Responsible | None = None
    street: tuple[Street, ...]
    unit: tuple[Unit, ...]
    kind: tuple[KindEntry, ...]
    wrongdoing: Wrongdoing
    category: tuple[Category, ...]
    danger: tuple[Danger, ...]
    urgency: UrgencyCues
    router: RouterCues
    working_time: WorkingTime
    clock: tuple[Clock, ...]
    reminders: Reminders
    closing: Closing
    early_warning: EarlyWarning
    digest: Digest
    reject_reason: tuple[RejectReason, ...]
    reply_template: tuple[ReplyTemplate, ...] = ()

    @cached_property
    def streets(self) -> dict[str, Street]:
        """Streets by code."""
        return {street.code: street for street in self.street}

    @cached_property
    def kinds(self) -> dict[Kind, KindEntry]:
        """Kinds by code."""
        return {kind.code: kind for kind in self.kind}

    @cached_property
    def categories(self) -> dict[str, Category]:
        """Categories by code."""
        return {category.code: category for category in self.category}

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Units by code."""
        return {unit.code: unit for unit in self.unit}

    @cached_property
    def clocks(self) -> dict[ClockName, Clock]:
        """Clocks by name."""
        return {clock.name: clock for clock in self.clock}

    @cached_property
    def reject_reasons(self) -> dict[str, RejectReason]:
        """Reasons not to accept a matter, by code."""
        return {reason.code: reason for reason in self.reject_reason}

    @cached_property
    def reply_templates(self) -> dict[str, ReplyTemplate]:
        """Templates of replies, by code."""
        return {template.code: template for template in self.reply_template}

    @cached_property
    def calendar(self) -> Calendar:
        """Counts time in the district's working hours."""
        return Calendar(self.working_time.hours)

    def length(self, name: ClockName, urgency: Urgency, kind: Kind) -> Length:
        """The limit of a step; the kind counts only where the urgency is normal."""
        clock = self.clocks[name]
        match urgency:
            case Urgency.CRITICAL:
                return clock.critical
            case Urgency.URGENT:
                return clock.urgent
            case Urgency.NORMAL:
                return clock.normal_by_kind.get(kind, clock.normal)

    @cached_property
    def dispute_days(self) -> int:
        """For how many days after it closed a case may be disputed."""
        return round(self.calendar.minutes(self.closing.dispute_within) / (24 * 60))

    def unit_named(self, name: str) -> Unit | None:
        """The unit of this Chinese name, as commitments.toml writes it."""
        return next((unit for unit in self.unit if unit.name == name), None)

    def office_of(self, street: str) -> Unit | None:
        """The office of the street of this code."""
        return next((unit for unit in self.unit if unit.is_office_of(street)), None)

    def usual_units(self, category: str, street: str) -> list[Unit]:
        """The units usually in charge of a category, best first, then the street's office.

        Args:
            category: its code; one that service.toml no longer has brings no unit.
            street: its code; empty is 不清楚 and brings no office.
        """
        entry = self.categories.get(category)
        units = [self.units[code] for code in entry.units] if entry else []
        office = self.office_of(street)
        return units if office is None or office in units else [*units, office]
