"""Everything held about a resident, as values for a file and as a text she can read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.dialogue.phrasing import Phrasing
from bot.naming import local_time
from bot.store import Store
from bot.wording import Language, plain

Values = Mapping[str, Any]
_SIGNS_SHOWN = 4
_SECTIONS = (
    "cases",
    "events",
    "drafts",
    "files",
    "turns",
    "versions",
    "answers",
    "follows",
    "outbox",
    "staff",
)
"""What the text shows, in this order; what else the file holds are figures of these."""


def as_values(store: Store, resident_id: int, *, at: datetime) -> dict[str, Any]:
    """Everything held about a resident, by table, fit for JSON."""
    channel, address = store.residents.identity(resident_id)
    held = store.holdings.of(resident_id)
    for turn in held["turns"]:
        turn["replies"] = [plain(reply["html"]) for reply in turn["replies"]]
    for letter in held["outbox"]:
        letter["reply"] = plain(letter["reply"]["html"]) if letter["reply"] else ""
    return {
        "as_of": at.isoformat(),
        "identity": {"channel": channel, "channel_id": _shown_id(channel, address)},
        "failed_lookups": store.holdings.failed_lookups(resident_id),
        **held,
    }


def readable(phrasing: Phrasing, language: Language, values: Values) -> str:
    """The same in the resident's language, a section for each kind of thing; empty ones say so."""
    return "\n".join(_lines(phrasing, language, values))


def _lines(phrasing: Phrasing, language: Language, values: Values) -> Iterator[str]:
    def say(key: str, **named: object) -> str:
        return plain(phrasing.say(language, f"mydata.{key}", **named))

    identity, resident = values["identity"], values["residents"][0]
    yield say("head", time=_time(values["as_of"]))
    yield say("identity", **identity)
    yield say(
        "resident",
        met=_time(resident["created_at"]),
        spoken=resident["language"] or resident["last_language"],
        consent=resident["consent"],
        consented=_time(resident["consented_at"]),
        topic=resident["topic_question"],
        failed=values["failed_lookups"],
    )
    for section in _SECTIONS:
        rows: Sequence[Values] = [row for row in values[section] if not _is_empty(section, row)]
        yield ""
        yield say(f"of_{section}", count=len(rows))
        for row in rows:
            yield say(f"one_{section}", **_shown(phrasing, language, section, row))


def _shown(phrasing: Phrasing, language: Language, section: str, row: Values) -> dict[str, Any]:
    """A row's values with moments as people read them and codes by their names."""
    shown = {
        name: _time(value) if _is_moment(name) else value
        for name, value in row.items()
        if name != "language"  # which `say` takes for the reader's
    }
    names = phrasing.names
    if section in ("cases", "drafts"):
        shown["kind"] = names.kind(language, row["kind"])
        shown["category"] = names.category(language, row["category"])
        shown["street"] = names.street(language, row["street"]) if row["street"] else ""
    if section == "cases":
        shown["state"] = phrasing.say(language, f"case.state_{row['state']}")
    if section == "events":
        shown["action"] = phrasing.say(language, f"did.{row['action']}")
    return shown


def _is_empty(section: str, row: Values) -> bool:
    """Whether a turn was emptied, since it spoke of what she filed anonymously."""
    return section == "turns" and not (row["said"] or row["has_photo"] or row["replies"])


def _shown_id(channel: str, address: str) -> str:
    """The channel's number of her; of a browser's the beginning: whoever knows it becomes her."""
    return f"{address[:_SIGNS_SHOWN]}…" if channel == "web" else address


def _is_moment(name: str) -> bool:
    return name in ("at", "since") or name.endswith("_at")


def _time(moment: str) -> str:
    return local_time(datetime.fromisoformat(moment)) if moment else ""
