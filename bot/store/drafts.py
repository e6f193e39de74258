"""Matters before they are filed, with their photos; and what a matter is as columns."""

import json
from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType

from bot.cases import Awaiting, Draft, DraftState, Kind, Matter, Urgency
from bot.store.conversation import kept_json
from bot.store.database import Database, Row

_PLAIN = ("category", "street", "commitment")
_SEALED = ("text", "place")
_WORKED_ON = """
    update drafts set worked_on = (select max(worked_on) + 1 from drafts where resident_id = ?)
    where id = ?
"""
"""The order in which a resident works on her drafts; the clock may jump back."""
PHOTOS = "(select count(*) from files where files.draft_id = drafts.id) as photos"


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
                **columns_of(self._database, resident_id, matter),
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
            select drafts.*, {PHOTOS} from drafts
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
                **columns_of(self._database, draft.resident_id, draft.matter),
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
            f"select drafts.*, {PHOTOS} from drafts where {condition}", values
        )
        return _draft(row) if row else None


def columns_of(database: Database, resident_id: int, matter: Matter) -> Row:
    """A matter as the columns of its draft or case; its words and its spot are sealed."""
    sureness = json.dumps(dict(matter.sureness))
    spot = matter.latitude is not None and json.dumps([matter.latitude, matter.longitude])
    return {
        **{name: getattr(matter, name) for name in _PLAIN},
        **{name: database.sealed(resident_id, getattr(matter, name)) for name in _SEALED},
        "position": database.sealed(resident_id, spot or ""),
        "kind": matter.kind,
        "urgency": matter.urgency,
        "is_danger": int(matter.is_danger),
        "sureness": sureness,
    }


def matter_of(row: Row) -> Matter:
    """The matter of a draft or case."""
    latitude, longitude = kept_json(row["position"], (None, None))
    return Matter(
        **{name: row[name] for name in (*_PLAIN, *_SEALED)},
        latitude=latitude,
        longitude=longitude,
        kind=Kind(row["kind"]),
        urgency=Urgency(row["urgency"]),
        is_danger=bool(row["is_danger"]),
        sureness=MappingProxyType(json.loads(row["sureness"])),
    )


def _draft(row: Row) -> Draft:
    return Draft(
        id=row["id"],
        resident_id=row["resident_id"],
        matter=matter_of(row),
        state=DraftState(row["state"]),
        awaiting=Awaiting(row["awaiting"]),
        photos=row["photos"],
        case_id=row["case_id"],
    )
