"""What editors accept of a proposal: checked whole, written whole, never twice."""

import codecs
import json
import shutil
from pathlib import Path

import pytest

from bot.publishing import accept, add_ask_line
from bot.publishing.apart import Kept
from index import ContentError, Paths, check_content
from tests.operating import Operator, files_in
from tests.small_content import write_evaluation, write_small_content

PHONE = "13971112222"


@pytest.fixture
def operator(tmp_path: Path, built: Path) -> Operator:
    """Somebody who types commands."""
    return Operator(tmp_path, built)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The small content with an evaluation, free to be changed."""
    paths = write_small_content(tmp_path)
    example = {"id": "r007", "lang": "zh", "question": "区里养狗要办证吗?", "kind": "far"}
    write_evaluation(tmp_path, "unanswerable.jsonl", [example])
    gold = {"gold": "加装电梯60部", "values": ["60部"], "style": "number"}
    question = {"id": "q001", "lang": "zh", "question": "老楼今年装几部电梯?", **gold}
    write_evaluation(tmp_path, "questions.jsonl", [question])
    return paths.content


def written(content: Path, text: str) -> Path:
    """A proposal as an editor left it."""
    file = content.parent / "learnt.toml"
    file.write_text(text, encoding="utf-8")
    return file


def ask_entry(*questions: str, commitment: str = "small-2020/school") -> str:
    """An accepted entry for a commitment."""
    lines = json.dumps(questions, ensure_ascii=False)
    return f'[[ask]]\naccept = true\ncommitment = "{commitment}"\nask = {lines}\n'


def example_entry(question: str, **changes: str) -> str:
    """An accepted example."""
    fields = {"question": question, "lang": "zh", "kind": "far", **changes}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join(["[[unanswerable]]", "accept = true", *lines, ""])


def test_every_mistake_is_told_at_once_with_its_line_and_nothing_written(content: Path) -> None:
    file = written(
        content,
        "# an editor's\n"
        + ask_entry("动不动工?", commitment="small-2020/none")  # line 2
        + ask_entry()  # 6
        + ask_entry(  # 10
            "老楼今年装几部电梯",
            "托儿所今年开几家?",
            f"打{PHONE}问学校",
            "我叫王小明，学校呢?",
            "?",
        )
        + example_entry("托儿所今年开几家？")  # 14
        + example_entry("老楼今年装几部电梯？")  # 19
        + example_entry("天气", lang="fr", half="both")  # 24
        + "[[ask]]\nacept = true\ncommitment = 'x'\nask = ['y']\n"
        + "[other]\n",
    )
    before = files_in(content)

    with pytest.raises(ContentError) as refused:
        accept(content, file, commit=True)

    assert [line.removeprefix(f"{file}:") for line in refused.value.mistakes] == [
        " other: unknown key; there are [[ask]] and [[unanswerable]]",
        "30: ask: acept: unknown key",
        "24: unanswerable: lang: Input should be 'zh', 'zh-Hant', 'en' or 'mixed' (found 'fr')",
        "24: unanswerable: half: Input should be '', 'calibration' or 'test' (found 'both')",
        "2: ask: commitment: small-2020/none: "
        f"{content}/reports/small-2020/commitments.toml has no 'none'",
        "6: ask: ask: missing",
        "10: ask: ask 1: '老楼今年装几部电梯' stands in evaluation/questions.jsonl:1;"
        " what measures the bot is no ask line",
        "10: ask: ask 2: '托儿所今年开几家?' is an ask line of small-2020/kindergartens",
        "10: ask: ask 3: holds a phone number (13971…); residents may not read it",
        "10: ask: ask 4: tells who somebody is: '我叫王**，学校呢?'; put it in general words",
        "10: ask: ask 5: missing",
        "14: unanswerable: question: '托儿所今年开几家？' is an ask of small-2020/kindergartens;"
        " what the bot is made of does not measure it",
        "19: unanswerable: question: '老楼今年装几部电梯？' stands in"
        " evaluation/questions.jsonl:1",
    ]
    assert files_in(content) == before


def test_a_question_is_not_accepted_as_both(content: Path) -> None:
    both = ask_entry("新河街学校动不动工?") + example_entry("新河街学校动工吗")
    entries = written(
        content, ask_entry("新河街学校动不动工?") + example_entry("新河街学校动不动工")
    )
    assert both
    with pytest.raises(ContentError, match=r"is an ask of small-2020/school \("):
        accept(content, entries, commit=True)


def test_repeats_within_a_file_are_added_once(content: Path) -> None:
    entries = ask_entry("新河街学校动不动工?", "新河街學校動不動工？") + 2 * example_entry(
        "天气怎样"
    )
    done = accept(content, written(content, entries), commit=True)
    assert (done.ask_lines, done.examples, len(done.there_already)) == (1, 1, 2)


def test_examples_get_the_next_number_behind_what_is_there(content: Path) -> None:
    file = content / "evaluation" / "unanswerable.jsonl"
    before = file.read_text(encoding="utf-8")  # its last line has no end
    entries = example_entry("明天天气怎样", half="test") + example_entry("股票要不要卖")
    accept(content, written(content, entries), commit=True)
    after = file.read_text(encoding="utf-8")
    assert after.startswith(f"{before}\n")
    new = [json.loads(line) for line in after.removeprefix(before).strip().split("\n")]
    assert [(one["id"], one.get("half")) for one in new] == [("r008", "test"), ("r009", None)]
    assert after.endswith("}\n")


def test_the_first_example_begins_the_file(tmp_path: Path) -> None:
    content = write_small_content(tmp_path).content
    accept(content, written(content, example_entry("明天天气怎样")), commit=True)
    line = json.loads((content / "evaluation/unanswerable.jsonl").read_text(encoding="utf-8"))
    assert line == {"id": "r001", "question": "明天天气怎样", "lang": "zh", "kind": "far"}
    assert check_content(Paths(content=content)) == []


@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize("has_examples", [True, False])
def test_a_disk_that_fails_midway_leaves_all_as_it_was(
    content: Path, monkeypatch: pytest.MonkeyPatch, failing: int, has_examples: bool
) -> None:
    if not has_examples:
        (content / "evaluation" / "unanswerable.jsonl").unlink()
    entries = written(content, ask_entry("新河街学校动不动工?") + example_entry("明天天气怎样"))
    before = files_in(content)
    rename, renamed = Path.replace, []

    def rename_or_fail(path: Path, target: Path) -> Path:
        renamed.append(path)
        if len(renamed) == failing:
            raise OSError("No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", rename_or_fail)
    with pytest.raises(OSError, match="No space"):
        accept(content, entries, commit=True)
    assert files_in(content) == before


@pytest.mark.parametrize("name", ["questions.jsonl", "unanswerable.jsonl"])
@pytest.mark.parametrize(
    ("line", "says"),
    [(b"{broken", "not valid JSON"), (b"\xff\xff", "not UTF-8")],
)
def test_content_with_mistakes_is_not_added_to(
    content: Path, name: str, line: bytes, says: str
) -> None:
    with (content / "evaluation" / name).open("ab") as file:
        file.write(b"\n" + line + b"\n")
    before = files_in(content)
    for entry in (ask_entry("新河街学校动不动工?"), example_entry("明天天气怎样")):
        with pytest.raises(ContentError, match=rf"{name}:.*{says}"):
            accept(content, written(content, entry), commit=True)
    assert files_in(content) == before


def test_a_published_question_is_kept_apart_from_the_evaluation_too(content: Path) -> None:
    with pytest.raises(ContentError, match=r"stands in evaluation/questions\.jsonl:1; what"):
        add_ask_line(content, "small-2020/school", "老楼今年装幾部电梯", commit=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"[[ask]\n", "not valid TOML"),
        ("[[ask]] # 提问".encode("gb18030"), "is not UTF-8"),
        (b"ask = 1\n", "ask: must be written as [[ask]]"),
        (b"[[ask]]\naccept = 1\n", ":1: ask: accept: Input should be a valid boolean (found 1)"),
    ],
)
def test_a_file_that_is_no_proposal_is_told(content: Path, text: bytes, says: str) -> None:
    file = content.parent / "learnt.toml"
    file.write_bytes(text)
    with pytest.raises(ContentError) as refused:
        accept(content, file, commit=True)
    assert says in refused.value.mistakes[0]


def test_no_entry_and_no_file_are_told_in_a_line(operator: Operator) -> None:
    file = operator.folder / "learnt.toml"
    missing = operator.runs("accept", file)
    assert (missing.exit_code, missing.stderr) == (1, f"{file}: No such file or directory\n")
    file.write_text("", encoding="utf-8")
    empty = operator.runs("accept", file, "--commit")
    assert (empty.exit_code, empty.stderr) == (
        0,
        "Nothing new is accepted: no other entry says accept = true\n",
    )


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("今年新增几所幼儿园?", True),
        ("今年新增幾所幼兒園", True),
        ("今年新增了几所幼儿园", True),
        ("今年新增几所小学", False),
        ("", False),
    ],
)
def test_the_same_text_is_found_past_a_few_characters(text: str, same: bool) -> None:
    kept = Kept({"今年新增几所幼儿园": "q1"})
    assert kept.place_of_same(text) == ("q1" if same else "")


def test_two_reports_may_be_asked_the_same(content: Path) -> None:
    """A question that another year's report has was refused, though `check` allows it."""
    earlier, later = (content / "reports" / f"small-{year}" for year in (2020, 2021))
    shutil.copytree(earlier, later)
    report = (later / "report.md").read_text(encoding="utf-8")
    (later / "report.md").write_text(report.replace("small-2020", later.name), encoding="utf-8")
    line = "新河街学校动不动工?"
    for name in (later.name, earlier.name):
        entry = written(content, ask_entry(line, commitment=f"{name}/school"))
        assert accept(content, entry, commit=True).ask_lines == 1
        assert accept(content, entry, commit=True).there_already
    assert check_content(Paths(content=content)) == []


def test_an_evaluation_with_a_byte_order_mark_counts_from_its_first_line(content: Path) -> None:
    file = content / "evaluation" / "unanswerable.jsonl"
    file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())
    entry = written(content, example_entry("区里养狗要办证吗?"))
    assert accept(content, entry, commit=False).there_already


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = " + "[" * 9999, "not valid TOML: nested too deeply"),
        (ask_entry("学校呢?")[:-4], "not valid TOML: Unterminated string"),
        (ask_entry("学校呢?").replace("学", "学\0"), "not valid TOML: Illegal character"),
        (ask_entry("学校呢?").partition("ask =")[0], "1: ask: ask: missing"),
    ],
)
def test_a_proposal_that_was_cut_short_or_damaged_is_one_line(
    content: Path, text: str, said: str
) -> None:
    before = files_in(content)
    with pytest.raises(ContentError, match=said) as caught:
        accept(content, written(content, text), commit=True)
    assert len(caught.value.mistakes) == 1
    assert files_in(content) == before
