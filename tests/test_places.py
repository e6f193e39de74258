"""The spot a resident names, in her own words; what is not named surely stays empty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.places import PlaceFinder
from bot.service import Service
from index import clean


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我家门口路灯坏了三个月没人修，粮道街胭脂路口", "粮道街胭脂路口"),
        ("粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的", "粮道街胭脂路口"),
        ("武珞路和中南路交叉口的红绿灯不亮", "武珞路和中南路交叉口"),
        ("友谊大道与徐东大街交汇处天天堵车", "友谊大道与徐东大街交汇处"),
        ("中南路地铁站A口的扶梯停了好几天", "中南路地铁站A口"),
        ("洪山广场站B出口电动车乱停", "洪山广场站B出口"),
        ("水岸国际3栋2单元电梯又坏了", "水岸国际3栋2单元"),
        ("我住在东亭花园小区12栋，楼上天天漏水", "东亭花园小区12栋"),
        ("和平大道上渣土车半夜轰隆隆", "和平大道"),
        ("武昌区中南路99号门口有人乱停车", "武昌区中南路99号门口"),
        ("湖北省武汉市武昌区民主路717号旁边的巷子没有灯", "湖北省武汉市武昌区民主路717号旁边"),
        ("沙湖公园北门的厕所太脏了", "沙湖公园北门"),
        ("昨晚户部巷一家店卖的热干面是馊的", "户部巷"),
        ("楼道堆满杂物水果湖街东湖路143号", "水果湖街东湖路143号"),
        ("八一路湖北省图书馆旁边占道经营", "八一路湖北省图书馆旁边"),
        ("积玉桥武车一路的断头路什么时候通", "武车一路"),
        ("武汉大学门口的井盖不见了", "武汉大学门口"),
        ("张之洞路人行道砖都烂了", "张之洞路"),
        ("都府堤小学放学的时候沿江大道堵得走不动", "都府堤小学"),
        ("3栋2单元的灯不亮", "3栋2单元"),
        ("給水果湖社區的網格員點個讚", "水果湖社區"),
        ("The street light on Minzhu Road has been out for weeks", "Minzhu Road"),
        ("street lamps on minzhu road are dark", "minzhu road"),
        ("Garbage piled up near the north gate of Shahu Park", "north gate of Shahu Park"),
        ("Water is leaking on the 3rd floor of Building 5", "3rd floor of Building 5"),
        (
            "The escalator at exit B of Zhongnan Road metro station is broken",
            "exit B of Zhongnan Road metro station",
        ),
        ("Cars park on the pavement in front of 99 Zhongnan Road", "99 Zhongnan Road"),
        (
            "There is a pothole at the corner of Wuluo Road and Zhongnan Road",
            "Wuluo Road and Zhongnan Road",
        ),
        ("Noise every night from the bar on Tanhualin Street, please help", "Tanhualin Street"),
        ("Someone dumps waste behind Luojiashan Primary School", "Luojiashan Primary School"),
        ("Broken lights make Wuluo Road dangerous", "Wuluo Road"),
        ("Muck trucks leave mud all over Heping Avenue every night", "Heping Avenue"),
    ],
)
def test_the_span_around_a_proper_name_is_the_place(
    places: PlaceFinder, text: str, place: str
) -> None:
    assert places.find(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "路灯坏了没人修",
        "马路上全是垃圾",
        "路面坑坑洼洼，走路都要摔跤",
        "小区里的电梯坏了",
        "我们小区门口天天堵车",
        "道路两边全是乱停的车",
        "希望街道多装几个垃圾桶",
        "老旧小区改造什么时候轮到我们",
        "背街小巷没有灯",
        "15路公交车总是晚点",
        "地铁5号线太挤了",
        "孩子学校门口没有斑马线",
        "菜市场太臭了",
        "修路修了半年",
        "公交站离我家太远",
        "社区医院挂不到号",
        "附近的小学学位不够",
        "一条街都是油烟",
        "电动车停满了整条马路",
        "The street is dark at night",
        "Terrible road, nobody repairs it",
        "My school is too far",
        "The road near my house is full of holes",
        "The lights on our street are broken",
        "Please fix the bus stop",
        "I waited two hours at the hospital",
        "The park is dirty",
        "how do I get to the station",
        "Sewage is coming up on the ground floor",
        "",
    ],
)
def test_common_nouns_are_no_place(places: PlaceFinder, text: str) -> None:
    assert places.find(text) == ""


@given(st.text())
def test_the_place_stands_in_the_text_and_nothing_raises(service: Service, text: str) -> None:
    found = PlaceFinder([]).find(clean(text))
    assert found in clean(text)
    assert len(found) <= 60
