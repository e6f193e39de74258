"""What a test looks up behind a channel: the bot's words, and what it keeps of a resident."""

from bot.app import Bot
from bot.cases import Matter
from bot.messages import Channel
from bot.store.photos import Photos
from bot.wording import Language, plain


def words(bot: Bot, key: str, *, language: Language = "zh", **values: object) -> str:
    """One of the bot's messages as residents read it."""
    return plain(bot.wording.text(language, key, **values))


def said(bot: Bot, channel: Channel, sender: str) -> list[str]:
    """What is kept of what she said, oldest first."""
    return [turn.said for turn in bot.dialogue.turns(channel, sender, most=50)]


def matter_of(bot: Bot, channel: Channel, sender: str) -> Matter:
    """Her matter that is not filed yet."""
    resident = bot.store.residents.known(channel, sender)
    draft = bot.store.drafts.open_of(resident.id) if resident else None
    if draft is None:
        raise LookupError(f"{sender} has no open draft")
    return draft.matter


def photos(bot: Bot) -> list[tuple[str, bytes]]:
    """Ending and content of every photo that is kept."""
    folder = bot.settings.paths.var / "files"
    kept = Photos(folder, bot.store.vault)
    return [(file.suffix, kept.read(file.name)) for file in folder.glob("*")]
