"""What the bot answers from, as the administration page tells it: the build in use and how often
it was right, the builds that are kept, and which became active when and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from index import Activation, Index, Listed, Paths, activations, builds_folder, list_builds

ACTIVATIONS_SHOWN = 20
_QUESTIONS, _NEAR = "test questions", "test unanswerable near"
_SHOWN_FIGURES = ((_QUESTIONS, "right"), (_QUESTIONS, "wrong"), (_NEAR, "answered"))
"""Which figures of a kept build are shown, as its evaluation calls them."""
_KNOWN_NAMES: Mapping[str, frozenset[str]] = {
    "half": frozenset({"test", "calibration"}),
    "group": frozenset(
        {
            *("numbers", "questions", "questions_en", "questions_zh", "follow_ups"),
            *("unanswerable_far", "unanswerable_near", "probability"),
        }
    ),
    "figure": frozenset(
        {
            *("n", "right", "answered", "low", "high", "wrong", "refused", "top3"),
            *("brier", "calibration_error"),
        }
    ),
}
"""What the wording calls by a name of its own, of `Index.evaluation`."""

Say = Callable[..., str]
"""The wording in the reader's language: key and values -> escaped words."""


@dataclass(frozen=True, slots=True)
class Builds:
    """The builds as they lie on the disk, and whether the running bot took the active one.

    Attributes:
        kept: the one made last first; empty if they cannot be read.
        activations: what became active, the last first.
        refused: why the active build is not answered from, in a line; `""` if it is.
    """

    kept: Sequence[Listed]
    activations: Sequence[Activation]
    refused: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept build as the page shows it.

    Attributes:
        state: `answering`, `refused`, `coming` (active, and taken within a second), or `""`.
        figures: how often it was right and wrong, and answered what it should not have.
    """

    name: str
    made_at: datetime
    state: str
    figures: Sequence[str]


@dataclass(frozen=True, slots=True)
class Activated:
    """One activation as the page shows it; `at` is None if its time cannot be read."""

    at: datetime | None
    build: str
    before: str
    why: str
    worse: Sequence[str]


@dataclass(frozen=True, slots=True)
class Served:
    """All that the page tells of the index.

    Attributes:
        since: when the build in use became active; None if that is not known.
        answers: how many answers of staff it holds, beside the reports' commitments.
        in_all: how many activations there were; the last of them are in `activations`.
        columns: what the figures of `evaluation` are called.
    """

    build: str
    made_at: datetime | None
    since: datetime | None
    reports: int
    commitments: int
    answers: int
    encoder: str
    refused: str
    kept: Sequence[Kept]
    activations: Sequence[Activated]
    in_all: int
    columns: Sequence[str]
    evaluation: Sequence[tuple[str, Sequence[str]]]


def read_builds(paths: Paths, *, refused: str) -> Builds:
    """Read what lies on the disk; a build that is being removed meanwhile is no fault."""
    try:
        return Builds(list_builds(paths), activations(builds_folder(paths.var))[::-1], refused)
    except OSError:
        return Builds((), (), refused)


def served_by(index: Index, builds: Builds, say: Say) -> Served:
    """What the page tells of the index that is answered from."""
    name = index.build_id
    of_reports = [one for one in index.commitments.values() if not one.is_staff_answer]
    columns, evaluation = _evaluation(index, say)
    return Served(
        build=name,
        made_at=next((one.made_at for one in builds.kept if one.build.name == name), None),
        since=_active_since(builds.activations, name),
        reports=len({one.report for one in of_reports}),
        commitments=len(of_reports),
        answers=len(index.commitments) - len(of_reports),
        encoder=index.encoder.fingerprint[:16],
        refused=builds.refused,
        kept=[_kept(one, name, builds.refused) for one in builds.kept],
        activations=[_activated(one, say) for one in builds.activations[:ACTIVATIONS_SHOWN]],
        in_all=len(builds.activations),
        columns=columns,
        evaluation=evaluation,
    )


def _active_since(turns: Iterable[Activation], name: str) -> datetime | None:
    found = (one for one in turns if one.build == name and not one.changes_nothing)
    return next((_moment(one.at) for one in found), None)


def _kept(listed: Listed, answering: str, refused: str) -> Kept:
    state = ""
    if listed.build.name == answering:
        state = "answering"
    elif listed.is_active:
        state = "refused" if refused else "coming"
    figures = [
        _figure(listed.figures.get(group, {}).get(figure), places=3)
        for group, figure in _SHOWN_FIGURES
    ]
    return Kept(listed.build.name, listed.made_at, state, figures)


def _activated(one: Activation, say: Say) -> Activated:
    return Activated(_moment(one.at), one.build, one.before, _why(one, say), one.worse)


def _why(one: Activation, say: Say) -> str:
    """Why it became active: what the comparison said, or what somebody did."""
    if one.accepted:
        return say("administration.why_accepted", reason=one.accepted)
    if one.changes_nothing:
        return say("administration.why_again")
    if not one.before:
        return say("administration.why_first")
    if one.compared:
        return say("administration.why_no_worse", count=one.compared)
    return say("administration.why_not_compared")


def _moment(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return None


def _evaluation(index: Index, say: Say) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """How often the index was right when it was built: what the figures are called, and they
    of each group of questions; what the wording does not know keeps its own name."""
    columns = list(dict.fromkeys(chain.from_iterable(index.evaluation.values())))

    def named(kind: str, name: str) -> str:
        known = _KNOWN_NAMES[kind]
        key = name.replace(" ", "_").replace("-", "_")
        return say(f"administration.{kind}_{key}") if key in known else name

    rows = []
    for group, figures in index.evaluation.items():
        half, _, name = group.partition(" ")
        told = named("group", name)
        if half in _KNOWN_NAMES["half"]:
            told = say(f"administration.half_{half}", name=told)
        rows.append((told, [_figure(figures.get(column)) for column in columns]))
    return [named("figure", one) for one in columns], rows


def _figure(value: float | None, *, places: int = 2) -> str:
    if value is None:
        return "—"
    return f"{value:.{places}f}" if value <= 1 else f"{value:g}"
