"""Matters before and after they are filed: drafts with their photos, cases with their history."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.cases import Awaiting, Case, CaseState, Draft, DraftState, Event, Kind, Matter, Urgency
from bot.store.database import Database, Row

_MATTER_COLUMNS = (
    "text",
    "category",
    "street",
    "place",
    "commitment",
    "latitude",
    "longitude",
)
_WORKED_ON = """
    update drafts set worked_on = (select max(worked_on) + 1 from drafts where resident_id = ?)
    where id = ?
"""
"""The order in which a resident works on her drafts; the clock may jump back."""
_PHOTOS = "(select count(*) from files where files.draft_id = drafts.id) as photos"


class Drafts:
    """The tables `drafts` and `files`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        resident_id: int,
        matter: Matter,
        *,
        source: str,
        awaiting: Awaiting,
        at: datetime,
    ) -> Draft:
        """Keep a new open draft; `source` says what it was made from, and is used only once."""
        draft_id = self._database.insert(
            "drafts",
            {
                **_columns(matter),
                "resident_id": resident_id,
                "state": DraftState.OPEN,
                "awaiting": awaiting,
                "source": source,
                "created_at": at.isoformat(),
                "updated_at": at.isoformat(),
            },
        )
        self._database.execute(_WORKED_ON, [resident_id, draft_id])
        return Draft(draft_id, resident_id, matter, DraftState.OPEN, awaiting, 0, None)

    def hers(self, draft_id: int, resident_id: int) -> Draft | None:
        """A draft of this resident, or None if there is none or it is another's."""
        return self._where("id = ? and resident_id = ?", [draft_id, resident_id])

    def made_from(self, source: str, resident_id: int) -> Draft | None:
        """The draft made from this source, or None."""
        return self._where("source = ? and resident_id = ?", [source, resident_id])

    def open_of(self, resident_id: int) -> Draft | None:
        """The open draft she worked on last, or None."""
        return self._where(
            "resident_id = ? and state = 'open' order by worked_on desc, id desc limit 1",
            [resident_id],
        )

    def open_ones(self, resident_id: int) -> list[Draft]:
        """Her open drafts, the one she worked on last first."""
        rows = self._database.all(
            f"""
            select drafts.*, {_PHOTOS} from drafts
            where resident_id = ? and state = 'open' order by worked_on desc, id desc
            """,
            [resident_id],
        )
        return [_draft(row) for row in rows]

    def change(self, draft: Draft, *, at: datetime) -> None:
        """Keep a draft's matter, its state, what it awaits, and its case."""
        self._database.update(
            "drafts",
            draft.id,
            {
                **_columns(draft.matter),
                "state": draft.state,
                "awaiting": draft.awaiting,
                "case_id": draft.case_id,
                "updated_at": at.isoformat(),
            },
        )
        self._database.execute(_WORKED_ON, [draft.resident_id, draft.id])

    def add_file(
        self,
        draft_id: int,
        *,
        name: str,
        media_type: str,
        size_bytes: int,
        at: datetime,
        album: str = "",
    ) -> None:
        """Note a photo kept under `name` in the files folder."""
        self._database.insert(
            "files",
            {
                "draft_id": draft_id,
                "name": name,
                "media_type": media_type,
                "size_bytes": size_bytes,
                "at": at.isoformat(),
                "album": album,
            },
        )

    def with_album(self, album: str, resident_id: int) -> Draft | None:
        """The draft that holds photos of an album, or None; of an empty one always None."""
        return self._where(
            "resident_id = ? and exists"
            " (select 1 from files where draft_id = drafts.id and album = ? and album <> '')",
            [resident_id, album],
        )

    def holds_file(self, name: str) -> bool:
        """Whether some draft has this photo."""
        return self._database.one("select 1 from files where name = ?", [name]) is not None

    def _where(self, condition: str, values: Sequence[object]) -> Draft | None:
        row = self._database.one(
            f"select drafts.*, {_PHOTOS} from drafts where {condition}", values
        )
        return _draft(row) if row else None


class Cases:
    """The tables `cases` and `events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, draft: Draft, *, number: str, query_code: str, at: datetime) -> Case:
        """Keep a case made of a draft."""
        case_id = self._database.insert(
            "cases",
            {
                **_columns(draft.matter),
                "number": number,
                "query_code": query_code,
                "resident_id": draft.resident_id,
                "state": CaseState.SUBMITTED,
                "submitted_at": at.isoformat(),
            },
        )
        return Case(
            id=case_id,
            number=number,
            query_code=query_code,
            resident_id=draft.resident_id,
            matter=draft.matter,
            state=CaseState.SUBMITTED,
            photos=draft.photos,
            submitted_at=at,
        )

    def add_event(
        self,
        case_id: int,
        *,
        action: str,
        actor: str,
        resident_sees: bool,
        at: datetime,
        reason: str = "",
    ) -> None:
        """Append to a case's history; nothing is ever changed in it."""
        self._database.insert(
            "events",
            {
                "case_id": case_id,
                "action": action,
                "actor": actor,
                "reason": reason,
                "resident_sees": int(resident_sees),
                "at": at.isoformat(),
            },
        )

    def events(self, case_id: int) -> list[Event]:
        """A case's history, oldest first."""
        rows = self._database.all("select * from events where case_id = ? order by id", [case_id])
        return [
            Event(
                action=row["action"],
                actor=row["actor"],
                reason=row["reason"],
                resident_sees=bool(row["resident_sees"]),
                at=datetime.fromisoformat(row["at"]),
            )
            for row in rows
        ]

    def get(self, case_id: int) -> Case:
        """The case with this id."""
        return next(self._where("cases.id = ?", [case_id]))

    def numbered(self, number: str) -> Case | None:
        """The case with this public number, or None."""
        return next(self._where("cases.number = ?", [number]), None)

    def last_number(self, prefix: str) -> str | None:
        """The number given last among those that begin with `prefix`, or None."""
        row = self._database.one(
            "select number from cases where number glob ? order by id desc limit 1",
            [f"{prefix}*"],
        )
        return str(row["number"]) if row else None

    def of_resident(self, resident_id: int, *, most: int) -> list[Case]:
        """A resident's cases, newest first."""
        return list(
            self._where(
                "cases.resident_id = ? order by cases.id desc limit ?", [resident_id, most]
            )
        )

    def these(self, case_ids: Sequence[int]) -> list[Case]:
        """The cases with these ids, in the order they were filed."""
        marks = ", ".join("?" * len(case_ids))
        return list(self._where(f"cases.id in ({marks}) order by cases.id", case_ids))

    def all(self) -> Iterator[Case]:
        """Every case, in the order they were filed."""
        return self._where("true order by cases.id", [])

    def _where(self, condition: str, values: Sequence[object]) -> Iterator[Case]:
        rows = self._database.all(
            f"""
            select cases.*, {_PHOTOS}
            from cases join drafts on drafts.case_id = cases.id
            where {condition}
            """,
            values,
        )
        return map(_case, rows)


def _columns(matter: Matter) -> Row:
    values = {name: getattr(matter, name) for name in _MATTER_COLUMNS}
    sureness = json.dumps(dict(matter.sureness))
    return {**values, "kind": matter.kind, "urgency": matter.urgency, "sureness": sureness}


def _matter(row: Row) -> Matter:
    values = {name: row[name] for name in _MATTER_COLUMNS}
    return Matter(
        kind=Kind(row["kind"]),
        urgency=Urgency(row["urgency"]),
        sureness=MappingProxyType(json.loads(row["sureness"])),
        **values,
    )


def _draft(row: Row) -> Draft:
    return Draft(
        id=row["id"],
        resident_id=row["resident_id"],
        matter=_matter(row),
        state=DraftState(row["state"]),
        awaiting=Awaiting(row["awaiting"]),
        photos=row["photos"],
        case_id=row["case_id"],
    )


def _case(row: Row) -> Case:
    return Case(
        id=row["id"],
        number=row["number"],
        query_code=row["query_code"],
        resident_id=row["resident_id"],
        matter=_matter(row),
        state=CaseState(row["state"]),
        photos=row["photos"],
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
    )
