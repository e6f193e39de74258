"""`python -m bot questions`: what was asked in vain, as editors read it."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.question_table import WIDTH, width, wrapped
from bot.store import MOST_UNANSWERED, AnswerRecord
from tests.casework import wuhan
from tests.operating import Operator, asks

DAYS = ("--since", "2026-09-01", "--until", "2026-09-30")
PHONE = "13971112222"


@pytest.fixture
def operator(tmp_path: Path, built: Path) -> Operator:
    """Somebody who types commands."""
    return Operator(tmp_path, built)


def test_questions_are_grouped_by_meaning_the_most_asked_first(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "养狗要办什么证", at=wuhan(9, 2, 8))
        asks(store, "停车位今年增加多少", at=wuhan(9, 3, 8))
        asks(store, "停车位今年增加多少", at=wuhan(9, 5, 23, 59))
        asks(store, "新增停车位有多少", hits=["a"], helpful=False, at=wuhan(9, 4, 8))
        asks(store, "今年经济增长多少", hits=["a"], helpful=True, at=wuhan(9, 4, 8))

    done = operator.runs("questions", *DAYS)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "2026-09-01 至 2026-09-30（武汉时间，含首尾两日）：没有答案或没有帮助 4 次，2 组",
        "",
        "序号  次数  拒答/无帮助        最近  问题",
        "   1     3          2/1  2026-09-05  停车位今年增加多少",
        "                                     · 新增停车位有多少 ×1",
        "   2     1          1/0  2026-09-02  养狗要办什么证",
    ]


def test_a_script_reads_the_same_as_json(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "停车位今年增加多少", at=wuhan(9, 3, 8))
        asks(store, "停车位今年增加多少", hits=["a"], helpful=False, at=wuhan(9, 5, 8))

    done = operator.runs("questions", *DAYS, "--json")

    counted = {"refused": 1, "unhelpful": 1, "newest": "2026-09-05T00:00:00+00:00"}
    question = "停车位今年增加多少"
    assert json.loads(done.stdout) == {
        "since": "2026-09-01",
        "until": "2026-09-30",
        "groups_in_all": 1,
        "wordings_unread": 0,
        "groups": [
            {"question": question, "count": 2, **counted}
            | {"wordings": [{"text": question, **counted}]}
        ],
    }


def test_the_first_and_the_last_day_are_wuhans(operator: Operator) -> None:
    with operator.store() as store:
        for at in (wuhan(9, 1, 0, 0), wuhan(9, 30, 23, 59)):
            asks(store, "停车位今年增加多少", at=at)
        for at in (wuhan(8, 31, 23, 59), wuhan(10, 1, 0, 0)):
            asks(store, "养狗要办什么证", at=at)

    groups = json.loads(operator.runs("questions", *DAYS, "--json").stdout)["groups"]

    assert [(one["question"], one["count"]) for one in groups] == [("停车位今年增加多少", 2)]


def test_without_days_the_last_thirty_are_shown(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "停车位今年增加多少")
        asks(store, "养狗要办什么证", at=datetime.now().astimezone() - timedelta(days=31))

    shown = operator.runs("questions").stdout

    assert "停车位" in shown
    assert "养狗" not in shown


def test_nobodys_number_is_shown(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, f"停车位今年增加多少，回电{PHONE}", at=wuhan(9, 3, 8))

    for words in ((), ("--json",)):
        shown = operator.runs("questions", *DAYS, *words).stdout
        assert PHONE not in shown
        assert "停车位今年增加多少" in shown


def test_the_heading_counts_all_groups_however_few_are_shown(operator: Operator) -> None:
    """It counted those that `--most` left."""
    with operator.store() as store:
        for question in ("养狗要办什么证", "停车位今年增加多少", "停车位今年增加多少"):
            asks(store, question, at=wuhan(9, 3, 8))

    done = operator.runs("questions", *DAYS, "--most", "1")

    head, *rows = done.stdout.splitlines()
    assert head.endswith("没有答案或没有帮助 3 次，2 组，列出前 1 组")
    assert [row.split()[-1] for row in rows[2:]] == ["停车位今年增加多少"]
    assert done.stderr == "1 more groups are not shown (--most)\n"
    found = json.loads(operator.runs("questions", *DAYS, "--most", "1", "--json").stdout)
    assert (found["groups_in_all"], len(found["groups"])) == (2, 1)


def test_wordings_that_are_not_read_are_told(operator: Operator, tmp_path: Path) -> None:
    """Of more than 2000 the older ones were left out without a word."""
    with operator.store() as store, store.transaction():
        resident = store.residents.met("web", "asking", at=wuhan(9, 3, 8))
        for number in range(MOST_UNANSWERED + 3):
            record = AnswerRecord(f"养狗证{number}号", "zh", (), "no_answer", 0.5, "build")
            store.answers.add(resident.id, record, at=wuhan(9, 3, 8))

    done = operator.runs("questions", *DAYS, "--most", "1")

    assert "只计最新的 2000 种问法，更早的 3 种未计入" in done.stdout
    told = "only the newest 2000 wordings are read; 3 older ones of these days are not"
    assert told in done.stderr
    learnt = operator.runs(
        "questions", *DAYS, "--most", "1", "--to-content", tmp_path / "learnt.toml"
    )
    assert told in learnt.stderr
    found = json.loads(operator.runs("questions", *DAYS, "--json").stdout)
    assert found["wordings_unread"] == 3


def test_nothing_asked_in_vain_is_one_line(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "今年经济增长多少", hits=["a"], at=wuhan(9, 3, 8))

    lines = operator.runs("questions", *DAYS).stdout.splitlines()

    assert [line.partition("：")[2] for line in lines] == ["没有答案或没有帮助 0 次，0 组"]


def test_the_database_is_only_read_while_a_bot_writes(operator: Operator) -> None:
    with operator.store() as store:
        asks(store, "停车位今年增加多少", at=wuhan(9, 3, 8))
        with store.transaction():
            store.residents.met("web", "another", at=wuhan(9, 3, 8))
            done = operator.runs("questions", *DAYS)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "停车位今年增加多少" in done.stdout


def test_no_database_is_told_in_a_line(operator: Operator) -> None:
    done = operator.runs("questions")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "the database cannot be read" in done.stderr


def test_the_groups_most_asked_can_be_had_alone_and_the_rest_is_told(operator: Operator) -> None:
    with operator.store() as store:
        for question in ("养狗要办什么证", "停车位今年增加多少", "停车位今年增加多少"):
            asks(store, question, at=wuhan(9, 3, 8))

    done = operator.runs("questions", *DAYS, "--most", "1", "--json")

    assert [one["question"] for one in json.loads(done.stdout)["groups"]] == ["停车位今年增加多少"]
    assert done.stderr == "1 more groups are not shown (--most)\n"


def test_a_table_and_a_proposal_are_not_asked_for_at_once(operator: Operator) -> None:
    done = operator.runs("questions", "--json", "--to-content", operator.folder / "x.toml")
    assert done.exit_code == 2
    assert not (operator.folder / "x.toml").exists()


def test_days_in_the_wrong_order_are_told(operator: Operator) -> None:
    done = operator.runs("questions", "--since", "2026-09-02", "--until", "2026-09-01")
    assert done.exit_code == 2
    assert "no such window: 2026-09-02 is after 2026-09-01" in done.stderr


def test_no_line_is_wider_than_a_terminal(operator: Operator) -> None:
    long = "Will the district add more parking spaces near the old neighbourhoods of Jiyuqiao? "
    with operator.store() as store:
        for at, text in enumerate([long * 3, "停车位" * 40, *(f"停车位{n}个" for n in range(20))]):
            asks(store, text, at=wuhan(9, 3, 8, at))

    lines = operator.runs("questions", *DAYS).stdout.splitlines()

    assert max(map(width, lines)) <= WIDTH
    assert any("… 另有" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("停车位", ["停车", "位"]),
        ("a bc de", ["a bc", "de"]),
        ("abcdefg", ["abcd", "efg"]),
        ("建GDP", ["建", "GDP"]),
        ("ab\ncd", ["ab", "cd"]),
    ],
)
def test_lines_break_between_words_and_between_characters(text: str, lines: list[str]) -> None:
    assert wrapped(text, 4) == lines
