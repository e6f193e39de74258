"""What is kept and why, said once; the whole notice; which words held when a case was filed."""

import pytest

from bot.app import Bot
from bot.config import RetentionSettings
from bot.consent import PrivacyNotice
from bot.service import Responsible
from bot.wording import LANGUAGES, Language, Wording
from tests.conftest import CONTENT
from tests.person import Person
from tests.telegram_html import plain_text

KEPT = "我会保存您写的话和发的照片"
FIGURES = RetentionSettings().model_dump()


@pytest.fixture
def ada(bot: Bot) -> Person:
    """Somebody on Telegram, where nothing is said beside the conversation."""
    return Person(bot.dialogue, channel="telegram", sender="1001")


async def test_the_first_question_tells_once_what_is_kept_below_its_answer(ada: Person) -> None:
    await ada.says("新增几所幼儿园？")
    assert ada.heard[-1].startswith("报告里是这样写的")
    assert KEPT in ada.heard[-1]
    await ada.says("空气质量目标是多少？")
    assert KEPT not in ada.heard[-1]


async def test_the_welcome_tells_it_and_it_is_not_told_again(ada: Person) -> None:
    await ada.says("/start")
    assert ada.heard[-1].count(KEPT) == 1
    await ada.says("路灯坏了没人修")
    assert KEPT not in ada.heard[-1]


async def test_a_case_keeps_the_version_of_the_words_that_held(bot: Bot, ada: Person) -> None:
    await ada.says("粮道街的路灯坏了没人修")
    await ada.taps("✅ 提交")
    (row,) = bot.store._database.all("select consent from cases", [])
    assert row["consent"] == bot.notice.version


async def test_when_the_notice_changes_the_next_contact_says_so_once(
    bot: Bot, ada: Person
) -> None:
    await ada.says("/start")
    known = bot.store.residents.known("telegram", "1001")
    assert known
    bot.store.consents.note_shown(known.id, "earlier", at=bot.now())
    await ada.says("新增几所幼儿园？")
    assert "隐私说明有更新" in ada.heard[-1]
    await ada.says("新增几所幼儿园？")
    assert "隐私说明有更新" not in ada.heard[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_fits_one_message_and_names_the_terms(language: Language) -> None:
    notice = PrivacyNotice(Wording(CONTENT / "wording"), figures=FIGURES)
    text = plain_text(notice.text(language))
    assert len(text) < 4096
    for named in ("180", "30", "365", "/mydata", "/forget"):
        assert named in text


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [(200, "200 天", "200 days"), (700, "700 天", "700 days"), (1095, "3 年", "3 years")],
)
def test_the_notice_tells_the_term_as_it_is(days: int, zh: str, en: str) -> None:
    figures = {**FIGURES, "cases_days": days}
    notice = PrivacyNotice(Wording(CONTENT / "wording"), figures=figures)
    assert f"原话和身份 {zh}" in notice.text("zh")
    assert f"who you are {en}" in notice.text("en")


def test_other_terms_are_another_version() -> None:
    wording = Wording(CONTENT / "wording")
    longer = {**FIGURES, "cases_days": 3650}
    versions = {PrivacyNotice(wording, figures=one).version for one in (FIGURES, longer)}
    assert len(versions) == 2


@pytest.mark.parametrize(
    ("language", "named"),
    [("zh", "某某中心；联系：某某路1号"), ("en", "Some Centre; 1 Some Road")],
)
def test_who_is_responsible_is_named_where_the_service_says_it(
    language: Language, named: str
) -> None:
    """The Personal Information Protection Law, art. 17, asks for name and contact."""
    responsible = Responsible(
        name="某某中心", en="Some Centre", contact="某某路1号", contact_en="1 Some Road"
    )
    wording = Wording(CONTENT / "wording")
    without = PrivacyNotice(wording, figures=FIGURES)
    notice = PrivacyNotice(wording, figures=FIGURES, responsible=responsible)
    assert named in notice.text(language)
    assert named not in without.text(language)
    assert notice.version != without.version
