"""What residents tell of themselves stays with those who work on their case: none of it reaches a
group, an export, the question log, another resident or the program's log."""

import logging
import sqlite3
from datetime import timedelta

import pytest
from sqlite_utils import Database

from bot.app import Bot, exported
from bot.masking import masked
from bot.migrations import migrations
from tests.person import Person
from tests.town import NUMBER, STAFF_GROUP, Offices, Town

DAY = timedelta(days=1)

NAME, MOBILE, LANDLINE, IDENTITY = "赵国强", "13907185526", "87654321", "420106198503124517"
PLATE, EMAIL, BANK, WECHAT = "8K5F2", "zhao88@qq.com", "6217002870001234567", "zhaogq_66"
FLAT = "1204"
SECRETS = (NAME, MOBILE, LANDLINE, IDENTITY, PLATE, EMAIL, BANK, WECHAT, FLAT)
OF_HER = (
    f"我叫{NAME}，电话{MOBILE}，座机027-{LANDLINE}，身份证{IDENTITY}，车牌鄂A{PLATE}，"
    f"邮箱{EMAIL}，卡号{BANK}，微信{WECHAT}，住3栋2单元{FLAT}室。"
)
LAMP = f"粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，投诉了也没人修。{OF_HER}"
QUESTION = f"今年新增几所航天员学校？{OF_HER}"


def told_of_her(text: str) -> list[str]:
    """What a text tells of who she is."""
    return [secret for secret in SECRETS if secret in text]


async def test_a_group_reads_nothing_that_tells_who_somebody_is(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files(LAMP)
    await resident.replies(NUMBER, f"补充：灯杆也歪了。{OF_HER}")
    await offices.dispatcher.taps("✅ 受理")
    await offices.dispatcher.taps("📨 派单", "区城管执法局")
    await offices.handler.taps("🖊 签收")
    await offices.handler.writes("⏳ 延期", words=f"等配件，已与业主说好。{OF_HER}")
    await offices.dispatcher.taps("同意延期")
    await offices.handler.writes("✔ 办结", words=f"已换灯，并告知。{OF_HER}")
    await offices.dispatcher.replies(f"{NUMBER} · ", "已修好。")

    group = "\n".join(offices.dispatcher.heard)
    assert "胭脂路口的路灯坏了三个月" in group
    assert "灯杆也歪了" in group
    assert "已换灯，并告知" in group
    assert told_of_her(group) == []
    sent = [call.parameters for call in town.server.api.calls]
    to_group = [one for one in sent if str(one.get("chat_id")) == str(STAFF_GROUP)]
    assert told_of_her(str(to_group)) == []


async def test_who_works_on_the_case_reads_the_very_words_in_private(
    town: Town, offices: Offices
) -> None:
    await town.resident().files(LAMP)
    await offices.dispatcher.taps("🔓 在私聊中查看")
    card = offices.dispatcher.in_private.reads
    assert told_of_her(card) == list(SECRETS)


@pytest.mark.parametrize("format_", ["csv", "json", "open311"])
async def test_no_export_tells_who_somebody_is(bot: Bot, resident: Person, format_: str) -> None:
    await resident.says(LAMP)
    await resident.taps("提交")
    content = b"".join(piece for piece, _ in exported(bot, format_, bom=False, is_full=False))
    assert NUMBER in content.decode()
    assert told_of_her(content.decode()) == []


async def test_the_question_log_tells_not_who_asked(bot: Bot, resident: Person) -> None:
    await resident.says(QUESTION)
    (asked,) = bot.store.questions.unanswered(bot.now() - DAY, bot.now() + DAY)
    assert asked.text.startswith("今年新增几所航天员学校？我叫赵**，电话139")
    assert told_of_her(asked.text) == []


async def test_a_question_sent_to_staff_has_her_own_words(bot: Bot, resident: Person) -> None:
    await resident.says(QUESTION)
    await resident.taps("转给工作人员")
    await resident.taps("提交")
    (case,) = bot.store.cases.of_resident(1, most=1)
    assert told_of_her(case.matter.text) == list(SECRETS)


def test_questions_that_were_logged_before_are_masked_too() -> None:
    connection = sqlite3.connect(":memory:")
    migrations.apply(Database(connection), stop_before="m020_masked_questions")
    connection.executescript(
        f"""
        insert into residents (id, created_at) values (1, '2020-03-02T04:00:00+00:00');
        insert into answers (resident_id, question, language, hits, decision, probability,
            build_id, at)
        values (1, '{QUESTION}', 'zh', '[]', 'no_answer', 0.1, 'b', '2020-03-02T04:00:00+00:00');
        """
    )
    migrations.apply(Database(connection))
    ((question,),) = connection.execute("select question from answers").fetchall()
    assert question == masked(QUESTION)


async def test_a_neighbour_with_the_same_problem_reads_nothing_of_her(
    resident: Person, neighbour: Person
) -> None:
    await resident.says(f"粮道街胭脂路12号3栋2单元{FLAT}室门口路灯坏了没人修，电话{MOBILE}")
    await resident.taps("提交")
    await neighbour.says("粮道街胭脂路的路灯坏了没人修")
    assert "近期有 1 件相近的诉求" in neighbour.heard[-1]
    assert "胭脂路 ·" in neighbour.heard[-1]
    assert told_of_her("\n".join(neighbour.heard)) == []


async def test_no_log_holds_what_residents_say(
    town: Town, offices: Offices, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    resident = town.resident()
    await resident.says(QUESTION)
    await resident.files(LAMP)
    await offices.dispatcher.taps("✅ 受理")
    assert "submitted" in caplog.text
    assert told_of_her(caplog.text) == []
    assert "路灯" not in caplog.text
    assert "航天" not in caplog.text
