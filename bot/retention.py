"""How long what names people is kept (`[retention]`): what is due, and a run that deletes it.

A run goes on in small transactions, each whole in itself: what is said to be gone by its receipt
is gone, wherever it was stopped. A photo's row goes first and its file after the commit; a file
that was left behind is swept away by the next run.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.config import RetentionSettings
from bot.faults import kind_and_place
from bot.store import DUE, Receipt, Store, receipt_number
from bot.store.photos import Photos

logger = logging.getLogger(__name__)

_AT_ONCE = 500
_FEW_AT_ONCE: Mapping[str, int] = {"cases": 10, "drafts": 20, "photos": 20}
"""Of a case some thirty rows change, and each photo takes its file and its key with it."""
_SWEPT_AFTER = timedelta(days=1)
"""A photo is on disk before its row is; a file so old waits for no row any more."""
_SWEPT_AT_ONCE = 500
_SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Term:
    """How long a kind is kept, and how much of it is due.

    Attributes:
        days: 0 keeps it for ever.
        before: what is older is due; None if it is kept for ever.
        due: what a run would delete of it, as part of another kind as well.
    """

    name: str
    days: int
    before: datetime | None
    due: int


def terms(store: Store, settings: RetentionSettings, *, at: datetime) -> list[Term]:
    """Every kind with what is due now; reads only."""
    moments = _moments(settings, at=at)
    return [
        Term(
            name,
            _days(settings, name),
            _before(settings, name, at=at),
            store.retention.count(name, moments),
        )
        for name in DUE
    ]


class RetentionRun:
    """Deletes what is due, one batch a step.

    Attributes:
        counts: what is gone, by its name.
        failures: at what a kind failed, by its name.
    """

    def __init__(
        self,
        store: Store,
        settings: RetentionSettings,
        *,
        drop_photo: Callable[[str], None],
        at: datetime,
    ) -> None:
        """`drop_photo` takes a photo's file away; it is called once its row is gone for good."""
        self.counts: Mapping[str, int] = {}
        self.failures: dict[str, str] = {}
        self.number = receipt_number(at)
        self._store = store
        self._moments = _moments(settings, at=at)
        self._drop_photo = drop_photo
        self._at = at
        self._done: frozenset[str] = frozenset()
        self._kind = ""

    def step(self) -> bool:
        """Delete one batch inside the caller's transaction; whether there may be more."""
        for name in DUE:
            if name in self._done:
                continue
            self._kind = name
            most = _FEW_AT_ONCE.get(name, _AT_ONCE)
            gone = self._store.retention.drop(name, self._moments, most=most, at=self._at)
            counts = {**self.counts, name: self.counts.get(name, 0) + gone.count}
            is_done = gone.count < most
            if gone.count:
                self._store.receipts.put(Receipt(self.number, "retention", counts, self._at))
                self._once_on_disk(counts, gone.photos, name if is_done else "")
                return True
            self._done |= {name}
        if self.counts.get("cases") and _SEARCH not in self._done:
            self._kind = _SEARCH
            self._store.retention.tidy_search()
            self._done |= {_SEARCH}
        return False

    def leave_out(self, error: Exception) -> None:
        """Go on without the kind at which the last step failed; the next run tries it again."""
        self.failures[self._kind] = kind_and_place(error)
        self._done |= {self._kind}

    def _once_on_disk(self, counts: Mapping[str, int], photos: Sequence[str], done: str) -> None:
        def follow() -> None:
            self.counts = counts
            self._done |= {done}
            for name in photos:
                self._drop_photo(name)

        self._store.forgetting.after_commit(follow)


def old_photos(photos: Photos, *, at: datetime) -> list[str]:
    """The photos' files that are so old that a row must name them; reads the folder alone."""
    return photos.older_than(at - _SWEPT_AFTER)


def left_behind(store: Store, names: Sequence[str]) -> Iterator[str]:
    """Those of these photos' files that no row names."""
    for start in range(0, len(names), _SWEPT_AT_ONCE):
        yield from store.retention.unnamed(names[start : start + _SWEPT_AT_ONCE])


def _days(settings: RetentionSettings, name: str) -> int:
    return int(getattr(settings, f"{name}_days"))


def _moments(settings: RetentionSettings, *, at: datetime) -> dict[str, str]:
    """Before when each kind is due, as the database compares it; empty for what never is."""
    moments = {name: _before(settings, name, at=at) for name in DUE}
    return {name: one.isoformat() if one else "" for name, one in moments.items()}


def _before(settings: RetentionSettings, name: str, *, at: datetime) -> datetime | None:
    days = _days(settings, name)
    return at - timedelta(days=days) if days else None
