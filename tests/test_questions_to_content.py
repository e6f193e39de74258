"""Questions asked in vain become content once an editor accepts them, and not before."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import desk
from bot.cases import Actor, Awaiting, Kind, Matter, Role
from bot.publishing import accept, add_ask_line
from bot.publishing.apart import Kept
from bot.publishing.proposing import MEANT_FROM, is_objected
from bot.store import Store
from index import ContentError, Index, Paths, check_content
from tests.conftest import CONTENT
from tests.office import office_over
from tests.operating import Operator, asks
from tests.small_content import write_evaluation, write_small_content

LOANS = "新来的科技公司没有抵押物贷不到款"
MODEL = "wuchang-2020/technology-finance-model"
DOGS = "养狗要办什么证"
PHONE = "13971112222"


@pytest.fixture
def operator(tmp_path: Path, built: Path) -> Operator:
    """Somebody who types commands."""
    return Operator(tmp_path, built)


def proposal(operator: Operator) -> tuple[str, dict[str, list[dict[str, object]]]]:
    """What `--to-content` writes: the text, and what it holds as TOML."""
    file = operator.folder / "learnt.toml"
    done = operator.runs("questions", "--to-content", file)
    assert (done.exit_code, done.stderr) == (0, "")
    text = file.read_text(encoding="utf-8")
    return text, tomllib.loads(text)


def files_in(content: Path) -> dict[str, bytes]:
    """Every file below the content, with its bytes."""
    files = (file for file in content.rglob("*") if file.is_file())
    return {str(file.relative_to(content)): file.read_bytes() for file in files}


def becomes_a_case(store: Store, answer_id: int, question: str, *, answer: str) -> str:
    """A resident sends her question to staff, who answer it if there is an answer."""
    now = datetime.now(UTC)
    with store.transaction():
        resident = store.residents.met("web", "asking", at=now)
        matter = Matter(question, Kind.CONSULT, "culture_tourism")
        draft = store.drafts.add(
            resident.id,
            matter,
            source=f"answer:{answer_id}",
            awaiting=Awaiting.NOTHING,
            at=now,
        )
        member = store.staff.named("李四") or store.staff.add("李四", Role.DISPATCHER, "", at=now)
    office = office_over(store)
    case = desk.open_case(office, draft, at=now)
    if answer:
        desk.answer(office, case.id, Actor.staff(member), answer, source="公告", at=now)
    return case.number


# What is proposed


def test_a_question_near_a_commitment_is_proposed_as_a_way_to_ask_it(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, LOANS)

    text, tree = proposal(operator)

    assert tree == {"ask": [{"accept": False, "commitment": MODEL, "ask": [LOANS]}]}
    assert "\n# 完善“科技+金融”融资模式\nask = [\n" in text


def test_what_no_commitment_is_near_to_is_proposed_as_an_example(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, DOGS)
        asks(store, DOGS)
        asks(store, "Is there a cinema with cheap tickets?")

    _, tree = proposal(operator)

    example = {"accept": False, "kind": "far"}
    assert tree == {
        "unanswerable": [
            example
            | {"question": DOGS, "lang": "zh", "why": "居民问过 2 次：没有答案 2，没有帮助 0"},
            example
            | {"question": "Is there a cinema with cheap tickets?", "lang": "en"}
            | {"why": "居民问过 1 次：没有答案 1，没有帮助 0"},
        ]
    }


def test_a_commitment_that_lacks_what_is_asked_makes_a_near_miss(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "新建的三所普惠幼儿园每个月学费多少钱")

    text, tree = proposal(operator)

    assert [one["kind"] for one in tree["unanswerable"]] == ["near_miss"]
    assert "#    near: wuchang-2020/kindergartens (" in text
    assert ", lacks what is asked) 新增普惠幼儿园3所、学位500个" in text


def test_an_answer_that_did_not_help_is_for_the_editor_to_judge(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "加装电梯多少部", hits=["wuchang-2020/elevators"], helpful=False)

    text, tree = proposal(operator)

    assert [one["accept"] for one in tree["unanswerable"]] == [False]
    assert "#    near: wuchang-2020/elevators (0.99, answers it) 加装电梯60部\n" in text
    assert "it is answered, but that did not help: accept it only if it is no answer" in text


def test_what_the_current_build_answers_needs_no_entry(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "新增几所幼儿园？")

    text, tree = proposal(operator)

    assert tree == {}
    assert "#    left out: the current build answers it\n" in text


def test_a_proposal_holds_nobodys_data(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, f"我叫王小明，电话{PHONE}，养狗要办什么证")
        asks(store, DOGS)
        asks(store, f"{LOANS}，请打{PHONE}")
        asks(store, f"{DOGS}{'，谢谢' * 100}")

    text, tree = proposal(operator)

    assert PHONE not in text
    assert "小明" not in text
    assert [one["question"] for one in tree["unanswerable"]] == [DOGS]
    assert "ask" not in tree
    assert text.count("it tells of a person or is too long") == 3


def test_no_question_of_the_evaluation_is_proposed(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "要引几家大公司的总部过来")
        asks(store, "今年有没有消费券發")

    text, tree = proposal(operator)

    assert tree == {}
    assert "left out: it stands in evaluation/questions.jsonl:" in text
    assert "left out: it stands in evaluation/unanswerable.jsonl:" in text


def test_a_case_that_staff_answered_is_pointed_to_until_it_is_published(
    operator: Operator,
) -> None:
    with operator.store() as store:
        first = becomes_a_case(store, asks(store, DOGS), DOGS, answer="带身份证。")
        waiting = becomes_a_case(store, asks(store, DOGS), DOGS, answer="")

    text, _ = proposal(operator)

    assert f"#    staff have answered it: python -m bot publish {first}\n" in text
    assert waiting not in text
    assert operator.runs("publish", first).exit_code == 0


def test_a_published_case_is_not_pointed_to_again(operator: Operator) -> None:
    question = "区图书馆周末几点闭馆？"
    with operator.store() as store:
        number = becomes_a_case(
            store, asks(store, question), question, answer="周末开放到下午五点。"
        )
    assert operator.runs("publish", number, "--commit").exit_code == 0
    (operator.folder / "var" / "index" / "current").unlink()  # the next command builds anew

    text, tree = proposal(operator)

    assert "python -m bot publish" not in text
    assert tree == {}


def test_a_file_that_is_there_is_kept(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, DOGS)
    file = operator.folder / "learnt.toml"
    file.write_text("an editor's work", encoding="utf-8")

    done = operator.runs("questions", "--to-content", file)

    assert (done.exit_code, done.stderr) == (1, f"{file}: is there already; give another name\n")
    assert file.read_text(encoding="utf-8") == "an editor's work"
    nowhere = operator.runs("questions", "--to-content", operator.folder / "no" / "learnt.toml")
    assert nowhere.exit_code == 1
    assert "there is no folder" in nowhere.stderr


def test_the_nearness_that_is_proposed_from_separates_as_it_says(real_index: Index) -> None:
    def proposed(name: str) -> tuple[int, int]:
        lines = (CONTENT / "evaluation" / name).read_text(encoding="utf-8").splitlines()
        refused = near = 0
        for line in lines:
            hits = real_index.search(json.loads(line)["question"])
            if hits and not any(hit.answers for hit in hits):
                refused += 1
                near += hits[0].nearness >= MEANT_FROM and not is_objected(hits[0])
        return near, refused

    answerable, refused = proposed("questions.jsonl")
    assert answerable >= 0.35 * refused
    unanswerable, refused = proposed("unanswerable.jsonl")
    assert unanswerable <= 0.07 * refused


# What is accepted


def accepted(text: str, *questions: str) -> str:
    """The file as an editor leaves it who agrees with the entries of these questions."""
    parts = text.split("\n[[")
    chosen = [
        part.replace("accept = false", "accept = true")
        if any(json.dumps(one, ensure_ascii=False) in part for one in questions)
        else part
        for part in parts
    ]
    return "\n[[".join(chosen)


def test_what_is_accepted_becomes_content_and_nothing_else_changes(operator: Operator) -> None:
    with operator.store() as store:
        for question in (LOANS, DOGS, "公园里能不能放风筝"):
            asks(store, question)
    text, _ = proposal(operator)
    file = operator.folder / "learnt.toml"
    file.write_text(accepted(text, LOANS, DOGS), encoding="utf-8")
    before = files_in(operator.content)

    shown = operator.runs("accept", file)

    assert (shown.exit_code, files_in(operator.content)) == (0, before)
    assert shown.stderr == "Ask lines: 1, examples: 1; with --commit they are written\n"

    done = operator.runs("accept", file, "--commit")

    assert done.stdout == shown.stdout
    assert done.stderr == "Ask lines: 1, examples: 1; written; now `python -m index build`\n"
    after = files_in(operator.content)
    changed = [name for name in after if after[name] != before.get(name)]
    examples, commitments = sorted(changed)
    assert examples == "evaluation/unanswerable.jsonl"
    new = after[examples].removeprefix(before[examples]).decode()
    assert json.loads(new) == {
        "id": "r001",
        "question": DOGS,
        "lang": "zh",
        "kind": "far",
        "why": "居民问过 1 次：没有答案 1，没有帮助 0",
    }
    assert commitments == "reports/wuchang-2020/commitments.toml"
    lines = after[commitments].decode().splitlines()
    line = next(one for one in lines if LOANS in one)
    assert [one for one in lines if one != line] == before[commitments].decode().splitlines()
    assert check_content(Paths(content=operator.content)) == []


def test_accepted_twice_changes_nothing_and_says_so(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, LOANS)
        asks(store, DOGS)
    text, _ = proposal(operator)
    file = operator.folder / "learnt.toml"
    file.write_text(accepted(text, LOANS, DOGS), encoding="utf-8")
    assert operator.runs("accept", file, "--commit").exit_code == 0
    before = files_in(operator.content)

    again = operator.runs("accept", file, "--commit")

    assert (again.exit_code, again.stdout) == (0, "")
    assert files_in(operator.content) == before
    ask, example, told = again.stderr.splitlines()
    assert ask.endswith(f"ask: ask 1: {MODEL} has {LOANS!r} already")
    assert example.endswith(
        f"unanswerable: question: evaluation/unanswerable.jsonl:364 has {DOGS!r} already"
    )
    assert told == "Nothing new is accepted: no other entry says accept = true"


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
    [(b"{broken", "line 2: not valid JSON"), (b"\xff\xff", r"cannot be read \('utf-8' codec")],
)
def test_content_with_mistakes_is_not_added_to(
    content: Path, name: str, line: bytes, says: str
) -> None:
    with (content / "evaluation" / name).open("ab") as file:
        file.write(b"\n" + line + b"\n")
    before = files_in(content)
    for entry in (ask_entry("新河街学校动不动工?"), example_entry("明天天气怎样")):
        with pytest.raises(ContentError, match=rf"{name}: {says}"):
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
