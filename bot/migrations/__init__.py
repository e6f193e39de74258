"""The database's tables, as ordered steps; a step that has shipped is never edited.

The modules are named for their first step, so that their order is that of the steps.
"""

from bot.migrations import (
    steps_01_residents,
    steps_11_workflow,
    steps_14_console,
    steps_15_privacy,
    steps_16_vault,
    steps_20_masking,
    steps_40_leaving,
    steps_42_words,
    steps_45_confidential,
)
from bot.migrations.registry import migrations

__all__ = [
    "migrations",
    "steps_01_residents",
    "steps_11_workflow",
    "steps_14_console",
    "steps_15_privacy",
    "steps_16_vault",
    "steps_20_masking",
    "steps_40_leaving",
    "steps_42_words",
    "steps_45_confidential",
]
