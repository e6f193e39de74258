"""Which build the bot answers from: a new one becomes active only if it is not worse.

Every build is asked the evaluation once; what it answered is kept beside the builds, in
`evaluated/`. Only the questions that both builds were asked, with the same golds, are compared,
and only those of the test half. `index.history` tells what was activated when, and why if it was
worse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.assembly import Progress
from index.build import Made, load_build, make_build, read_gold_of
from index.builds import (
    MANIFEST,
    active_build,
    builds_folder,
    builds_in,
    current_file,
    make_active,
    only_builder,
    read_manifest,
    remove_old_builds,
)
from index.canaries import try_out
from index.config import GateSettings, IndexSettings, Paths
from index.errors import StaleIndexError, WorseBuildError
from index.evaluate import Evaluation, Figures, evaluate
from index.evaluated import forget_evaluations, keep_evaluation, read_evaluation
from index.history import Activation, name_before, note_activation

_REASON_CHARS = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """One build as `list` shows it; figures are empty if it was never evaluated."""

    build: Path
    made_at: datetime
    is_active: bool
    figures: Mapping[str, Figures]


def build_index(
    paths: Paths, settings: IndexSettings, progress: Progress | None = None, *, accept: str = ""
) -> Path:
    """Build from the content and activate it; the same inputs give the active build again.

    Args:
        paths: where the content is, and where builds are kept.
        settings: the encoder, how many builds to keep, and how much worse one may be.
        progress: told how many passages of how many have their vectors.
        accept: why a worse build is activated all the same.

    Raises:
        ContentError: the content has mistakes; nothing is written.
        WorseBuildError: the build is kept, the one before stays active.
        EncoderError: the configured encoder cannot be used.
        OSError: the disk is full or may not be written; the build before stays active.
    """
    build = make_build(paths, settings, progress).build
    if build.name != active_name(paths):
        activate(paths, settings, build.name, accept=accept)
    return build


def hold_build(paths: Paths, settings: IndexSettings, progress: Progress | None = None) -> Made:
    """Build from the content and activate nothing; old builds are removed as ever.

    Raises:
        ContentError, EncoderError, OSError: as `make_build` says.
    """
    made = make_build(paths, settings, progress)
    folder = builds_folder(paths.var)
    if active_name(paths):
        with only_builder(folder):
            _tidy(folder, settings)
    return made


def activate(paths: Paths, settings: IndexSettings, name: str, *, accept: str = "") -> Activation:
    """Let the bot answer from a build; running ones take it within seconds.

    If another one becomes active meanwhile, it is compared with that one as well. Of the build
    that is active already nothing is noted.

    Raises:
        StaleIndexError: there is no such build, or it cannot be loaded.
        WorseBuildError: it is worse than the active one, and nobody accepted that.
        EncoderError: the configured encoder cannot be used.
    """
    while True:
        planned = _compared(paths, settings, name, accept)
        if planned.changes_nothing or _switch(paths, settings, planned):
            return planned


def rollback(paths: Paths, settings: IndexSettings) -> Activation:
    """Let the bot answer from the build that was active before, without comparing them.

    Done again, it goes back further, never to a build that was gone back from.

    Raises:
        StaleIndexError: none was, it is gone or cannot be loaded, or another build became active
            meanwhile.
        EncoderError: the configured encoder cannot be used.
    """
    folder, now = builds_folder(paths.var), active_name(paths)
    before = name_before(folder, now)
    if not before:
        raise StaleIndexError("no build was active before", "one to go back to; see: list")
    if not (folder / before).is_dir():
        raise StaleIndexError(f"{before}, the one before, is no longer kept", "one of `list`")
    try_out(load_build(folder / before, settings))
    planned = Activation(_now(), before, now, goes_back=True)
    if not _switch(paths, settings, planned):
        raise StaleIndexError(f"{active_name(paths)} became active meanwhile", f"still {now}")
    return planned


def active_name(paths: Paths) -> str:
    """The name of the active build, `""` if there is none."""
    try:
        return active_build(builds_folder(paths.var)).name
    except StaleIndexError:
        return ""


def active_mark(paths: Paths) -> str:
    """Another one whenever a build was activated or the active one was made anew; cheap."""
    folder = builds_folder(paths.var)
    try:
        build = active_build(folder)
        times = [file.stat().st_mtime_ns for file in (current_file(folder), build / MANIFEST)]
    except (StaleIndexError, OSError):
        return ""
    return " ".join([build.name, *map(str, times)])


def list_builds(paths: Paths) -> list[Listed]:
    """All builds, the one made last first."""
    folder, active = builds_folder(paths.var), active_name(paths)
    return [
        Listed(build, _made_at(build), build.name == active, _figures_of(build))
        for build in builds_in(folder)
    ]


def evaluation_of(build: Path, settings: IndexSettings) -> Evaluation:
    """How the evaluation's questions went with a build; asked once, then kept.

    Raises:
        StaleIndexError: it cannot be loaded.
        EncoderError: the configured encoder cannot be used.
    """
    index = load_build(build, settings)
    try_out(index)
    known = read_evaluation(build)
    if known is not None:
        return known
    found = evaluate(index, read_gold_of(build))
    keep_evaluation(build, found)
    return found


def worse_by(new: Evaluation, old: Evaluation, margins: GateSettings) -> list[str]:
    """What is worse by more than the margins, on the questions that both were asked.

    One question more or less, of however few, is never too much.
    """
    now, before = new.with_those_of(old).figures, old.with_those_of(new).figures
    found: list[str] = []
    for group, figures in now.items():
        if not group.startswith("test "):
            continue
        for name, margin, sign in (
            ("right", margins.right, 1),
            ("wrong", margins.wrong, -1),
            ("answered", margins.answered, -1),
        ):
            if name not in figures:
                continue
            loss = round(sign * (before[group][name] - figures[name]), 9)
            if loss > margin and round(loss * figures["n"]) > 1:
                found.append(
                    f"{group.removeprefix('test ')}: {name} {before[group][name]:.3f} ->"
                    f" {figures[name]:.3f} of {figures['n']:.0f}, more than {margin:g}"
                )
    return found


def _compared(paths: Paths, settings: IndexSettings, name: str, accept: str) -> Activation:
    """The activation of a build, once it is no worse than the active one or was accepted."""
    build, before = named_build(builds_folder(paths.var), name), active_name(paths)
    new = evaluation_of(build, settings)
    old = _evaluation_of_active(build.parent, settings) if before not in ("", build.name) else None
    worse = worse_by(new, old, settings.gate) if old is not None else []
    if worse and not accept.strip():
        raise WorseBuildError(build.name, worse)
    return Activation(
        at=_now(),
        build=build.name,
        before=before,
        worse=tuple(worse),
        accepted=" ".join(accept.split())[:_REASON_CHARS] if worse else "",
        compared=None if before in ("", build.name) else _in_common(new, old),
    )


def _evaluation_of_active(folder: Path, settings: IndexSettings) -> Evaluation | None:
    """It was asked when it became active; if that is lost, it is asked again.

    Returns:
        None of a build that this program cannot load any more.
    """
    active = active_build(folder)
    known = read_evaluation(active)
    if known is not None:
        return known
    try:
        return evaluation_of(active, settings)
    except StaleIndexError:
        return None


def _in_common(new: Evaluation, old: Evaluation | None) -> int | None:
    """How many questions of the test half both were asked; None if the old one was asked none."""
    if old is None:
        return 0
    asked, both = (
        sum(not one.question.for_calibration for one in (*some.alone, *some.later))
        for some in (old, new.with_those_of(old))
    )
    return both if asked else None


def _switch(paths: Paths, settings: IndexSettings, planned: Activation) -> bool:
    """Note it, then switch: what a crash leaves between is told once too often, never lost.

    Returns:
        False if another build became active since it was planned; nothing is done then.

    Raises:
        StaleIndexError: the build was removed meanwhile.
    """
    folder = builds_folder(paths.var)
    with only_builder(folder):
        if active_name(paths) != planned.before:
            return False
        read_manifest(folder / planned.build)
        note_activation(folder, planned)
        make_active(folder / planned.build)
        _tidy(folder, settings)
    return True


def _tidy(folder: Path, settings: IndexSettings) -> None:
    """Remove builds that are too many; the active one and the one before it stay."""
    spared = name_before(folder, active_build(folder).name)
    remove_old_builds(folder, settings.builds_kept, spared=(spared,))
    forget_evaluations(folder)


def named_build(folder: Path, name: str) -> Path:
    """The one build whose name begins so.

    Raises:
        StaleIndexError: none does, or several do.
    """
    found = [build for build in builds_in(folder) if build.name.startswith(name)] if name else []
    if len(found) != 1:
        what = "several builds begin" if found else "no build begins"
        raise StaleIndexError(f"{what} with {name!r}", "one that `list` shows")
    return found[0]


def _figures_of(build: Path) -> Mapping[str, Figures]:
    found = read_evaluation(build)
    return found.figures if found else {}


def _made_at(build: Path) -> datetime:
    return datetime.fromtimestamp((build / MANIFEST).stat().st_mtime, UTC)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
