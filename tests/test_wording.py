"""Everything the bot says: there in every language, and right in each."""

import re
import tomllib
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from bot.wording import (
    LANGUAGES,
    Language,
    Wording,
    language_of,
    language_of_hint,
    plain,
)
from index import ContentError, to_simplified
from tests.conftest import CONTENT
from tests.telegram_html import plain_text

FOLDER = CONTENT / "wording"
SAMPLES: dict[str, object] = {
    "numbers": ["119", "120"],
    "heading": "扩大优质资源",
    "quote": "新增普惠幼儿园3所 <b>&",
    "text": "路灯坏了 <script>",
    "title": "武昌区2020年工作",
    "titles": ["武昌区2020年工作", "武昌区2021年工作"],
    "section": "围绕幸福指数提升",
    "name": "投诉",
    "number": "WC20200302-0001",
    "code": "ABCD2345",
    "state": "已提交",
    "kind": "投诉",
    "category": "城市管理",
    "place": "胭脂路口",
    "date": "2020-03-02 12:00",
    "words": "路灯坏了",
    "lines": "",
    "year": "2019",
    "report_year": "2020",
    "sure": "猜的",
    "count": 3,
    "most": 2000,
    "first": 1,
    "last": 6,
    "megabytes": 10,
    "url": "https://example.org/console/enter?code=abc",
    "minutes": 15,
    "build": "0123456789ab",
    "staff": "电工两名",
    "percent": 92,
    "point": "路灯坏了",
    "matter": "路灯不亮",
    "goal": "当晚恢复照明",
    "least": 20,
    "names": "tab, sort",
    "unit": "区教育局",
    "units": ["区教育局", "区房管局"],
    "source": "区教育局公告",
    "reason": "已进入信访渠道",
    "channel": "请联系区信访局",
    "due": "2020-03-05 12:00",
    "until": "2020-12-31",
    "closed": True,
    "days": 30,
    "steps": [{"time": "2020-03-02 12:00", "name": "受理", "words": ""}],
    "note": "已开工2所",
    "headline": "新诉求",
    "danger": True,
    "urgency": "紧急",
    "photos": 2,
    "submitted": "2020-03-02 12:00",
    "clocks": [{"name": "受理时限", "due": "2020-03-02 14:00", "overdue": True}],
    "hidden": False,
    "added": ["又坏了一盏"],
    "commitments": ["新增普惠幼儿园3所"],
    "assignments": [
        {
            "unit": "区城管执法局",
            "lead": True,
            "state": "办理中",
            "due": "2020-03-05 12:00",
            "overdue": True,
            "call": {"matter": "路灯", "goal": "修复", "staff_needed": "两人"},
            "returning": "不是我们的",
            "extending": "等备件",
            "outcome": "已修复",
        }
    ],
    "ledger": "2020-12-31",
    "rework": 1,
    "judged": "没解决",
    "master": "WC20200302-0002",
    "merged": 2,
    "same_as": "WC20200302-0003",
    "similar": [
        {"number": "WC20200302-0004", "state": "办理中", "score": "80%", "reasons": ["同一地点"]}
    ],
    "delivery": "收不到",
    "time": "2020-03-02 12:00",
    "actor": "李四",
    "action": "受理",
    "label": "新增普惠幼儿园3所",
    "clock": "签收时限",
    "share": "80%",
    "points": ["路灯坏了", "没人修"],
    "lacks_source": True,
    "role": "受理派单",
    "shown": 3,
    "new": 5,
    "to_accept": 2,
    "overdue": 1,
    "disputed": 1,
    "unreachable": 1,
    "failed": 1,
    "part": 1,
    "may_object": True,
    "times": 3,
    "cases": 2,
    "did": "导出",
    "reasons": ["电话回访核实地点"],
    "more": 1,
    "at": "2020-03-02 12:00",
    "since": "2020-03-02 12:00",
    "created_at": "2020-03-02 12:00",
    "replaced_at": "2020-03-02 12:00",
    "submitted_at": "2020-03-02 12:00",
    "met": "2020-03-02 12:00",
    "consented": "2020-03-02 12:00",
    "consent": "d5964d203c6e",
    "channel_id": "1001",
    "spoken": "中文",
    "topic": "幼儿园",
    "commitment": "wuchang-2020/kindergartens",
    "street": "粮道街街道",
    "query_code": "ABCD2345",
    "question": "新增几所幼儿园？",
    "said": "路灯坏了",
    "has_photo": 1,
    "replies": ["请核对"],
    "reply": "请核对",
    "size_bytes": 2048,
    "receipt": "R20200302-ABCD2345",
    "turns": 12,
    "questions": 3,
    "drafts": 1,
    "follows": 2,
    "withdrawn": ["WC20200302-0005"],
    "withdrawn_count": 1,
    "emptied_count": 1,
    "kept": [{"number": "WC20200302-0006", "code": "ABCD2345"}],
    "kept_numbers": ["WC20200302-0006"],
    "body": "武昌区某某中心",
    "contact": "拨打 12345",
    "conversation_days": 180,
    "drafts_days": 30,
    "questions_days": 365,
    "photos_days": 365,
    "cases_days": 1095,
}


@pytest.fixture(scope="module")
def wording() -> Wording:
    """The real wording."""
    return Wording(FOLDER)


def variables_of(folder: Path, language: str) -> dict[str, set[str]]:
    """What each template wants filled in."""
    parse = Environment(autoescape=True).parse
    return {
        f"{table}.{name}": meta.find_undeclared_variables(parse(source))
        for path in folder.glob(f"*{language}.toml")
        for table, rows in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for name, source in rows.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_renders_in_every_language(wording: Wording, language: Language) -> None:
    for key in sorted(wording.keys):
        text = wording.text(language, key, **SAMPLES)
        assert text, key
        assert "{{" not in text, key
        assert "{%" not in text, key
        assert plain_text(text).strip(), key


def test_both_languages_want_the_same_filled_in() -> None:
    assert variables_of(FOLDER, "zh") == variables_of(FOLDER, "en")


def test_every_value_a_message_wants_has_a_sample() -> None:
    wanted = set().union(*variables_of(FOLDER, "zh").values())
    assert wanted == SAMPLES.keys()


def test_what_a_person_wrote_is_escaped(wording: Wording) -> None:
    text = wording.text("en", "draft.words", text='<b>&"bold"</b>')
    assert "&lt;b&gt;&amp;&#34;bold&#34;&lt;/b&gt;" in text
    assert '<b>&"bold"</b>' in plain(text)


def test_traditional_words_have_the_shapes_that_people_write(wording: Wording) -> None:
    assert wording.named("zh-Hant", zh="群里为何启用", en="") == "群裡為何啟用"


def test_traditional_words_are_made_from_the_simplified_ones(wording: Wording) -> None:
    for key in wording.keys:
        simplified = wording.text("zh", key, **SAMPLES)
        traditional = wording.text("zh-Hant", key, **SAMPLES)
        assert to_simplified(traditional) == to_simplified(simplified), key
    assert wording.text("zh-Hant", "draft.no_commitment") == "相關承諾：無"


def test_what_is_filled_in_stays_to_the_letter_in_traditional(wording: Wording) -> None:
    assert "新增普惠幼儿园3所" in wording.text(
        "zh-Hant", "ask.text_about", quote="新增普惠幼儿园3所"
    )


def test_names_come_in_the_readers_language_and_script(wording: Wording) -> None:
    named = [wording.named(language, zh="粮道街街道", en="Liangdaojie") for language in LANGUAGES]
    assert named == ["粮道街街道", "糧道街街道", "Liangdaojie"]


def test_english_holds_no_chinese_and_chinese_no_stray_english(wording: Wording) -> None:
    blank = {
        name: [] if isinstance(value, list) else value if isinstance(value, int) else ""
        for name, value in SAMPLES.items()
    }
    han = re.compile(r"[\u4e00-\u9fff]")
    assert [key for key in wording.keys if han.search(wording.text("en", key, **blank))] == []
    assert [key for key in wording.keys if not han.search(wording.text("zh", key, **SAMPLES))] == [
        key for key in ("web.example_4_says",) if key in wording.keys
    ]


def test_a_table_gives_its_messages_by_name_as_plain_text(wording: Wording) -> None:
    commands = wording.table("en", "command")
    assert commands["privacy"] == "Privacy notice"
    assert all(1 <= len(words) <= 256 for words in commands.values())
    assert wording.table("en", "notable") == {}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("新增几所幼儿园？", "zh"),
        ("新增幾所幼兒園？", "zh-Hant"),
        ("how many kindergartens?", "en"),
        ("OK 好", "zh"),
        ("屋里冇得水了，么样搞撒", "zh"),
        ("我在武昌區住", "zh-Hant"),
        ("效果显著，干净了", "zh"),
        ("12345", "en"),
        ("🙂", "en"),
        ("", "en"),
        ("مرحبا", "en"),
        ("Où est-ce?", "en"),
    ],
)
def test_a_messages_language_is_told_by_its_letters(text: str, language: Language) -> None:
    assert language_of(text, otherwise="en") == language


@pytest.mark.parametrize(
    "text", ["WC20261129-0002", "C8MGK8HC", "WC20261129-0002 KJHGFDSW", "鄂A12345"[1:], "12345"]
)
def test_a_number_or_code_alone_changes_no_language(text: str) -> None:
    for language in LANGUAGES:
        assert language_of(text, otherwise=language) == language
    assert language_of(f"news of {text}?", otherwise="zh") == "en"


@pytest.mark.parametrize(
    ("hint", "language"),
    [
        ("", "zh"),
        ("zh", "zh"),
        ("zh-hans", "zh"),
        ("zh-CN", "zh"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("zh-hk", "zh-Hant"),
        ("en-GB", "en"),
        ("fr", "en"),
    ],
)
def test_a_clients_setting_gives_the_nearest_language(hint: str, language: Language) -> None:
    assert language_of_hint(hint) == language


def test_plain_words_lose_tags_and_keep_what_people_wrote() -> None:
    assert plain("<b>好</b> &lt;b&gt; <a href='x'>y</a>") == "好 <b> y"


def write_wording(folder: Path, zh: str, en: str) -> None:
    """Write both files."""
    (folder / "zh.toml").write_text(zh, encoding="utf-8")
    (folder / "en.toml").write_text(en, encoding="utf-8")


@pytest.mark.parametrize(
    ("zh", "en", "mistakes"),
    [
        (
            '[a]\nx = "一"\ny = "二"\n',
            '[a]\nx = "1"\nz = "3"\n',
            ["en.toml: a.y: missing", "zh.toml: a.z: missing"],
        ),
        ("[a]\nx = 1\ny = []\n", '[a]\nx = "1"\n', ["zh.toml: a.x: not", "zh.toml: a.y: not"]),
        (
            '[a]\nx = "{{ 一"\ny = "{% if %}"\n',
            '[a]\nx = "1"\ny = "2"\n',
            ["zh.toml: a.x: ", "zh.toml: a.y: "],
        ),
        ("[a", "[a]\nx = 1", ["zh.toml: ", "en.toml: a.x: not a text"]),
        (
            '[a]\nx = "{{ count }}"\n',
            '[a]\nx = "{{ cuont }}"\n',
            ["en.toml: a.x: count, cuont: filled in in one language only"],
        ),
        ('x = "一"\n', '[a]\nx = "1"\n', ["zh.toml: x: "]),
    ],
    ids=[
        "missing keys",
        "no texts",
        "broken templates",
        "no TOML",
        "a misspelt value",
        "a text outside a table",
    ],
)
def test_mistakes_are_told_with_file_and_key(
    tmp_path: Path, zh: str, en: str, mistakes: list[str]
) -> None:
    write_wording(tmp_path, zh, en)
    with pytest.raises(ContentError) as found:
        Wording(tmp_path)
    told = [line.removeprefix(f"{tmp_path}/") for line in found.value.mistakes]
    assert len(told) == len(mistakes)
    for line, begins in zip(told, mistakes, strict=True):
        assert line.startswith(begins)
