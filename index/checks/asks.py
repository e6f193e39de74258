"""Whether each `ask` line finds the commitment it stands under, asked as a resident would."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from index.assembly import assemble
from index.build import load_build
from index.builds import active_build, builds_folder, read_manifest
from index.config import IndexSettings, Paths
from index.content import Content, content_hashes
from index.encoder import open_encoder
from index.errors import StaleIndexError
from index.findings import Finding, Place
from index.gold import GoldSet
from index.reports import Commitment
from index.search import Index

Progress = Callable[[int, int], None]


def index_to_ask(content: Content, paths: Paths, settings: IndexSettings) -> Index:
    """The active build if it was made of this content; else an index in memory.

    That one holds only the reports with `ask` lines, and weighs words and meaning as shipped: all
    reports, and learning how to weigh, take longer than all the questions.

    Raises:
        EncoderError: the configured encoder cannot be used.
    """
    try:
        build = active_build(builds_folder(paths.var))
        if read_manifest(build).inputs == content_hashes(paths.content):
            return load_build(build, settings)
    except StaleIndexError:
        pass
    asked = {commitment.report for commitment in content.commitments if commitment.ask}
    some = replace(
        content,
        reports=tuple(report for report in content.reports if report.id in asked),
        commitments=tuple(one for one in content.commitments if one.report in asked),
        gold=GoldSet(),
    )
    return assemble(some, open_encoder(settings.encoder)).index


def asks_astray(
    content: Content, open_index: Callable[[], Index], progress: Progress
) -> Iterator[Finding]:
    """A remark for each `ask` line whose first hit in its own report is another commitment.

    Args:
        open_index: called only if there is anything to ask.
        progress: told how many questions of how many were asked.
    """
    asks = [
        (commitment, number)
        for commitment in content.commitments
        if commitment.id in content.places
        for number in range(len(commitment.ask))
    ]
    index = open_index() if asks else None
    for done, (commitment, number) in enumerate(asks, 1):
        if index is not None:
            place = content.places[commitment.id].at("ask", number)
            yield from _astray(index, commitment, commitment.ask[number], place)
        progress(done, len(asks))


def _astray(index: Index, commitment: Commitment, ask: str, place: Place) -> Iterator[Finding]:
    hits = index.search(ask, top_k=1, within=commitment.report)
    if hits and hits[0].commitment.id == commitment.id:
        return
    other = hits[0].commitment if hits else None
    found = f"{other.id.split('/')[1]} instead: {other.quote!r}" if other else "nothing"
    yield place.finding(f"{ask!r} finds {found}", field="ask")
