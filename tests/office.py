"""An office of the real service.toml and wording over any database, for tests of the desk."""

from functools import cache
from pathlib import Path

from bot.app import build_office
from bot.desk import Office
from bot.service import Service, read_service
from bot.store import Store
from bot.wording import Wording

CONTENT = Path(__file__).parents[1] / "content"


@cache
def real_service() -> Service:
    """The district's rules as they ship."""
    return read_service(CONTENT / "service.toml")


@cache
def real_wording() -> Wording:
    """The bot's words as they ship."""
    return Wording(CONTENT / "wording")


def office_over(store: Store) -> Office:
    """What the desk works with; it knows no commitments, and needs no index."""
    return build_office(store, service=real_service(), wording=real_wording())
