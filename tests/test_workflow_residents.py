"""What residents hear of their cases and do with them while staff work, on every channel."""

import pytest

from tests.photographs import JPEG
from tests.town import LAMP, NUMBER, Offices, Town, is_replied


@pytest.mark.parametrize(
    ("language_code", "words", "heard"),
    [
        (
            "zh-hans",
            LAMP,
            [
                f"✅ {NUMBER} 已受理，正在安排承办单位。",
                f"📨 {NUMBER} 已派给区城管执法局办理。\n预计 2020-03-09 12:00 前办结。",
                f"🖊 区城管执法局已签收 {NUMBER}，正在办理。",
                f"💬 {NUMBER} 的答复：\n已修好。\n您的问题解决了吗？",
            ],
        ),
        (
            "zh-hant",
            "糧道街胭脂路口的路燈壞了三個月，晚上黑漆漆的，投訴了也沒人修。",
            [
                f"✅ {NUMBER} 已受理，正在安排承辦單位。",
                f"📨 {NUMBER} 已派給區城管執法局辦理。\n預計 2020-03-09 12:00 前辦結。",
                f"🖊 區城管執法局已簽收 {NUMBER}，正在辦理。",
                f"💬 {NUMBER} 的答覆：\n已修好。\n您的問題解決了嗎？",
            ],
        ),
        (
            "en",
            "The street lamp at Yanzhi Road in Liangdaojie has been broken for three months.",
            [
                f"✅ {NUMBER} has been accepted and is being sent to the unit in charge.",
                f"📨 {NUMBER} has been sent to District Urban Management and Law Enforcement "
                "Bureau.\nIt is to be done by 2020-03-09 12:00.",
                "🖊 District Urban Management and Law Enforcement Bureau received "
                f"{NUMBER} and is handling it.",
                f"💬 The reply to {NUMBER}:\n已修好。\nIs your problem solved?",
            ],
        ),
    ],
)
async def test_she_hears_each_step_in_her_own_language(
    town: Town, offices: Offices, language_code: str, words: str, heard: list[str]
) -> None:
    resident = town.resident(language_code=language_code)
    await resident.files(words)
    before = len(resident.heard)
    await is_replied(offices)
    assert resident.heard[before:] == heard


async def test_she_adds_words_photo_and_place_by_the_button(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files()
    await resident.says("/mine")
    await resident.taps(f"{NUMBER} »")
    await resident.taps("➕ 补充情况")
    assert resident.reads == f"请写下要补充的情况，或直接发照片、位置，我会记到 {NUMBER}。"
    await resident.sends_photo(JPEG)
    assert resident.reads == f"已补充到 {NUMBER}，工作人员会看到。"
    assert offices.dispatcher.member.group_cards[-1].photo == JPEG
    await resident.sends_location(30.5501, 114.3102)
    assert resident.reads == f"已补充到 {NUMBER}，工作人员会看到。"
    point = offices.dispatcher.member.group_cards[-1].content
    assert point == {"location": {"latitude": 30.55, "longitude": 114.31}}
    await resident.says("是路口东北角那一盏。")
    assert resident.reads == f"已补充到 {NUMBER}，工作人员会看到。"
    assert offices.dispatcher.reads.startswith("➕ 居民补充了情况\n")
    assert "\n➕ 是路口东北角那一盏。\n" in offices.dispatcher.reads
    case = town.case(NUMBER)
    assert (case.photos, case.matter.latitude, case.matter.text) == (1, 30.5501, LAMP)


async def test_she_adds_by_quoting_what_the_bot_told_her(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files()
    await resident.files("水果湖放鹰台小区的垃圾没人收，臭得很，请处理。")
    await resident.replies(NUMBER, "灯杆号是胭脂路12号。")
    assert resident.reads == f"已补充到 {NUMBER}，工作人员会看到。"
    assert "\n➕ 灯杆号是胭脂路12号。\n" in offices.dispatcher.card(NUMBER)
    assert "灯杆号" not in offices.dispatcher.card("WC20200302-0002")


async def test_what_she_was_asked_for_she_just_writes(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.writes("❓ 请补充", words="请写明灯杆号。")
    assert resident.reads == (
        f"📝 {NUMBER} 还缺一些信息：\n请写明灯杆号。\n"
        "请点下面的按钮补充（也可以直接回复本条）。补充之前，办理时限暂停计算。"
    )
    assert resident.buttons == ["➕ 补充情况"]
    town.clock.passes(days=3)
    await resident.says("胭脂路口的路灯，灯杆上写着12号，还是没有修。")
    assert resident.reads == f"您的 {NUMBER} 正在等您补充信息。这句话是补充那一件吗？"
    await resident.taps("是补充这件的")
    assert resident.reads == f"已补充到 {NUMBER}，工作人员会看到。"
    assert town.case(NUMBER).state == "submitted"
    assert offices.dispatcher.reads.startswith("➕ 居民补充了情况\n▶️ 信息已齐，继续办理\n")
    assert "⏱ 受理时限：2020-03-05 16:00\n" in offices.dispatcher.reads


async def test_a_photo_alone_is_what_she_was_asked_for(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.writes("❓ 请补充", words="请发一张照片。")
    await resident.sends_photo(JPEG)
    assert resident.reads == f"已补充到 {NUMBER}，工作人员会看到。"
    assert (town.case(NUMBER).state, town.case(NUMBER).photos) == ("submitted", 1)
    assert JPEG in [one.photo for one in offices.dispatcher.member.group_cards]


async def test_she_is_told_when_it_takes_longer(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.taps("✅ 受理", "📨 派单", "区城管执法局")
    await offices.handler.taps("🖊 签收")
    heard = len(resident.heard)
    await offices.handler.writes("⏳ 延期", words="灯具要从外地调货。")
    assert len(resident.heard) == heard
    assert offices.dispatcher.reads.startswith("⏳ 王五 申请延期，请审批\n")
    await offices.dispatcher.taps("同意延期")
    assert resident.reads == (
        f"⏳ {NUMBER} 办理时间延长到 2020-03-16 12:00。原因：\n灯具要从外地调货。"
    )
    assert offices.handler.reads.startswith("⏳ 延期已同意\n")
    assert "主办）办理中 · 2020-03-16 12:00" in offices.handler.reads


async def test_she_is_told_when_her_case_is_handled_on_its_own_again(
    town: Town, offices: Offices
) -> None:
    first, second = town.resident(), town.resident(1002)
    await first.files()
    merged = await second.files("粮道街胭脂路口路灯不亮三个月了，没人修。")
    await offices.dispatcher.taps("🔗 并案", f"{NUMBER} · ", on=f"{merged} · ")
    await offices.dispatcher.taps("取消并案", on=f"{merged} · ")
    assert second.reads == f"{merged} 改为单独办理，正在重新受理。"
    assert offices.dispatcher.reads.startswith(f"🔗 已取消并案，请重新受理\n{merged} · 待受理\n")
    assert "并入本件" not in offices.dispatcher.card(NUMBER)


async def test_she_withdraws_and_confirms_it(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files()
    await resident.says("/mine")
    await resident.taps("»")
    await resident.taps("撤回这件")
    assert resident.reads == f"确定撤回 {NUMBER} 吗？撤回后不再办理。"
    await resident.taps("不撤回")
    assert town.case(NUMBER).state == "submitted"
    await resident.taps("撤回这件")
    await resident.taps("确定撤回")
    assert resident.reads == f"{NUMBER} 已撤回。需要时随时再写给我。"
    assert offices.dispatcher.reads.startswith(f"居民已撤回\n{NUMBER} · 已撤回\n")
    assert "✅ 受理" not in offices.dispatcher.buttons(f"{NUMBER} · ")


async def test_the_unit_is_told_that_she_withdrew(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.taps("✅ 受理", "📨 派单", "区城管执法局")
    await resident.says(f"/status {NUMBER}")
    await resident.taps("撤回这件")
    await resident.taps("确定撤回")
    assert offices.handler.reads.startswith(f"居民已撤回\n{NUMBER} · 已撤回\n")


async def test_a_report_of_wrongdoing_is_not_withdrawn(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files("我要举报水果湖街道城管队员张某收受商户红包，包庇占道经营。")
    await resident.says("/mine")
    await resident.taps("»")
    assert resident.buttons == ["➕ 补充情况"]
    case_id = town.case(NUMBER).id
    for verb in ("withdraw", "withdraw_yes"):
        message_id = town.server.from_bot(resident.telegram_id)[-1].message_id
        await resident.taps_action(message_id, f"case:{case_id}:{verb}")
        assert resident.notices[-1] == "举报和涉及人身安全的事项不能撤回。"
    assert town.case(NUMBER).state == "submitted"


async def test_she_objects_to_a_rejection_once(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.taps("⛔ 不受理", "不属于武昌区职责范围的事项")
    assert resident.reads == (
        f"⛔ {NUMBER} 不属于这里的受理范围：不属于武昌区职责范围的事项。\n"
        "您可以这样办：请拨打武汉12345市民热线,由市级平台转给负责的区或部门;"
        "武汉市以外的事项,请拨打当地区号加12345。\n如不同意，可以申请复核一次。"
    )
    await resident.taps("不同意，申请复核")
    assert resident.reads == (
        f"好的，{NUMBER} 已重新提交复核。为什么应当受理？请直接写给我，我会记到这一件。"
    )
    await resident.says("胭脂路就在武昌区。")
    assert "\n➕ 胭脂路就在武昌区。\n" in offices.dispatcher.card(NUMBER)
    await offices.dispatcher.taps("⛔ 不受理", "不属于武昌区职责范围的事项")
    assert resident.reads.startswith(f"⛔ {NUMBER} 不属于这里的受理范围")
    assert resident.buttons == []


async def test_a_second_rejection_does_not_promise_another_review(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.taps("⛔ 不受理", "不属于武昌区职责范围的事项")
    await resident.taps("不同意，申请复核")
    await offices.dispatcher.taps("⛔ 不受理", "不属于武昌区职责范围的事项")
    assert "可以申请复核" not in resident.reads


async def test_a_question_to_staff_is_answered_directly(town: Town, offices: Offices) -> None:
    resident = town.resident()
    await resident.says("粮道街办老年证要带什么材料？")
    await resident.taps("把问题转给工作人员")
    await resident.taps("✅ 提交")
    assert "\n咨询 · " in offices.dispatcher.reads
    await offices.dispatcher.writes("💬 直接答复", words="带身份证到社区即可。")
    assert resident.reads == (f"💬 {NUMBER} 的答复：\n带身份证到社区即可。\n是否解决了您的问题？")
    assert resident.buttons == ["✅ 已解决", "❌ 没解决"]
    await resident.taps("没解决")
    assert resident.reads == f"好的，{NUMBER} 记为未解决。要退回重新受理，请点下面的按钮。"
    await resident.taps("要求重新办理")
    assert town.case(NUMBER).state == "submitted"
    await offices.dispatcher.writes("💬 直接答复", words="到粮道街政务中心2号窗口办。")
    await resident.taps("已解决")
    assert town.case(NUMBER).state == "closed"


async def test_another_matter_is_answered_directly_only_with_a_source(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.writes("💬 直接答复", words="这盏灯本月更换。")
    assert offices.dispatcher.told == "这类诉求直接答复须写明来源（另起一行“来源：……”）。"
    assert town.case(NUMBER).state == "submitted"
    words = "这盏灯本月更换。\n来源：区城管执法局路灯更换计划"
    await offices.dispatcher.writes("💬 直接答复", words=words)
    assert resident.reads == (
        f"💬 {NUMBER} 的答复：\n这盏灯本月更换。\n来源：区城管执法局路灯更换计划\n"
        "是否解决了您的问题？"
    )


async def test_whether_it_is_solved_and_whether_she_is_satisfied_are_asked_apart(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await is_replied(offices)
    await resident.taps("部分解决")
    assert resident.reads == "已记下。您对办理过程和解释满意吗？这与是否解决分开统计。"
    assert resident.buttons == ["满意", "基本满意", "不满意"]
    assert town.case(NUMBER).state == "replied"
    await resident.taps("基本满意")
    assert resident.reads == (
        f"谢谢您的评价。{NUMBER} 已结案；30 天内如有反复，可在 /mine 里要求重新办理。"
    )
    case = town.case(NUMBER)
    assert (case.state, case.solved, case.satisfied) == ("closed", "partly", "mostly")
    assert "🗳 居民：部分解决 · 基本满意" in offices.dispatcher.card(NUMBER)


async def test_a_reply_is_still_to_be_read_when_she_has_judged_it(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await is_replied(offices, words="灯具已更换，线路月底前改造。")
    await resident.taps("没解决")
    await resident.taps("不满意")
    await resident.taps("要求重新办理")
    assert [words.splitlines()[0] for words in resident.heard[-3:]] == [
        f"💬 {NUMBER} 的答复：",
        f"已记下您的意见。{NUMBER} 没有结案。您可以要求重新办理。",
        f"好的，{NUMBER} 已退回重新办理。还有什么没解决？请直接写给我，我会记到这一件。",
    ]
    assert "灯具已更换，线路月底前改造。" in resident.heard[-3]
