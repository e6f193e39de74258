"""Content to a build on disk, and a build on disk to an `Index`."""

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.builds import (
    COMMITMENTS,
    FORMAT,
    GLOSSARY,
    LEXICAL,
    PASSAGES,
    VECTORS,
    EncoderRecord,
    Manifest,
    builds_folder,
    code_hash,
    current_build,
    expect_encoder,
    make_current,
    only_builder,
    read_files,
    read_manifest,
    remove_old_builds,
    sha256,
    to_json,
    write_build,
)
from index.calibrate import learn_bare_model, learn_thresholds
from index.choice import names_of_place
from index.config import IndexSettings, Paths
from index.content import Content, content_hashes, read_content
from index.dense import DenseIndex, Passage, index_vectors, read_vectors
from index.encoder import Encoder, open_encoder
from index.errors import ContentError, StaleIndexError
from index.evaluate import Figures, Part, measure
from index.evidence import Thresholds
from index.glossary import Entry, Glossary
from index.lexical import LexicalIndex, index_fields
from index.quantities import Quantity
from index.reports import Commitment
from index.search import Index

Progress = Callable[[int, int], None]

# Fields of a commitment and what each counts in the lexical leg.
_QUOTE, _HEADING, _ASK, _ENGLISH = 1.0, 0.3, 0.6, 0.6
_TEXTS_AT_ONCE = 64


def build_index(paths: Paths, settings: IndexSettings, progress: Progress | None = None) -> Path:
    """Build from the content and make it current; the same inputs give the current build again.

    Args:
        paths: where the content is, and where builds are kept.
        settings: the encoder, and how many builds to keep.
        progress: told how many passages of how many have their vectors.

    Raises:
        ContentError: the content has mistakes; nothing is written.
        EncoderError: the configured encoder cannot be used.
        OSError: the disk is full or may not be written; the build before stays current.
    """
    # Hashed before it is read: what is changed meanwhile differs, and is built the next time.
    inputs = content_hashes(paths.content)
    content = read_content(paths)
    if content.mistakes:
        raise ContentError(content.mistakes)
    encoder = open_encoder(settings.encoder)
    folder = builds_folder(paths.var)
    with only_builder(folder):
        same = _same_build(folder, inputs, _record(encoder))
        if same is not None:
            return same
        index, passages = _assemble(content, encoder, _Known.of(folder, encoder), progress)
        manifest = _manifest(index, passages, inputs, measure(index, content.gold))
        build = write_build(folder, manifest, _files(content, index, passages))
        make_current(build)
        remove_old_builds(folder, settings.builds_kept)
    return build


def load_index(paths: Paths, settings: IndexSettings) -> Index:
    """Load the current build, every file proven by its hash.

    Raises:
        StaleIndexError: it is missing, damaged, of another version or made with another encoder.
        EncoderError: the configured encoder cannot be used.
    """
    build = current_build(builds_folder(paths.var))
    manifest = read_manifest(build)
    files = read_files(build, manifest)
    encoder = open_encoder(settings.encoder)
    expect_encoder(build, manifest, _record(encoder))
    commitments = _read_commitments(json.loads(files[COMMITMENTS]))
    passages = [Passage(text, row) for text, row in json.loads(files[PASSAGES])]
    glossary = json.loads(files[GLOSSARY])
    return Index(
        build_id=manifest.build_id,
        parts=commitments,
        places={report: tuple(names) for report, names in glossary["places"].items()},
        glossary=Glossary(tuple(_read_entry(entry) for entry in glossary["entries"])),
        lexical=LexicalIndex.from_bytes(files[LEXICAL]),
        dense=read_vectors(files[VECTORS], passages, len(commitments)),
        encoder=encoder,
        thresholds=_read_thresholds(manifest.thresholds),
        evaluation=manifest.evaluation,
    )


def index_without(content: Content, settings: IndexSettings, parts: Set[Part]) -> Index:
    """An index of the content that does without some parts, its thresholds learnt that way.

    Raises:
        EncoderError: the configured encoder cannot be used.
    """
    if "ask" in parts:
        unasked = tuple(replace(commitment, ask=()) for commitment in content.commitments)
        content = replace(content, commitments=unasked)
    index, _ = _assemble(content, open_encoder(settings.encoder), _Known(None, {}), None)
    share = 0.0 if "dense" in parts else 1.0 if "lexical" in parts else None
    learnt = learn_thresholds(index, content.gold.questions, dense_share=share)
    if "evidence" in parts:
        learnt = replace(learnt, answer_at=0.0, heeds_objections=False)
    return replace(index, thresholds=learnt)


@dataclass(frozen=True, slots=True)
class _Known:
    """The vectors of the build before, by text: what did not change is not encoded again."""

    dense: DenseIndex | None
    places: Mapping[str, int]

    @classmethod
    def of(cls, folder: Path, encoder: Encoder) -> "_Known":
        """What the current build knows, nothing if it is unusable or of another encoder."""
        try:
            build = current_build(folder)
            manifest = read_manifest(build)
            expect_encoder(build, manifest, _record(encoder))
            files = read_files(build, manifest)
            passages = [Passage(text, row) for text, row in json.loads(files[PASSAGES])]
            dense = read_vectors(files[VECTORS], passages, manifest.counts["commitments"])
        except StaleIndexError:
            return cls(None, {})
        return cls(dense, {passage.text: place for place, passage in enumerate(passages)})

    def vector(self, text: str) -> NDArray[np.float32] | None:
        """float32[dimension], None if the text is new."""
        place = self.places.get(text)
        return None if self.dense is None or place is None else self.dense.vector(place)


def _same_build(folder: Path, inputs: Mapping[str, str], encoder: EncoderRecord) -> Path | None:
    """The current build if it is whole and made of the very same inputs."""
    try:
        build = current_build(folder)
        manifest = read_manifest(build)
        read_files(build, manifest)
    except StaleIndexError:
        return None
    return build if (manifest.inputs, manifest.encoder) == (inputs, encoder) else None


def _assemble(
    content: Content, encoder: Encoder, known: _Known, progress: Progress | None
) -> tuple[Index, list[Passage]]:
    passages = _passages(content.commitments)
    vectors = _vectors([passage.text for passage in passages], encoder, known, progress)
    index = Index(
        build_id="",
        parts=content.commitments,
        places={report.id: names_of_place(report) for report in content.reports},
        glossary=Glossary(content.glossary),
        lexical=index_fields([_fields(commitment) for commitment in content.commitments]),
        dense=index_vectors(vectors, passages, len(content.commitments)),
        encoder=encoder,
        thresholds=Thresholds(),
    )
    thresholds = learn_thresholds(index, content.gold.questions)
    if thresholds != Thresholds():
        bare = _without_editors(index, encoder)
        thresholds = learn_bare_model(bare, content.gold.questions, thresholds)
    return replace(index, thresholds=thresholds), passages


def _without_editors(index: Index, encoder: Encoder) -> Index:
    """The index of the same commitments as if nobody had written English or questions for them."""
    parts = tuple(replace(commitment, en="", ask=()) for commitment in index.parts)
    passages = _passages(parts)
    vectors = _vectors([passage.text for passage in passages], encoder, _Known(None, {}), None)
    return replace(
        index,
        parts=parts,
        lexical=index_fields([_fields(commitment) for commitment in parts]),
        dense=index_vectors(vectors, passages, len(parts)),
    )


def _fields(commitment: Commitment) -> list[tuple[str, float]]:
    return [
        (commitment.quote, _QUOTE),
        (f"{commitment.section} {commitment.heading}", _HEADING),
        (" ".join(commitment.ask), _ASK),
        (commitment.en, _ENGLISH),
    ]


def _passages(commitments: Sequence[Commitment]) -> list[Passage]:
    """What gets a vector: the quote alone and under its heading, its English, each question."""
    passages: list[Passage] = []
    for row, commitment in enumerate(commitments):
        headed = f"{commitment.heading} {commitment.quote}".strip()
        texts = [commitment.quote, headed, commitment.en, *commitment.ask]
        passages += [Passage(text, row) for text in dict.fromkeys(texts) if text]
    return passages


def _vectors(
    texts: Sequence[str], encoder: Encoder, known: _Known, progress: Progress | None
) -> NDArray[np.float32]:
    """float32[len(texts), dimension], rows of length 1 or all zero."""
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    new: list[int] = []
    for place, text in enumerate(texts):
        vector = known.vector(text)
        if vector is None:
            new.append(place)
        else:
            vectors[place] = vector
    for start in range(0, len(new), _TEXTS_AT_ONCE):
        some = new[start : start + _TEXTS_AT_ONCE]
        vectors[some] = encoder.encode([texts[place] for place in some], role="passage")
        if progress is not None:
            progress(start + len(some), len(new))
    return vectors


def _files(content: Content, index: Index, passages: Sequence[Passage]) -> dict[str, bytes]:
    entries = [asdict(entry) for entry in content.glossary]
    return {
        COMMITMENTS: to_json([asdict(commitment) for commitment in content.commitments]),
        GLOSSARY: to_json({"places": index.places, "entries": entries}),
        PASSAGES: to_json([[passage.text, passage.row] for passage in passages]),
        LEXICAL: index.lexical.to_bytes(),
        VECTORS: index.dense.to_bytes(),
    }


def _manifest(
    index: Index,
    passages: Sequence[Passage],
    inputs: dict[str, str],
    evaluation: dict[str, Figures],
) -> Manifest:
    made_at = datetime.now(UTC)
    encoder = _record(index.encoder)
    made_of = to_json([inputs, encoder.model_dump(), code_hash()])
    return Manifest(
        format=FORMAT,
        build_id=f"{made_at:%Y%m%dT%H%M%S%f}-{sha256(made_of)[:8]}",
        made_at=made_at.isoformat(timespec="seconds"),
        code=code_hash(),
        inputs=inputs,
        encoder=encoder,
        counts={
            "commitments": len(index.parts),
            "passages": len(passages),
            "vectors": index.dense.vectors.ntotal,
            "terms": len(index.lexical.terms),
        },
        thresholds=asdict(index.thresholds),
        evaluation=evaluation,
    )


def _record(encoder: Encoder) -> EncoderRecord:
    return EncoderRecord(
        name=encoder.name, fingerprint=encoder.fingerprint, dimension=encoder.dimension
    )


def _read_commitments(entries: Sequence[dict[str, Any]]) -> tuple[Commitment, ...]:
    return tuple(
        Commitment(
            **{
                **entry,
                "ask": tuple(entry["ask"]),
                "quantities": tuple(Quantity(**quantity) for quantity in entry["quantities"]),
            }
        )
        for entry in entries
    )


def _read_entry(entry: Mapping[str, Any]) -> Entry:
    return Entry(tuple(entry["says"]), tuple(entry["means"]), entry["role"])


def _read_thresholds(values: Mapping[str, Any]) -> Thresholds:
    known = {name.name: values[name.name] for name in fields(Thresholds)}
    models = {name: tuple(known[name]) for name in ("coefficients", "bare_coefficients")}
    return Thresholds(**{**known, **models})
