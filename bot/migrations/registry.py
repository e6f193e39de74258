"""The one list that every step joins, in the order in which its module is imported."""

from sqlite_utils import Migrations

migrations = Migrations("bot")
