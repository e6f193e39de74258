"""The workflow as stories: residents and staff on Telegram, from the first words to the end.

The real dialogue, desk, database, index and channel; Telegram's side is a server of our own.
"""

from datetime import UTC, datetime

from bot.cases import TIME_ZONE
from tests.town import LAMP, NUMBER, REMARK, Colleague, Offices, Town


async def test_the_ordinary_case(town: Town, offices: Offices) -> None:
    dispatcher, handler, resident = offices.dispatcher, offices.handler, town.resident()
    await resident.files(LAMP)
    assert resident.reads.startswith(f"✅ 已提交，等待受理。\n编号：{NUMBER}\n查询码：")
    assert dispatcher.reads == (
        "🆕 新诉求\n"
        f"{NUMBER} · 待受理\n"
        "投诉 · 城市管理 · 一般\n"
        "📍 粮道街街道 · 粮道街胭脂路口\n"
        "🕐 2020-03-02 12:00 提交\n"
        "⏱ 受理时限：2020-03-02 16:00\n"
        f"{LAMP}\n"
        "2020-03-02 12:00 居民：提交"
    )
    assert dispatcher.buttons() == [
        *("✅ 受理", "💬 直接答复", "❓ 请补充", "⛔ 不受理", "🔗 并案", "改分类"),
        "督办",
    ]

    town.clock.passes(hours=2)
    await dispatcher.taps("✅ 受理")
    assert dispatcher.told == "受理"
    assert resident.reads == f"✅ {NUMBER} 已受理，正在安排承办单位。"

    await dispatcher.taps("📨 派单")
    assert dispatcher.buttons()[:3] == ["区城管执法局", "区园林和林业局", "粮道街街道办事处"]
    await dispatcher.taps("区城管执法局")
    assert resident.reads == (
        f"📨 {NUMBER} 已派给区城管执法局办理。\n预计 2020-03-09 12:00 前办结。"
    )
    assert handler.reads == (
        "📨 新派单，请签收\n"
        f"{NUMBER} · 办理中\n"
        "投诉 · 城市管理 · 一般\n"
        "📍 粮道街街道 · 粮道街胭脂路口\n"
        "🕐 2020-03-02 12:00 提交\n"
        "⏱ 办结时限：2020-03-09 12:00\n"
        "⏱ 联系居民时限：2020-03-03 12:00\n"
        f"{LAMP}\n"
        "🏢 区城管执法局（主办）待签收 · 2020-03-03 09:00\n"
        "2020-03-02 14:00 李四：派单"
    )
    await handler.taps("🖊 签收")
    assert handler.told == "签收"
    assert resident.reads == f"🖊 区城管执法局已签收 {NUMBER}，正在办理。"

    await handler.writes("☎️ 联系居民", words="明天上午我们去现场看灯。")
    assert resident.reads == (
        f"☎️ 关于 {NUMBER}，区城管执法局告诉您：\n明天上午我们去现场看灯。\n"
        "可以直接回复本条，补充情况。"
    )

    town.clock.passes(days=1)
    await handler.replies("胭脂路", "已更换灯具和线路，今晚恢复照明。")
    assert handler.reads == (
        f"王五 写给 {NUMBER} 的话：\n已更换灯具和线路，今晚恢复照明。\n这段话用作："
    )
    assert handler.buttons() == [
        *("✔ 办结", "❓ 请补充", "☎️ 联系居民", "↩️ 退单", "⏳ 延期", "🗒 内部备注", "✖ 不用了"),
    ]
    await handler.taps("✔ 办结")
    assert handler.reads == f"{NUMBER} 王五：单位办结 ✓\n已更换灯具和线路，今晚恢复照明。"
    assert resident.reads.startswith("☎️")  # what the unit did is for those who reply
    assert dispatcher.reads.startswith(f"✔ 王五 已办结，请审核答复\n{NUMBER} · 办理中\n")
    assert (
        "🏢 区城管执法局（主办）已办结\n　✔ 已更换灯具和线路，今晚恢复照明。" in dispatcher.reads
    )

    await dispatcher.taps("💬 答复")
    assert dispatcher.reads == (
        f"李四：请回复本条消息，写 {NUMBER} 给居民的答复，每一点都要答到。"
    )
    await dispatcher.replies("回复本条消息", "胭脂路口的路灯已于今日修复，感谢您的反映。")
    assert dispatcher.reads == (
        f"李四 写给 {NUMBER} 的话：\n胭脂路口的路灯已于今日修复，感谢您的反映。\n"
        f"居民说了这几点，都答到了吗？\n1. {LAMP}\n这段话用作："
    )
    await dispatcher.taps("💬 答复")
    assert dispatcher.reads == (
        f"{NUMBER} 李四：答复 ✓\n胭脂路口的路灯已于今日修复，感谢您的反映。"
    )
    assert resident.reads == (
        f"💬 {NUMBER} 的答复：\n胭脂路口的路灯已于今日修复，感谢您的反映。\n您的问题解决了吗？"
    )
    assert resident.buttons == ["✅ 已解决", "部分解决", "❌ 没解决"]
    await resident.taps("已解决")
    assert resident.reads == f"谢谢！{NUMBER} 已按“已解决”结案。您对办理过程满意吗？"
    await resident.taps("满意")
    assert resident.reads == (
        f"谢谢您的评价。{NUMBER} 已结案；30 天内如有反复，可在 /mine 里要求重新办理。"
    )
    assert f"{NUMBER} · 结案" in dispatcher.card(NUMBER)
    assert "🗳 居民：已解决 · 满意" in dispatcher.card(NUMBER)

    await resident.says(f"/status {NUMBER}")
    assert resident.reads == (
        f"{NUMBER}\n状态：已结案\n投诉 · 城市管理 · 粮道街街道 · 粮道街胭脂路口\n"
        f"提交时间：2020-03-02 12:00\n{LAMP}\n"
        "· 2020-03-02 14:00 受理\n"
        "· 2020-03-02 14:00 派单\n"
        "· 2020-03-02 14:00 签收\n"
        "· 2020-03-02 14:00 联系居民：明天上午我们去现场看灯。\n"
        "· 2020-03-03 14:00 答复：胭脂路口的路灯已于今日修复，感谢您的反映。\n"
        "· 2020-03-03 14:00 评价，结案"
    )
    assert resident.buttons == ["🔁 要求重新办理"]


async def test_two_units_return_a_case_while_its_clock_runs(town: Town, offices: Offices) -> None:
    dispatcher, streets, resident = offices.dispatcher, offices.handler, town.resident()
    parks = await town.hires(504, "孙七", "handler", "parks")
    await resident.files()
    await dispatcher.taps("✅ 受理")
    await dispatcher.taps("📨 派单", "区城管执法局")
    due = "⏱ 办结时限：2020-03-09 12:00\n"
    assert due in streets.reads

    town.clock.passes(hours=3)
    await streets.writes("↩️ 退单", words="这段路灯属园林景观灯，依据三定方案。")
    assert streets.reads == f"{NUMBER} 王五：申请退单 ✓\n这段路灯属园林景观灯，依据三定方案。"
    assert dispatcher.reads.startswith("↩️ 王五 申请退单，请裁定\n")
    assert "　↩️ 申请退单：这段路灯属园林景观灯，依据三定方案。" in dispatcher.reads
    assert due in dispatcher.reads  # nobody has the case, and its time goes on
    heard = len(resident.heard)
    await dispatcher.taps("同意退单")
    assert streets.reads == f"↩️ 退单已同意 · {NUMBER}"
    assert streets.buttons() == []
    assert len(resident.heard) == heard

    town.clock.passes(days=1)
    await dispatcher.taps("📨 派单", "区园林和林业局")
    assert resident.reads == (
        f"📨 {NUMBER} 已派给区园林和林业局办理。\n预计 2020-03-09 12:00 前办结。"
    )
    assert due in parks.reads
    await parks.replies(f"{NUMBER} · ", "再退一次的话。")
    await parks.writes("↩️ 退单", words="路灯归城管。", on=f"{NUMBER} · ")
    await dispatcher.taps("驳回退单")
    assert parks.reads.startswith(f"↩️ 退单被驳回，请签收办理\n{NUMBER} · 办理中\n")
    assert due in parks.reads
    assert parks.buttons() == ["🖊 签收", "❓ 请补充", "☎️ 联系居民", "⏳ 延期"]

    await parks.taps("↩️ 退单", on="再退一次的话。")
    assert parks.told == (
        "已有变化：2020-03-03 15:00 李四：驳回退单。已更新为最新情况，请再看一眼。"
    )
    assert "↩️ 退单" not in parks.buttons("再退一次的话。")
    card = parks.member.newest(f"{NUMBER} · ", in_group=False)
    kept = card.buttons[0][0]["callback_data"].replace("sign", "ask_return")
    await parks.member.taps_action(card.message_id, kept, in_group=False)
    await town.settles()
    await parks.replies(REMARK, "还是想退。")
    await parks.taps("↩️ 退单")
    assert parks.told == "申请退单只能一次，已经用过了。"
    await parks.taps("🖊 签收", on=f"{NUMBER} · ")
    assert resident.reads == f"🖊 区园林和林业局已签收 {NUMBER}，正在办理。"
    running = town.bot.store.timers.running(town.case(NUMBER).id)
    assert {one.name for one in running} == {"done", "contact"}
    assert all(one.timer.running_since for one in running)


async def test_three_units_are_called_and_each_sees_what_is_its_own(
    town: Town, offices: Offices
) -> None:
    dispatcher, streets, resident = offices.dispatcher, offices.handler, town.resident()
    parks = await town.hires(504, "孙七", "handler", "parks")
    office = await town.hires(505, "周八", "handler", "street_liangdaojie")
    await resident.files()
    await dispatcher.taps("✅ 受理")
    for unit, goal in (
        ("区城管执法局", "三天内亮灯"),
        ("区园林和林业局", "修剪挡灯的树"),
        ("粮道街街道办事处", "夜间巡查"),
    ):
        await dispatcher.taps("📣 呼叫", unit)
        await dispatcher.replies("回复本条消息", f"事项：胭脂路口路灯\n目标：{goal}\n人员：两人")
        await dispatcher.taps("📣 呼叫")
    assert resident.reads == (
        f"📣 {NUMBER} 已呼叫粮道街街道办事处办理。\n预计 2020-03-09 12:00 前办结。"
    )
    assert "　呼叫：胭脂路口路灯｜目标：夜间巡查｜人员：两人" in office.reads
    assert office.reads.startswith("📣 呼叫，请签收并报到\n")

    await streets.taps("🖊 签收")
    await streets.writes("✔ 办结", words="灯已修好。")
    await parks.taps("🖊 签收")
    assert streets.buttons(f"{NUMBER} · ") == []
    assert parks.buttons(f"{NUMBER} · ") == [
        *("✔ 办结", "❓ 请补充", "☎️ 联系居民", "↩️ 退单", "⏳ 延期"),
    ]
    assert office.buttons(f"{NUMBER} · ") == [
        *("🖊 签收", "❓ 请补充", "☎️ 联系居民", "↩️ 退单", "⏳ 延期"),
    ]
    card = office.card(NUMBER)
    assert "🏢 区城管执法局（主办）已办结\n" in card
    assert "🏢 区园林和林业局（主办）办理中 · 2020-03-09 12:00\n" in card
    assert "🏢 粮道街街道办事处（主办）待签收 · 2020-03-03 09:00\n" in card
    assert "💬 答复" not in dispatcher.buttons(f"{NUMBER} · ")

    await parks.writes("✔ 办结", words="树已修剪。")
    await office.taps("🖊 签收")
    await office.writes("✔ 办结", words="已安排巡查。")
    await dispatcher.writes("💬 答复", words="灯已修好，树已修剪，夜间有人巡查。")
    assert resident.reads.startswith(f"💬 {NUMBER} 的答复：\n灯已修好，树已修剪，夜间有人巡查。")


async def test_three_residents_share_one_reply_and_judge_it_apart(
    town: Town, offices: Offices
) -> None:
    dispatcher, handler = offices.dispatcher, offices.handler
    first, second, third = (town.resident(1001 + count) for count in range(3))
    await first.files()
    await second.files("粮道街胭脂路口路灯不亮三个月了，没人修。")
    await third.files("胭脂路口的路灯坏了，晚上看不见路。")
    numbers = [f"WC20200302-000{count}" for count in (1, 2, 3)]
    await dispatcher.taps("✅ 受理", on=f"{NUMBER} · ")
    await dispatcher.taps("📨 派单", "区城管执法局", on=f"{NUMBER} · ")
    for number in numbers[1:]:
        assert f"≈ {NUMBER}（待受理）相似 " in dispatcher.card(number)
        await dispatcher.taps("🔗 并案", f"{NUMBER} · ", on=f"{number} · ")
    assert second.reads == (
        f"🔗 {numbers[1]} 已并入同类事项，一并办理、一并答复。您的编号、答复和评价仍单独保留。"
    )
    assert "🔗 并入本件 2 件，一并答复" in dispatcher.card(numbers[0])
    assert f"🔗 已并入 {NUMBER}" in dispatcher.card(numbers[2])

    await handler.taps("🖊 签收")
    await handler.writes("✔ 办结", words="已修好。")
    await dispatcher.writes("💬 答复", words="路灯已修好。", on=f"{NUMBER} · ")
    heard = [one.reads for one in (first, second, third)]
    assert heard == [
        f"💬 {numbers[0]} 的答复：\n路灯已修好。\n您的问题解决了吗？",
        f"💬 {numbers[1]}（已并入同类事项）的答复：\n路灯已修好。\n您的问题解决了吗？",
        f"💬 {numbers[2]}（已并入同类事项）的答复：\n路灯已修好。\n您的问题解决了吗？",
    ]
    await first.taps("已解决")
    await first.taps("满意")
    await second.taps("部分解决")
    await second.taps("基本满意")
    await third.taps("没解决")
    await third.taps("不满意")
    await third.taps("要求重新办理")
    assert third.reads == (
        f"好的，{numbers[2]} 已退回重新办理。还有什么没解决？请直接写给我，我会记到这一件。"
    )
    assert handler.reads.startswith(f"🔁 居民不满意，要求重办\n{numbers[2]} · 办理中\n")
    cases = [town.case(number) for number in numbers]
    assert [(one.state, one.solved, one.satisfied) for one in cases] == [
        ("closed", "yes", "yes"),
        ("closed", "partly", "mostly"),
        ("in_progress", "no", "no"),
    ]


async def test_a_case_on_the_ledger_stays_in_sight(town: Town, offices: Offices) -> None:
    dispatcher, supervisor = offices.dispatcher, offices.supervisor
    handler, resident = offices.handler, town.resident()
    await resident.files()
    await dispatcher.taps("✅ 受理")
    await dispatcher.taps("📨 派单", "区城管执法局")
    await supervisor.writes("📌 挂账", words="线路产权未定，3月20日前回告。")
    assert resident.reads == (
        f"📌 {NUMBER} 暂时解决不了，已列入跟踪，不算解决。原因：\n"
        "线路产权未定，3月20日前回告。\n2020-03-20 前会再向您说明进展。"
    )
    assert "📌 挂账，2020-03-20 前回告" in supervisor.card(NUMBER)
    assert town.case(NUMBER).solved is None

    told = len(supervisor.in_private.heard)
    await town.lets_pass(days=17)
    assert len(supervisor.in_private.heard) == told
    assert supervisor.reads.startswith("📋 2020-03-19 日报\n")
    assert "\n挂账：1\n" in supervisor.reads
    await town.lets_pass(hours=22)  # 2020-03-20 10:00: an hour after the report is due
    assert supervisor.in_private.reads.startswith(f"📌 挂账回告日已到，请处理\n{NUMBER} · 挂账\n")
    await supervisor.taps("▶️ 恢复", on=f"{NUMBER} · ")
    assert resident.reads == f"▶️ {NUMBER} 恢复办理。"
    await handler.taps("🖊 签收")
    await handler.writes("✔ 办结", words="产权已定，灯已修。")
    await supervisor.writes("💬 答复", words="产权已明确，路灯已修好。")
    assert resident.reads == f"💬 {NUMBER} 的答复：\n产权已明确，路灯已修好。\n您的问题解决了吗？"


async def test_a_resident_who_is_not_content_has_it_done_again(
    town: Town, offices: Offices
) -> None:
    dispatcher, supervisor = offices.dispatcher, offices.supervisor
    handler, resident = offices.handler, town.resident()
    await resident.files()
    await dispatcher.taps("✅ 受理")
    await dispatcher.taps("📨 派单", "区城管执法局")

    async def it_is_replied() -> None:
        await handler.taps("🖊 签收")
        await handler.writes("✔ 办结", words="已处理。")
        await dispatcher.writes("💬 答复", words="已处理完毕。")

    await it_is_replied()
    await resident.taps("没解决")
    assert resident.reads == "已记下。您对办理过程和解释满意吗？这与是否解决分开统计。"
    await resident.taps("不满意")
    assert resident.reads == f"已记下您的意见。{NUMBER} 没有结案。您可以要求重新办理。"
    await resident.taps("要求重新办理")
    await resident.says("灯还是不亮，根本没人来过。")
    assert resident.reads == f"已补充到 {NUMBER}，工作人员会看到。"
    assert "➕ 灯还是不亮，根本没人来过。" in handler.reads
    assert "🔁 第 1 次重办" in handler.reads
    assert not any("重办" in words for words in supervisor.in_private.heard)

    await it_is_replied()
    await resident.taps("已解决")
    await town.lets_pass(days=29)
    await resident.says(f"/status {NUMBER}")
    await resident.taps("要求重新办理")
    assert supervisor.in_private.reads.startswith(f"🔁 居民不满意，要求重办\n{NUMBER} · 办理中\n")
    assert "🔁 第 2 次重办" in supervisor.in_private.reads

    await it_is_replied()
    await resident.taps("已解决")
    await resident.says(f"/status {NUMBER}")
    assert resident.buttons == ["🔁 要求重新办理"]
    await town.lets_pass(days=31)
    await resident.taps("要求重新办理")
    assert resident.notices[-1] == "已超过可以要求重办的期限，请另外反映一件。"
    assert resident.reads.startswith(f"{NUMBER}\n状态：已结案\n")
    assert resident.buttons == []
    assert town.case(NUMBER).rework == 2


async def test_time_is_counted_across_the_national_day_holiday(
    town: Town, offices: Offices
) -> None:
    dispatcher, supervisor = offices.dispatcher, offices.supervisor
    handler, resident = offices.handler, town.resident()
    await town.comes_to(wuhan(9, 30, 16))
    number = await resident.files()
    assert "⏱ 受理时限：2020-10-09 09:00\n" in dispatcher.reads
    town.clock.now = wuhan(9, 30, 17)
    await dispatcher.taps("✅ 受理")
    await dispatcher.taps("📨 派单", "区城管执法局")
    assert resident.reads == (
        f"📨 {number} 已派给区城管执法局办理。\n预计 2020-10-14 17:00 前办结。"
    )
    await handler.taps("🖊 签收")
    await handler.writes("☎️ 联系居民", words="我们节后第一天来修。")

    async def is_told(member: Colleague, *moments: datetime) -> list[list[str]]:
        """The first line of what she reads that is new at each moment."""
        told = []
        for moment in moments:
            before = len(member.heard)
            await town.comes_to(moment)
            news = [words.splitlines()[0] for words in member.heard[before:]]
            told.append([line for line in news if "日报" not in line])
        return told

    holiday = [wuhan(10, day, 12) for day in range(1, 9)]
    assert await is_told(handler, *holiday) == [[]] * 8
    assert await is_told(handler, wuhan(10, 12, 11, 29), wuhan(10, 12, 11, 30)) == [
        [],
        ["⏳ 办结时限已用 50%"],
    ]
    assert await is_told(handler, wuhan(10, 13, 16, 59), wuhan(10, 13, 17)) == [
        [],
        ["⏳ 办结时限已用 80%"],
    ]
    assert await is_told(dispatcher, wuhan(10, 14, 16, 59), wuhan(10, 14, 17)) == [
        [],
        ["🔴 催办：办结时限已到"],
    ]
    assert "🏢 区城管执法局（主办）办理中 · 2020-10-14 17:00" in handler.reads
    in_private = supervisor.in_private
    assert await is_told(in_private, wuhan(10, 15, 16, 59), wuhan(10, 15, 17)) == [
        [],
        ["🔴🔴 督办：办结时限已超期"],
    ]
    assert "🏢 区城管执法局（主办）办理中 · 2020-10-14 17:00 🔴超期" in in_private.reads
    assert await is_told(in_private, wuhan(10, 20, 12)) == [[]]  # each is said once

    await handler.writes("✔ 办结", words="已修好。", on=f"{number} · ")
    await dispatcher.writes("💬 答复", words="路灯已修好。", on=f"{number} · ")
    await town.comes_to(wuhan(10, 27, 11, 59))
    assert resident.reads.startswith("💬")
    await town.comes_to(wuhan(10, 27, 12))
    assert resident.reads == (
        f"{number} 因一直没有收到您的评价，已结案（记为“未评价”，不算满意）。"
        "如果问题还在，30 天内可以要求重新办理。"
    )
    assert resident.buttons == ["🔁 要求重新办理"]
    closed = town.case(number)
    assert (closed.state, closed.solved, closed.satisfied) == ("closed", None, None)


async def test_what_is_urgent_goes_by_the_wall_clock_in_the_holiday(
    town: Town, offices: Offices
) -> None:
    dispatcher, resident = offices.dispatcher, town.resident()
    town.clock.now = wuhan(10, 1, 22)
    number = await resident.files("粮道街胭脂路水管爆了，水喷了一地，赶快来人修。")
    assert "⏱ 受理时限：2020-10-02 00:00\n" in dispatcher.reads
    await town.comes_to(wuhan(10, 1, 23))
    assert "⏱ 受理时限：2020-10-02 00:00\n" in dispatcher.card(number)
    await town.comes_to(wuhan(10, 2, 0, 1))
    assert dispatcher.reads.startswith(f"🔴 催办：受理时限已到\n{number} · 待受理\n")
    assert "🔴 受理时限：2020-10-02 00:00 超期\n" in dispatcher.reads
    await dispatcher.taps("✅ 受理")
    await dispatcher.taps("📨 派单", "区水务和湖泊局")
    assert resident.reads.endswith("\n预计 2020-10-03 00:01 前办结。")


async def test_a_dispatcher_who_calls_it_urgent_has_the_clock_count_anew(
    town: Town, offices: Offices
) -> None:
    dispatcher, resident = offices.dispatcher, town.resident()
    town.clock.now = wuhan(10, 1, 22)
    number = await resident.files()
    assert "⏱ 受理时限：2020-10-09 10:30\n" in dispatcher.reads
    await dispatcher.taps("改分类", "紧急程度", "紧急")
    assert dispatcher.told == "修改分类"
    assert dispatcher.card(number).startswith(f"{number} · 待受理\n投诉 · 城市管理 · 紧急\n")
    assert "⏱ 受理时限：2020-10-02 00:00\n" in dispatcher.card(number)


def wuhan(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2020 by the clocks of Wuhan."""
    return datetime(2020, month, day, hour, minute, tzinfo=TIME_ZONE).astimezone(UTC)
