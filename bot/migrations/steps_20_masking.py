"""Steps from 20: what editors read of residents' questions, masked; what retention looks for."""

from sqlite_utils import Database

from bot.masking import masked
from bot.migrations.registry import migrations


@migrations()
def m020_masked_questions(db: Database) -> None:
    """The question log has no personal data any more, what was logged before included."""
    for number, question in db.conn.execute("select id, question from answers").fetchall():
        if (shown := masked(question)) != question:
            db.conn.execute("update answers set question = ? where id = ?", [shown, number])
