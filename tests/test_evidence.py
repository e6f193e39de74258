"""Evidence: the topic alone is no answer; what is asked for must be in the commitment."""

from dataclasses import replace

import pytest

from index.aspects import Wanted
from index.choice import any_of
from index.evidence import FEATURES, Coverer, Signals, Thresholds, chance_of_answer, probability
from index.glossary import Entry, Glossary
from index.lexical import index_fields
from index.quantities import find_quantities
from index.questions import Question, read_question
from index.reports import Commitment

GLOSSARY = Glossary(
    (
        Entry(("kindergarten", "preschool", "幼稚园"), ("普惠幼儿园",)),
        Entry(("lift",), ("电梯",)),
        Entry(("add", "open", "开"), ("新增",), "action"),
    )
)


def commitment(quote: str, en: str = "") -> Commitment:
    """A commitment of Wuchang 2020 with that quote."""
    return Commitment(
        id="wuchang-2020/x",
        report="wuchang-2020",
        report_title="武昌区2020年工作部署安排",
        report_title_en="Wuchang District's work arrangements for 2020",
        district="武昌区",
        target_year=2020,
        since=2020,
        until=2020,
        year=2020,
        section="总体",
        heading="",
        quote=quote,
        start=0,
        end=len(quote),
        en=en,
        unit="",
        kind="task",
        ask=(),
        quantities=find_quantities(quote),
    )


KINDERGARTENS = commitment("新增普惠幼儿园3所、学位500个", "Add 3 kindergartens with 500 places.")
LINES = commitment("全力保障轨道交通5号线、8号线二期", "Ensure metro lines 5 and 8.")
ELEVATORS = commitment("加装电梯60部", "Retrofit 60 elevators.")
AIR = commitment("确保空气质量优良率达到70%以上", "Keep good air on at least 70% of days.")
FUND = commitment("基金总规模达到700亿元", "Bring funds to 70 billion yuan in total.")
SAFETY = commitment("确保校园绝对安全", "Keep schools absolutely safe.")
LATHE = commitment(
    "推动武船二分厂项目开工", "Start building at the second branch of the shipyard."
)
INCOME = commitment("居民人均可支配收入与经济增长基本同步", "Incomes to grow in step.")
RIVERSIDE = commitment(
    "推动滨江商务区项目全面开工", "Start all projects of the riverside district."
)
TANHUALIN = commitment("全面完成昙华林核心区整治修缮", "Complete the restoration of Tanhualin.")
SCHOOL = commitment("启动南湖中学改扩建", "Start the expansion of Nanhu Middle School.")
STORES = commitment("全年引进品牌首店50家", "Bring in 50 brand first stores.")
SESSION = commitment("12月24日召开的武昌区人大十五届五次会议", "The session of December 24.")


def question(text: str) -> Question:
    """The question, read with the small glossary."""
    return read_question(text, GLOSSARY, any_of(["武昌区", "武昌", "wuchang"]))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("江岸区新增几所幼儿园", KINDERGARTENS),
        ("How many kindergartens in Jiang'an?", KINDERGARTENS),
        ("2021年新增几所幼儿园", KINDERGARTENS),
        ("how many kindergartens in 2019?", KINDERGARTENS),
        ("幼儿园学费多少钱", KINDERGARTENS),
        ("What is the tuition at the new kindergartens?", KINDERGARTENS),
        ("幼儿园什么时候开学", KINDERGARTENS),
        ("When will the kindergartens open?", KINDERGARTENS),
        ("新幼儿园在哪里", KINDERGARTENS),
        ("Where are the new kindergartens?", KINDERGARTENS),
        ("幼儿园怎么报名", KINDERGARTENS),
        ("how do I register for a kindergarten", KINDERGARTENS),
        ("为什么要建幼儿园", KINDERGARTENS),
        ("7号线开工了吗", LINES),
        ("Will metro line 7 be finished?", LINES),
        ("电梯要装80部吗", ELEVATORS),
        ("校园安全事故有多少起", SAFETY),
        ("How many schools are unsafe?", SAFETY),
        ("PM2.5降到多少微克", AIR),
        ("电梯覆盖率要到百分之几", ELEVATORS),
        ("去年新增了几所幼儿园", KINDERGARTENS),
        ("how many kindergartens were added last year?", KINDERGARTENS),
        ("全市新增几所幼儿园", KINDERGARTENS),
        ("十四五期间新增几所幼儿园", KINDERGARTENS),
        ("2号线延长吗", LINES),
        ("昙华林哪天修完", TANHUALIN),
        ("滨江商务区什么时候完工", RIVERSIDE),
        ("南湖中学的校长是哪个", SCHOOL),
        ("新增的首店有哪些牌子", STORES),
        ("which of the brands come first?", STORES),
        ("明天装电梯吗", ELEVATORS),
        ("电梯装在什么位置", ELEVATORS),
        ("电梯故障率控制在多少", ELEVATORS),
    ],
)
def test_what_the_sentence_does_not_give_is_an_objection(text: str, about: Commitment) -> None:
    assert Wanted(question(text)).is_missing_in(about)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("新增几所幼儿园", KINDERGARTENS),
        ("武昌区2020年新增几所幼儿园", KINDERGARTENS),
        ("how many kindergartens are being added in Wuchang in 2020?", KINDERGARTENS),
        ("5号线呢", LINES),
        ("今年重点保障哪几条线", LINES),
        ("Is metro line 8 still going ahead?", LINES),
        ("空气优良率要到百分之几", AIR),
        ("What percentage of days should have good air?", AIR),
        ("基金规模多少亿", FUND),
        ("大会是什么时候开的", SESSION),
        ("When was the session?", SESSION),
        ("大家的收入能涨多少", INCOME),
        ("收入会不会比去年高", INCOME),
        ("去年没报上名, 今年新增几所幼儿园", KINDERGARTENS),
        ("昙华林么时候修完", TANHUALIN),
        ("滨江商务区么时候动工", RIVERSIDE),
        ("今年保障哪些线路", LINES),
        ("蓝天要有几成", AIR),
        ("校园安全有哪些措施", SAFETY),
        ("我家在江岸上班, 爸妈住武昌老房子六楼天天爬楼梯, 请问电梯装多少部", ELEVATORS),
    ],
)
def test_what_the_sentence_gives_is_no_objection(text: str, about: Commitment) -> None:
    assert not Wanted(question(text)).is_missing_in(about)


def coverage(text: str, *quotes: str) -> list[float]:
    """How much of a question each quote covers, in a report of these quotes."""
    lexical = index_fields([[(quote, 1.0)] for quote in quotes])
    coverer = Coverer(question(text), lexical)
    return [round(coverer.covered_by(row).whole, 2) for row in range(len(quotes))]


def test_words_of_asking_the_year_and_the_districts_name_need_no_cover() -> None:
    assert coverage("请问武昌区2020年加装电梯多少部?", "加装电梯60部") == [1.0]


def test_the_modifier_that_makes_it_another_thing_is_missed() -> None:
    kindergarten, special = coverage("特殊教育学校", "普惠幼儿园", "特殊教育学校")
    assert kindergarten == 0
    assert special == 1


def test_the_reports_word_for_the_residents_word_covers_it() -> None:
    assert coverage("preschools", "新增普惠幼儿园3所", "加装电梯60部") == [1.0, 0.0]
    assert coverage("幼稚园", "新增普惠幼儿园3所", "加装电梯60部") == [1.0, 0.0]


def test_what_only_asks_needs_no_cover() -> None:
    assert coverage("听说电梯要装好多?", "加装电梯60部") == coverage("电梯装?", "加装电梯60部")
    assert coverage("电梯搞不搞得起来", "加装电梯60部") == [1.0]


def test_the_story_before_a_question_counts_less_than_what_it_asks() -> None:
    story = "我住在一栋老楼的六楼,腿脚不方便,天天下楼买菜都蛮造孽,"
    read = question(story + "请问电梯要装几部?")
    asked, told = (
        {span.weight for span in read.spans if span.single in part} for part in ("电梯", "六腿买")
    )
    assert min(asked) > max(told) > 0
    assert question(story + "请问电梯要装几部?").asked == "请问电梯要装几部?"


def test_the_districts_own_name_tells_nothing_in_either_language() -> None:
    assert question("How many elevators does Wuchang want?").terms.keys() == {"elevator"}
    assert question("武昌GDP涨百分之多少").terms == question("GDP涨多少").terms


@pytest.mark.parametrize(
    ("text", "is_foreign"),
    [
        ("建几个篮球场", True),
        ("建几个足球场", False),
        ("几所幼稚园", False),
        ("足球场建几个", False),
    ],
)
def test_a_counted_thing_of_unknown_characters_is_none_of_the_reports(
    text: str, is_foreign: bool
) -> None:
    lexical = index_fields([[("新建社区足球场15片、普惠幼儿园3所", 1.0)]])
    assert Coverer(question(text), lexical).covered_by(0).is_foreign == is_foreign


def test_the_thing_asked_for_may_stand_before_the_words_that_count() -> None:
    lexical = index_fields([[("新建社区老年人服务中心10个", 1.0)]])
    assert Coverer(question("老年食堂今年要开几家?"), lexical).covered_by(0).unmet > 0.5


def test_a_question_about_nothing_is_covered_by_nothing() -> None:
    assert coverage("请问今年有多少?", "加装电梯60部") == [0.0]


@pytest.mark.parametrize(
    ("text", "unmet"),
    [
        ("how many lifts will be fitted?", 0.0),
        ("how many electric buses will be bought?", 1.0),
        ("今年新增多少个公共停车位", 1.0),
        ("will lifts be fitted?", 0.0),
    ],
)
def test_the_thing_whose_number_is_asked_for_must_be_there(text: str, unmet: float) -> None:
    lexical = index_fields([[("加装电梯60部", 1.0), ("Retrofit 60 elevators", 0.6)]])
    assert Coverer(question(text), lexical).covered_by(0).unmet == unmet


PLAIN = Signals(
    coverage=0.5, gap=0.5, unmet=0, dense=0.5, margin=0.1, agree=1, length=1.1, english=0
)


def test_probability_grows_with_coverage_and_falls_with_what_is_unmet() -> None:
    ranked = [replace(PLAIN, unmet=1), PLAIN, replace(PLAIN, coverage=0.9)]
    chances = [probability(signals, Thresholds()) for signals in ranked]
    assert chances == sorted(chances)
    assert 0 < chances[0] < chances[-1] < 1


def test_what_is_objected_to_is_near_all_the_same_but_answers_nothing() -> None:
    objected = replace(PLAIN, coverage=1, objected=True)
    assert probability(objected, Thresholds()) > 0.5
    assert chance_of_answer(objected, Thresholds()) < 0.1


def test_there_is_a_coefficient_for_every_signal() -> None:
    assert len(Thresholds().coefficients) == len(FEATURES)
