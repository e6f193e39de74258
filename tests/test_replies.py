"""What a reply is checked for before it is sent: copies, points left out, blanks of a template."""

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases import points_of
from bot.replies import REPEATS_FROM, Repeat, blanks, repeated, unmentioned
from bot.service import Service

HAN = re.compile(r"[\u4e00-\u9fff]")
LAMP = "您好，胭脂路口的路灯已于9月3日由区城管执法局修复，夜间已复查，使用正常。感谢您的反映。"
COPIES = (
    (LAMP, LAMP.replace("胭脂路口", "螃蟹岬").replace("9月3日", "9月12日")),
    (
        "您好，您反映的问题已转相关部门处理，请耐心等待。",
        "您好，您反映的问题已转有关部门处理，请您耐心等待。",
    ),
    (
        "您好，小区停水系管网抢修所致，已于当日18时恢复供水，给您带来不便敬请谅解。",
        "您好，小区停水系管网抢修所致，已于次日9时恢复供水，给您带来不便敬请谅解。",
    ),
    (
        "您好，感谢您的建议，我们已转告区园林和林业局，将在明年计划中研究。",
        "您好，感谢您的建议，我们已转告区文化和旅游局，将在明年计划中研究。",
    ),
    (
        "Hello. The street light at Yanzhi Road was repaired on 3 September and checked at night.",
        "Hello. The street light at Ziyang Road was repaired on 9 September and checked at night.",
    ),
)
"""Pairs of replies of which the second is the first with another place, day or unit in it."""
WRITTEN_FOR_ONE = (
    LAMP,
    "您好，路灯不亮是因为电缆被施工挖断，昨天已接好，当晚亮了；两次电话没有下文是转办时漏登，向您道歉。",
    "您好，该处路灯属小区内部设施，由物业管理，我们已约物业9月10日前换好灯具，届时回访。",
    "您好，夜间巡查发现三盏灯具老化，已列入本周更换，10日前完成；期间加派夜间巡逻。",
    "您好，路灯已修好，请放心使用。如有问题请再联系我们。",
    "您好，灯杆被车撞歪，已申请新杆，预计两周到货，期间设了临时照明。",
    "您好，您反映的小区停水问题，经核实系二次供水水泵故障，物业已换泵，水压正常。",
    "您好，停水是因管网抢修，已于当日18时恢复；今后抢修除张贴通知外会同时发短信。",
    "您好，商户噪声经现场检测夜间为58分贝，超过标准，已责令改正并立案，结果另行告知。",
    "您好，您咨询的老年证请带身份证到街道政务服务中心二楼办理，工作日8:30至17:30当场办结。",
)
"""Replies of the same few subjects, each written for its own resident."""
OF_ONE_TEMPLATE = (
    (
        "您好，您反映的胭脂路口路灯不亮已于9月3日处理完毕：更换了电缆和两盏灯具，夜间复查正常。"
        "如仍有问题，请直接回复或选择“没解决”，我们会重新办理。感谢您的反映。",
        "您好，您反映的南湖花园二期停水已于9月8日处理完毕：物业更换了加压水泵，五楼以上水压正常。"
        "如仍有问题，请直接回复或选择“没解决”，我们会重新办理。感谢您的反映。",
    ),
    (
        "您好，区生态环境局于9月3日21时到积玉桥夜市检查，发现三家油烟净化器未开启，已要求当场开启"
        "并清洗，限9月6日前完成，届时复查。如再次出现，请写明时间，以便执法人员到场。",
        "您好，区城管执法局于9月9日20时到水岸星城工地检查，发现夜间施工无许可，已要求立即停工，"
        "限9月10日前完成，届时复查。如再次出现，请写明时间，以便执法人员到场。",
    ),
)
"""Pairs of replies that one template began and that say what was done about two matters."""


@pytest.mark.parametrize(("first", "second"), COPIES)
def test_a_reply_that_differs_in_place_or_day_only_repeats_the_other(
    first: str, second: str
) -> None:
    found = repeated(second, [*WRITTEN_FOR_ONE[4:], first])
    assert found is not None
    assert found.at == len(WRITTEN_FOR_ONE) - 4
    assert REPEATS_FROM <= found.likeness < 1


def test_replies_written_for_their_residents_repeat_none_of_the_others() -> None:
    pairs = combinations(WRITTEN_FOR_ONE, 2)
    assert [pair for pair in pairs if repeated(pair[0], [pair[1]])] == []


@pytest.mark.parametrize(("first", "second"), OF_ONE_TEMPLATE)
def test_a_template_filled_in_for_another_matter_is_no_copy(first: str, second: str) -> None:
    assert repeated(second, [first]) is None


def test_the_likest_of_several_is_told() -> None:
    near = LAMP.replace("9月3日", "9月13日")
    assert repeated(LAMP, [COPIES[0][1], near, LAMP]) == Repeat(2, 1.0)


def test_nothing_repeats_where_there_is_nothing_to_repeat() -> None:
    assert repeated(LAMP, []) is None
    assert repeated("已修好。", ["已修好。"]) is None  # too short to be anybody's copy


def test_a_point_of_which_the_reply_shares_no_word_is_told() -> None:
    matter = "路灯坏了三个月没人修。另外井盖也松了，过车就响。什么时候能有个答复？"
    points = points_of(matter)
    assert unmentioned(points, "路灯今晚修好。") == [1, 2]
    assert unmentioned(points, "路灯今晚修好，井盖已固定，今天起每周答复一次。") == []


def test_polite_and_empty_words_do_not_count_as_speaking_of_a_point() -> None:
    assert unmentioned(["请问你们什么时候来人？"], "您好，我们已经收到，感谢您的反映。") == [0]


def test_a_point_in_english_is_found_by_its_words() -> None:
    points = ["The street light is broken.", "Who pays for the damage to my car?"]
    assert unmentioned(points, "We repaired the Light on Monday.") == [1]


def test_a_point_without_words_needs_none() -> None:
    assert unmentioned(["？？！！…"], "已修好。") == []


def test_blanks_of_a_template_are_told_once_each() -> None:
    assert blanks("您好，【地点】于【日期】修好，【地点】正常。【】") == [
        "【地点】",
        "【日期】",
        "【】",
    ]
    assert blanks("您好，胭脂路口已修好【完】。") == ["【完】"]
    assert blanks("胭脂路口已修好。") == []


@given(st.text(), st.lists(st.text(), max_size=4))
def test_no_text_is_too_strange_to_be_checked(words: str, others: list[str]) -> None:
    found = repeated(words, others)
    assert found is None or words in others or found.likeness >= REPEATS_FROM
    assert set(unmentioned(others, words)) <= set(range(len(others)))
    assert all(blank in words for blank in blanks(words))


def test_every_template_that_ships_fits_a_step_and_is_complete(service: Service) -> None:
    assert len(service.reply_template) >= 10
    for one in service.reply_template:
        for text in (one.text, one.text_en):
            assert text.count("【") == text.count("】") == len(blanks_of(text)), one.code
        assert not HAN.search(one.text_en), one.code
    begun = {action for one in service.reply_template for action in one.actions}
    assert begun >= {"reply", "answer", "ask_info", "contact", "done"}


def blanks_of(text: str) -> list[str]:
    """All blanks of a text, also those that come again; none is empty."""
    return re.findall(r"【[^】]+】", text)


def test_a_template_of_some_categories_is_offered_for_them_only(service: Service) -> None:
    lamp = service.reply_templates["street_light"]
    assert lamp.fits("reply", "urban_management")
    assert not lamp.fits("reply", "education")
    assert not lamp.fits("answer", "urban_management")
    assert service.reply_templates["solved"].fits("reply", "education")
