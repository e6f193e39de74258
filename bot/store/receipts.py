"""Receipts of what was deleted: how much of what, when and why; they name nobody."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Database, Row


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
    """The table `receipts`; only added to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, receipt: Receipt) -> None:
        """Keep a receipt, in the transaction of what it tells."""
        self._database.insert(
            "receipts",
            {
                "number": receipt.number,
                "what": receipt.what,
                "counts": json.dumps(dict(receipt.counts)),
                "at": receipt.at.isoformat(),
            },
        )

    def all(self) -> list[Receipt]:
        """Every receipt, oldest first."""
        return list(map(_receipt, self._database.all("select * from receipts order by id", [])))


def _receipt(row: Row) -> Receipt:
    return Receipt(
        number=row["number"],
        what=row["what"],
        counts=json.loads(row["counts"]),
        at=datetime.fromisoformat(row["at"]),
    )
