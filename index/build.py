"""Content to a build on disk, and a build on disk to an `Index`."""

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from index.assembly import (
    Assembled,
    Cutter,
    Known,
    Progress,
    assemble,
    cuts_of,
    encode_passages,
    fields_of,
    passages_of,
)
from index.builds import (
    COMMITMENTS,
    COUNTED,
    FORMAT,
    GLOSSARY,
    GOLD,
    LEXICAL,
    VECTORS,
    EncoderRecord,
    Manifest,
    active_build,
    builds_folder,
    builds_in,
    code_hash,
    expect_encoder,
    from_lines,
    new_build,
    only_builder,
    read_files,
    read_manifest,
    to_json,
    to_lines,
)
from index.config import IndexSettings, Paths
from index.content import Content, content_hashes, read_content
from index.dense import read_vectors
from index.encoder import Encoder, open_encoder
from index.errors import ContentError, StaleIndexError
from index.evaluate import read_question
from index.evaluated import read_evaluation
from index.evidence import Thresholds
from index.glossary import Entry, Glossary
from index.gold import GoldDialogue, GoldSet
from index.lexical import CountedTerms, LexicalIndex
from index.reports import Commitment
from index.search import Index


@dataclass(frozen=True, slots=True)
class Made:
    """A build that was asked for.

    Attributes:
        is_new: False if it was there already, made of the very same inputs.
    """

    build: Path
    is_new: bool


def make_build(paths: Paths, settings: IndexSettings, progress: Progress | None = None) -> Made:
    """Build from the content; the bot goes on with the active build until this one is activated.

    The same inputs give the same build, whatever was built before; what an earlier build knows is
    taken over, so that a change of one line is quick.

    Args:
        paths: where the content is, and where builds are kept.
        settings: the encoder.
        progress: told how many passages of how many have their vectors.

    Raises:
        ContentError: the content has mistakes; nothing is written.
        EncoderError: the configured encoder cannot be used.
        OSError: the disk is full or may not be written; the builds before stay as they were.
    """
    folder = builds_folder(paths.var)
    with only_builder(folder), _uncollected():
        # Hashed before it is read: what is changed meanwhile differs, and is built the next time.
        inputs = content_hashes(paths.content)
        encoder = open_encoder(settings.encoder)
        record = _record(encoder)
        manifest = _manifest(inputs, record)
        if _is_whole(folder / manifest.build_id):
            return Made(folder / manifest.build_id, is_new=False)
        known = _known(folder, record)
        cutter = Cutter(known.cuts)
        content = read_content(paths, cut=cutter)
        if content.mistakes:
            raise ContentError(content.mistakes)
        with new_build(folder) as new:
            # The largest file first: it is on its way to the disk while the words are counted.
            dense = encode_passages(content.commitments, encoder, known=known, progress=progress)
            new.put_in_pieces(VECTORS, dense.write_to)
            new.put(COMMITMENTS, partial(to_lines, content.commitments))
            new.put(GOLD, partial(to_json, content.gold))
            assembled = assemble(content, encoder, known=known, dense=dense)
            new.put(COUNTED, assembled.counted.to_bytes)
            new.put(LEXICAL, assembled.index.lexical.to_bytes)
            new.put(GLOSSARY, partial(to_json, _names(assembled.index, content)))
            manifest = manifest.model_copy(update=_found(assembled, cutter.keys))
            build = new.finish(manifest)
    return Made(build, is_new=True)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles meanwhile: none are to be freed, and it takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def load_index(paths: Paths, settings: IndexSettings, *, encoder: Encoder | None = None) -> Index:
    """Load the active build, every file proven by its hash.

    Args:
        encoder: the configured one, if it is open already.

    Raises:
        StaleIndexError: it is missing, damaged, of another version or made with another encoder.
        EncoderError: the configured encoder cannot be used.
    """
    return load_build(active_build(builds_folder(paths.var)), settings, encoder=encoder)


def load_build(build: Path, settings: IndexSettings, *, encoder: Encoder | None = None) -> Index:
    """Load one build, every file proven by its hash.

    Args:
        encoder: the configured one, if it is open already.

    Raises:
        StaleIndexError: it is missing, damaged, of another version or made with another encoder.
        EncoderError: the configured encoder cannot be used.
    """
    manifest = read_manifest(build)
    encoder = encoder or open_encoder(settings.encoder)
    expect_encoder(build, manifest, _record(encoder))
    files = read_files(build, manifest)
    commitments = read_commitments_of(files)
    passages = passages_of(commitments)
    glossary = json.loads(files[GLOSSARY])
    evaluation = read_evaluation(build)
    return Index(
        build_id=build.name,
        parts=commitments,
        places={report: tuple(names) for report, names in glossary["places"].items()},
        glossary=Glossary(tuple(_read_entry(entry) for entry in glossary["entries"])),
        lexical=LexicalIndex.from_bytes(files[LEXICAL]),
        dense=read_vectors(files[VECTORS], passages, len(commitments)),
        encoder=encoder,
        thresholds=_read_thresholds(manifest.thresholds),
        evaluation=evaluation.figures if evaluation else {},
    )


def read_commitments_of(files: Mapping[str, bytes]) -> tuple[Commitment, ...]:
    """The commitments of a build whose files were read."""
    return tuple(from_lines(files[COMMITMENTS], Commitment))


def read_gold_of(build: Path) -> GoldSet:
    """The questions that a build is to be measured by: those of its content.

    Raises:
        StaleIndexError: the build is damaged or of another version.
    """
    found = json.loads(read_files(build, read_manifest(build))[GOLD])
    dialogues = tuple(
        GoldDialogue(one["id"], tuple(map(read_question, one["turns"])))
        for one in found["dialogues"]
    )
    return GoldSet(tuple(map(read_question, found["questions"])), dialogues)


def _is_whole(build: Path) -> bool:
    try:
        read_files(build, read_manifest(build))
    except StaleIndexError:
        return False
    return True


def _known(folder: Path, encoder: EncoderRecord) -> Known:
    """What the newest usable build knows, nothing if all are of another program or encoder."""
    for build in builds_in(folder):
        try:
            manifest = read_manifest(build)
            expect_encoder(build, manifest, encoder)
            files = read_files(build, manifest)
            commitments = read_commitments_of(files)
            passages = passages_of(commitments)
            dense = read_vectors(files[VECTORS], passages, len(commitments))
        except StaleIndexError:
            continue
        return Known(
            dense=dense,
            passages={passage.text: place for place, passage in enumerate(passages)},
            counted=CountedTerms.from_bytes(
                files[COUNTED], LexicalIndex.from_bytes(files[LEXICAL]).terms
            ),
            fields={text: place for place, text in enumerate(fields_of(commitments))},
            cuts=cuts_of(commitments, manifest.cuts),
            learnt={manifest.learnt_from: _read_thresholds(manifest.thresholds)},
            places=_known_places(commitments, json.loads(files[GLOSSARY])["places"]),
        )
    return Known.nothing()


def _known_places(
    commitments: Iterable[Commitment], places: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str, str], tuple[str, ...]]:
    return {
        (one.district, one.report_title_en, one.collection): tuple(places[one.report])
        for one in commitments
    }


def _names(index: Index, content: Content) -> dict[str, object]:
    return {"places": index.places, "entries": content.glossary}


def _manifest(inputs: dict[str, str], encoder: EncoderRecord) -> Manifest:
    """What decides which build it is; `_found` adds what came of it."""
    return Manifest(
        format=FORMAT,
        code=code_hash(),
        inputs=inputs,
        encoder=encoder,
        counts={},
        vectors="",
        thresholds={},
        learnt_from="",
        cuts={},
    )


def _found(assembled: Assembled, cuts: Mapping[str, str]) -> dict[str, object]:
    index = assembled.index
    return {
        "counts": {
            "commitments": len(index.parts),
            "passages": len(index.dense.rows),
            "vectors": index.dense.vectors.ntotal,
            "terms": len(index.lexical.terms),
        },
        "vectors": index.dense.kind,
        "thresholds": asdict(index.thresholds),
        "learnt_from": assembled.learnt_from,
        "cuts": cuts,
    }


def _record(encoder: Encoder) -> EncoderRecord:
    return EncoderRecord(
        name=encoder.name, fingerprint=encoder.fingerprint, dimension=encoder.dimension
    )


def _read_entry(entry: Mapping[str, Any]) -> Entry:
    return Entry(tuple(entry["says"]), tuple(entry["means"]), entry["role"])


def _read_thresholds(values: Mapping[str, Any]) -> Thresholds:
    known = {name.name: values[name.name] for name in fields(Thresholds)}
    models = {name: tuple(known[name]) for name in ("coefficients", "bare_coefficients")}
    return Thresholds(**{**known, **models})
