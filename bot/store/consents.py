"""Which words on privacy each resident was shown, and which held when a case was filed."""

from datetime import datetime

from bot.store.database import Database


class Consents:
    """The columns `consent` of `residents` and `cases`: versions of `bot.consent`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shown(self, resident_id: int) -> str:
        """The version of the words she was shown; empty for none."""
        row = self._database.one("select consent from residents where id = ?", [resident_id])
        return str(row["consent"]) if row else ""

    def note_shown(self, resident_id: int, version: str, *, at: datetime) -> None:
        """She is shown the words of this version."""
        self._database.update(
            "residents", resident_id, {"consent": version, "consented_at": at.isoformat()}
        )

    def note_filed(self, case_id: int, version: str) -> None:
        """A case is filed under the words of this version."""
        self._database.update("cases", case_id, {"consent": version})
