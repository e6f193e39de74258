"""Quantities: the report's own words, found where they stand, and nothing that only looks so."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quantities import Quantity, find_quantities
from index.reports import read_report

WUCHANG = Path(__file__).parents[1] / "content/reports/wuchang-2020/report.md"

# Written by hand from the report, in its order.
WUCHANG_QUANTITIES = """
    7.5% 8% 8% 15%
    10家以上 8栋 2栋 6家 700亿元 50家 30亿元
    12场 40亿元以上 四个 50家 突破300家
    80%以上 15天以内 40%
    11条 4条 8个 150处 60部 15片 3.4平方公里
    6万平方米 70%以上
    3所 500个 85%
    2.1万人 4万人次 10个 12个
"""


def texts(sentence: str) -> list[str]:
    """The quantities of a sentence in the report's words."""
    return [quantity.text for quantity in find_quantities(sentence)]


def test_all_quantities_of_the_wuchang_report_are_found_and_no_others() -> None:
    report = read_report(WUCHANG, "report.md", [])
    assert report is not None
    assert texts(report.text) == WUCHANG_QUANTITIES.split()


@pytest.mark.parametrize(
    "sentence",
    [
        "推进5G网络建设",
        "办好12345热线",
        "PM2.5浓度下降",
        "“十四五”规划",
        "轨道交通5号线、8号线二期、11号线三期",
        "为65岁老人办卡",
        "创建5A级景区",
        "建设“第二总部”",
        "第3批名单",
        "2020年是决胜之年",
        "12月24日召开的武昌区人大十五届五次会议",
        "引进500强企业区域总部",
        "加大24小时自助服务区建设力度",
        "推进“三助一护”服务体系",
        "深入推进“三社联动”",
        "实行“一楼一专班”对接机制",
        "二次供水改造",
        "加快南北两翼产城融合",
        "习近平新时代中国特色社会主义思想",
        "国民经济和社会发展第十五个五年规划",
    ],
)
def test_names_ranks_years_and_dates_are_no_quantities(sentence: str) -> None:
    assert texts(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("投资不低于20亿元", ["不低于20亿元"]),
        ("培训3,000人次左右", ["3,000人次左右"]),
        ("新建公园3至5个", ["3至5个"]),
        ("惠及群众300余户", ["300余户"]),
        ("新增5亿元楼宇2栋", ["2栋"]),
        ("办理时间控制在2个工作日以内", ["2个工作日以内"]),
        ("下降0.5个百分点", ["0.5个百分点"]),
        ("建成两个示范社区", ["两个"]),
        ("地区生产总值增长5%—5.5%", ["5%—5.5%"]),
        ("研发投入增长8％左右", ["8％左右"]),
        ("粮食产量730亿斤以上", ["730亿斤以上"]),
        ("人均预期寿命提高到80.5岁以上", ["80.5岁以上"]),
        ("细颗粒物降至25微克/立方米", ["25微克/立方米"]),
    ],
)
def test_the_reports_own_words_are_kept(sentence: str, expected: list[str]) -> None:
    assert texts(sentence) == expected


def test_action_and_thing_are_carried_along_a_list() -> None:
    assert find_quantities("新增普惠幼儿园3所、学位500个") == (
        Quantity("新增", "普惠幼儿园", "3", "所", "", 7, 9, "3所"),
        Quantity("新增", "学位", "500", "个", "", 12, 16, "500个"),
    )


def test_a_total_is_of_the_thing_named_before_it() -> None:
    total = find_quantities("全年新增高新技术企业50家,总量突破300家")[1]
    assert (total.thing, total.value, total.qualifier) == ("高新技术企业", "300", "突破")


@given(
    st.lists(
        st.sampled_from(
            [*"0123456789%.,、;。“” \n", "新增", "家", "亿元", "第", "年", "以上", "十"]
        )
        | st.text(max_size=5)
    ).map("".join)
)
def test_any_text_gives_quantities_whose_places_are_right(sentence: str) -> None:
    found = find_quantities(sentence)
    assert [sentence[quantity.start : quantity.end] for quantity in found] == [
        quantity.text for quantity in found
    ]
    places = [place for quantity in found for place in (quantity.start, quantity.end)]
    assert places == sorted(places)
