"""`draft`: the first commitments.toml of a report that nobody has curated."""

import click

from index.commands.common import one_line_a_mistake, read_settings
from index.drafts import draft_report


@click.command()
@click.argument("report_id")
@click.option("--write", is_flag=True, help="Write it beside the report; never over a file.")
def draft(report_id: str, write: bool) -> None:
    """Print the first commitments.toml of a report that nobody has curated.

    Example: python -m index draft anhui-2026 --write
    """
    with one_line_a_mistake():
        file, text = draft_report(read_settings().paths, report_id)
        if not write:
            click.echo(text, nl=False)
            return
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
        click.echo(str(file))
