"""`check`: every mistake of the content at once."""

import click

from index.commands.common import one_line_a_mistake, read_settings
from index.content import read_content
from index.errors import ContentError


@click.command()
def check() -> None:
    """Check all content and list every mistake at once.

    Example: python -m index check
    """
    with one_line_a_mistake():
        content = read_content(read_settings().paths)
        for remark in content.remarks:
            click.echo(f"remark: {remark}", err=True)
        if content.mistakes:
            raise ContentError(content.mistakes)
        click.echo(
            f"{len(content.commitments)} commitments of {len(content.reports)} reports, "
            f"{len(content.glossary)} glossary entries, {len(content.gold)} questions: "
            "no mistakes"
        )
