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


def _ended_before(moment: str) -> str:
    """The cases that ended before a moment, and still have words. A rejected case has no day on
    which it was closed, for it may be objected to."""
    return f"""
        select id from cases where closed_at <> '' and closed_at < {moment}
            and state in ({_ENDED}) and emptied_at = ''
        union all
        select id from cases where state = '{CaseState.REJECTED}' and closed_at = ''
            and emptied_at = ''
            and (select max(at) from events where events.case_id = cases.id) < {moment}
    """


DUE: Mapping[str, str] = {
    "conversation": "select id from turns where at < :conversation",
    "photos": f"""
        select id from files where draft_id in (
            select id from drafts where case_id in ({_ended_before(":photos")})
            union all
            select id from drafts where case_id in ({_ended_before(":cases")})
            union all
            select id from drafts where case_id is null and updated_at < :drafts
        )
    """,
    "drafts": "select id from drafts where case_id is null and updated_at < :drafts",
    "questions": "select id from answers where at < :questions",
    "updates": """
        select update_id as id from inbox where state = 'aside' and received_at < :updates
    """,
    "letters": f"""
        select outbox.id from outbox left join cases on cases.id = case_id
        where outbox.state = 'refused' and created_at < :letters
            and (case_id is null or cases.state in ({_ENDED}))
        union all
        select outbox.id from outbox left join cases on cases.id = case_id
        join residents on residents.id = outbox.resident_id
        where outbox.state in ('waiting', 'claimed') and outbox.state = 'waiting'
            and reachable = 0 and outbox.created_at < :letters
            and (case_id is null or cases.state in ({_ENDED}))
    """,
    "cases": _ended_before(":cases"),
    "identities": f"""
        select id from residents
        where forgotten_at = '' and created_at < :identities and heard_until < :identities
            and not exists (
                select 1 from cases where cases.resident_id = residents.id
                and cases.id not in ({_ended_before(":cases")})
            )
            and not exists (
                select 1 from drafts where drafts.resident_id = residents.id
                and case when case_id is null then updated_at >= :drafts
                    else case_id not in ({_ended_before(":cases")}) end
            )
            and not exists (
                select 1 from turns where turns.resident_id = residents.id
                and at >= :conversation
            )
            and not exists (select 1 from staff where staff.resident_id = residents.id)
            and not exists (select 1 from staff_groups as one where one.resident_id = residents.id)
            and (reachable = 0 or not exists (
                select 1 from follows where follows.resident_id = residents.id
            ))
    """,
    "views": "select id from views where at < :views",
    "sessions": "select id from staff_sessions where expires_at < :sessions",
}
"""What is due, by the name that receipts give it, in the order in which it is deleted; older than
`:<name>` of each kind, empty for one that is kept for ever. What goes because another kind does is
due as well, so that what is counted is what a run deletes: of matters and cases their photos, and
who is left with nothing."""


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

    def count(self, name: str, before: Mapping[str, str]) -> int:
        """How much of a kind is due, by the moments before which each kind is."""
        (row,) = self._database.named(f"select count(*) as n from ({DUE[name]})", dict(before))
        return int(row["n"])

    def drop(self, name: str, before: Mapping[str, str], *, most: int, at: datetime) -> Gone:
        """Delete at most so many of a kind that are due."""
        if name == "cases":
            self._forget_spots(before)
        sql = f"select id from ({DUE[name]}) limit :most"
        rows = self._database.named(sql, {**before, "most": most})
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
            case "questions":
                self._execute(_LETS_GO.format(what="answer"), ids)
                self._execute("delete from answers where id in (?)", ids)
            case "identities":
                self._forgetting.drop_conversation(*ids)
                self._forgetting.drop_resident(*ids, at=at)
            case _:
                self._execute(_DROPS[name], ids)
        return Gone(len(ids))

    def _forget_spots(self, before: Mapping[str, str]) -> None:
        """A case whose resident was forgotten kept its spot, as a keyed hash, for the figures."""
        self._database.execute(
            """
            update cases set spot = '' where spot <> '' and emptied_at <> '' and closed_at <> ''
            and closed_at < ?
            """,
            [before["cases"]],
        )

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
        self._execute(_LETS_GO.format(what="turn"), ids)
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
        for sql in _TIES_TO_HER:
            self._execute(sql, [case_id])
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
    "views": "delete from views where id in (?)",
    "sessions": "delete from staff_sessions where id in (?)",
    "letters": "update outbox set state = 'dropped', reply = '' where id in (?)",
    "updates": """
        update inbox set state = 'done', sender = '', album = '', payload = '', failure = '',
        handled_at = received_at where update_id in (?)
    """,
}
"""What goes by one statement; of an update its number stays, so that it is not taken for new."""

_LETS_GO = """
    update drafts set source = 'gone:' || id
    where source in (select '{what}:' || id from {what}s where id in (?))
"""
"""A draft no longer names what it was made from: the number may be given again."""

_TIES_TO_HER = (
    "update outbox set case_id = null where case_id in (?) and is_for_staff = 0",
    "update residents set adding_to = null, adding_since = '' where adding_to in (?)",
)
"""What would name whose case it was; letters of no case go soon after they have arrived."""


def _listed(ids: Sequence[int]) -> str:
    """Numbers as SQL writes a list of them."""
    return f"({', '.join(map(str, map(int, ids)))})"
