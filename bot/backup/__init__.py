"""Backups: the database and its photos as one proven file, made while the bot runs; and back."""

from bot.backup.archive import Manifest
from bot.backup.errors import BackupError
from bot.backup.making import Backup, back_up, check
from bot.backup.restoring import Restored, present, restore

__all__ = [
    "Backup",
    "BackupError",
    "Manifest",
    "Restored",
    "back_up",
    "check",
    "present",
    "restore",
]
