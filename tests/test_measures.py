"""Which kinds of number a question wants, and which a commitment gives."""

import pytest

from index.measures import Measure, measure_of, measures_asked, measures_given
from index.quantities import find_quantities


@pytest.mark.parametrize(
    ("asked", "measures"),
    [
        ("新增几所幼儿园", {"count", "people", "plants"}),
        ("要建好多个公园", {"count", "people", "plants"}),
        ("how many parks?", {"count", "people", "plants"}),
        ("新增多少人就业", {"people"}),
        ("how many more workers", {"people"}),
        ("种多少棵树", {"plants"}),
        ("how many street trees will be planted", {"plants"}),
        ("绿地多少平方米", {"area"}),
        ("绿地几多亩", {"area"}),
        ("how many square metres", {"area"}),
        ("修路多少公里", {"length", "area"}),
        ("路有多宽", {"length"}),
        ("how wide is the road", {"length"}),
        ("how many kilometres", {"length"}),
        ("优良率要达到多少", {"share"}),
        ("增长百分之几", {"share"}),
        ("涨几个百分点", {"share"}),
        ("what percentage of days", {"share"}),
        ("增长几个点", {"share", "count"}),
        ("投多少钱", {"money"}),
        ("预算多少万元", {"money", "people", "area", "count"}),
        ("how much money is invested", {"money"}),
        ("how much does it cost", {"money"}),
        ("要等多少天", {"time"}),
        ("办证多久", {"time"}),
        ("how many working days", {"time"}),
        ("how long is it", {"length", "time"}),
    ],
)
def test_what_is_asked_for_says_which_kinds_of_number_answer(
    asked: str, measures: set[Measure]
) -> None:
    assert measures_asked(asked) == measures


@pytest.mark.parametrize(
    "asked", ["多少层的楼", "几岁可以上", "how old must one be", "how many floors"]
)
def test_no_number_of_the_reports_answers_storeys_and_ages(asked: str) -> None:
    assert measures_asked(asked) == frozenset()


@pytest.mark.parametrize(
    "asked",
    [
        *("幼儿园在哪里", "目标是多少", "how much green space?", "are there parks?", ""),
        *("好几个公园都旧了", "哪几个公园", "第几个", "八十几个"),
    ],
)
def test_any_kind_of_number_answers_where_none_is_named(asked: str) -> None:
    assert measures_asked(asked) is None


@pytest.mark.parametrize(
    ("sentence", "measures"),
    [
        ("新增普惠幼儿园3所、学位500个", {"count"}),
        ("新增就业2.3万人", {"people"}),
        ("改造惠及居民1.2万户", {"people"}),
        ("种植行道树3000株", {"plants"}),
        ("新增绿地20万平方米", {"area"}),
        ("完成海绵城市建设3.4平方公里", {"area"}),
        ("更新燃气管网80公里", {"length"}),
        ("地区生产总值增长7.5%", {"share"}),
        ("城镇化率提高2个百分点", {"share"}),
        ("实现进出口总额30亿元", {"money"}),
        ("办理时限压缩到3个工作日", {"time"}),
        ("粮食产量稳定在30万吨", {"other"}),
        ("引进企业50家,绿地新增3公顷", {"count", "area"}),
        ("加快学前教育发展", set()),
    ],
)
def test_what_a_sentence_gives_is_told_by_its_units(sentence: str, measures: set[Measure]) -> None:
    assert measures_given(find_quantities(sentence)) == measures


def test_metres_are_a_length_only_where_they_are_neither_square_nor_cubic() -> None:
    units = {
        unit: measure_of(find_quantities(f"新增管道30{unit}")[0])
        for unit in ("米", "平方米", "立方米")
    }
    assert units == {"米": "length", "平方米": "area", "立方米": "other"}


def test_trees_are_no_square_metres_and_doctors_no_share() -> None:
    trees, doctors = measures_asked("种多少棵树"), measures_asked("多少人是医生")
    assert trees is not None
    assert trees.isdisjoint(measures_given(find_quantities("新增绿地20万平方米")))
    assert doctors is not None
    assert doctors.isdisjoint(measures_given(find_quantities("医生占比达到7%")))
