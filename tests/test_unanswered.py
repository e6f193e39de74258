"""Questions without an answer are put together by what they mean, and tell nobody's name."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.unanswered import Asked, Group, group_by_meaning, joined, repeats
from index import Index
from tests.conftest import CONTENT

MONDAY = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
PARAPHRASES = """
parking: 南湖那边停车位太紧张，今年会增加吗 | 今年武昌要增加多少停车泊位？ | 新建停车位有几多 |
    小区周边停车位有没有扩建的打算 | 停车难，区里准备加多少车位
charging: 电动汽车充电桩今年建多少 | 小区里装不装新能源车充电桩 | 武昌准备新增几个充电站 |
    电动车充电桩建设有计划吗
pension: 企业退休人员养老金涨不涨 | 退休工资今年上调多少 | 养老金调整比例是多少 | 退休金什么时候涨
lift cost: 老楼加电梯居民自己掏多少钱 | 加装电梯费用怎么分摊 | 装电梯每户要出几多钱 |
    老旧小区加装电梯的补贴标准是多少
lift place: 哪些小区今年能装上电梯 | 加装电梯的小区名单有没有 | 60部电梯都装在哪里
kindergarten fee: 普惠幼儿园每月交多少保教费 | 新幼儿园收费标准 | 公办幼儿园一个月多少钱 |
    普惠园学费贵不贵
kindergarten place: 新办的几所幼儿园在什么位置 | 新建幼儿园开在哪些街道 | 三所幼儿园地址在哪里
line7: 7号线啥时候开通 | 地铁七号线什么时候通车 | 7号线哪年能坐
line12: 12号线武昌段哪年通车 | 地铁十二号线建成时间 | 地铁12号线什么时候开通
library place: 图书馆新馆在什么地方 | 新图书馆建在哪条街 | 区图书馆新馆地址
library open: 新图书馆几时开放 | 区图书馆新馆什么时候开馆 | 图书馆新馆哪天可以进去看书
hospital: 今年会不会新建医院 | 武昌要建几所医院 | 有没有新医院的建设计划
school-zone: 小学学区今年怎么划 | 对口小学的划片范围变不变 | 我家小孩对口哪个小学
unemployed: 失业率目标是多少 | 今年失业率要控制在百分之几 | 城镇登记失业率指标
pm25: PM2.5目标值是多少 | 今年PM2.5浓度降到几微克 | 细颗粒物PM2.5年均浓度要求
public-rent: 公租房今年有多少套 | 怎么申请公共租赁住房 | 公租房分配计划
garbage-fine: 不分类扔垃圾罚多少 | 垃圾分类做不好要罚款吗 | 乱丢垃圾不分类会怎么处罚
doctor sign: 家庭医生在哪儿签约 | 想签家庭医生该找谁办 | 家庭医生签约流程
doctor fee: 家庭医生签约收费吗 | 签家庭医生一年多少钱
marathon date: 武汉马拉松今年几号开跑 | 马拉松什么时候举行 | 今年汉马日期
marathon sign: 马拉松怎么报名 | 汉马报名网址是什么
demolition: 中北路拆迁怎么补偿 | 中北路征收补偿标准 | 中北路房子拆了一平米赔多少
pitch fee: 社区足球场收费吗 | 踢一场球要交多少场地费 | 足球场怎么收费
pitch place: 15个足球场建在哪些社区 | 社区足球场具体位置 | 哪几个社区有新足球场
dog: 养狗要办什么证 | 狗证在哪办理 | 办养犬证需要什么材料
weather: 明天会下雨吗 | 武昌明天天气怎么样 | 今天要不要带伞
population: 武昌区有多少人口 | 常住人口数量 | 全区现在多少人
canteen: 社区老年食堂今年办几个 | 老人食堂在哪里吃饭 | 哪里有老年食堂
beds: 养老院新增多少床位 | 今年增加几张养老床位
mayor: 武昌区区长是谁 | 现在的区长叫什么名字
bus: 今年新开通几条公交线路 | 公交线路增加几条 | 会不会加开公交
market: 菜市场改造有哪些 | 今年改几个菜场 | 农贸市场升级改造名单
toilet: 公共厕所新建多少座 | 今年要修几座公厕
fire: 新增消防站几个 | 要建几座消防站
mall open: 梦时代什么时候开业 | 武商梦时代广场开门日期
tanhualin cost: 昙华林修缮花了多少钱 | 昙华林改造投资额
water-fee: 二次供水改造后水费会涨吗 | 二次供水改造要居民出钱吗
second-child: 生二胎补贴多少 | 二孩有没有奖励金
low-income: 低保每月多少钱 | 低保标准提高到几多
hukou: 大学生落户武昌有什么条件 | 怎么把户口迁到武昌 | 毕业生落户手续
parking: How many parking spots will you add? | Any new car parks this year? |
    Will there be more parking spaces in Wuchang?
charging: How many EV chargers will be installed? |
    Are new charging piles for electric cars planned? | electric vehicle charging stations how many
hospital: Is a new hospital planned? | How many hospitals are going to be built? |
    Will Wuchang get another hospital
line7: When will metro line 7 open? | opening date of subway line 7 |
    Is line 7 of the metro finished yet?
doctor sign: How can I sign up with a family doctor? | Where do I register for a family doctor?
lift cost: How much does a lift cost per household? | What do residents pay for the new elevator?
kindergarten fee: What are the fees of the new kindergartens? |
    How much is kindergarten tuition per month?
library place: Where will the new library be? | address of the new district library
trees: How many trees will you plant? | number of trees to be planted this year
wage: What's the minimum wage? | minimum wage in Wuchang this year
weather: Will it rain tomorrow? | What is tomorrow's weather?
"""
"""Questions on which a line is one sense: its topic, and often what of it is asked."""


def asked(text: str, *, refused: int = 1, unhelpful: int = 0, days: int = 0) -> Asked:
    """A question, last asked so many days after Monday."""
    return Asked(text, refused, unhelpful, MONDAY + timedelta(days=days))


def grouped(index: Index, questions: Sequence[Asked]) -> list[Group]:
    """Grouped as the staff's page does it, but that nothing is masked."""
    return group_by_meaning(
        questions,
        index.vectors([one.text for one in questions]),
        mask=str,
        own_names=[*chain.from_iterable(index.places.values())],
    )


def texts_of(groups: Sequence[Group]) -> list[set[str]]:
    """The wordings of each group."""
    return [{one.text for one in group.members} for group in groups]


def unanswerable() -> list[str]:
    """The evaluation's questions that the report does not answer."""
    lines = (CONTENT / "evaluation" / "unanswerable.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def test_paraphrases_come_together_and_other_topics_do_not(real_index: Index) -> None:
    lines = PARAPHRASES.strip().replace("|\n    ", "| ").splitlines()
    named = [line.split(": ", 1) for line in lines]
    senses = {
        text: (at, name) for at, (name, all_) in enumerate(named) for text in all_.split(" | ")
    }

    groups = grouped(real_index, [asked(text) for text in [*senses, *unanswerable()]])

    pairs = [
        (senses[one], senses[other])
        for group in texts_of(groups)
        for one, other in combinations(sorted(group & senses.keys()), 2)
    ]
    same = sum(one == other for one, other in pairs)
    same_topic = sum(one[1].split()[0] == other[1].split()[0] for one, other in pairs)
    to_find = sum(one == other for one, other in combinations(senses.values(), 2))
    assert same / len(pairs) >= 0.7
    assert same_topic / len(pairs) >= 0.93
    assert same / to_find >= 0.65


def test_a_name_that_all_questions_share_brings_nothing_together(real_index: Index) -> None:
    questions = [asked("武昌区有公租房吗"), asked("武昌区有消防站吗"), asked("武昌的消防站有几个")]

    assert texts_of(grouped(real_index, questions)) == [
        {"武昌区有消防站吗", "武昌的消防站有几个"},
        {"武昌区有公租房吗"},
    ]


def test_the_most_asked_question_leads_and_the_largest_group_is_first(real_index: Index) -> None:
    questions = [
        asked("养狗要办什么证", refused=4),
        asked("新增停车位有多少", refused=1, unhelpful=1, days=3),
        asked("停车位今年增加多少", refused=3, days=1),
    ]

    parking, dogs = grouped(real_index, questions)

    assert (parking.leader, parking.count) == ("停车位今年增加多少", 5)
    assert [one.count for one in parking.members] == [3, 2]
    assert parking.newest == MONDAY + timedelta(days=3)
    assert (dogs.leader, dogs.count, len(dogs.members)) == ("养狗要办什么证", 4, 1)


def test_groups_are_the_same_in_whatever_order_questions_come(real_index: Index) -> None:
    questions = [asked(text) for text in unanswerable()]
    shuffled = [questions[at] for at in np.random.default_rng(7).permutation(len(questions))]

    assert grouped(real_index, shuffled) == grouped(real_index, questions)


def test_nobody_can_be_told_by_a_group(real_index: Index) -> None:
    told = ["停车位有吗，电话13800000001", "停车位有吗，电话13900000002"]

    (group,) = group_by_meaning(
        [asked(text, days=day) for day, text in enumerate(told)],
        real_index.vectors(told),
        mask=lambda text: text[:-11] + "***",
        own_names=(),
    )

    masked = Asked("停车位有吗，电话***", 2, 0, MONDAY + timedelta(days=1))
    assert group == Group(masked.text, (masked,), 2, masked.newest)


def test_a_question_without_words_stands_alone(real_index: Index) -> None:
    questions = [asked("？？？"), asked("😀"), asked("多少"), asked("停车位")]

    assert [len(group.members) for group in grouped(real_index, questions)] == [1, 1, 1, 1]


def test_no_questions_make_no_groups() -> None:
    nothing = np.zeros((0, 512), np.float32)
    assert group_by_meaning([], nothing, mask=str, own_names=()) == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_group_needs_no_second_question(count: int, real_index: Index) -> None:
    same = [asked("停车位 有几个", refused=count), asked("停車位　有幾個")][:count]

    assert [(one.count, len(one.members)) for one in grouped(real_index, same)] == [
        (1, 1) if count == 1 else (3, 1)
    ]


def test_repeats_are_found_past_script_width_and_case() -> None:
    assert repeats(["ＧＤＰ 多少", "停车", "gdp 多少", "停車"]) == [[0, 2], [1, 3]]


def test_repeats_become_one_question_in_the_words_most_used() -> None:
    one = joined([asked("停車", unhelpful=1, days=2), asked("停车", refused=5), asked("停 车")])

    assert one == Asked("停车", 7, 1, MONDAY + timedelta(days=2))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=8), st.integers(1, 3)), max_size=12),
    st.integers(0, 2**32 - 1),
)
def test_no_question_is_lost_or_counted_twice(questions: list[tuple[str, int]], seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(len(questions), 4)).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    given_ = [asked(text, refused=count) for text, count in questions]

    groups = group_by_meaning(given_, vectors, mask=str, own_names=())

    members = [one for group in groups for one in group.members]
    assert sum(group.count for group in groups) == sum(count for _, count in questions)
    assert len(members) == len(repeats(text for text, _ in questions))
    assert [group.count for group in groups] == sorted(
        (group.count for group in groups), reverse=True
    )
