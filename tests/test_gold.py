"""The evaluation sets: golds are found to the letter, halves stay apart, mistakes are told."""

import json
from dataclasses import replace

import pytest

from index import Commitment, Paths
from index.content import read_content
from index.gold import GoldDialogue, GoldQuestion, GoldSet, bare, is_right, is_shown, read_gold_set
from tests.small_content import write_evaluation

GOLD = "新增普惠幼儿园3所、学位500个"


@pytest.fixture
def kindergartens(paths: Paths) -> Commitment:
    """新增普惠幼儿园3所、学位500个."""
    return read_content(paths).commitments[0]


def asked(text: str = "几所?", **changes: object) -> dict[str, object]:
    """One line of questions.jsonl; None leaves a field out."""
    fields = {"id": "q1", "lang": "zh", "question": text, "gold": GOLD} | changes
    return {name: value for name, value in fields.items() if value is not None}


def gold_of(paths: Paths) -> tuple[GoldSet, list[str], list[str]]:
    """The sets as they are read, the mistakes and the remarks."""
    mistakes: list[str] = []
    remarks: list[str] = []
    reports = read_content(paths).reports
    gold = read_gold_set(paths.content / "evaluation", reports, mistakes, remarks)
    return gold, mistakes, remarks


def question(*golds: str, **fields: object) -> GoldQuestion:
    """A question with these golds."""
    return replace(GoldQuestion("q1", "几所?", "zh", golds), **fields)


# What is right


@pytest.mark.parametrize(
    ("gold", "right"),
    [
        (GOLD, True),
        ("普惠幼儿园3所", True),
        ("新增普惠幼儿园 ３所，学位 500 个。", True),
        ("加快学前教育发展,新增普惠幼儿园3所、学位500个", True),
        ("加装电梯60部", False),
        ("普惠幼儿园30所", False),
    ],
)
def test_a_quote_is_right_if_it_holds_a_gold_or_is_a_part_of_one(
    kindergartens: Commitment, gold: str, right: bool
) -> None:
    assert is_right(kindergartens, question(gold)) == right
    assert is_right(kindergartens, question("加装电梯60部", gold)) == right


def test_a_short_part_of_a_gold_is_not_right(kindergartens: Commitment) -> None:
    short = replace(kindergartens, quote="幼儿园3所")
    assert len(bare(short.quote)) < 6
    assert not is_right(short, question(GOLD))
    assert is_right(replace(kindergartens, quote="普惠幼儿园3所"), question(GOLD))


def test_the_same_words_of_another_report_are_not_right(kindergartens: Commitment) -> None:
    assert is_right(kindergartens, question(GOLD, report="small-2020"))
    assert not is_right(kindergartens, question(GOLD, report="small-2021"))


def test_nothing_is_right_where_there_is_no_gold(kindergartens: Commitment) -> None:
    assert not is_right(kindergartens, question())


@pytest.mark.parametrize(
    ("values", "shown"),
    [((), True), (("3所", "500 个"), True), (("3",), True), (("3所", "9个"), False)],
)
def test_every_value_must_be_shown_in_the_quote_or_its_english(
    kindergartens: Commitment, values: tuple[str, ...], shown: bool
) -> None:
    assert is_shown(kindergartens, question(GOLD, values=values)) == shown


def test_a_value_may_be_shown_in_english_alone(kindergartens: Commitment) -> None:
    assert is_shown(kindergartens, question(GOLD, values=("500 places",)))
    assert not is_shown(replace(kindergartens, en=""), question(GOLD, values=("500 places",)))


# Halves


def test_the_editors_choice_of_a_half_counts() -> None:
    halves = [question(GOLD, half=half).for_calibration for half in ("calibration", "test")]
    assert halves == [True, False]


def test_questions_about_one_passage_go_to_one_half_and_passages_to_both() -> None:
    golds = [f"新建公园{count}个" for count in range(40)]
    halves = [question(gold).for_calibration for gold in golds]
    assert {True, False} == set(halves)
    spaced = [replace(question(f" {gold}。"), id="other").for_calibration for gold in golds]
    assert spaced == halves


def test_unanswerable_ones_are_parted_by_their_ids() -> None:
    halves = {replace(question(), id=f"u{count}").for_calibration for count in range(40)}
    assert halves == {True, False}


def test_a_dialogue_is_in_the_half_of_its_first_question() -> None:
    first, second = question(GOLD, half="test"), question(GOLD, half="calibration")
    assert not GoldDialogue("d1", (first, second)).for_calibration
    assert GoldDialogue("d1", (second, first)).for_calibration


# Reading


def test_a_question_is_read_with_all_it_has(paths: Paths) -> None:
    line = asked(
        gold_alt=["学位500个"], values=["3所"], style="number", half="test", lang="mixed", odd=1
    )
    write_evaluation(paths.content.parent, "questions.jsonl", [line])
    gold, mistakes, remarks = gold_of(paths)
    assert (mistakes, remarks) == ([], [])
    assert gold.questions == (
        GoldQuestion(
            id="q1",
            text="几所?",
            lang="mixed",
            golds=(GOLD, "学位500个"),
            half="test",
            values=("3所",),
            style="number",
            report="small-2020",
        ),
    )
    assert len(gold) == 1


def test_what_no_report_answers_is_asked_of_the_report_most_others_are_about(
    paths: Paths,
) -> None:
    write_evaluation(paths.content.parent, "questions.jsonl", [asked()])
    lines = [
        {"id": "u1", "lang": "en", "question": "Hospitals?", "kind": "near_miss"},
        {"id": "u2", "lang": "zh", "question": "今天天气", "kind": "chitchat", "half": "test"},
    ]
    write_evaluation(paths.content.parent, "unanswerable.jsonl", lines)
    gold, mistakes, _ = gold_of(paths)
    assert mistakes == []
    assert [(one.golds, one.style, one.report, one.half) for one in gold.questions[1:]] == [
        ((), "near", "small-2020", ""),
        ((), "far", "small-2020", "test"),
    ]


def test_a_gold_that_is_in_no_report_is_left_out_with_a_remark(paths: Paths) -> None:
    lines = [
        asked(gold="新建医院9所", gold_alt=[GOLD]),
        asked(id="q2", gold="新建医院9所"),
        asked(id="q3"),
    ]
    write_evaluation(paths.content.parent, "questions.jsonl", lines)
    gold, mistakes, remarks = gold_of(paths)
    file = paths.content / "evaluation" / "questions.jsonl"
    assert mistakes == []
    assert [(one.id, one.golds) for one in gold.questions] == [("q1", (GOLD,)), ("q3", (GOLD,))]
    assert remarks == [
        f"{file}:{number}: {name}: gold: '新建医院9所' is in no report"
        for number, name in ((1, "q1"), (2, "q2"))
    ]


def test_a_dialogue_is_taken_whole_or_not_at_all(paths: Paths) -> None:
    turns = [{"question": "几所?", "gold": GOLD}, {"question": "那学位呢?", "gold": "学位500个"}]
    broken = [turns[0], {"question": "医院呢?", "gold": "新建医院9所"}]
    lines = [
        {"id": "d1", "lang": "zh", "turns": turns},
        {"id": "d2", "lang": "zh", "turns": broken},
    ]
    write_evaluation(paths.content.parent, "followups.jsonl", lines)
    gold, mistakes, remarks = gold_of(paths)
    assert mistakes == []
    assert len(remarks) == 1
    (dialogue,) = gold.dialogues
    assert [turn.text for turn in dialogue.turns] == ["几所?", "那学位呢?"]
    assert gold.questions == ()
    assert len(gold) == 1


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('{"id": "q1"', "2: not valid JSON: "),
        ("[]", "2: Input should be a valid dictionary"),
        (json.dumps(asked(lang="fr")), "2: q1: lang: String should match pattern"),
        (json.dumps(asked(half="both")), "2: q1: half: String should match pattern"),
        (json.dumps(asked(id="")), "2: id: String should have at least 1 character"),
        (json.dumps(asked(gold=None)), "2: q1: gold: missing"),
        (json.dumps(asked(values="3")), "2: q1: values: Input should be a valid list"),
        (json.dumps(asked(id="q0")), "2: q0: id: used twice"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(paths: Paths, line: str, mistake: str) -> None:
    write_evaluation(paths.content.parent, "questions.jsonl", [asked(id="q0")])
    file = paths.content / "evaluation" / "questions.jsonl"
    file.write_text(file.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    _, mistakes, _ = gold_of(paths)
    assert len(mistakes) == 1
    assert mistakes[0].startswith(f"{file}:{mistake}")


def test_a_dialogue_of_one_turn_is_a_mistake(paths: Paths) -> None:
    turns = [{"question": "几所?", "gold": GOLD}]
    line = {"id": "d1", "lang": "zh", "turns": turns}
    write_evaluation(paths.content.parent, "followups.jsonl", [line])
    _, (mistake,), _ = gold_of(paths)
    assert ":1: d1: turns: List should have at least 2 items" in mistake


def test_every_mistake_is_told_at_once_and_blank_lines_are_none(paths: Paths) -> None:
    folder = paths.content / "evaluation"
    folder.mkdir()
    (folder / "questions.jsonl").write_text("{\n\n  \n}\n", encoding="utf-8")
    (folder / "messages.jsonl").write_text('{"text": "no id"}\n{"id": "m1"}\n', encoding="utf-8")
    (folder / "unanswerable.jsonl").write_bytes(b"\xff\n")
    _, mistakes, _ = gold_of(paths)
    assert [line.removeprefix(f"{folder}/").split(": ")[:2] for line in mistakes] == [
        ["messages.jsonl:1", "id"],
        ["questions.jsonl:1", "not valid JSON"],
        ["questions.jsonl:4", "not valid JSON"],
        ["unanswerable.jsonl:1", "not UTF-8 (first bad byte 0xff, byte 1 of the line)"],
    ]


def test_a_line_separator_within_a_text_does_not_end_the_line(paths: Paths) -> None:
    write_evaluation(paths.content.parent, "questions.jsonl", [asked("几所\u2028幼儿园\x85?")])
    gold, mistakes, _ = gold_of(paths)
    assert mistakes == []
    assert [one.text for one in gold.questions] == ["几所\u2028幼儿园\x85?"]


def test_of_the_bots_own_sets_nothing_is_measured(paths: Paths) -> None:
    write_evaluation(paths.content.parent, "messages.jsonl", [{"id": "m1", "text": "路灯坏了"}])
    gold, mistakes, _ = gold_of(paths)
    assert mistakes == []
    assert len(gold) == 0
