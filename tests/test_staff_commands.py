"""`python -m bot staff | progress | publish`: what operators type, and what they read."""

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import desk
from bot.__main__ import cli
from bot.access import link_chat
from bot.cases import Actor, Awaiting, Kind, Matter, Role
from bot.store import DATABASE, Store
from tests.conftest import CONTENT
from tests.office import office_over

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
QUESTION = "区图书馆周末几点闭馆？"
ANSWER = "区图书馆周六、周日开放到下午五点，法定节假日另行通知。"
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, built: Path) -> Path:
    """A folder with content of its own, a build, and a config.toml."""
    shutil.copytree(CONTENT, tmp_path / "content")
    shutil.copytree(built, tmp_path / "var")
    text = f'[paths]\ncontent = "{tmp_path / "content"}"\nvar = "{tmp_path / "var"}"\n'
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs a command in this process."""
    environment = {"BOT_CONFIG": str(folder / "config.toml"), "TELEGRAM_BOT_TOKEN": ""}

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, words, env=environment, catch_exceptions=False)

    return run


def told(result: Result) -> tuple[int, str]:
    """How a command ended, and what it said is wrong."""
    return result.exit_code, result.stderr.strip()


def test_staff_are_added_listed_given_a_role_and_removed(run: Run) -> None:
    assert run("staff", "add", "李四", "dispatcher").stdout == "1\t李四\tdispatcher\tnot linked\n"
    added = run("staff", "add", "王五", "handler", "--unit", "urban_management")
    assert added.stdout == "2\t王五\thandler\t区城管执法局\tnot linked\n"
    run("staff", "role", "王五", "supervisor")
    run("staff", "remove", "李四")
    assert run("staff", "list").stdout.splitlines() == [
        "1\t李四\tdispatcher\tremoved",
        "2\t王五\tsupervisor\tnot linked",
    ]
    back = run("staff", "add", "李四", "handler", "--unit", "education")
    assert back.stdout == "1\t李四\thandler\t区教育局\tnot linked\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("add", "李四", "handler"), "a handler needs a unit (--unit), and nobody else has one"),
        (
            ("add", "李四", "dispatcher", "--unit", "education"),
            "a handler needs a unit (--unit), and nobody else has one",
        ),
        (("add", "李四", "handler", "--unit", "no"), "no: no unit of service.toml"),
        (("add", "  ", "dispatcher"), "a member of staff needs a name"),
        (("add", "赵六", "dispatcher"), "赵六 is there already, as dispatcher; see `staff role`"),
        (("role", "钱七", "dispatcher"), "钱七: nobody of this name works here; see `staff list`"),
        (("remove", "钱七"), "钱七: nobody of this name works here; see `staff list`"),
        (("link", "钱七"), "钱七: nobody of this name works here; see `staff list`"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    run: Run, words: tuple[str, ...], complaint: str
) -> None:
    run("staff", "add", "赵六", "dispatcher")
    assert told(run("staff", *words)) == (1, complaint)
    assert run("staff", "list").stdout == "1\t赵六\tdispatcher\tnot linked\n"


def test_a_link_is_good_once_and_for_a_quarter_of_an_hour(run: Run, folder: Path) -> None:
    run("staff", "add", "李四", "dispatcher")
    code = run("staff", "link", "李四").stdout.partition("/staff ")[2].strip()
    store = Store.open(folder / "var" / DATABASE)
    now = datetime.now(UTC)
    with store.transaction():
        first = store.residents.met("telegram", "501", at=now)
        second = store.residents.met("telegram", "502", at=now)
    assert link_chat(store, "wrong", first.id, at=now) is None
    late = now.replace(year=now.year + 1)
    assert link_chat(store, code, first.id, at=late) is None
    linked = link_chat(store, code, first.id, at=now)
    assert linked is not None
    assert linked.name == "李四"
    assert link_chat(store, code, second.id, at=now) is None
    assert store.staff.in_chat(second.id) is None
    store.close()
    assert run("staff", "list").stdout == "1\t李四\tdispatcher\tlinked\n"


def test_a_removed_member_has_no_chat_any_more(run: Run, folder: Path) -> None:
    run("staff", "add", "李四", "dispatcher")
    code = run("staff", "link", "李四").stdout.partition("/staff ")[2].strip()
    run("staff", "remove", "李四")
    store = Store.open(folder / "var" / DATABASE)
    now = datetime.now(UTC)
    with store.transaction():
        chat = store.residents.met("telegram", "501", at=now)
    assert link_chat(store, code, chat.id, at=now) is None
    store.close()


def test_progress_is_shown_first_and_noted_once(run: Run, folder: Path) -> None:
    words = ("progress", "wuchang-2020/kindergartens", "已开工2所", "--source", "区教育局")
    shown = run(*words, "--on", "2020-05-01")
    assert "2020-05-01: 已开工2所 (区教育局)" in shown.stdout
    assert shown.stderr == "Followers to be told: 0; with --commit it is noted\n"
    noted = run(*words, "--on", "2020-05-01", "--commit")
    assert noted.stdout == "wuchang-2020/kindergartens: noted; followers told: 0\n"
    again = run(*words, "--on", "2020-05-01", "--commit")
    assert again.exit_code == 1
    assert "was noted of 2020-05-01 already" in again.stderr
    store = Store.open(folder / "var" / DATABASE)
    assert [one.text for one in store.following.notes("wuchang-2020/kindergartens")] == [
        "已开工2所"
    ]
    store.close()


def test_progress_of_nothing_or_of_no_day_is_refused(run: Run) -> None:
    source = ("--source", "区教育局")
    unknown = run("progress", "no/such", "已开工", *source)
    assert "no/such: no such commitment in the active build" in unknown.stderr
    day = run("progress", "wuchang-2020/kindergartens", "已开工", *source, "--on", "5月")
    assert "5月: no day; write it as 2026-03-02" in day.stderr
    later = run("progress", "wuchang-2020/kindergartens", "已开工", *source, "--on", "2999-01-01")
    assert "2999-01-01 has not come yet" in later.stderr
    assert (unknown.exit_code, day.exit_code, later.exit_code) == (1, 1, 1)


def answered_case(
    folder: Path, *, kinds: Sequence[Kind] = (Kind.CONSULT,), is_answered: bool = True
) -> str:
    """A question of a resident, answered by staff or not yet; its number.

    Args:
        kinds: what the case is taken for, one after the other.
    """
    store = Store.open(folder / "var" / DATABASE)
    with store.transaction():
        resident = store.residents.met("web", "w1", at=AT)
        matter = Matter(QUESTION, kinds[0], "culture_tourism")
        draft = store.drafts.add(
            resident.id, matter, source="turn:1", awaiting=Awaiting.NOTHING, at=AT
        )
        member = store.staff.add("李四", Role.DISPATCHER, "", at=AT)
    office = office_over(store)
    case, actor = desk.open_case(office, draft, at=AT), Actor.staff(member)
    for kind in kinds[1:]:
        case = desk.classify(office, case.id, actor, kind=kind, at=AT)
    if is_answered:
        desk.answer(office, case.id, actor, ANSWER, source="区图书馆公告", at=AT)
    store.close()
    return case.number


def test_an_answered_question_becomes_content_with_one_command(run: Run, folder: Path) -> None:
    number = answered_case(folder)
    shown = run("publish", number)
    assert ANSWER in shown.stdout
    assert QUESTION in shown.stdout
    assert shown.stderr == "Nothing is written; with --commit it is\n"
    collection = folder / "content" / "reports" / "answers-2026"
    assert not collection.exists()
    written = run("publish", number, "--commit")
    assert written.exit_code == 0
    assert ANSWER in (collection / "report.md").read_text(encoding="utf-8")
    assert "区图书馆公告" in (collection / "commitments.toml").read_text(encoding="utf-8")
    assert "has it already" in run("publish", number, "--commit").stdout


def test_a_question_that_a_commitment_answers_becomes_a_way_to_ask_it(
    run: Run, folder: Path
) -> None:
    number = answered_case(folder)
    done = run("publish", number, "--commitment", "wuchang-2020/kindergartens", "--commit")
    assert done.exit_code == 0
    text = (folder / "content/reports/wuchang-2020/commitments.toml").read_text(encoding="utf-8")
    assert QUESTION in text


def test_what_is_no_answered_question_is_not_published(run: Run, folder: Path) -> None:
    assert "WC1: no such case" in run("publish", "WC1").stderr
    number = answered_case(folder, is_answered=False)
    assert f"{number}: has no answer yet, it is submitted" in run("publish", number).stderr


def test_what_was_once_a_report_of_wrongdoing_is_not_published(run: Run, folder: Path) -> None:
    number = answered_case(folder, kinds=(Kind.REPORT, Kind.CONSULT))
    assert f"{number}: is confidential and stays so" in run("publish", number).stderr


def test_a_complaint_is_not_published(run: Run, folder: Path) -> None:
    number = answered_case(folder, kinds=(Kind.COMPLAINT,))
    assert f"{number}: is no question (咨询) but complaint" in run("publish", number).stderr
