"""Examines a bot and what it stands on, running or not, for `python -m bot doctor`."""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bot.cases import TIME_ZONE, Role
from bot.clocks import Calendar
from bot.config import Settings
from bot.lock import running_pid
from bot.messages import ChannelError
from bot.service import read_service
from bot.store import DATABASE, Backlog, SetAside, Store, StoreError, StoreUnavailable, Undelivered
from bot.store.copies import faults_of
from bot.store.photos import Photos
from bot.wording import Wording
from index import ContentError, EncoderError, StaleIndexError, load_index

CALENDAR_DAYS = 45
"""How far ahead the longest time limit with its extension reaches, holidays included."""
LEAST_FREE_BYTES = 500 * 2**20
LATE_SECONDS = 300.0
"""What waits longer than this while a bot runs is not on its way any more."""
ANSWER_SECONDS = 5.0
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part.

    Attributes:
        details: what to look at, a line or a few each.
    """

    part: str
    is_well: bool
    text: str
    details: tuple[str, ...] = ()


def examine(settings: Settings, *, token: str, now: datetime | None = None) -> list[Finding]:
    """Everything that can be found out without changing anything; no name, nobody's words.

    Args:
        token: the bot token, empty if there is none.
    """
    at = now or datetime.now(UTC)
    return [
        _content(settings),
        _calendar(at),
        _index(settings),
        _disk(settings),
        *_database(settings, at),
        _process(settings),
        _telegram(settings, token),
    ]


def put_back(settings: Settings) -> tuple[int, int]:
    """Let what was set aside and what was refused be tried again: how many of each.

    Raises:
        StoreError: the database cannot be written.
    """
    path = settings.paths.var / DATABASE
    if not path.exists():
        return 0, 0
    store = Store.open(path)
    try:
        with store.transaction():
            return store.inbox.try_again(), store.outbox.try_again()
    finally:
        store.close()


def _content(settings: Settings) -> Finding:
    try:
        read_service(settings.paths.content / "service.toml")
        Wording(settings.paths.content / "wording")
    except ContentError as error:
        return Finding("content", False, "has mistakes", tuple(error.mistakes))
    return Finding("content", True, "service.toml and the wording are sound")


def _index(settings: Settings) -> Finding:
    try:
        index = load_index(settings.paths, settings.index)
    except ContentError as error:
        return Finding("index", False, "has mistakes", tuple(error.mistakes))
    except (StaleIndexError, EncoderError, OSError) as error:
        return Finding("index", False, str(error))
    return Finding("index", True, f"{len(index.commitments)} commitments, build {index.build_id}")


def _disk(settings: Settings) -> Finding:
    var = settings.paths.var
    if not var.exists():
        return Finding("disk", False, f"{var}: there is no such folder")
    free = shutil.disk_usage(var).free
    return Finding("disk", free >= LEAST_FREE_BYTES, f"{free / 2**30:.1f} GiB free in {var}")


def _database(settings: Settings, at: datetime) -> Iterator[Finding]:
    path = settings.paths.var / DATABASE
    if not path.exists():
        yield Finding("database", True, "none yet: nobody has written to the bot")
        return
    try:
        store = Store.open_to_read(path)
    except StoreUnavailable:  # it was opened, and then could not be read
        yield _soundness(path)
        return
    except StoreError as error:
        yield Finding("database", False, str(error))
        return
    try:
        yield _soundness(path)
        yield _vault(store)
        is_running = running_pid(settings.paths.var) is not None
        yield _inbox(store, is_running, at)
        yield _outbox(store, is_running, at)
        yield _staff(store, at)
        yield _photos(store, settings.paths.var / "files")
    except StoreError as error:
        yield Finding("database", False, str(error))
    finally:
        store.close()


def _soundness(path: Path) -> Finding:
    faults = tuple(faults_of(path))
    log = path.with_name(f"{path.name}-wal")
    megabytes = sum(file.stat().st_size for file in (path, log) if file.exists()) / 2**20
    text = "is damaged" if faults else f"is sound, {megabytes:.1f} MB"
    return Finding("database", not faults, text, faults)


def _vault(store: Store) -> Finding:
    damaged = tuple(store.damaged_rows())
    text = f"{len(damaged)} damaged rows" if damaged else "everything sealed can be opened"
    return Finding("vault", not damaged, text, damaged[:_MOST_TOLD])


def _inbox(store: Store, is_running: bool, at: datetime) -> Finding:
    backlog, aside = store.inbox.backlog(), store.inbox.set_asides()
    is_well = not aside and not (is_running and _is_late(backlog, at))
    text = f"{_waiting('update', backlog, at)}, {len(aside)} set aside"
    return Finding("inbox", is_well, text, tuple(map(_aside_line, aside)))


def _outbox(store: Store, is_running: bool, at: datetime) -> Finding:
    backlog, refused = store.outbox.backlog(reachable=True), store.outbox.refused()
    held = store.outbox.backlog(reachable=False).waiting
    is_well = not refused and not (is_running and _is_late(backlog, at))
    text = (
        f"{_waiting('letter', backlog, at)}, {held} held for residents who blocked the bot,"
        f" {len(refused)} refused"
    )
    return Finding("outbox", is_well, text, tuple(map(_refused_line, refused)))


def _staff(store: Store, at: datetime) -> Finding:
    """Whether somebody is told of new cases, and of who looked at identities; those that wait for
    a dispatcher are counted."""
    members = [one for one in store.staff.all() if one.is_active]
    linked = [one for one in members if one.resident_id is not None]
    groups = len(store.staff.groups())
    waiting = store.lists.count_to_do(Role.DISPATCHER, "", at=at)
    text = f"{len(members)} members, {len(linked)} linked, {groups} groups; {waiting} cases wait"
    roles, deaf = {one.role for one in linked}, []
    if not groups and Role.DISPATCHER not in roles:
        deaf.append("nobody is told of new cases: see `staff link`")
    if Role.SUPERVISOR not in roles:
        deaf.append("no supervisor is told each week who looked at identities: see `staff link`")
    details = tuple(deaf) if members else ()
    return Finding("staff", not details, text, details)


def _calendar(at: datetime) -> Finding:
    """Whether the holidays that time limits run into are known."""
    today = at.astimezone(TIME_ZONE).date()
    ahead = today + timedelta(days=CALENDAR_DAYS)
    if Calendar.knows(ahead):
        return Finding("calendar", True, f"holidays are known {CALENDAR_DAYS} days ahead")
    text = (
        f"holidays of {ahead.year} are not known, Monday to Friday count as working days;"
        " a newer chinesecalendar may know them"
    )
    return Finding("calendar", Calendar.knows(today), text)


def _photos(store: Store, folder: Path) -> Finding:
    photos = Photos(folder, store.vault)
    names = sorted(file.name for file in folder.glob("*"))
    unheld = sum(not store.drafts.holds_file(name) for name in names)
    faults = [f"{name}: {fault}" for name in names if (fault := photos.fault_of(name))]
    text = f"{len(names)} kept, {unheld} that nothing refers to"
    if faults:
        text += f", {len(faults)} that cannot be opened"
    return Finding("photos", not faults, text, tuple(faults[:_MOST_TOLD]))


def _process(settings: Settings) -> Finding:
    pid = running_pid(settings.paths.var)
    if pid is None:
        return Finding("process", True, "no bot runs on this folder")
    if not settings.web.enabled or not settings.web.port:
        return Finding("process", True, f"runs as process {pid}")
    host = f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host
    url = f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{settings.web.port}/healthz"  # noqa: S104
    state, reached = _health(url)
    is_well = reached and state.get("status") == "ok"
    return Finding("process", is_well, f"process {pid} at {url}", _health_lines(state))


def _health(url: str) -> tuple[dict[str, object], bool]:
    """What a running bot says of itself, and whether it answered."""
    try:
        answer = httpx.get(url, timeout=ANSWER_SECONDS, trust_env=False)  # no proxy: it is here
        state = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        return {"status": f"does not answer ({type(error).__name__})"}, False
    return (state, True) if isinstance(state, dict) else ({"status": "does not answer"}, False)


def _health_lines(state: dict[str, object]) -> tuple[str, ...]:
    return tuple(f"{name}: {json.dumps(value)}" for name, value in state.items())


def _telegram(settings: Settings, token: str) -> Finding:
    if not settings.telegram.enabled or not token:
        return Finding("telegram", True, "is off, or has no token")
    from bot.telegram import ask_telegram

    try:
        state = asyncio.run(ask_telegram(token, settings.telegram))
    except ChannelError as error:
        return Finding("telegram", False, str(error))
    mode = "updates are brought" if state.webhook_url else "updates are fetched"
    is_as_set = state.webhook_url == settings.telegram.webhook_url
    details = [] if is_as_set else ["webhook_url is another than Telegram has: start the bot"]
    if state.last_error:
        details.append(f"Telegram says: {state.last_error}")
    text = f"@{state.username}, {mode}, {state.waiting} wait there"
    return Finding("telegram", not details, text, tuple(details))


def _is_late(backlog: Backlog, at: datetime) -> bool:
    return backlog.oldest_at is not None and _age_seconds(backlog.oldest_at, at) > LATE_SECONDS


def _waiting(what: str, backlog: Backlog, at: datetime) -> str:
    since = ""
    if backlog.oldest_at is not None:
        since = f" (the oldest for {_age_seconds(backlog.oldest_at, at):.0f} s)"
    return f"{backlog.waiting} {what}s wait{since}"


def _age_seconds(since: datetime, at: datetime) -> float:
    return max((at - since).total_seconds(), 0.0)


def _aside_line(aside: SetAside) -> str:
    told = f"update {aside.update_id} of {aside.received_at:%Y-%m-%d %H:%M}, {aside.tries} tries:"
    return "\n".join([told, *aside.failure.splitlines()])


def _refused_line(letter: Undelivered) -> str:
    case = f" about case {letter.case_id}" if letter.case_id else ""
    return f"letter {letter.letter_id}{case}, {letter.tries} tries: {letter.failure}"


def report(findings: Sequence[Finding], *, say: Callable[[str], object]) -> bool:
    """Tell what was found, a line each with its details below; returns whether all is well."""
    for finding in findings:
        say(f"{'✓' if finding.is_well else '✗'} {finding.part}: {finding.text}")
        for detail in finding.details:
            for line in detail.splitlines():
                say(f"    {line}")
    return all(finding.is_well for finding in findings)
