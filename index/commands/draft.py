"""`draft`: report.md and commitments.toml of a report, from its file or from its text."""

from pathlib import Path

import click

from index.commands.common import one_line_a_mistake, read_settings
from index.drafting.drafts import Draft, draft_file, draft_report, write_draft
from index.errors import ContentError


@click.command()
@click.argument("report")
@click.option("--id", "report_id", default="", help="The id of a report from a file.")
@click.option("--year", type=int, help="The year a report from a file plans for.")
@click.option("--write", is_flag=True, help="Write it; otherwise it is only shown.")
def draft(report: str, report_id: str, year: int | None, write: bool) -> None:
    """Draft a report's report.md and commitments.toml; what editors wrote in them stays.

    REPORT is a file (.txt, .md, .docx or .pdf), or the id of a report in the content.

    Example: python -m index draft 安徽省政府工作报告.docx --id anhui-2026 --write
    """
    with one_line_a_mistake():
        paths = read_settings().paths
        is_file = bool(Path(report).suffix) or "/" in report
        if not is_file and (report_id or year):
            raise ContentError([f"{report}: --id and --year are for a file"])
        found = (
            draft_file(paths, Path(report), report_id=report_id, target_year=year)
            if is_file
            else draft_report(paths, report)
        )
        if write:
            write_draft(paths, found)
        _show(found, written=write)


def _show(found: Draft, *, written: bool) -> None:
    for line in found.remarks:
        click.echo(f"remark: {line}", err=True)
    for change in found.changes:
        click.echo(str(change.path) if written else change.diff, nl=written)
    for own_id in found.gone:
        click.echo(f"no longer in the report: {own_id}", err=True)
    click.echo(
        f"{found.report_id}: kept {found.kept}, no longer there {len(found.gone)}, "
        f"new {len(found.added)}",
        err=True,
    )
    if not found.changes:
        click.echo("nothing changed, nothing to write", err=True)
    elif not written:
        click.echo("nothing is written; with --write it is", err=True)
