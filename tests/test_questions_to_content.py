"""Questions asked in vain become content once an editor accepts them, and not before."""

import json
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import desk
from bot.cases import Actor, Awaiting, Kind, Matter, Role
from bot.publishing.proposing import MEANT_FROM, is_objected
from bot.store import Store
from index import Index, Paths, check_content
from tests.conftest import CONTENT
from tests.office import office_over
from tests.operating import Operator, asks, files_in

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


def becomes_a_case(
    store: Store, answer_id: int, question: str, *, answer: str, kinds: Sequence[Kind] = ()
) -> str:
    """A resident sends her question to staff, who answer it if there is an answer.

    Args:
        kinds: what staff take it for, one after the other.
    """
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
    case, actor = desk.open_case(office, draft, at=now), Actor.staff(member)
    for kind in kinds:
        case = desk.classify(office, case.id, actor, kind=kind, at=now)
    if answer:
        desk.answer(office, case.id, actor, answer, source="公告", at=now)
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


def test_what_was_once_a_report_of_wrongdoing_is_not_pointed_to(operator: Operator) -> None:
    with operator.store() as store:
        number = becomes_a_case(
            store,
            asks(store, DOGS),
            DOGS,
            answer="带身份证。",
            kinds=(Kind.REPORT, Kind.CONSULT),
        )

    text, _ = proposal(operator)

    assert number not in text


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
