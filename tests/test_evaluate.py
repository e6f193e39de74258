"""The figures of a build: what is counted, in which group, how surely, and where it is shown."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from index import Index, IndexSettings, Paths, build_index, load_index
from index.assembly import index_without
from index.content import read_content
from index.errors import ContentError
from index.evaluate import (
    PARTS,
    Outcome,
    Part,
    as_lines,
    interval,
    measure,
    outcomes,
    reliability_bins,
    write_figures,
)
from index.gold import GoldDialogue, GoldQuestion, GoldSet
from tests.prompt import run_index
from tests.small_content import tiny_settings, write_evaluation, write_small_content

PROJECT = Path(__file__).parents[1]
GOLD, LIFTS = "新增普惠幼儿园3所、学位500个", "加装电梯60部"
ELSEWHERE = "武昌区将做好以下工作"
FIRST, LAST = "<!-- evaluation: begin -->", "<!-- evaluation: end -->"
PLAIN = GoldQuestion("q1", "新增几所普惠幼儿园?", "zh", (GOLD,), half="test", report="small-2020")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The small content with the bundled encoder."""
    paths = write_small_content(tmp_path_factory.mktemp("small"))
    build_index(paths, IndexSettings())
    return load_index(paths, IndexSettings())


def asked(**fields: object) -> GoldQuestion:
    """A question of the test half about kindergartens, some of its fields changed."""
    return replace(PLAIN, **fields)


def figures(index: Index, *questions: GoldQuestion) -> dict[str, dict[str, float]]:
    """The figures of these questions by group."""
    return measure(index, GoldSet(questions))


# One question


@pytest.mark.parametrize(
    ("question", "answered", "first", "top3"),
    [
        (asked(), True, True, True),
        (asked(values=("3所", "500个")), True, True, True),
        (asked(values=("9所",)), True, False, True),
        (asked(golds=(LIFTS,)), True, False, True),
        (asked(golds=(ELSEWHERE,)), True, False, False),
        (asked(text="幼儿园学费多少钱?"), False, True, True),
        (asked(text="明天天气?", golds=()), False, False, False),
        (asked(text="🙂", golds=()), False, False, False),
    ],
)
def test_an_outcome_tells_whether_it_answered_and_whether_that_was_right(
    index: Index, question: GoldQuestion, answered: bool, first: bool, top3: bool
) -> None:
    (found,) = outcomes(index, [question])
    assert (found.answered, found.first, found.top3) == (answered, first, top3)
    assert found.is_answerable == bool(question.golds)
    assert 0 <= found.probability <= 1


def test_a_quote_longer_than_120_characters_counts_as_wrong(index: Index) -> None:
    first, *others = index.parts
    long = replace(first, quote=first.quote + "。" * (121 - len(first.quote)))
    right, wrong = (
        outcomes(replace(index, parts=(one, *others)), [asked()])[0].first
        for one in (replace(long, quote=long.quote[:-1]), long)
    )
    assert (right, wrong) == (True, False)


# Groups


def test_each_question_is_counted_in_the_groups_it_belongs_to(index: Index) -> None:
    found = figures(
        index,
        asked(),
        asked(lang="zh-Hant", values=("3所",)),
        asked(lang="mixed"),
        asked(lang="en", text="how many kindergartens?"),
        asked(text="几所医院?", golds=(), style="near"),
        asked(text="今天天气", golds=(), style="far"),
        asked(text="讲个笑话", golds=(), style="far"),
        asked(half="calibration"),
    )
    assert {name: group["n"] for name, group in found.items()} == {
        "test questions": 4,
        "test questions zh": 3,
        "test questions en": 1,
        "test numbers": 1,
        "test unanswerable near": 1,
        "test unanswerable far": 2,
        "test probability": 7,
        "calibration questions": 1,
        "calibration questions zh": 1,
        "calibration probability": 1,
    }


def test_right_wrong_and_refused_are_shares_of_all(index: Index) -> None:
    refused = asked(text="幼儿园学费多少钱?")
    wrong = asked(golds=(ELSEWHERE,))
    unshown = asked(values=("9所",))
    group = figures(index, asked(), asked(), refused, wrong, unshown)["test questions"]
    low, high = interval(0.4, 5)
    assert group == pytest.approx(
        {"n": 5, "right": 0.4, "low": low, "high": high, "wrong": 0.4, "refused": 0.2, "top3": 0.8}
    )


def test_of_the_unanswerable_the_share_answered_is_told(index: Index) -> None:
    answered = asked(text="新增几所普惠幼儿园?", golds=(), style="near")
    refused = asked(text="新增几所医院?", golds=(), style="near")
    group = figures(index, answered, refused)["test unanswerable near"]
    low, high = interval(0.5, 2)
    assert group == pytest.approx({"n": 2, "answered": 0.5, "low": low, "high": high})


def test_of_a_dialogue_every_turn_but_the_first_is_counted_with_the_one_before(
    index: Index,
) -> None:
    lifts = asked(text="多少部?", golds=(LIFTS,))
    right = GoldDialogue("d1", (asked(text="加装电梯几部?", golds=(LIFTS,)), lifts))
    wrong = GoldDialogue("d2", (asked(), lifts, asked(text="医院呢?")))
    learnt = GoldDialogue("d3", (asked(half="calibration"), asked(text="几所?")))
    found = measure(index, GoldSet(dialogues=(right, wrong, learnt)))
    assert found.keys() == {"test follow-ups", "calibration follow-ups"}
    assert (found["test follow-ups"]["n"], found["calibration follow-ups"]["n"]) == (3, 1)
    assert found["test follow-ups"]["right"] == pytest.approx(1 / 3)
    assert found["calibration follow-ups"]["right"] == 1


def test_nothing_asked_gives_no_figures(index: Index) -> None:
    assert measure(index, GoldSet()) == {}


# How sure


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0000),
    ],
)
def test_the_interval_is_wilsons(right: int, n: int, low: float, high: float) -> None:
    assert interval(right / n, n) == pytest.approx((low, high), abs=6e-5)


def test_of_nothing_asked_the_share_may_be_anything() -> None:
    assert interval(0.0, 0) == (0.0, 1.0)


def outcome(probability: float, *, first: bool) -> Outcome:
    """A question that came out like that."""
    return Outcome(PLAIN, answered=first, first=first, top3=first, probability=probability)


def test_reliability_is_told_in_fifths_and_empty_ones_left_out() -> None:
    results = [
        *(outcome(0.1, first=False), outcome(0.0, first=True)),
        *(outcome(0.2, first=False),),
        *(outcome(0.99, first=True), outcome(1.0, first=True), outcome(0.8, first=False)),
    ]
    assert reliability_bins(results) == [
        (pytest.approx(0.05), 0.5, 2),
        (pytest.approx(0.2), 0.0, 1),
        (pytest.approx(0.93), pytest.approx(2 / 3), 3),
    ]
    assert reliability_bins([]) == []


def test_the_probability_is_scored_by_brier_and_by_its_gap_in_each_fifth(index: Index) -> None:
    questions = [
        *(asked(), asked(golds=(LIFTS,)), asked(text="幼儿园学费多少钱?")),
        *(asked(text="今天天气", golds=(), style="far"), asked(text="加装电梯", golds=(LIFTS,))),
    ]
    results = outcomes(index, questions)
    brier = sum((one.probability - one.first) ** 2 for one in results) / 5
    gaps = sum(abs(mean - share) * n / 5 for mean, share, n in reliability_bins(results))
    assert brier > 0.1
    assert figures(index, *questions)["test probability"] == pytest.approx(
        {"n": 5, "brier": brier, "calibration_error": gaps}
    )


# Without a part


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The small content with questions, one that only an `ask` line answers among them."""
    paths = write_small_content(tmp_path)
    golds = {"托儿所今年开几家?": GOLD, "加装电梯几部?": LIFTS, "整治老旧小区几个?": "老旧小区8个"}
    lines: list[dict[str, object]] = [
        {"id": f"q{n}", "lang": "zh", "question": text, "gold": gold, "half": "test"}
        for n, (text, gold) in enumerate(golds.items())
    ]
    write_evaluation(tmp_path, "questions.jsonl", lines)
    unsaid = {"id": "u1", "lang": "zh", "question": "加装电梯多少钱?", "kind": "near_miss"}
    write_evaluation(tmp_path, "unanswerable.jsonl", [{**unsaid, "half": "test"}])
    return paths


def without(paths: Paths, root: Path, part: Part) -> Index:
    """The index of the content that does without a part."""
    return index_without(read_content(paths), tiny_settings(root), frozenset({part}))


def test_without_ask_no_commitment_has_questions_of_the_editors(
    paths: Paths, tmp_path: Path
) -> None:
    assert any(one.ask for one in without(paths, tmp_path, "dense").parts)
    assert not any(one.ask for one in without(paths, tmp_path, "ask").parts)


@pytest.mark.parametrize(("part", "share"), [("dense", 0.0), ("lexical", 1.0)])
def test_without_a_leg_the_other_has_the_whole_score(
    paths: Paths, tmp_path: Path, part: Part, share: float
) -> None:
    thresholds = without(paths, tmp_path, part).thresholds
    assert (thresholds.dense_weight_zh, thresholds.dense_weight_en) == (share, share)


def test_without_evidence_whatever_is_nearest_answers(paths: Paths, tmp_path: Path) -> None:
    bare = without(paths, tmp_path, "evidence")
    assert bare.search("加装电梯多少钱?")[0].answers
    assert not without(paths, tmp_path, "dense").search("加装电梯多少钱?")[0].answers


# On the command line


def evaluate(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m index evaluate` on the content of a folder, with a tiny encoder."""
    file = root / "config.toml"
    model = json.dumps(tiny_settings(root).encoder.model)
    file.write_text(f"[index.encoder]\nmodel = {model}\n", encoding="utf-8")
    return run_index(file, "evaluate", *words)


@pytest.fixture
def built(paths: Paths, tmp_path: Path) -> Path:
    """The folder of the content with questions, its index built."""
    build_index(paths, tiny_settings(tmp_path))
    return tmp_path


def printed(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What was printed by group; nothing went wrong."""
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split("  ", maxsplit=1) for line in done.stdout.splitlines())


def test_evaluate_prints_the_figures_of_the_build_and_each_part_left_out_changes_them(
    built: Path, paths: Paths
) -> None:
    whole = printed(evaluate(built))
    groups = ("questions", "questions zh", "unanswerable near", "probability")
    assert list(whole) == [f"test {name}" for name in groups]
    for part in PARTS:
        found = printed(evaluate(built, "--without", part))
        assert found.keys() == whole.keys()
        assert found != whole, part


def test_several_parts_may_be_left_out_at_once(built: Path) -> None:
    found = printed(evaluate(built, "--without", "evidence", "--without", "ask"))
    assert "answered 1 " in found["test unanswerable near"]


def test_a_part_that_there_is_not_is_refused(built: Path) -> None:
    done = evaluate(built, "--without", "luck")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'luck' is not one of 'ask', 'dense', 'lexical', 'evidence'" in done.stderr


def test_write_puts_the_figures_between_the_marks_and_leaves_the_rest(built: Path) -> None:
    file = built / "quality.md"
    file.write_text(f"# Quality\n\n{FIRST}\nold\n{LAST}\n\nThe end.\n", encoding="utf-8")
    done = evaluate(built, "--write", str(file))
    assert printed(done)
    written = f"# Quality\n\n{FIRST}\n```\n{done.stdout}```\n{LAST}\n\nThe end.\n"
    assert file.read_text(encoding="utf-8") == written
    evaluate(built, "--write", str(file))
    assert file.read_text(encoding="utf-8") == written


def test_write_without_marks_is_one_clear_line_and_changes_nothing(built: Path) -> None:
    file = built / "quality.md"
    file.write_text(f"# Quality\n{LAST}\n{FIRST}\n", encoding="utf-8")
    done = evaluate(built, "--write", str(file))
    assert done.returncode == 1
    assert done.stderr == f"{file}: needs a line {FIRST} and below it a line {LAST}\n"
    assert file.read_text(encoding="utf-8") == f"# Quality\n{LAST}\n{FIRST}\n"


@pytest.mark.parametrize("text", ["", "# Quality\n", f"{FIRST}\n", f"{LAST}\n", f"{LAST}{FIRST}"])
def test_a_file_without_both_marks_in_their_order_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "quality.md"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as found:
        write_figures(file, ["figures"])
    assert found.value.mistakes == [f"{file}: needs a line {FIRST} and below it a line {LAST}"]
    assert file.read_text(encoding="utf-8") == text


def test_figures_are_one_aligned_line_a_group() -> None:
    lines = as_lines({"test questions": {"n": 176, "right": 0.91477}, "numbers": {"n": 5}})
    assert lines == ["test questions  n 176  right 0.915", "numbers         n 5"]
    assert as_lines({}) == []
