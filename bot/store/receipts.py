"""Receipts of what was deleted: how much of what, when and why; they name nobody."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cases import TIME_ZONE
from bot.store.database import Database, Row

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Receipt:
    """One deletion.

    Attributes:
        number: by which it is referred to; random, so that it tells nobody's turn.
        what: `forget` or `retention`.
        counts: how many there were, by the name of what is gone.
    """

    number: str
    what: str
    counts: Mapping[str, int]
    at: datetime


class Receipts:
    """The table `receipts`; nothing is taken out of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, receipt: Receipt) -> None:
        """Keep a receipt, in the transaction of what it tells."""
        self._database.insert("receipts", _row(receipt))

    def put(self, receipt: Receipt) -> None:
        """Keep a receipt of what is still going on, with what is gone by now."""
        counts = _row(receipt)["counts"]
        changed = self._database.execute(
            "update receipts set counts = ? where number = ?", [counts, receipt.number]
        )
        if not changed:
            self.add(receipt)

    def all(self) -> list[Receipt]:
        """Every receipt, oldest first."""
        return list(map(_receipt, self._database.all("select * from receipts order by id", [])))


def receipt_number(at: datetime) -> str:
    """A number that no other receipt has: the day in Wuhan, and letters by chance."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"R{at.astimezone(TIME_ZONE):%Y%m%d}-{letters}"


def _row(receipt: Receipt) -> Row:
    return {
        "number": receipt.number,
        "what": receipt.what,
        "counts": json.dumps(dict(receipt.counts)),
        "at": receipt.at.isoformat(),
    }


def _receipt(row: Row) -> Receipt:
    return Receipt(
        number=row["number"],
        what=row["what"],
        counts=json.loads(row["counts"]),
        at=datetime.fromisoformat(row["at"]),
    )
