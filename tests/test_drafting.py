"""The draft card: read back, corrected, added to, filed only on 提交, and never lost."""

from pathlib import Path

import pytest

from bot.app import Bot
from bot.cases import Awaiting, Draft, Kind, Urgency
from tests.person import Person
from tests.photographs import JPEG
from tests.records import photos

COMPLAINT = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，没人修"
MORE = "昨天又有一个婆婆在那里摔了一跤，没人管"


def open_draft(bot: Bot) -> Draft:
    """The resident's open draft."""
    draft = bot.store.drafts.open_of(1)
    assert draft is not None
    return draft


def cases_of(bot: Bot) -> list[str]:
    """The words of every case."""
    return [case.matter.text for case in bot.store.cases.all()]


def photos_on_disk(bot: Bot) -> list[Path]:
    """Every photo kept."""
    return sorted((bot.settings.paths.var / "files").glob("*"))


async def test_the_card_reads_everything_back(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    card = resident.heard[-1]
    for line in (
        "类型：投诉",
        "分类：城市管理",
        "街道：粮道街街道",
        "地点：粮道街胭脂路口（从原话看）",
        COMPLAINT,
    ):
        assert line in card
    assert resident.buttons[0] == "✅ 提交"
    assert cases_of(bot) == []


async def test_every_part_can_be_corrected_by_taps(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    for part, choice, line in (
        ("改类型", "求助", "类型：求助（您定的）"),
        ("改分类", "公共安全", "分类：公共安全（您定的）"),
        ("改紧急程度", "特急", "紧急程度：特急（您定的）"),
        ("改承诺", "都不是", "相关承诺：无"),
    ):
        await resident.taps(part)
        assert resident.replies[-1][0].replaces
        await resident.taps(choice)
        assert line in resident.heard[-1]
        assert resident.notices == ["已修改。"]
    await resident.taps("改地点")
    await resident.taps("选街道")
    await resident.taps("水果湖")
    assert "街道：水果湖街道（您定的）\n地点：粮道街胭脂路口（从原话看）" in resident.heard[-1]
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    assert (case.matter.kind, case.matter.category, case.matter.urgency, case.matter.street) == (
        Kind.HELP,
        "safety",
        Urgency.CRITICAL,
        "shuiguohu",
    )


async def test_back_shows_the_card_again(resident: Person) -> None:
    await resident.says(COMPLAINT)
    card = resident.heard[-1]
    for part in ("改类型", "改分类", "改地点", "改承诺", "改紧急程度"):
        await resident.taps(part)
        await resident.taps("返回")
        assert resident.heard[-1] == card


async def test_the_place_is_taken_in_her_own_words_and_the_street_from_them(
    bot: Bot, resident: Person
) -> None:
    await resident.says("投诉：楼下烧烤摊油烟太大，没人管")
    assert "地点：不清楚" in resident.heard[-1]
    await resident.taps("改地点")
    await resident.says("水果湖东一路\n菜场后门")
    assert "街道：水果湖街道（从原话看）" in resident.heard[-1]
    assert "地点：水果湖东一路\n菜场后门（您定的）" in resident.heard[-1]
    assert open_draft(bot).awaiting is Awaiting.NOTHING


async def test_a_place_too_long_is_refused_and_still_awaited(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("改地点")
    await resident.says("另外我还要投诉：楼下烧烤摊油烟太大，没人管。" * 6)
    assert "最多 100 个字" in resident.heard[-1]
    assert open_draft(bot).matter.place == "粮道街胭脂路口"
    await resident.says("粮道街99号")
    assert open_draft(bot).matter.place == "粮道街99号"


async def test_danger_told_while_a_place_is_awaited_is_not_taken_for_a_place(
    bot: Bot, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("改地点")
    await resident.says("楼道里煤气味好大，快来人")
    assert resident.heard[-1].splitlines()[0].endswith("119、110")
    assert open_draft(bot).matter.text == "楼道里煤气味好大，快来人"


async def test_a_location_answers_the_question_for_the_place(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("改地点")
    await resident.sends_location(30.55, 114.31)
    assert "（已附位置）" in resident.heard[-1]
    draft = open_draft(bot)
    assert (draft.matter.latitude, draft.matter.longitude) == (30.55, 114.31)
    assert draft.awaiting is Awaiting.NOTHING


# Filing and dropping


@pytest.mark.parametrize(
    "words", ["提交", "是", "yes", "好的", "确认", "OK", "/submit", "submit", "d:1:submit"]
)
async def test_nothing_but_the_button_files(bot: Bot, resident: Person, words: str) -> None:
    await resident.says(COMPLAINT)
    await resident.says(words)
    assert cases_of(bot) == []


async def test_submit_tapped_twice_is_one_case_and_the_same_number(
    bot: Bot, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    submit = resident.action("提交")
    await resident.taps_action(submit)
    filed = resident.heard[-1]
    await resident.taps_action(submit)
    assert resident.heard[-1] == filed
    assert resident.notices == ["这件已经提交过了。"]
    assert cases_of(bot) == [COMPLAINT]


async def test_a_cancelled_draft_stays_cancelled(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    submit, kind = resident.action("提交"), resident.action("改类型")
    await resident.taps("不提交了")
    for tap in (submit, kind, f"{kind}=praise", submit):
        await resident.taps_action(tap)
        assert resident.notices == ["这件已经取消了。"]
    await resident.says("/cancel")
    assert resident.heard[-1] == "现在没有未提交的诉求。"
    assert cases_of(bot) == []


async def test_a_filed_case_is_not_changed_by_its_old_card(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    kind, cancel = resident.action("改类型"), resident.action("不提交了")
    await resident.taps("提交")
    for tap in (f"{kind}=praise", cancel):
        await resident.taps_action(tap)
        assert resident.notices == ["这件已经提交过了。"]
    (case,) = bot.store.cases.all()
    assert case.matter.kind is Kind.COMPLAINT


# Adding


async def test_further_words_are_added_or_made_another_matter(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    await resident.says(MORE)
    assert "是补充那一件，还是另外一件" in resident.heard[-1]
    await resident.taps("补充到刚才那件")
    assert f"{COMPLAINT}\n{MORE}" in resident.heard[-1]

    third = "投诉：楼下烧烤摊油烟太大，没人管"
    await resident.says(third)
    await resident.taps("另外反映一件")
    assert third in resident.heard[-1]
    assert COMPLAINT not in resident.heard[-1]
    await resident.taps("提交")
    assert cases_of(bot) == [third]
    assert open_draft(bot).matter.text == f"{COMPLAINT}\n{MORE}"


ELEVATOR = "小区的电梯坏了一个星期了，老人下不了楼，没人管"


async def test_where_it_is_told_afterwards_is_taken_in(bot: Bot, resident: Person) -> None:
    """It once got "the report does not say", and the matter went without a place."""
    await resident.says(ELEVATOR)
    assert "街道：不清楚" in resident.heard[-1]
    await resident.says("在徐家棚街道团结社区3栋")
    assert "街道：徐家棚街道" in resident.heard[-1]
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    assert (case.matter.text, case.matter.street) == (ELEVATOR, "xujiapeng")
    assert "团结社区3栋" in case.matter.place


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ("3栋2单元", ["补充到刚才那件", "另外反映一件", "❓ 我想问报告里怎么说"]),
        (
            "near the school gate",
            ["Add it to that one", "It is another matter", "❓ What does the report say?"],
        ),
    ],
)
async def test_words_without_an_answer_may_be_more_of_what_is_not_submitted(
    bot: Bot, resident: Person, words: str, labels: list[str]
) -> None:
    await resident.says(COMPLAINT)
    await resident.says(words)
    assert resident.buttons == labels
    await resident.taps(labels[0])
    assert open_draft(bot).matter.text == f"{COMPLAINT}\n{words}"


async def test_a_question_stays_one_while_a_matter_is_not_submitted(resident: Person) -> None:
    await resident.says(COMPLAINT)
    await resident.says("报告里有没有说到熊猫馆？")
    assert "补充到刚才那件" not in resident.buttons


async def test_a_photo_whose_words_tell_nothing_alone_belongs_to_what_is_not_submitted(
    bot: Bot, resident: Person
) -> None:
    """It once became a second matter, and the first was never submitted."""
    await resident.says(COMPLAINT)
    await resident.sends_photo(caption="就是这个灯")
    assert "照片：1 张" in resident.heard[-1]
    await resident.taps("提交")
    assert cases_of(bot) == [f"{COMPLAINT}\n就是这个灯"]


async def test_a_photo_whose_words_tell_of_something_is_another_matter(
    bot: Bot, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    await resident.sends_photo(caption="楼下烧烤摊油烟太大，没人管")
    await resident.taps("提交")
    assert cases_of(bot) == ["楼下烧烤摊油烟太大，没人管"]
    assert open_draft(bot).matter.text == COMPLAINT


async def test_adding_tapped_twice_adds_once(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    await resident.says(MORE)
    add = resident.action("补充到刚才那件")
    await resident.taps_action(add)
    await resident.taps_action(add)
    assert open_draft(bot).matter.text == f"{COMPLAINT}\n{MORE}"


async def test_words_that_only_begin_like_earlier_ones_are_added_all_the_same(
    bot: Bot, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    for words in (f"{MORE}，很危险", MORE):
        await resident.says(words)
        await resident.taps("补充到刚才那件")
    assert open_draft(bot).matter.text == f"{COMPLAINT}\n{MORE}，很危险\n{MORE}"


async def test_words_are_added_even_while_the_place_is_asked_for(
    bot: Bot, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    place = resident.action("改地点")
    await resident.says(MORE)
    add = resident.action("补充到刚才那件")
    await resident.taps_action(place)
    await resident.taps_action(add)
    assert open_draft(bot).matter.text == f"{COMPLAINT}\n{MORE}"
    assert open_draft(bot).id == 1


async def test_a_draft_grows_no_further_than_a_message_may(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    for number in range(3):
        await resident.says(f"{number} " + "没人管，臭死了" * 130)
        await resident.taps("补充到刚才那件")
    assert "最多 2000 个字" in resident.heard[-1]
    assert len(open_draft(bot).matter.text) <= 2000
    assert "\n1 " in open_draft(bot).matter.text
    await resident.taps("另外反映一件")
    assert "2 没人管" in resident.heard[-1]


async def test_two_drafts_of_one_message_are_one(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    await resident.says(MORE)
    new = resident.action("另外反映一件")
    await resident.taps_action(new)
    await resident.taps_action(new)
    await resident.taps_action(new.replace("new:", "new:0"))
    await resident.taps_action(new.replace("new:", "matter:"))
    assert open_draft(bot).id == 2
    assert bot.store.drafts.hers(3, 1) is None


# Photos, locations, and drafts without words


async def test_a_photo_may_come_first(bot: Bot, resident: Person) -> None:
    await resident.sends_photo()
    assert "照片已收到（1 张）" in resident.heard[-1]
    await resident.sends_photo()
    assert "照片已收到（2 张）" in resident.heard[-1]
    await resident.says("这里的护栏断了，没人修")
    assert "照片：2 张" in resident.heard[-1]
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    assert (case.photos, case.matter.text) == (2, "这里的护栏断了，没人修")
    assert photos(bot) == [(".jpg", JPEG), (".jpg", JPEG)]


async def test_a_location_may_come_first(bot: Bot, resident: Person) -> None:
    await resident.sends_location(30.55, 114.31)
    assert "位置已收到" in resident.heard[-1]
    await resident.says("这里渍水，没人管")
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    assert (case.matter.latitude, case.matter.longitude) == (30.55, 114.31)


async def test_a_photo_with_words_is_a_matter_at_once(bot: Bot, resident: Person) -> None:
    await resident.sends_photo(caption="新增几所幼儿园？")
    assert "照片：1 张" in resident.heard[-1]
    assert "新增几所幼儿园？" in resident.heard[-1]
    assert "✅ 提交" in resident.buttons


@pytest.mark.parametrize("caption", ["/mine", "🙂", "\u202e"])
async def test_a_photo_is_kept_whatever_stands_beside_it(
    bot: Bot, resident: Person, caption: str
) -> None:
    await resident.sends_photo(caption=caption)
    assert "照片已收到（1 张）" in resident.heard[-1]
    assert open_draft(bot).photos == 1


async def test_one_photo_too_many_is_told_and_not_kept(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    for _ in range(8):
        await resident.sends_photo()
    assert "最多附 6 张照片，这张没有保存" in resident.heard[-1]
    assert "照片：6 张" in resident.heard[-1]
    assert len(photos_on_disk(bot)) == 6


async def test_a_photo_with_too_many_words_is_not_kept_as_it_says(
    bot: Bot, resident: Person
) -> None:
    await resident.sends_photo(caption="好" * 2001)
    assert "没有保存" in resident.heard[-1]
    assert photos_on_disk(bot) == []


async def test_a_draft_without_words_cannot_be_filed_in_any_way(
    bot: Bot, resident: Person
) -> None:
    await resident.sends_photo()
    await resident.taps_action("matter:1")
    for verb in ("submit", "card", "place", "kind=praise", "street=nanhu", "submit"):
        await resident.taps_action(f"d:1:{verb}")
    await resident.sends_location()
    await resident.taps_action("d:1:submit")
    assert "请用一句话说说是什么事" in resident.heard[-1]
    assert open_draft(bot).awaiting is Awaiting.TEXT
    assert cases_of(bot) == []
    await resident.says("这里渍水，没人管")
    await resident.taps("提交")
    assert cases_of(bot) == ["这里渍水，没人管"]


async def test_words_awaited_may_be_anything_but_none(bot: Bot, resident: Person) -> None:
    await resident.says("/feedback")
    await resident.says("🙂")
    assert open_draft(bot).awaiting is Awaiting.TEXT
    await resident.says("新增几所幼儿园？")
    assert "✅ 提交" in resident.buttons
    assert open_draft(bot).matter.text == "新增几所幼儿园？"


async def test_a_matter_about_a_commitment_keeps_it(bot: Bot, resident: Person) -> None:
    await resident.says("新增几所幼儿园？")
    await resident.taps("就此反映问题")
    assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]
    await resident.says("我们这里的公交车半个小时不来，没人管")
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    assert case.matter.commitment == "wuchang-2020/kindergartens"


async def test_an_empty_draft_is_used_again_and_not_made_twice(bot: Bot, resident: Person) -> None:
    await resident.says("/feedback")
    await resident.says("/feedback")
    await resident.taps_action("about:wuchang-2020/kindergartens")
    assert open_draft(bot).id == 1
    assert open_draft(bot).matter.commitment == "wuchang-2020/kindergartens"


async def test_her_card_is_in_traditional_if_she_writes_it(resident: Person) -> None:
    words = "樓下燒烤攤的油煙每天熏到十二點，投訴也沒人管"
    await resident.says(words)
    assert "類型：投訴" in resident.heard[-1]
    assert words in resident.heard[-1]


async def test_the_one_who_writes_is_asked_for_nothing_about_herself(resident: Person) -> None:
    await resident.says(COMPLAINT)
    assert not any(word in resident.heard[-1] for word in ("姓名", "电话", "身份证"))


async def test_words_added_to_a_draft_can_make_it_a_report_of_wrongdoing(
    bot: Bot, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    await resident.says("我还要举报管路灯的科长收了钱")
    await resident.taps("补充")
    assert open_draft(bot).matter.kind is Kind.REPORT
    assert "🔒" in resident.heard[-1]


async def test_the_kind_she_chose_stays_whatever_she_adds(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("改类型")
    await resident.taps("求助")
    await resident.says("我还要举报管路灯的科长收了钱")
    await resident.taps("补充")
    assert open_draft(bot).matter.kind is Kind.HELP
