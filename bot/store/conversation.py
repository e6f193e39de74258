"""What was said and replied, and how each question was decided."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.messages import Button, Document, Location, Reply, Turn
from bot.store.database import UNREADABLE, Database, Row
from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """How one question was decided, kept so that editors can learn from it.

    Attributes:
        hits: ids of the commitments found, best first.
        decision: `answer`, `choices` (several were offered) or `no_answer`.
    """

    question: str
    language: str
    hits: tuple[str, ...]
    decision: str
    probability: float
    build_id: str


class Turns:
    """The table `turns`: each message of a resident with what she was told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        resident_id: int,
        *,
        said: str,
        has_photo: bool,
        at: datetime,
        key: str = "",
    ) -> int:
        """Note what a resident said; its replies follow with `finish`. Returns its id.

        Args:
            key: the channel's own id of the message, used only once; empty for none.
        """
        return self._database.insert(
            "turns",
            {
                "resident_id": resident_id,
                "said": self._database.sealed(resident_id, said),
                "has_photo": int(has_photo),
                "replies": "",
                "at": at.isoformat(),
                "key": key,
            },
        )

    def finish(self, turn_id: int, replies: Sequence[Reply], *, replaces: int | None) -> None:
        """Keep what was replied in a turn, and whose reply the first one takes the place of."""
        texts = json.dumps([kept_reply(reply) for reply in replies], ensure_ascii=False)
        sealed = self._sealed_in(turn_id, texts)
        self._database.update("turns", turn_id, {"replies": sealed, "replaces": replaces})

    def said_under(self, key: str, resident_id: int) -> Turn | None:
        """What she said under a channel's id of a message, or None; under an empty one None."""
        row = self._database.one(
            "select * from turns where key = ? and key <> '' and resident_id = ?",
            [key, resident_id],
        )
        return _turn(row) if row else None

    def is_emptied(self, turn_id: int) -> bool:
        """Whether what was said and replied in a turn was taken out of it, to be kept no more."""
        row = self._database.one("select 1 from turns where id = ? and replies = ''", [turn_id])
        return row is not None

    def revise(self, turn: Turn, said: str, *, at: datetime) -> None:
        """Put new words in the place of what was said; the old ones stay as a version."""
        self.keep_version(turn.id, turn.said, at=at)
        self._database.update("turns", turn.id, {"said": self._sealed_in(turn.id, said)})

    def keep_version(self, turn_id: int, said: str, *, at: datetime) -> None:
        """Keep words that a turn once had."""
        sealed = self._sealed_in(turn_id, said)
        self._database.insert(
            "versions", {"turn_id": turn_id, "said": sealed, "replaced_at": at.isoformat()}
        )

    def versions(self, turn_id: int) -> list[str]:
        """The words that a turn once had, in the order in which they were replaced."""
        rows = self._database.tuples(
            "select opened(said) from versions where turn_id = ? order by id", [turn_id]
        )
        return [str(said) for (said,) in rows]

    def last(self, resident_id: int, *, most: int) -> list[Turn]:
        """The last `most` turns of a resident, oldest first."""
        rows = self._database.all(
            "select * from turns where resident_id = ? order by id desc limit ?",
            [resident_id, most],
        )
        return [_turn(row) for row in reversed(rows)]

    def hers(self, turn_id: int, resident_id: int) -> Turn | None:
        """This turn, or None if it is not this resident's."""
        row = self._database.one(
            "select * from turns where id = ? and resident_id = ?", [turn_id, resident_id]
        )
        return _turn(row) if row else None

    def _sealed_in(self, turn_id: int, text: str) -> str:
        row = self._database.one("select resident_id from turns where id = ?", [turn_id])
        return self._database.sealed(row["resident_id"] if row else 0, text)


class Answers:
    """The table `answers`: questions, masked, what was found, and whether it helped."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def add(self, resident_id: int, record: AnswerRecord, *, at: datetime) -> int:
        """Note how a question was decided. Returns its id."""
        return self._database.insert(
            "answers",
            {
                **asdict(record),
                "question": self._database.sealed(resident_id, record.question),
                "wording": self._vault.lookup("question", record.question),
                "resident_id": resident_id,
                "hits": json.dumps(record.hits),
                "at": at.isoformat(),
            },
        )

    def question(self, answer_id: int, resident_id: int) -> str | None:
        """The question this resident asked, or None if it is not hers."""
        row = self._database.one(
            "select question from answers where id = ? and resident_id = ?",
            [answer_id, resident_id],
        )
        return str(row["question"]) if row else None

    def asked_by(self, resident_id: int, *, most: int) -> list[tuple[int, str]]:
        """Her last `most` questions, masked, with their ids; the latest first."""
        rows = self._database.all(
            "select id, question from answers where resident_id = ? order by id desc limit ?",
            [resident_id, most],
        )
        return [(row["id"], row["question"]) for row in rows]

    def set_helpful(self, answer_id: int, resident_id: int, *, helpful: bool) -> bool:
        """Keep her verdict on an answer; False if the answer is not hers."""
        changed = self._database.execute(
            "update answers set helpful = ? where id = ? and resident_id = ?",
            [int(helpful), answer_id, resident_id],
        )
        return changed == 1


def _turn(row: Row) -> Turn:
    return Turn(
        id=row["id"],
        said=row["said"],
        has_photo=bool(row["has_photo"]),
        replaces=row["replaces"],
        replies=tuple(reply_of(kept) for kept in kept_json(row["replies"], [])),
    )


def kept_json(text: str, otherwise: Any) -> Any:
    """What was kept as JSON; something else if it was forgotten, or cannot be read any more."""
    return otherwise if text in ("", UNREADABLE) else json.loads(text)


def kept_reply(reply: Reply) -> Row:
    """A reply as it is kept; `dataclasses.asdict` would do, and take ten times as long."""
    point = reply.location
    return {
        "html": reply.html,
        "buttons": [
            [{"label": button.label, "action": button.action} for button in row]
            for row in reply.buttons
        ],
        "replaces": reply.replaces,
        "notice": reply.notice,
        "case_id": reply.case_id,
        "photo": reply.photo,
        "location": point and {"latitude": point.latitude, "longitude": point.longitude},
        "is_protected": reply.is_protected,
        "removes": reply.removes,
        "document": reply.document and {"name": reply.document.name, "text": reply.document.text},
    }


def reply_of(kept: Row) -> Reply:
    """A reply as it was kept; what it did not have yet is as by default."""
    rows = tuple(tuple(Button(**button) for button in buttons) for buttons in kept["buttons"])
    point, document = kept.get("location"), kept.get("document")
    return Reply(
        **{
            **kept,
            "buttons": rows,
            "location": Location(**point) if point else None,
            "document": Document(**document) if document else None,
        }
    )
