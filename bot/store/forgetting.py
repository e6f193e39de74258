"""What goes when a resident is forgotten, and how a case is parted from whoever filed it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.cases import FORGOTTEN, Case, Matter
from bot.store.cases import Cases
from bot.store.database import Database
from bot.store.drafts import Drafts
from bot.store.finding import Finding
from bot.store.following import lookup_key
from bot.store.meanings import Meanings
from bot.store.residents import Resident, Residents
from bot.store.sealing import WORDS_OF_CASES

_HERS = {
    "turns": "select count(*) from turns where resident_id = ? and (said <> '' or has_photo)",
    "questions": "select count(*) from answers where resident_id = ?",
    "drafts": "select count(*) from drafts where resident_id = ? and case_id is null",
    "photos": """
        select count(*) from files join drafts on drafts.id = draft_id where resident_id = ?
    """,
    "follows": "select count(*) from follows where resident_id = ?",
}
"""What is counted of a resident, by the name her receipt gives it."""


class Forgetting:
    """Deletes across the tables; every method runs inside the caller's transaction."""

    def __init__(
        self,
        database: Database,
        *,
        residents: Residents,
        drafts: Drafts,
        cases: Cases,
        finding: Finding,
        meanings: Meanings,
    ) -> None:
        self._database = database
        self._residents = residents
        self._drafts = drafts
        self._cases = cases
        self._finding = finding
        self._meanings = meanings

    def counts(self, resident_id: int) -> dict[str, int]:
        """How much there is of a resident besides her cases, by what it is."""
        return {name: self._count(sql, resident_id) for name, sql in _HERS.items()}

    # Cases

    def part(self, case: Case, *, at: datetime, to: Resident | None = None) -> Case:
        """Let a case belong to somebody whom nobody knows, a new resident if none is given; its
        words go with it."""
        nobody = to or self._residents.add(at=at)
        written, spot = self._written_about(case.id), self._cases.spot_words(case.id)
        parted = replace(case, resident_id=nobody.id, is_anonymous=True)
        self._database.update("cases", case.id, {"resident_id": nobody.id, "is_anonymous": 1})
        self._cases.change(parted)
        self.part_draft(self._cases.draft_id(case.id), case.resident_id, nobody, at=at)
        for table, column, row_id, words in written:
            sealed = self._database.sealed(nobody.id, words)
            self._database.update(table, row_id, {column: sealed})
        self._cases.set_spot_words(parted, spot)
        self._cases.seal_code(parted)
        return parted

    def part_draft(
        self, draft_id: int, resident_id: int, nobody: Resident, *, at: datetime
    ) -> None:
        """Let a draft with its photos belong to somebody whom nobody knows, made from nothing."""
        draft = self._drafts.hers(draft_id, resident_id)
        if draft is None:
            return
        changes = {"resident_id": nobody.id, "source": f"parted:{draft_id}"}
        self._database.update("drafts", draft_id, changes)
        self._drafts.change(replace(draft, resident_id=nobody.id), at=at)
        self._database.execute("update files set album = '' where draft_id = ?", [draft_id])

    def source_of(self, draft_id: int) -> str:
        """What a draft was made from; empty for none."""
        row = self._database.one("select source from drafts where id = ?", [draft_id])
        return str(row["source"]) if row else ""

    def empty(
        self, case: Case, *, at: datetime, tidies: bool = True, keeps_spot: bool = False
    ) -> Case:
        """Take all that was said and shown out of a case: its figures stay.

        Args:
            keeps_spot: it still counts among those that came together at a spot, nobody can tell
                which, until its term has passed.
            tidies: of many cases the search is tidied once, after the last.
        """
        nothing = _without_words(case.matter, FORGOTTEN)
        spot = case.spot if keeps_spot else ""
        emptied = replace(case, matter=nothing, spot=spot, photos=0, is_emptied=True)
        self._cases.change(emptied)
        self._cases.set_spot_words(emptied, "")
        draft = self._drafts.hers(self._cases.draft_id(case.id), case.resident_id)
        if draft:
            bare = replace(draft, matter=_without_words(draft.matter, ""))
            self._drafts.change(bare, at=at)
        for table, column in WORDS_OF_CASES:
            self._database.execute(
                f"update {table} set {column} = '' where case_id = ?", [case.id]
            )
        self._meanings.drop([case.id])
        self._finding.forget([case.id])
        if tidies:
            self._finding.tidy()
        self._database.update("cases", case.id, {"emptied_at": at.isoformat()})
        return emptied

    def take_photos(self, case_id: int) -> list[str]:
        """Let a case have no photos any more; returns the names of their files."""
        return self._take_files("select id from drafts where case_id = ?", case_id)

    # Residents

    def drop_drafts(self, resident_id: int) -> list[str]:
        """Forget her drafts that are no case; returns the names of their photos' files."""
        mine = "select id from drafts where resident_id = ? and case_id is null"
        names = self._take_files(mine, resident_id)
        self._delete("drafts where case_id is null and resident_id = ?", resident_id)
        return names

    def drop_conversation(self, *resident_ids: int) -> None:
        """Forget what residents said, asked and follow, and what they were told or are being
        told."""
        hers = f"resident_id in ({', '.join('?' * len(resident_ids))})"
        for what in (
            f"cards where {hers}",
            f"versions where turn_id in (select id from turns where {hers})",
            *(f"{table} where {hers}" for table in ("turns", "answers", "follows", "outbox")),
        ):
            self._database.execute(f"delete from {what}", resident_ids)
        for resident_id in resident_ids:
            self._delete("failed_lookups where key = ?", lookup_key(self._database, resident_id))

    def drop_resident(self, *resident_ids: int, at: datetime) -> None:
        """Forget who residents are; their numbers stay, with the moment."""
        nothing = {
            **dict.fromkeys(("language", "last_language", "topic_question"), ""),
            **dict.fromkeys(("topic_commitment", "topic_at", "adding_since"), ""),
            **dict.fromkeys(("heard_until", "consent", "consented_at"), ""),
            **dict.fromkeys(("forget_code", "forget_until"), ""),
            "adding_to": None,
        }
        for resident_id in resident_ids:
            self._database.update("residents", resident_id, nothing)
        self._residents.shred(*resident_ids, at=at)

    def empty_turns(self, turn_ids: Sequence[int], resident_id: int) -> None:
        """Take out of turns of hers what was said and shown, and when, down to the day."""
        for turn_id in turn_ids:
            self._database.execute("delete from versions where turn_id = ?", [turn_id])
            self._database.execute(
                """
                update turns set said = '', replies = '', has_photo = 0, replaces = null,
                at = substr(at, 1, 10) || 'T00:00:00+00:00' where id = ? and resident_id = ?
                """,
                [turn_id, resident_id],
            )

    def drop_question(self, answer_id: int, resident_id: int) -> None:
        """Forget that she asked something."""
        self._database.execute(
            "delete from answers where id = ? and resident_id = ?", [answer_id, resident_id]
        )
        topic = dict.fromkeys(("topic_question", "topic_commitment", "topic_at"), "")
        self._database.update("residents", resident_id, topic)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have something done once all of it is on disk."""
        self._database.after_commit(call)

    # Asking and leaving

    def set_confirmation(self, resident_id: int, code: str, *, until: datetime) -> None:
        """Keep the code by which she says that she means it, good for once and until then."""
        changes = {"forget_code": code, "forget_until": until.isoformat()}
        self._database.update("residents", resident_id, changes)

    def take_confirmation(self, resident_id: int, code: str, *, at: datetime) -> bool:
        """Whether a code is the one she was given and still good; it is used up."""
        used = self._database.execute(
            """
            update residents set forget_code = ''
            where id = ? and forget_code = ? and forget_code <> '' and forget_until > ?
            """,
            [resident_id, code, at.isoformat()],
        )
        return used == 1

    def set_leaving(self, resident_id: int, *, leaves: bool) -> None:
        """Note that an address is kept only until its last letter is out, or no longer."""
        self._database.execute(
            "update residents set is_leaving = ? where id = ? and is_leaving <> ?",
            [int(leaves), resident_id, int(leaves)],
        )

    def end_farewell(self, resident_id: int, *, at: datetime) -> None:
        """Forget an address that was kept for its last letters, if they are out."""
        waiting = self._database.one(
            "select 1 from outbox where resident_id = ? and state in ('waiting', 'claimed')",
            [resident_id],
        )
        if waiting is None:
            self.give_up_farewell(resident_id, at=at)

    def give_up_farewell(self, resident_id: int, *, at: datetime) -> None:
        """Forget an address that was kept for its last letters, whether or not they are out."""
        row = self._database.one(
            "select 1 from residents where id = ? and is_leaving = 1", [resident_id]
        )
        if row:
            self.drop_conversation(resident_id)
            self.set_leaving(resident_id, leaves=False)
            self.drop_resident(resident_id, at=at)

    # Parts

    def _written_about(self, case_id: int) -> list[tuple[str, str, int, str]]:
        """What residents and staff wrote about a case, opened: table, column, id and words."""
        return [
            (table, column, row_id, words)
            for table, column in WORDS_OF_CASES
            for row_id, words in self._database.tuples(
                f"select id, opened({column}) from {table} where case_id = ? and {column} <> ''",
                [case_id],
            )
        ]

    def _take_files(self, drafts: str, value: int) -> list[str]:
        rows = self._database.all(f"select name from files where draft_id in ({drafts})", [value])
        self._delete(f"files where draft_id in ({drafts})", value)
        return [row["name"] for row in rows]

    def _delete(self, what: str, value: object) -> None:
        self._database.execute(f"delete from {what}", [value])

    def _count(self, sql: str, value: int) -> int:
        ((count,),) = self._database.tuples(sql, [value])
        return int(count)


def _without_words(matter: Matter, words: str) -> Matter:
    nothing: dict[str, Any] = {"place": "", "latitude": None, "longitude": None}
    return replace(matter, text=words, **nothing)
