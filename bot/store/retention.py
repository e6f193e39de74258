"""What is kept no longer: found by its age, and deleted a batch at a time.

Nothing of a case that somebody still has a step to take in is ever due.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cases import ENDED_STATES, CaseState
from bot.store.cases import Cases
from bot.store.database import Database
from bot.store.finding import Finding
from bot.store.forgetting import Forgetting
from bot.store.residents import Resident, Residents

_ENDED = ", ".join(f"'{state}'" for state in ENDED_STATES)
_ENDED_BEFORE = f"""
    select id from cases where closed_at <> '' and closed_at < :before and state in ({_ENDED})
        and emptied_at = ''
    union all
    select id from cases where state = '{CaseState.REJECTED}' and closed_at = ''
        and emptied_at = ''
        and (select max(at) from events where events.case_id = cases.id) < :before
"""
"""What is emptied has neither words nor photos, and is not looked at again. A rejected case has no
day on which it was closed, for it may be objected to."""

DUE: Mapping[str, str] = {
    "conversation": "select id from turns where at < :before",
    "drafts": "select id from drafts where case_id is null and updated_at < :before",
    "questions": "select id from answers where at < :before",
    "updates": """
        select update_id as id from inbox where state = 'aside' and received_at < :before
    """,
    "letters": f"""
        select outbox.id from outbox left join cases on cases.id = case_id
        where outbox.state = 'refused' and created_at < :before
            and (case_id is null or cases.state in ({_ENDED}))
        union all
        select outbox.id from outbox left join cases on cases.id = case_id
        join residents on residents.id = outbox.resident_id
        where outbox.state in ('waiting', 'claimed') and outbox.state = 'waiting'
            and reachable = 0 and outbox.created_at < :before
            and (case_id is null or cases.state in ({_ENDED}))
    """,
    "photos": f"""
        select files.id from files join drafts on drafts.id = files.draft_id
        where drafts.case_id in ({_ENDED_BEFORE})
    """,
    "cases": _ENDED_BEFORE,
    "identities": """
        select id from residents
        where forgotten_at = '' and created_at < :before and heard_until < :before
            and not exists (select 1 from cases where cases.resident_id = residents.id)
            and not exists (select 1 from drafts where drafts.resident_id = residents.id)
            and not exists (select 1 from turns where turns.resident_id = residents.id)
            and not exists (select 1 from staff where staff.resident_id = residents.id)
            and not exists (select 1 from staff_groups as one where one.resident_id = residents.id)
            and (reachable = 0 or not exists (
                select 1 from follows where follows.resident_id = residents.id
            ))
    """,
    "views": "select id from views where at < :before",
    "sessions": "select id from staff_sessions where expires_at < :before",
}
"""What is due, by the name that receipts give it; in the order in which it is deleted."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What one batch took: how much, and the names of the photos' files that nothing names now."""

    count: int
    photos: tuple[str, ...] = ()


class Retention:
    """Finds and deletes what is due; `drop` runs inside the caller's transaction."""

    def __init__(
        self,
        database: Database,
        *,
        cases: Cases,
        residents: Residents,
        forgetting: Forgetting,
        finding: Finding,
    ) -> None:
        self._database = database
        self._cases = cases
        self._residents = residents
        self._forgetting = forgetting
        self._finding = finding

    def count(self, name: str, before: datetime) -> int:
        """How much of a kind is older than that."""
        sql = f"select count(*) as n from ({DUE[name]})"
        (row,) = self._database.named(sql, {"before": before.isoformat()})
        return int(row["n"])

    def drop(self, name: str, before: datetime, *, most: int, at: datetime) -> Gone:
        """Delete at most so many of a kind that are older than that."""
        sql = f"select id from ({DUE[name]}) limit :most"
        rows = self._database.named(sql, {"before": before.isoformat(), "most": most})
        ids = [int(row["id"]) for row in rows]
        if not ids:
            return Gone(0)
        match name:
            case "drafts":
                return Gone(len(ids), self._drop_drafts(ids))
            case "photos":
                return Gone(len(ids), self._drop_photos(ids))
            case "cases":
                return Gone(len(ids), self._empty_cases(ids, at=at))
            case "conversation":
                self._drop_turns(ids)
            case "identities":
                self._forgetting.drop_conversation(*ids)
                self._forgetting.drop_resident(*ids, at=at)
            case _:
                self._execute(_DROPS[name], ids)
        return Gone(len(ids))

    def tidy_search(self) -> None:
        """Have what was deleted from the search leave its file, too."""
        self._finding.tidy()

    def unnamed(self, names: Sequence[str]) -> list[str]:
        """Those of these photos' files that no row names."""
        marks = ", ".join("?" * len(names))
        rows = self._database.tuples(f"select name from files where name in ({marks})", names)
        known = {name for (name,) in rows}
        return [name for name in names if name not in known]

    def _drop_turns(self, ids: Sequence[int]) -> None:
        self._execute(
            """
            update residents set topic_question = '', topic_commitment = '', topic_at = ''
            where topic_at <> '' and id in (select resident_id from turns where id in (?))
                and topic_at <= (select max(at) from turns where id in (?))
            """,
            ids,
        )
        self._execute("delete from versions where turn_id in (?)", ids)
        self._execute("update turns set replaces = null where replaces in (?)", ids)
        self._execute("delete from turns where id in (?)", ids)

    def _drop_drafts(self, ids: Sequence[int]) -> tuple[str, ...]:
        names = self._names("select name from files where draft_id in (?)", ids)
        self._execute("delete from files where draft_id in (?)", ids)
        self._execute("delete from drafts where id in (?)", ids)
        return names

    def _drop_photos(self, ids: Sequence[int]) -> tuple[str, ...]:
        names = self._names("select name from files where id in (?)", ids)
        self._execute("delete from files where id in (?)", ids)
        return names

    def _empty_cases(self, ids: Sequence[int], *, at: datetime) -> tuple[str, ...]:
        nobody = self._residents.add(at=at)
        return tuple(name for one in ids for name in self._empty(one, nobody, at=at))

    def _empty(self, case_id: int, nobody: Resident, *, at: datetime) -> list[str]:
        """Let a case keep its figures alone; returns the names of its photos' files.

        Args:
            nobody: whose it is from now on.
        """
        case = self._cases.get(case_id)
        names = self._forgetting.take_photos(case_id)
        emptied = self._forgetting.empty(case, at=at, tidies=False)
        self._forgetting.part(emptied, at=at, to=nobody)
        self._execute(
            """
            update outbox set state = 'dropped', reply = ''
            where case_id in (?) and state in ('waiting', 'refused')
            """,
            [case_id],
        )
        self._execute("update cards set headline = '' where case_id in (?)", [case_id])
        return names

    def _names(self, sql: str, ids: Sequence[int]) -> tuple[str, ...]:
        rows = self._database.tuples(sql.replace("(?)", _listed(ids)), [])
        return tuple(name for (name,) in rows)

    def _execute(self, sql: str, ids: Sequence[int]) -> None:
        self._database.execute(sql.replace("(?)", _listed(ids)), [])


_DROPS = {
    "questions": "delete from answers where id in (?)",
    "views": "delete from views where id in (?)",
    "sessions": "delete from staff_sessions where id in (?)",
    "letters": "update outbox set state = 'dropped', reply = '' where id in (?)",
    "updates": """
        update inbox set state = 'done', sender = '', album = '', payload = '', failure = '',
        handled_at = received_at where update_id in (?)
    """,
}
"""What goes by one statement; of an update its number stays, so that it is not taken for new."""


def _listed(ids: Sequence[int]) -> str:
    """Numbers as SQL writes a list of them."""
    return f"({', '.join(map(str, map(int, ids)))})"
