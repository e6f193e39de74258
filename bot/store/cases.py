"""Filed matters: each case as it stands, its history, and the commitments it is about."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from bot.cases import (
    ENDED_STATES,
    Case,
    CaseState,
    Draft,
    Event,
    Kind,
    Role,
    Satisfied,
    Solved,
)
from bot.store.database import Database, Row
from bot.store.drafts import PHOTOS, columns_of, matter_of
from bot.store.finding import Finding

Standing = Literal["proposed", "confirmed", "dropped"]
"""How a commitment belongs to a case: as understood, as staff say, or not at all."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Another case that may be about the same thing: how likely, 0..1, and why."""

    case_id: int
    score: float
    reasons: tuple[str, ...]


class Cases:
    """The tables `cases`, `events` and `case_commitments`."""

    def __init__(self, database: Database, finding: Finding) -> None:
        self._database = database
        self._finding = finding

    def add(self, draft: Draft, *, number: str, query_code: str, at: datetime) -> Case:
        """Keep a case made of a draft."""
        is_confidential = draft.matter.kind is Kind.REPORT
        case_id = self._database.insert(
            "cases",
            {
                **columns_of(self._database, draft.resident_id, draft.matter),
                "is_confidential": int(is_confidential),
                "is_anonymous": int(draft.is_anonymous),
                "number": number,
                "query_code": self._database.sealed(draft.resident_id, query_code),
                "code_key": self.code_key(number, query_code),
                "resident_id": draft.resident_id,
                "state": CaseState.SUBMITTED,
                "submitted_at": at.isoformat(),
            },
        )
        self._finding.note_case(case_id, number, draft.matter.text, draft.matter.place)
        return Case(
            id=case_id,
            number=number,
            query_code=query_code,
            resident_id=draft.resident_id,
            matter=draft.matter,
            state=CaseState.SUBMITTED,
            photos=draft.photos,
            submitted_at=at,
            is_confidential=is_confidential,
            is_anonymous=draft.is_anonymous,
        )

    def change(self, case: Case) -> None:
        """Keep a case as it stands now, its matter with it."""
        self._database.update(
            "cases",
            case.id,
            {
                **columns_of(self._database, case.resident_id, case.matter),
                "state": case.state,
                "is_confidential": int(case.is_confidential),
                "version": case.version,
                "earlier_state": case.earlier_state or "",
                "master_id": case.master_id,
                "same_as": case.same_as,
                "spot": case.spot,
                "has_objected": int(case.has_objected),
                "rework": case.rework,
                "solved": case.solved or "",
                "satisfied": case.satisfied or "",
                "replied_at": case.replied_at.isoformat() if case.replied_at else "",
                "closed_at": case.closed_at.isoformat() if case.closed_at else "",
                "waits_for": case.waits_for or "",
                "ledger_until": case.ledger_until.isoformat() if case.ledger_until else "",
            },
        )

    def add_event(self, case_id: int, event: Event) -> None:
        """Append to a case's history; nothing is ever changed in it."""
        row = self._database.one("select resident_id from cases where id = ?", [case_id])
        resident_id = row["resident_id"] if row else 0
        self._database.insert(
            "events",
            {
                "case_id": case_id,
                "action": event.action,
                "actor": event.actor,
                "reason": self._database.sealed(resident_id, event.reason),
                "resident_sees": int(event.resident_sees),
                "at": event.at.isoformat(),
                "state": event.state,
                "about": json.dumps(dict(event.about), ensure_ascii=False),
            },
        )
        self._finding.note_words(case_id, event.reason)

    def make_findable(self, *, most: int) -> int:
        """Let cases be found that were filed before there was a search; returns how many."""
        ids = self._finding.without_words(most=most)
        for case in self.these(ids):
            self._finding.note_case(case.id, case.number, case.matter.text, case.matter.place)
            for event in self.events(case.id):
                self._finding.note_words(case.id, event.reason)
        return len(ids)

    def events(self, case_id: int) -> list[Event]:
        """A case's history, oldest first."""
        rows = self._database.all("select * from events where case_id = ? order by id", [case_id])
        return [_event(row) for row in rows]

    def last_event(self, case_id: int) -> Event | None:
        """What happened to a case last."""
        row = self._database.one(
            "select * from events where case_id = ? order by id desc limit 1", [case_id]
        )
        return _event(row) if row else None

    def get(self, case_id: int) -> Case:
        """The case with this id."""
        return next(self._where("cases.id = ?", [case_id]))

    def known(self, case_id: int) -> Case | None:
        """The case with this id, or None."""
        return next(self._where("cases.id = ?", [case_id]), None)

    def hers(self, case_id: int, resident_id: int) -> Case | None:
        """A case of this resident, or None if there is none or it is another's."""
        values = [case_id, resident_id]
        return next(self._where("cases.id = ? and cases.resident_id = ?", values), None)

    def lock_of(self, number: str) -> tuple[int, int, str] | None:
        """Of a public number the case, its resident and the key of its query code: nothing that
        takes longer to read for a number that exists."""
        row = self._database.one(
            "select id, resident_id, code_key from cases where number = ?", [number]
        )
        return (row["id"], row["resident_id"], row["code_key"]) if row else None

    def code_key(self, number: str, query_code: str) -> str:
        """What a query code is known by: the code itself is sealed."""
        return self._database.hashed("code", number, query_code)

    def seal_code(self, case: Case) -> None:
        """Seal a case's query code anew, by the key of the resident whom it belongs to now."""
        sealed = self._database.sealed(case.resident_id, case.query_code)
        self._database.update("cases", case.id, {"query_code": sealed})

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

    def of_master(self, case_id: int) -> list[Case]:
        """The cases that are merged into another and wait for its reply."""
        return list(
            self._where(
                "cases.master_id = ? and cases.state = 'merged' order by cases.id", [case_id]
            )
        )

    def set_spot_words(self, case: Case, words: str) -> None:
        """Keep in words which spot a case is about; `Case.spot` only tells the same ones."""
        sealed = self._database.sealed(case.resident_id, words)
        self._database.update("cases", case.id, {"spot_words": sealed})

    def spot_words(self, case_id: int) -> str:
        """Which spot a case is about, in words; empty for none."""
        row = self._database.one("select spot_words from cases where id = ?", [case_id])
        return str(row["spot_words"]) if row else ""

    def at_spot(self, spot: str, category: str, *, since: datetime) -> list[Case]:
        """The cases of a category filed since then about one spot; none about an empty one, and
        none that is confidential, whose place is nobody's to read."""
        return list(
            self._where(
                """
                cases.spot = ? and cases.spot <> '' and cases.category = ?
                and cases.submitted_at >= ? and cases.state <> 'withdrawn'
                and cases.is_confidential = 0 order by cases.id
                """,
                [spot, category, since.isoformat()],
            )
        )

    def note_forgotten(self, case_id: int, *, at: datetime) -> None:
        """Whose case it was is forgotten, and it goes on."""
        self._database.update("cases", case_id, {"forgotten_at": at.isoformat()})

    def kept_and_ended(self) -> list[Case]:
        """Cases that went on after their residents were forgotten, and have ended."""
        ended = ", ".join(f"'{state}'" for state in ENDED_STATES)
        return list(
            self._where(
                f"""
                cases.forgotten_at <> '' and cases.emptied_at = '' and cases.state in ({ended})
                order by cases.id
                """,
                [],
            )
        )

    def note_taken_back(self, case_id: int) -> None:
        """What staff were shown of an emptied case is gone."""
        self._database.update("cases", case_id, {"is_taken_back": 1})

    def to_take_back(self, *, most: int) -> list[Case]:
        """Emptied cases of which staff may still be shown something."""
        return list(
            self._where(
                """
                cases.emptied_at <> '' and cases.is_taken_back = 0
                order by cases.id limit ?
                """,
                [most],
            )
        )

    def in_groups(self) -> list[Case]:
        """The confidential cases that groups may have read of while only the present kind of a
        case was asked for."""
        return list(self._where("cases.is_in_groups = 1 order by cases.id", []))

    def note_hidden(self, case_id: int) -> None:
        """Groups have nothing of a case that they may not read."""
        self._database.update("cases", case_id, {"is_in_groups": 0})

    def these(self, case_ids: Sequence[int]) -> list[Case]:
        """The cases with these ids, in the order they were filed."""
        marks = ", ".join("?" * len(case_ids))
        return list(self._where(f"cases.id in ({marks}) order by cases.id", case_ids))

    def all(self) -> Iterator[Case]:
        """Every case, in the order they were filed."""
        return self._where("true order by cases.id", [])

    def without_clock(self) -> list[Case]:
        """The submitted cases that never had a clock."""
        return list(
            self._where(
                """
                cases.state = 'submitted'
                and not exists (select 1 from timers where case_id = cases.id) order by cases.id
                """,
                [],
            )
        )

    def recent_replies(self, *, since: datetime, most: int) -> list[tuple[int, str, str]]:
        """What residents were lately answered: id and number of the case, and the words, the
        newest first."""
        return [
            (int(case_id), str(number), str(words))
            for case_id, number, words in self._database.tuples(
                """
                select cases.id, number, opened(reason)
                from events join cases on cases.id = case_id
                where action in ('reply', 'answer') and at >= ? order by events.id desc limit ?
                """,
                [since.isoformat(), most],
            )
        ]

    def photo_names(self, case_id: int) -> list[str]:
        """The names of a case's photos in the files folder, oldest first."""
        rows = self._database.tuples(
            """
            select name from files join drafts on drafts.id = files.draft_id
            where drafts.case_id = ? order by files.id
            """,
            [case_id],
        )
        return [str(name) for (name,) in rows]

    def draft_id(self, case_id: int) -> int:
        """The draft a case was made of, which holds its photos."""
        row = self._database.one("select id from drafts where case_id = ?", [case_id])
        return int(row["id"]) if row else -1

    def commitments(self, case_id: int) -> dict[str, Standing]:
        """The commitments of a case and how each belongs to it, in the order they came."""
        rows = self._database.tuples(
            "select commitment, standing from case_commitments where case_id = ? order by rowid",
            [case_id],
        )
        return dict(rows)

    def set_commitment(self, case_id: int, commitment: str, standing: Standing) -> None:
        """Note that a commitment belongs to a case, or does not."""
        self._database.execute(
            """
            insert into case_commitments (case_id, commitment, standing) values (?, ?, ?)
            on conflict (case_id, commitment) do update set standing = excluded.standing
            """,
            [case_id, commitment, standing],
        )

    def keep_similar(
        self, case_id: int, other_id: int, *, score: float, reasons: Sequence[str]
    ) -> None:
        """Note that another case may be about the same thing, with the score and the reasons."""
        self._database.execute(
            """
            insert or replace into similar_cases (case_id, other_id, score, reasons)
            values (?, ?, ?, ?)
            """,
            [case_id, other_id, score, " ".join(reasons)],
        )

    def similar(self, case_id: int) -> list[Hint]:
        """What was found alike when a case was filed, the most alike first."""
        rows = self._database.tuples(
            """
            select other_id, score, reasons from similar_cases where case_id = ?
            order by score desc, other_id
            """,
            [case_id],
        )
        return [Hint(other, score, tuple(reasons.split())) for other, score, reasons in rows]

    def _where(self, condition: str, values: Sequence[object]) -> Iterator[Case]:
        rows = self._database.all(
            f"""
            select cases.*, {PHOTOS}
            from cases join drafts on drafts.case_id = cases.id
            where {condition}
            """,
            values,
        )
        return map(case_of, rows)


def _event(row: Row) -> Event:
    about: Mapping[str, str] = json.loads(row["about"])
    return Event(
        action=row["action"],
        actor=row["actor"],
        reason=row["reason"],
        resident_sees=bool(row["resident_sees"]),
        at=datetime.fromisoformat(row["at"]),
        state=row["state"],
        about=MappingProxyType(about),
    )


def case_of(row: Row) -> Case:
    """A case of a row of `cases` with its count of photos."""
    return Case(
        id=row["id"],
        number=row["number"],
        query_code=row["query_code"],
        resident_id=row["resident_id"],
        matter=matter_of(row),
        state=CaseState(row["state"]),
        photos=row["photos"],
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        version=row["version"],
        earlier_state=CaseState(row["earlier_state"]) if row["earlier_state"] else None,
        master_id=row["master_id"],
        same_as=row["same_as"],
        spot=row["spot"],
        has_objected=bool(row["has_objected"]),
        rework=row["rework"],
        solved=Solved(row["solved"]) if row["solved"] else None,
        satisfied=Satisfied(row["satisfied"]) if row["satisfied"] else None,
        replied_at=_moment(row["replied_at"]),
        closed_at=_moment(row["closed_at"]),
        waits_for=Role(row["waits_for"]) if row["waits_for"] else None,
        ledger_until=date.fromisoformat(row["ledger_until"]) if row["ledger_until"] else None,
        is_confidential=bool(row["is_confidential"]),
        is_anonymous=bool(row["is_anonymous"]),
        is_emptied=row["emptied_at"] != "",
    )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
