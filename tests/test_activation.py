"""Which build is active: never a worse one unawares, and always one to go back to."""

import json
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index import IndexSettings, Paths, StaleIndexError, build_index, load_index
from index.activation import (
    activate,
    active_name,
    evaluation_of,
    hold_build,
    list_builds,
    rollback,
    worse_by,
)
from index.build import make_build
from index.builds import builds_folder, builds_in, make_active, only_builder
from index.config import GateSettings
from index.errors import WorseBuildError
from index.evaluate import Evaluation, Outcome
from index.evaluated import read_evaluation
from index.gold import GoldQuestion
from index.history import Activation, history
from tests.small_content import write_evaluation, write_small_content

MARGINS = GateSettings(right=0.02, wrong=0.01, answered=0.03)
GOLD = "加装电梯60部"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The small content with a hundred questions of the test half, all about elevators."""
    paths = write_small_content(tmp_path)
    questions: list[dict[str, object]] = [
        {
            "id": f"q{n}",
            "lang": "zh",
            "question": f"加装电梯多少部{'?' * n}",
            "gold": GOLD,
            "half": "test",
        }
        for n in range(100)
    ]
    write_evaluation(tmp_path, "questions.jsonl", questions)
    return paths


@pytest.fixture
def settings() -> IndexSettings:
    """The bundled encoder; two builds are kept."""
    return IndexSettings(builds_kept=2)


def change(paths: Paths, before: str, after: str) -> None:
    """Change the commitments."""
    file = paths.content / "reports" / "small-2020" / "commitments.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def lose_elevators(paths: Paths) -> None:
    """Take the commitment away that the evaluation asks about."""
    file = paths.content / "reports" / "small-2020" / "commitments.toml"
    kept = file.read_text(encoding="utf-8").split("[[commitment]]")[:-1]
    file.write_text("[[commitment]]".join(kept), encoding="utf-8")


def evaluation(*, right: int, wrong: int = 0, refused: int = 0, answered: int = 0) -> Evaluation:
    """So many questions each way, then a hundred that have no answer, some of them answered."""
    outcomes = ["right"] * right + ["wrong"] * wrong + ["refused"] * refused
    questions = [
        Outcome(
            GoldQuestion(f"q{n}", f"q{n}", "zh", (GOLD,), half="test"),
            answered=how != "refused",
            first=how == "right",
            top3=True,
            probability=0.5,
        )
        for n, how in enumerate(outcomes)
    ]
    unanswerable = [
        Outcome(
            GoldQuestion(f"u{n}", f"u{n}", "zh", (), half="test", style="near"),
            answered=n < answered,
            first=False,
            top3=False,
            probability=0.5,
        )
        for n in range(100)
    ]
    return Evaluation((*questions, *unanswerable), ())


def test_building_activates_and_holding_does_not(paths: Paths, settings: IndexSettings) -> None:
    first = build_index(paths, settings)
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    held = hold_build(paths, settings)
    assert (held.is_new, active_name(paths)) == (True, first.name)
    assert hold_build(paths, settings).is_new is False
    activate(paths, settings, held.build.name)
    assert load_index(paths, settings).parts[0].ask == ("托儿所今年开多少?",)


def test_a_worse_build_is_refused_kept_and_told_why(paths: Paths, settings: IndexSettings) -> None:
    first = build_index(paths, settings)
    lose_elevators(paths)
    with pytest.raises(WorseBuildError) as caught:
        build_index(paths, settings)
    assert active_name(paths) == first.name
    assert caught.value.build in {build.name for build in builds_in(builds_folder(paths.var))}
    assert "questions: right 1.000 -> 0.000 of 100, more than 0.02" in caught.value.worse
    assert len(history(builds_folder(paths.var))) == 1


def test_a_worse_build_is_accepted_with_a_reason_that_is_kept(
    paths: Paths, settings: IndexSettings
) -> None:
    first = build_index(paths, settings)
    lose_elevators(paths)
    second = build_index(paths, settings, accept=" no elevators\nthis year ")
    assert active_name(paths) == second.name
    last = history(builds_folder(paths.var))[-1]
    assert (last.build, last.before) == (second.name, first.name)
    assert last.accepted == "no elevators this year"
    assert any(line.startswith("questions: right 1.000 -> 0.000") for line in last.worse)


def test_a_reason_of_spaces_accepts_nothing(paths: Paths, settings: IndexSettings) -> None:
    build_index(paths, settings)
    lose_elevators(paths)
    with pytest.raises(WorseBuildError):
        build_index(paths, settings, accept=" \n")


def test_an_accepted_reason_is_not_kept_where_nothing_was_worse(
    paths: Paths, settings: IndexSettings
) -> None:
    build_index(paths, settings)
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    build_index(paths, settings, accept="just in case")
    assert history(builds_folder(paths.var))[-1].accepted == ""


def test_only_questions_that_both_were_asked_are_compared(
    paths: Paths, settings: IndexSettings, tmp_path: Path
) -> None:
    build_index(paths, settings)
    others: list[dict[str, object]] = [
        {"id": f"q{n}", "lang": "zh", "question": f"电影{n}", "gold": GOLD, "half": "test"}
        for n in range(100)
    ]
    write_evaluation(tmp_path, "questions.jsonl", others)
    second = build_index(paths, settings)
    assert active_name(paths) == second.name
    assert load_index(paths, settings).evaluation["test questions"]["right"] < 1


@pytest.mark.parametrize(
    ("after", "worse"),
    [
        (evaluation(right=100), []),
        (evaluation(right=98, refused=2), []),
        (
            evaluation(right=97, refused=3),
            [
                "questions: right 1.000 -> 0.970 of 100, more than 0.02",
                "questions zh: right 1.000 -> 0.970 of 100, more than 0.02",
            ],
        ),
        (
            evaluation(right=98, wrong=2),
            [
                "questions: wrong 0.000 -> 0.020 of 100, more than 0.01",
                "questions zh: wrong 0.000 -> 0.020 of 100, more than 0.01",
            ],
        ),
        (evaluation(right=99, wrong=1), []),
        (evaluation(right=100, answered=3), []),
        (
            evaluation(right=100, answered=4),
            ["unanswerable near: answered 0.000 -> 0.040 of 100, more than 0.03"],
        ),
    ],
)
def test_worse_is_more_than_the_margin(after: Evaluation, worse: list[str]) -> None:
    assert worse_by(after, evaluation(right=100), MARGINS) == worse


def test_better_is_never_worse() -> None:
    assert worse_by(evaluation(right=100), evaluation(right=50, wrong=50), MARGINS) == []


def test_one_question_of_a_few_is_never_too_much() -> None:
    before, after = (
        Evaluation(evaluation(right=right, refused=5 - right).alone[:5], ()) for right in (5, 4)
    )
    assert worse_by(after, before, MARGINS) == []


def test_rollback_goes_back_build_by_build_and_never_to_one_gone_back_from(
    paths: Paths, settings: IndexSettings
) -> None:
    """Done a second time in a hurry, it once went forward again to the build fled from."""
    settings = settings.model_copy(update={"builds_kept": 3})
    first = build_index(paths, settings)
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    second = build_index(paths, settings)
    change(paths, "托儿所今年开多少?", "托儿所开多少?")
    third = build_index(paths, settings)
    assert rollback(paths, settings).build == second.name
    assert rollback(paths, settings).build == first.name
    assert load_index(paths, settings).parts[0].ask == ("托儿所今年开几家?",)
    with pytest.raises(StaleIndexError, match="no build was active before"):
        rollback(paths, settings)
    activate(paths, settings, third.name)
    assert rollback(paths, settings).build == first.name
    assert [one.build for one in history(builds_folder(paths.var))] == [
        first.name,
        second.name,
        third.name,
        second.name,
        first.name,
        third.name,
        first.name,
    ]


def test_a_build_that_is_no_longer_kept_is_no_way_back(
    paths: Paths, settings: IndexSettings
) -> None:
    first = build_index(paths, settings)
    for number in range(2):
        change(paths, "托儿所", f"托儿所{number}")
        build_index(paths, settings)
    rollback(paths, settings)
    with pytest.raises(StaleIndexError, match=f"{first.name}, the one before, is no longer kept"):
        rollback(paths, settings)


def test_there_is_no_way_back_from_the_first_build(paths: Paths, settings: IndexSettings) -> None:
    build_index(paths, settings)
    with pytest.raises(StaleIndexError, match="no build was active before"):
        rollback(paths, settings)


def test_a_damaged_build_is_no_way_back(paths: Paths, settings: IndexSettings) -> None:
    first = build_index(paths, settings)
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    second = build_index(paths, settings)
    (first / "vectors.faiss").write_bytes(b"")
    with pytest.raises(StaleIndexError, match="damaged"):
        rollback(paths, settings)
    assert active_name(paths) == second.name


def test_activating_the_active_build_again_leaves_the_way_back(
    paths: Paths, settings: IndexSettings
) -> None:
    """It was noted as active instead of itself, and `rollback` went to where it was."""
    first = build_index(paths, settings)
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    second = build_index(paths, settings)
    assert activate(paths, settings, second.name).changes_nothing
    assert len(history(builds_folder(paths.var))) == 2
    assert rollback(paths, settings).build == first.name


def test_a_history_that_names_a_build_instead_of_itself_leaves_the_way_back(
    paths: Paths, settings: IndexSettings
) -> None:
    first = build_index(paths, settings)
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    second = build_index(paths, settings)
    line = {"at": "2026-01-01", "build": second.name, "before": second.name, "worse": []}
    with (builds_folder(paths.var) / "history.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")
    assert rollback(paths, settings).build == first.name


@pytest.mark.parametrize("name", ["", "nothing", "..", "../../x", "\0"])
def test_a_name_of_no_build_is_refused(paths: Paths, settings: IndexSettings, name: str) -> None:
    first = build_index(paths, settings)
    with pytest.raises(StaleIndexError):
        activate(paths, settings, name)
    assert active_name(paths) == first.name


def test_the_one_before_the_active_build_is_never_removed(
    paths: Paths, settings: IndexSettings
) -> None:
    first = build_index(paths, settings)
    names = []
    for number in range(3):
        change(paths, "托儿所今年", f"托儿所{number}今年")
        names.append(hold_build(paths, settings).build.name)
    activate(paths, settings, names[-1])
    for number in range(3):
        change(paths, "托儿所", f"托儿所{number}")
        hold_build(paths, settings)
    kept = {one.build.name: one.is_active for one in list_builds(paths)}
    assert {first.name, names[-1]} <= kept.keys()
    assert [name for name, is_active in kept.items() if is_active] == [names[-1]]
    assert len(kept) == 4
    assert rollback(paths, settings).build == first.name


def test_an_evaluation_is_asked_once_and_a_damaged_one_again(
    paths: Paths, settings: IndexSettings
) -> None:
    build = build_index(paths, settings)
    file = build.parent / "evaluated" / f"{build.name}.json"
    first = file.read_bytes()
    assert evaluation_of(build, settings).figures == load_index(paths, settings).evaluation
    fields = json.loads(first)
    fields["alone"][0]["answered"] = not fields["alone"][0]["answered"]
    file.write_text(json.dumps(fields), encoding="utf-8")
    assert read_evaluation(build) is None
    evaluation_of(build, settings)
    assert file.read_bytes() == first


def test_what_is_kept_of_an_evaluation_is_what_was_found(
    paths: Paths, settings: IndexSettings
) -> None:
    build = make_build(paths, settings).build
    found = evaluation_of(build, settings)
    assert read_evaluation(build) == found
    assert found.with_those_of(replace(found, alone=found.alone[:3])).alone == found.alone[:3]


def test_a_line_of_the_history_cut_short_loses_no_other(
    paths: Paths, settings: IndexSettings
) -> None:
    build_index(paths, settings)
    file = builds_folder(paths.var) / "history.jsonl"
    with file.open("ab") as lines:
        lines.write(b'{"at": "2026-')
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    second = build_index(paths, settings)
    assert [one.build for one in history(builds_folder(paths.var))][1:] == [second.name]


def activate_late(
    paths: Paths, settings: IndexSettings, pool: ThreadPoolExecutor, name: str
) -> Future[Activation]:
    """Somebody else who has compared a build, and waits until nobody else writes."""
    activating = pool.submit(activate, paths, settings, name)
    while read_evaluation(builds_folder(paths.var) / name) is None and not activating.done():
        time.sleep(0.01)
    return activating


def test_what_became_active_meanwhile_is_what_is_compared_with_and_gone_back_to(
    paths: Paths, settings: IndexSettings
) -> None:
    build_index(paths, settings)
    names = []
    for number in range(2):
        change(paths, "托儿所", f"托儿所{number}")
        names.append(hold_build(paths, settings).build.name)
    folder = builds_folder(paths.var)
    with ThreadPoolExecutor() as pool:
        with only_builder(folder):
            activating = activate_late(paths, settings, pool, names[1])
            make_active(folder / names[0])
        assert activating.result().before == names[0]
    assert history(builds_folder(paths.var))[-1].before == names[0]


def test_a_build_that_was_removed_meanwhile_does_not_become_active(
    paths: Paths, settings: IndexSettings
) -> None:
    first = build_index(paths, settings)
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    held = hold_build(paths, settings).build
    with ThreadPoolExecutor() as pool:
        with only_builder(held.parent):
            activating = activate_late(paths, settings, pool, held.name)
            shutil.rmtree(held)
        with pytest.raises(StaleIndexError, match=held.name):
            activating.result()
    assert active_name(paths) == first.name
    assert len(history(builds_folder(paths.var))) == 1


def test_a_lost_evaluation_of_the_active_build_does_not_open_the_gate(
    paths: Paths, settings: IndexSettings
) -> None:
    first = build_index(paths, settings)
    shutil.rmtree(first.parent / "evaluated")
    lose_elevators(paths)
    with pytest.raises(WorseBuildError):
        build_index(paths, settings)
    assert active_name(paths) == first.name


@pytest.mark.parametrize("lines", [None, [], ["", ""]])
def test_a_build_without_questions_in_common_is_told_not_to_have_been_compared(
    paths: Paths, settings: IndexSettings, lines: list[str] | None
) -> None:
    build_index(paths, settings)
    assert history(builds_folder(paths.var))[-1].compared is None
    lose_elevators(paths)
    file = paths.content / "evaluation" / "questions.jsonl"
    if lines is None:
        shutil.rmtree(file.parent)
    else:
        file.write_text("\n".join(lines), encoding="utf-8")
    second = build_index(paths, settings)
    last = history(builds_folder(paths.var))[-1]
    assert (last.build, last.compared) == (second.name, 0)


def test_it_is_noted_on_how_many_questions_builds_were_compared(
    paths: Paths, settings: IndexSettings
) -> None:
    build_index(paths, settings)
    change(paths, "托儿所今年开几家?", "托儿所今年开多少?")
    build_index(paths, settings)
    assert history(builds_folder(paths.var))[-1].compared == 100


def test_what_a_killed_process_left_in_the_content_makes_no_other_build(
    paths: Paths, settings: IndexSettings
) -> None:
    """It was hashed, though it is not read."""
    first = build_index(paths, settings)
    reports = paths.content / "reports"
    shutil.copytree(reports / "small-2020", reports / ".small-2021.new")
    (reports / "_draft.txt").write_text("今年加装电梯600部。", encoding="utf-8")
    assert build_index(paths, settings) == first
