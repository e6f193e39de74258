"""What a draft proposes besides its lines: commitments, what is left open, and similar cases."""

import pytest

from bot.app import Bot, build_bot, open_store
from bot.cases import Kind
from bot.config import Settings
from index import Index
from tests.person import Person
from tests.test_drafting import COMPLAINT, open_draft


async def test_a_commitment_is_picked_from_the_nearest(bot: Bot, resident: Person) -> None:
    await resident.says("投诉：我们小区的电梯装到一半停工三个月了，没人管")
    await resident.taps("改承诺")
    *proposals, none, back = resident.buttons
    assert 1 <= len(proposals) <= 3
    assert proposals[0].startswith("很可能 · ")
    assert "电梯" in proposals[0]
    assert (none, back) == ("都不是，与承诺无关", "« 返回")
    await resident.taps(proposals[0])
    label = proposals[0].removeprefix("很可能 · ")
    assert f"相关承诺：{label}（您定的）" in resident.heard[-1]
    assert open_draft(bot).matter.commitment in bot.index.commitments


async def test_the_card_proposes_the_likeliest_commitment_or_none(
    bot: Bot, resident: Person
) -> None:
    await resident.says("投诉：我们小区的电梯装到一半停工三个月了，没人管")
    assert "相关承诺：加装电梯60部（很可能）" in resident.heard[-1]
    await resident.taps("不提交了")
    await resident.says("投诉：隔壁天天半夜唱卡拉OK，没人管")
    assert "相关承诺：无" in resident.heard[-1]
    assert open_draft(bot).matter.commitment == ""


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("改类型", "类型：投诉（由工作人员定）"),
        ("改分类", "分类：城市管理（由工作人员定）"),
        ("改紧急程度", "紧急程度：一般（由工作人员定）"),
        ("选街道", "街道：不清楚\n"),
        ("改地点", "地点：不清楚\n"),
    ],
)
async def test_what_she_does_not_know_can_be_left_open(
    resident: Person, part: str, line: str
) -> None:
    await resident.says(COMPLAINT)
    await resident.taps(part)
    await resident.taps("不清楚")
    assert line in resident.heard[-1]
    assert resident.notices == ["已修改。"]


async def test_what_she_set_is_still_hers_after_a_restart(
    bot: Bot, settings: Settings, real_index: Index, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("改类型")
    await resident.taps("求助")
    store = open_store(settings)
    again = Person(build_bot(settings, store=store, index=real_index).dialogue)
    await again.taps_action("d:1:card")
    assert "类型：求助（您定的）" in again.heard[-1]
    store.close()


async def test_similar_cases_of_others_are_mentioned(
    bot: Bot, resident: Person, neighbour: Person
) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("提交")
    assert "相近的诉求" not in resident.heard[-1]
    await neighbour.says("粮道街胭脂路口路灯坏了，三个月没人修，晚上黑漆漆的")
    await neighbour.taps("提交")
    assert "近期有 1 件相近的诉求" in neighbour.heard[-1]
    assert "· 粮道街街道 胭脂路 · 城市管理 · 已提交，等待受理" in neighbour.heard[-1]


async def test_the_card_shows_place_category_and_state_of_a_similar_case_and_no_words(
    resident: Person, neighbour: Person
) -> None:
    await resident.says("东亭花园小区12栋3单元501的水管漏水三天了，电话13812345678，没人管")
    await resident.taps("改地点")
    await resident.says("东亭花园小区12栋3单元501，找张三13812345678")
    await resident.taps("提交")
    await neighbour.says("投诉：东亭花园小区水管漏水三天了，没人管")
    similar = neighbour.heard[-1].partition("相近的诉求")[2]
    assert "· 东亭花园 · " in similar
    for secret in ("12栋", "501", "张三", "138", "水管"):
        assert secret not in similar


async def test_a_report_of_wrongdoing_is_shown_to_nobody_else(
    bot: Bot, resident: Person, neighbour: Person
) -> None:
    await resident.says("举报：东亭花园小区物业私吞维修基金")
    assert open_draft(bot).matter.kind is Kind.REPORT
    await resident.taps("提交")
    await neighbour.says("投诉：东亭花园小区物业私吞维修基金")
    await neighbour.taps("提交")
    assert all("相近" not in heard for heard in neighbour.heard)
