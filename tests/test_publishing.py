"""Answers of staff become content: checked, whole or not at all, and honest to who reads them."""

import codecs
import hashlib
import shutil
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import tomlkit

from bot.dialogue import Phrasing
from bot.publishing import MOST_TEXT_CHARS, PublishedAnswer, add_answer, add_ask_line
from bot.service import read_service
from bot.wording import LANGUAGES, Wording, plain
from index import (
    ContentError,
    Earlier,
    Index,
    IndexSettings,
    Paths,
    check_content,
    load_index,
    sole_answer,
)
from index.build import make_build
from index.builds import make_active
from tests.small_content import write_small_content

CONTENT = Path(__file__).parents[1] / "content"
ANSWER = PublishedAnswer(
    question="小学一年级新生报名要带什么材料?",
    text="带户口簿、房产证和预防接种证原件。\n网上登记后,到对口小学现场核验。",
    source="《武昌区2020年义务教育招生办法》第5条",
    case_number="WC20200302-0001",
    unit="区教育局",
    answered_on=date(2020, 3, 5),
)
ID = "answers-2020/wc20200302-0001"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The small content, free to be changed: quick to check."""
    return write_small_content(tmp_path).content


def small_answer(**changes: object) -> PublishedAnswer:
    """The answer with some of it changed."""
    return replace(ANSWER, **changes)  # type: ignore[arg-type]


def files_in(content: Path) -> dict[str, bytes]:
    """Every file below the content, with its bytes."""
    files = (file for file in content.rglob("*") if file.is_file())
    return {str(file.relative_to(content)): file.read_bytes() for file in files}


def commitments_file(content: Path, report: str = "small-2020") -> Path:
    """The commitments of a report."""
    return content / "reports" / report / "commitments.toml"


def entries_of(content: Path, report: str) -> list[dict[str, object]]:
    """What stands in a report's commitments.toml."""
    found: list[dict[str, object]] = tomllib.loads(
        commitments_file(content, report).read_text(encoding="utf-8")
    )["commitment"]
    return found


# A question more for a commitment


@pytest.mark.parametrize("file", sorted(CONTENT.rglob("*.toml")), ids=lambda file: file.name)
def test_the_real_files_come_through_unchanged_to_the_byte(file: Path) -> None:
    text = file.read_bytes().decode()
    assert tomlkit.dumps(tomlkit.parse(text)) == text


def test_a_question_is_one_line_more_and_nothing_else(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    file = commitments_file(content, "wuchang-2020")
    before = file.read_text(encoding="utf-8").splitlines()
    own_id = entries_of(content, "wuchang-2020")[70]["id"]
    change = add_ask_line(content, f"wuchang-2020/{own_id}", '哪里"说"过\\这事?', commit=True)
    after = file.read_text(encoding="utf-8").splitlines()
    line = r'  "哪里\"说\"过\\这事?",'
    assert [one for one in after if one not in before] == [line]
    after.remove(line)
    assert after == before
    assert (change.file, change.is_new) == (file, False)
    assert f"+{line}" in change.text.splitlines()
    assert check_content(Paths(content=content)) == []


def test_a_commitment_without_questions_gets_its_first_and_comments_stay(content: Path) -> None:
    file = commitments_file(content)
    text = file.read_text(encoding="utf-8")
    marked = text.replace('[[commitment]]\nid = "neigh', '# 老旧小区\n[[commitment]]\nid = "neigh')
    file.write_text(marked, encoding="utf-8")
    add_ask_line(content, "small-2020/school", "新河街学校动不动工?", commit=True)
    own = marked.index("# 老旧小区")
    assert file.read_text(encoding="utf-8") == (
        marked[:own].rstrip() + '\nask = ["新河街学校动不动工?"]\n\n' + marked[own:]
    )


def test_lines_that_windows_ended_stay_so(content: Path) -> None:
    file = commitments_file(content)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    before = file.read_bytes()
    add_ask_line(content, "small-2020/kindergartens", "托班开几家?", commit=True)
    assert file.read_bytes() == before.replace('家?"]'.encode(), '家?", "托班开几家?"]'.encode())


def test_a_first_question_has_the_line_end_of_the_others(content: Path) -> None:
    """It was the only line that Windows had not ended."""
    file = commitments_file(content)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    add_ask_line(content, "small-2020/school", "新河街学校动不动工?", commit=True)
    after = file.read_bytes()
    assert 'ask = ["新河街学校动不动工?"]\r\n'.encode() in after
    assert after.count(b"\n") == after.count(b"\r\n")


def test_a_byte_order_mark_stays_and_is_no_obstacle(content: Path) -> None:
    """`check` reads such a file, but publishing raised from within."""
    add_answer(content, ANSWER, commit=True)
    for file in (content / "reports").rglob("*.*"):
        if file.is_file():
            file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())
    before = files_in(content)
    add_ask_line(content, "small-2020/school", "新河街学校动不动工?", commit=True)
    add_answer(content, small_answer(text="只带户口簿。"), commit=True)
    after = files_in(content)
    changed = {name for name in before if before[name] != after[name]}
    assert len(changed) == 3
    for name in changed:
        assert after[name].startswith(codecs.BOM_UTF8)
        assert after[name].count(codecs.BOM_UTF8) == 1
    assert check_content(Paths(content=content)) == []


@pytest.mark.parametrize(
    "question", ["托儿所今年开几家?", " 托儿所今年开几家？", "托兒所今年開幾家?"]
)
def test_the_same_question_twice_changes_nothing(content: Path, question: str) -> None:
    before = files_in(content)
    change = add_ask_line(content, "small-2020/kindergartens", question, commit=True)
    assert change.text == ""
    assert files_in(content) == before


@pytest.mark.parametrize(
    ("commitment_id", "says"),
    [
        ("small-2020/none", "has no 'none'"),
        ("nowhere-2020/school", "there is no report 'nowhere-2020'"),
        ("school", "there is no report 'school'"),
    ],
)
def test_a_commitment_that_is_not_there_is_named(
    content: Path, commitment_id: str, says: str
) -> None:
    with pytest.raises(ContentError, match=says):
        add_ask_line(content, commitment_id, "开几家?", commit=True)


def test_a_report_that_nobody_curated_takes_no_question(content: Path) -> None:
    commitments_file(content).unlink()
    with pytest.raises(ContentError, match=r"small-2020 is not curated.*index draft small-2020"):
        add_ask_line(content, "small-2020/school", "开几家?", commit=True)


# An answer of staff


def test_an_answer_begins_its_years_collection(content: Path) -> None:
    change = add_answer(content, ANSWER, commit=True)
    folder = content / "reports" / "answers-2020"
    text = f"区教育局\n{ANSWER.text}"
    assert (change.file, change.is_new) == (folder / "commitments.toml", True)
    assert (folder / "report.md").read_text(encoding="utf-8") == (
        "---\n"
        "title: 工作人员答复汇编（2020年）\n"
        "title_en: Staff answers to residents, 2020\n"
        "district: 武昌区\n"
        "date: 2020-03-05\n"
        "target_year: 2020\n"
        "source: 工作人员对居民提问的答复，逐条收入；每一条的依据和日期写在 commitments.toml\n"
        "collection: answers\n"
        f"sha256: {hashlib.sha256(text.encode()).hexdigest()}\n"
        "---\n"
        "## 区教育局\n\n"
        "带户口簿、房产证和预防接种证原件。\n\n"
        "网上登记后,到对口小学现场核验。\n"
    )
    assert entries_of(content, "answers-2020") == [
        {
            "id": "wc20200302-0001",
            "quote": ANSWER.text,
            "unit": "区教育局",
            "source": ANSWER.source,
            "answered_on": date(2020, 3, 5),
            "ask": [ANSWER.question],
        }
    ]
    assert check_content(Paths(content=content)) == []
    assert sorted(entry.name for entry in folder.iterdir()) == ["commitments.toml", "report.md"]


def test_more_answers_join_it_and_what_an_editor_wrote_stays(content: Path) -> None:
    add_answer(content, ANSWER, commit=True)
    report = content / "reports" / "answers-2020" / "report.md"
    report.write_text(
        report.read_text(encoding="utf-8").replace("Staff answers", "Answers"), encoding="utf-8"
    )
    second = small_answer(
        case_number="WC20200310-0002",
        unit="区民政局",
        text="可以。",
        answered_on=date(2020, 3, 11),
    )
    change = add_answer(content, second, commit=True)
    text = report.read_text(encoding="utf-8")
    assert not change.is_new
    assert "title_en: Answers to residents, 2020\n" in text
    assert "date: 2020-03-11\n" in text
    assert text.endswith("现场核验。\n\n## 区民政局\n\n可以。\n")
    assert [entry["id"] for entry in entries_of(content, "answers-2020")] == [
        "wc20200302-0001",
        "wc20200310-0002",
    ]
    assert check_content(Paths(content=content)) == []


def test_the_same_case_again_replaces_its_entry_wherever_it_is(content: Path) -> None:
    add_answer(content, ANSWER, commit=True)
    file = commitments_file(content, "answers-2020")
    text = file.read_text(encoding="utf-8")
    by_hand = text.replace("unit =", 'en = "Bring papers."\nunit =').replace(
        '?",\n]', '?",\n  "新生入学带么事?",\n]'
    )
    file.write_text(by_hand, encoding="utf-8")
    later = small_answer(text="只带户口簿。", question="报名带什么?", answered_on=date(2021, 1, 4))
    add_answer(content, later, commit=True)
    (entry,) = entries_of(content, "answers-2020")
    assert (entry["quote"], entry["answered_on"]) == ("只带户口簿。", date(2021, 1, 4))
    assert entry["ask"] == ["报名带什么?", "新生入学带么事?"]
    assert "en" not in entry
    assert not (content / "reports" / "answers-2021").exists()
    assert check_content(Paths(content=content)) == []


def test_published_twice_alike_nothing_changes(content: Path) -> None:
    add_answer(content, ANSWER, commit=True)
    before = files_in(content)
    assert add_answer(content, ANSWER, commit=True).text == ""
    assert files_in(content) == before


def test_without_commit_the_change_is_shown_and_nothing_written(content: Path) -> None:
    before = files_in(content)
    shown = add_answer(content, ANSWER, commit=False)
    asked = add_ask_line(content, "small-2020/school", "新河街学校动不动工?", commit=False)
    assert "+## 区教育局" in shown.text.splitlines()
    assert '+ask = ["新河街学校动不动工?"]' in asked.text.splitlines()
    assert files_in(content) == before
    assert add_answer(content, ANSWER, commit=True) == shown


# What is refused


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"question": "我的电话是138 1234 5678,报名了吗?"},
            "question: holds a phone number (138 1…)",
        ),
        ({"question": "１３８１２３４５６７８是谁的?"}, "question: holds a phone number (13812…)"),
        ({"text": "请打027-88936000。"}, "text: holds a phone number (027-8…)"),
        ({"text": "请拨打88936000。"}, "text: holds a phone number (拨打889…)"),
        ({"text": "热线8893 6000。"}, "text: holds a phone number (热线889…)"),
        ({"text": "一三八一二三四五六七八"}, "text: holds a phone number (一三八一二…)"),
        ({"text": "卡号6222 0212 3456 7890"}, "text: holds a bank card number (6222 …)"),
        ({"text": "车牌鄂A12345"}, "text: holds a number plate (鄂A123…)"),
        ({"text": "证号42010619900101123x已录。"}, "text: holds an ID number (42010…)"),
        ({"source": "WC20200302-0001的答复"}, "source: holds a case number (WC202…)"),
        ({"question": "wc20200302-0001办了吗?"}, "question: holds a case number (wc202…)"),
        ({"text": "长" * (MOST_TEXT_CHARS + 1)}, "text: 2001 characters; at most 2000"),
        ({"text": "一\n# 二"}, "text: a line begins with # and a space, which marks a heading"),
        ({"source": " "}, "source: missing"),
        ({"unit": ""}, "unit: missing"),
        ({"question": "?"}, "question: missing"),
        ({"question": "问" * 301}, "question: 301 characters; at most 300"),
        ({"case_number": "17"}, "case number: '17' is none"),
    ],
)
def test_what_may_not_be_published_is_named(
    content: Path, changes: dict[str, str], says: str
) -> None:
    before = files_in(content)
    with pytest.raises(ContentError) as refused:
        add_answer(content, small_answer(**changes), commit=True)
    assert any(line.startswith(says) for line in refused.value.mistakes)
    assert len(refused.value.mistakes) == 1
    assert files_in(content) == before


def test_a_question_about_a_person_joins_no_commitment(content: Path) -> None:
    with pytest.raises(ContentError, match="question: holds a phone number"):
        add_ask_line(content, "small-2020/school", "13812345678是学校电话吗?", commit=True)


@pytest.mark.parametrize("text", ["新增10000个学位,投资12345678元。", "2020年3月5日,热线12345。"])
def test_amounts_days_and_public_hotlines_are_no_persons(content: Path, text: str) -> None:
    assert add_answer(content, small_answer(text=text), commit=False).text


def test_words_that_only_report_md_has_are_not_overwritten(content: Path) -> None:
    add_answer(content, ANSWER, commit=True)
    report = content / "reports" / "answers-2020" / "report.md"
    text = report.read_text(encoding="utf-8").replace("sha256", "# sha256")
    report.write_text(f"{text}\n另有说明。\n", encoding="utf-8")
    before = files_in(content)
    with pytest.raises(ContentError, match="says other words"):
        add_answer(content, small_answer(case_number="WC20200303-0001"), commit=True)
    assert files_in(content) == before


def test_content_with_mistakes_is_not_published_into(content: Path) -> None:
    file = commitments_file(content)
    file.write_text(f"{file.read_text(encoding='utf-8')}colour = 1\n", encoding="utf-8")
    with pytest.raises(ContentError, match="colour"):
        add_answer(content, ANSWER, commit=True)


@pytest.mark.parametrize("failing", [1, 2])
def test_a_disk_that_fails_midway_leaves_all_as_it_was(
    content: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    add_answer(content, ANSWER, commit=True)
    before = files_in(content)
    rename, renamed = Path.replace, []

    def rename_or_fail(path: Path, target: Path) -> Path:
        renamed.append(path)
        if len(renamed) == failing:
            raise OSError("No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", rename_or_fail)
    with pytest.raises(OSError, match="No space"):
        add_answer(content, small_answer(text="只带户口簿。"), commit=True)
    assert files_in(content) == before


def test_only_a_collection_says_who_answered_and_it_must(content: Path) -> None:
    add_answer(content, ANSWER, commit=True)
    own, collection = commitments_file(content), commitments_file(content, "answers-2020")
    own.write_text(f'{own.read_text(encoding="utf-8")}source = "x"\n', encoding="utf-8")
    text = collection.read_text(encoding="utf-8")
    collection.write_text(text.replace("answered_on", "# answered_on"), encoding="utf-8")
    assert check_content(Paths(content=content)) == [
        f"{collection}:7: wc20200302-0001: answered_on: missing; an answer of staff needs it",
        f"{own}:23: elevators: source: only in a collection of answers",
    ]


# What a resident reads


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Index:
    """The real content with one published answer, built after the one without; the evaluation is
    not asked."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(built, folder / "var")
    shutil.copytree(CONTENT, folder / "content")
    add_answer(folder / "content", ANSWER, commit=True)
    paths = Paths(content=folder / "content", var=folder / "var")
    make_active(make_build(paths, IndexSettings()).build)
    return load_index(paths, IndexSettings())


@pytest.fixture(scope="module")
def phrasing() -> Phrasing:
    """The real wording."""
    return Phrasing(Wording(CONTENT / "wording"), read_service(CONTENT / "service.toml"))


def answering(index: Index, question: str, after: Earlier | None = None) -> str:
    """The id of the commitment that answers; empty if none does."""
    hit = sole_answer(index.search(question, after=after))
    return hit.commitment.id if hit else ""


@pytest.mark.parametrize(
    "question",
    [
        ANSWER.question,
        "小学一年级报名带什么材料？",
        "小學一年級新生報名要帶什麼材料?",
        "武昌区小学一年级新生报名需要什么材料?",
        "一年级新生报名要带哪些材料?",
    ],
)
def test_who_asks_the_same_gets_the_answer_of_staff(index: Index, question: str) -> None:
    assert answering(index, question) == ID


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("新增几所幼儿园？", "新增普惠幼儿园3所、学位500个"),
        ("2020年新增几所幼儿园？", "新增普惠幼儿园3所、学位500个"),
        ("今年加装多少部电梯?", "加装电梯60部"),
        ("How many kindergartens are being added?", "新增普惠幼儿园3所、学位500个"),
    ],
)
def test_other_questions_are_answered_from_the_report_as_before(
    index: Index, question: str, quote: str
) -> None:
    hit = sole_answer(index.search(question))
    assert hit
    assert quote in hit.commitment.quote
    assert hit.commitment.report == "wuchang-2020"


@pytest.mark.parametrize(
    "question", ["小学一年级新生几点放学?", "护照要带什么材料?", "2018年报名要带什么材料?"]
)
def test_another_question_is_not_answered_by_it(index: Index, question: str) -> None:
    assert answering(index, question) != ID


def test_what_follows_an_answer_of_staff_is_put_to_the_report_again(index: Index) -> None:
    assert answering(index, "新增几所幼儿园？", Earlier(ANSWER.question, ID)).startswith("wuchang")


def test_what_follows_an_answer_of_the_report_may_be_answered_by_staff(index: Index) -> None:
    hit = sole_answer(index.search("新增几所幼儿园？"))
    assert hit
    after = Earlier("新增几所幼儿园？", hit.commitment.id)
    assert answering(index, ANSWER.question, after) == ID


def test_it_is_no_promise_that_a_matter_or_a_topic_is_about(index: Index) -> None:
    assert ID not in {hit.commitment.id for hit in index.about("小学报名材料太多了", top_k=50)}
    assert ID not in {one.id for one in index.overview("教育方面有什么计划?")}


def test_the_report_comes_before_the_answers_in_the_list(index: Index) -> None:
    assert list(index.sections)[-1] == ("answers-2020", "区教育局")


def test_the_reply_says_that_staff_answered_who_when_and_on_what(
    index: Index, phrasing: Phrasing
) -> None:
    assert plain(phrasing.commitment("zh", index.commitments[ID])) == (
        "下面不是报告原文，是工作人员的答复。当时问的是：“小学一年级新生报名要带什么材料?”\n"
        f"{ANSWER.text}\n"
        "—— 区教育局 2020-03-05 答复 · 依据：《武昌区2020年义务教育招生办法》第5条\n"
        "这是当时对居民提问的答复，不是报告里的承诺。"
    )
    english = plain(phrasing.commitment("en", index.commitments[ID])).splitlines()
    assert english[0].startswith("This is not from the report; it is what staff answered.")
    assert english[-2] == (
        "— answered by District Education Bureau on 2020-03-05 · source: " + ANSWER.source
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reply_says_that_it_stands_in_the_report(
    index: Index, phrasing: Phrasing, language: str
) -> None:
    said = phrasing.say(language, "answer.intro")  # type: ignore[arg-type]
    answer = index.commitments[ID]
    assert said not in phrasing.commitment(language, answer)  # type: ignore[arg-type]
    assert phrasing.names.label(language, answer) == "小学一年级新生报名要带什么材料?"  # type: ignore[arg-type]
