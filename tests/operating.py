"""An operator's folder with content of its own, a build and config.toml, and the commands."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.store import DATABASE, AnswerRecord, Store
from tests.conftest import CONTENT


class Operator:
    """Somebody who types commands in a folder of her own."""

    def __init__(self, folder: Path, built: Path) -> None:
        self.folder, self.content = folder, folder / "content"
        shutil.copytree(CONTENT, self.content)
        shutil.copytree(built, folder / "var")
        text = f'[paths]\ncontent = "{self.content}"\nvar = "{folder / "var"}"\n'
        (folder / "config.toml").write_text(text, encoding="utf-8")

    def runs(self, *words: str | Path) -> Result:
        """A command, in this process; what it does not expect is raised."""
        environment = {"BOT_CONFIG": str(self.folder / "config.toml"), "TELEGRAM_BOT_TOKEN": ""}
        typed = [str(word) for word in words]
        return CliRunner().invoke(cli, typed, env=environment, catch_exceptions=False)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database of the folder."""
        with closing(Store.open(self.folder / "var" / DATABASE)) as store:
            yield store


def asks(
    store: Store,
    question: str,
    *,
    hits: Sequence[str] = (),
    helpful: bool | None = None,
    at: datetime | None = None,
) -> int:
    """A resident asks: answered by the first hit, or refused; returns the answer's number."""
    at = at or datetime.now(UTC)
    decision = "answer" if hits else "no_answer"
    with store.transaction():
        resident = store.residents.met("web", "asking", at=at)
        record = AnswerRecord(question, "zh", tuple(hits), decision, 0.5, "build")
        answer_id = store.answers.add(resident.id, record, at=at)
        if helpful is not None:
            store.answers.set_helpful(answer_id, resident.id, helpful=helpful)
    return answer_id


def files_in(content: Path) -> dict[str, bytes]:
    """Every file below the content, with its bytes."""
    files = (file for file in content.rglob("*") if file.is_file())
    return {str(file.relative_to(content)): file.read_bytes() for file in files}
