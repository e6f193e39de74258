"""What the cases mean: one vector each, to find the ones that are about the same thing.

The vectors are read from the disk once and kept in memory, since ten thousand of them take a
tenth of a second to read and a few milliseconds to compare.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bot.cases import OPEN_STATES
from bot.store.database import Database

_STORED = np.dtype("<f2")
_OPEN = ", ".join(f"'{state}'" for state in OPEN_STATES)
_MOST_IN_MEMORY = 20_000
"""Cases whose vectors are kept in memory: 40 MB at 512 dimensions; the oldest go first."""


_CLOSED_AMONG_THEM = 300
"""How many more of the nearest are looked at, since some of them may be closed by now."""


class Meanings:
    """The table `case_vectors`; a vector counts only for the encoder that made it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forget("")

    def _forget(self, encoder: str) -> None:
        self._encoder, self._last = encoder, 0
        self._undone = self._database.undone
        self._ids = np.zeros(0, dtype=np.int64)
        self._rows = np.zeros((0, 0), dtype=np.float32)

    def keep(self, case_id: int, vector: NDArray[np.float32], *, encoder: str) -> None:
        """Keep a case's vector, in place of what was kept of it before.

        Args:
            vector: float32[dim].
            encoder: the encoder's fingerprint.
        """
        self._database.execute(
            "insert or replace into case_vectors (case_id, encoder, vector) values (?, ?, ?)",
            [case_id, encoder, vector.astype(_STORED).tobytes()],
        )

    def drop(self, case_ids: Sequence[int]) -> None:
        """Forget what cases mean."""
        for case_id in case_ids:
            self._database.execute("delete from case_vectors where case_id = ?", [case_id])
        self._forget("")

    def nearest(
        self, vector: NDArray[np.float32], *, encoder: str, since: datetime, most: int
    ) -> dict[int, float]:
        """The open cases filed since then that are nearest to a vector, and their cosines.

        At most `most` of them, the nearest first.

        Args:
            vector: float32[dim], of the encoder with this fingerprint.
        """
        self.read(encoder)
        if not len(self._ids):
            return {}
        # One thread: on a busy machine the several that `@` starts wait for each other.
        cosines = np.einsum("ij,j->i", self._rows, vector)
        rows = np.argsort(-cosines, kind="stable")[: most + _CLOSED_AMONG_THEM]
        near = {int(self._ids[row]): float(cosines[row]) for row in rows}
        still = self._open_ones(list(near), since=since)
        found = [case_id for case_id in near if case_id in still]
        return {case_id: near[case_id] for case_id in found[:most]}

    def missing(self, *, since: datetime, encoder: str, most: int) -> Sequence[tuple[int, str]]:
        """Id and words of open cases since then that this encoder has not read, newest first."""
        return self._database.tuples(
            f"""
            select cases.id, opened(cases.text)
            from cases left join case_vectors
            on case_vectors.case_id = cases.id and case_vectors.encoder = ?
            where cases.state in ({_OPEN}) and cases.submitted_at >= ?
            and case_vectors.case_id is null
            order by cases.id desc limit ?
            """,
            [encoder, since.isoformat(), most],
        )

    def read(self, encoder: str) -> None:
        """Read what was kept since the last time; the first time takes a tenth of a second."""
        if (encoder, self._database.undone) != (self._encoder, self._undone):
            self._forget(encoder)  # What a transaction took back was perhaps read.
        read = self._database.tuples(
            """
            select id, case_id, vector from case_vectors
            where id > ? and encoder = ? order by id desc limit ?
            """,
            [self._last, encoder, _MOST_IN_MEMORY],
        )[::-1]
        if not read:
            return
        self._last = read[-1][0]
        joined = np.frombuffer(b"".join(vector for _, _, vector in read), dtype=_STORED)
        rows = joined.reshape(len(read), -1).astype(np.float32)
        ids = np.array([case_id for _, case_id, _ in read], dtype=np.int64)
        self._ids = np.concatenate([self._ids, ids])[-_MOST_IN_MEMORY:]
        self._rows = np.concatenate([self._rows, rows] if len(self._rows) else [rows])
        self._rows = self._rows[-_MOST_IN_MEMORY:]

    def _open_ones(self, case_ids: Sequence[int], *, since: datetime) -> set[int]:
        marks = ", ".join("?" * len(case_ids))
        rows = self._database.tuples(
            f"""
            select id from cases
            where id in ({marks}) and state in ({_OPEN}) and submitted_at >= ?
            """,
            [*case_ids, since.isoformat()],
        )
        return {case_id for (case_id,) in rows}
