"""The command line of the index; each command is in `index.commands`."""

from importlib import import_module

import click

from index.commands.builds import activate_, build, diff, list_, rollback_
from index.commands.check import check
from index.commands.draft import draft
from index.commands.search import evaluate, search

_LAZY_COMMANDS = {"train": ("index.training.command", "train_command")}


class LazyGroup(click.Group):
    """A group whose `train` is imported only when it is called: it needs torch."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, by name."""
        return sorted([*super().list_commands(ctx), *_LAZY_COMMANDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in _LAZY_COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = _LAZY_COMMANDS[cmd_name]
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing the lazy ones."""
        rows = [
            (name, command.get_short_help_str(limit=70))
            for name, command in sorted(self.commands.items())
        ]
        with formatter.section("Commands"):
            formatter.write_dl(
                [*rows, ("train", "Train the bundled encoder from pairs of texts.")]
            )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Reports and commitments: check them, build the index, search it.

    BOT_CONFIG names another config.toml than the one in the working folder.
    """


for command in (activate_, build, check, diff, draft, evaluate, list_, rollback_, search):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="python -m index")
