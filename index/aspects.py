"""What kind of answer a question wants, and whether a commitment's sentence can give it.

The topic alone is no answer: who asks when, where or for how much, and reads only that it will
be done, was not answered. Each rule looks at the question and at the quote; none knows a topic.
What staff were asked, their answer gives, whatever its words.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from index.lexical import tidy
from index.measures import Measure, measures_asked, measures_given
from index.questions import Question
from index.reports import Commitment

_PLACES = {
    "江岸": "jiangan", "江汉": "jianghan", "硚口": "qiaokou", "汉阳": "hanyang",
    "武昌": "wuchang", "青山": "qingshan", "洪山": "hongshan", "东西湖": "dongxihu",
    "汉南": "hannan", "蔡甸": "caidian", "江夏": "jiangxia", "黄陂": "huangpi", "新洲": "xinzhou",
    "汉口": "hankou", "北京": "beijing", "上海": "shanghai", "广州": "guangzhou",
    "深圳": "shenzhen", "宜昌": "yichang", "襄阳": "xiangyang", "黄石": "huangshi",
    "长沙": "changsha", "南京": "nanjing", "杭州": "hangzhou", "成都": "chengdu",
    "重庆": "chongqing", "光谷": "optics valley", "东湖高新": "donghu high-tech",
    "东湖风景区": "east lake scenic area", "经开区": "economic development zone",
    "天津": "tianjin", "河北": "hebei", "山西": "shanxi", "内蒙古": "inner mongolia",
    "辽宁": "liaoning", "吉林": "jilin", "黑龙江": "heilongjiang", "江苏": "jiangsu",
    "浙江": "zhejiang", "安徽": "anhui", "福建": "fujian", "江西": "jiangxi", "山东": "shandong",
    "河南": "henan", "湖北": "hubei", "湖南": "hunan", "广东": "guangdong", "广西": "guangxi",
    "海南": "hainan", "四川": "sichuan", "贵州": "guizhou", "云南": "yunnan", "西藏": "tibet",
    "陕西": "shaanxi", "甘肃": "gansu", "青海": "qinghai", "宁夏": "ningxia", "新疆": "xinjiang",
    "香港": "hong kong", "澳门": "macau", "台湾": "taiwan", "苏州": "suzhou", "合肥": "hefei",
    "沌口": "zhuankou", "临空港": "linkonggang", "长江新区": "changjiang new area",
}  # fmt: skip
# More than the district: the whole city, province or country.
_WIDER = re.compile(
    r"全市|全国|全省|武汉市(?![民武昌])|武汉全市"
    r"|\b(?:all of wuhan|whole (?:city|province|country)|nationwide|city-?wide)\b"
)
_PLACE_IN_ENGLISH = re.compile(r"\b(?:" + "|".join(_PLACES.values()) + r")\b")

_LINE = re.compile(
    r"(\d+)\s*号线|\bline\s*(\d+)|\b(?:metro|subway) (\d+)|\b(\d+)(?:th|st|nd|rd) line"
)
_PLAN = re.compile(r"十[一二四五六]五|\b(?:1[124]th|14th|fourteenth|15th) five")
_CODE = re.compile(r"(?<![a-z\d])[a-z]{1,4}-?\d[\d.]*(?![a-z\d])")
_NUMBER = re.compile(r"(?<![\d.a-z])\d+(?:\.\d+)?(?![\d.a-z岁楼层月日点号时])")

# 比去年 and "than last year" only compare.
_LAST_YEAR = re.compile(
    r"(?<![比跟和与同])(?:去年|上一?年度)|(?<!than )(?<!with )(?<!to )\blast year\b"
)
_OTHER_YEAR = re.compile(
    r"(?<![比跟和与同])(?:前年|明年|后年|昨天|昨晚|明天|后天|今晚|今早|今天(?![我听看才刚在]))"
    r"|(?<!than )(?<!with )(?<!to )\bnext year\b|\b(?:yesterday|today|tomorrow|tonight)\b"
)
_THIS_YEAR = re.compile(r"今年|\bthis year\b")
# A measure that is no number: 与经济增长基本同步, 不低于上年.
_COMPARED = re.compile(r"同步|不低于|持平")


@dataclass(frozen=True, slots=True)
class _Aspect:
    """Words that ask for one aspect, and what a quote that gives it holds (None: none does).

    `by_staff`: what answers of staff are there to give, so that their words need not tell.
    """

    asked_by: re.Pattern[str]
    given_by: re.Pattern[str] | None
    by_staff: bool = False


_ASPECTS = (
    _Aspect(  # a day or an hour
        re.compile(
            r"几月|哪月|几号(?!线)|哪天|哪一天|哪个月|(?<!快)几点|(?<!晚)几时|星期几|周几|时间表"
            r"|\bwhat (?:time|date|day|month)\b|\bexact(?:ly when| date)\b|\bwhen exactly\b"
            r"|\bopening hours\b|\bwhich (?:day|month|date)\b"
            r"|(?:晚上|夜里|周末|节假日|几点|全天)(?:也|都|还)?开(?!工|发|展|设)|营业时间"
            r"|\bopen (?:at|on|until|till|late|all|24)\b"
        ),
        re.compile(r"\d月|\d日|定时|\d小时|夜"),
    ),
    _Aspect(  # the start
        re.compile(
            r"(?:什么|啥|么)时候(?=.{0,4}(?:动工|开工|开始|启动|上马|开建))"
            r"|\bwhen .*\b(?:start|begin|break ground)"
        ),
        # What is to be started is started in the report's year.
        re.compile(r"开工|启动|\d月|成立|设立"),
    ),
    _Aspect(  # time
        re.compile(
            r"(?:什么|啥|么)时候(?!.{0,4}(?:动工|开工|开始|启动|上马|开建))|何时|多久"
            r"|(?!.*\b(?:start|begin|break ground))"
            r"\bwhen (?:will|does|do|is|are|can|did|was|would|should|exactly)\b"
            r"|^when\b(?!.*(?:,|\b(?:start|begin|break ground)))"
            r"|\bhow (?:long|soon)\b|\b(?:opening|start|completion|deadline) date\b|\bby when\b"
        ),
        # What is to be completed is completed in the report's year.
        re.compile(r"\d月|\d日|\d天|年底|季度|上半年|下半年|定时|\d小时|完成|建成"),
    ),
    _Aspect(  # place
        re.compile(
            r"在哪(?!个会|次)|什么位置|哪个位置|哪里|哪儿|什么地方|么地方|哪个地方|哪块地|哪点|到哪|哪条[路街]|哪些[路街]|地址|建在|选址"
            r"|\bwhere(?:abouts)? (?:will|is|are|do|does|can|exactly|would|should)\b|^where\b"
            r"|\b(?:which|what) (?:street|road|address|location|place)s?\b|\bin which\b"
            r"|\baddress(?:es)?\b|\blocations?\b"
        ),
        re.compile(
            r"[\u4e00-\u9fff]{2}(?:路|大道|湖|河(?!街)|港|渠|桥|地区|沿线|江滩|商圈|商务区|古城)|定点"
        ),
    ),
    _Aspect(  # where something moves to
        re.compile(r"[迁搬][到去往]?(?:哪|什么地方|么地方)|\b(?:moved?|moving|relocat\w+) to\b"),
        re.compile(r"[迁搬][至到往]"),
    ),
    _Aspect(  # money a resident pays or gets, and what a project costs
        re.compile(
            r"多少钱|几多钱|几块|块钱|花费|费用|收费|票价|学费|房价|补贴(?:几|多少|标准|吗|冇|是|有)"
            r"|[收交缴付](?:多少|几)|(?:多少|几).{0,4}费|[给发有]补贴|补几|补多少|租金|[水电]费|免费|造价|预算|经费|拨款|罚款|罚多少|月薪|工资"
            r"|(?:花|投|投入|投资|出|拨)了?(?:多少|几多|几个亿|好多)(?!.*增)"
            r"|\b(?:costs?|price|fees?|fares?|tuition|tickets?|rent|salary|wages?|subsid(?:y|ies)"
            r"|how much money|for free|free of charge|per month|fines?|fined)\b"
            r"|\b(?:spend(?:ing)?|spent|budget(?:ed)?)\b|\bhow much\b.*\b(?:invested|cost)\b"
        ),
        re.compile(r"\d[万亿]?元|费|补贴|补偿|预算|罚"),
    ),
    _Aspect(re.compile(r"利率|利息|\binterest\b(?! in)"), re.compile(r"利率|利息")),
    _Aspect(  # the rest of what is named only in part
        re.compile(
            r"(?:除了|另外|其他|其余|剩下).{0,12}(?:叫|哪|什么)"
            r"|\bthe (?:other|remaining) (?:two|three|four)\b|\ball (?:two|three|four|five|\d+)\b"
        ),
        None,
    ),
    _Aspect(  # how to get something done oneself, and who may
        re.compile(
            r"(?:怎么|如何|么样|咋)(?:去)?(?:办理|申请|申领|报名|签约|预约|领|查询|交|缴|登记|联系)"
            r"|怎么办[证理卡]|户口|居住证|户籍|学区|划片|招生范围|申请(?:表|条件|资格)|什么条件|哪些条件|什么资格|够不够格|要什么材料|要么材料|什么手续"
            r"|(?:在不在|有没有在|是否在|在)(?:名单|范围|名录)(?:里|内|上|中)"
            r"|\bhow (?:do|can|could|should) (?:i|we|one)\b"
            r"|\bhow to (?:apply|register|sign|get|book|join|contact)\b"
            r"|\bwhere (?:do|can) i\b|\bapplication forms?\b|\bsign up\b|\bapply for\b"
            r"|\b(?:eligib\w+|qualif(?:y|ies|ications?)|requirements?|what documents"
            r"|residence permit|catchment)\b"
        ),
        None,
        by_staff=True,
    ),
    _Aspect(  # whom to reach, and how
        re.compile(
            r"电话|号码(?!牌)|联系(?:方式|人)|官网|网址|公众号|邮箱|热线是|微信号"
            r"|\b(?:phone|telephone|hotline|e-?mail|website|web site|url|contact details?)\b"
        ),
        re.compile(r"\d{5}|热线"),
    ),
    _Aspect(  # who somebody is
        re.compile(
            r"(?:[校局院市省厅处科]长|主任|书记|经理|老板|负责人|领导|院长)(?:是|叫|姓)"
            r"|(?:是|叫)(?:谁|哪个|什么名字|么名字)(?:$|[?？啊呢。,，])|谁是|谁当|谁牵头|谁负责"
            r"|\bwho (?:is|was|are|were|won|heads?|runs?|chairs?)\b(?! going)"
        ),
        re.compile(r"[区市省县]长[\u4e00-\u9fff]{2}|牵头|负责|物业|企业|政府|街道|“"),
    ),
    _Aspect(  # who does the work
        re.compile(
            r"(?:哪家|哪个|什么|么)(?:公司|企业|单位|施工队|开发商|厂家|集团|建筑商)"
            r"(?:来|在|负责|承|中标|施工|建|修|装|开发|做)"
            r"|承建|承包|中标|施工(?:单位|方)|开发商是"
            r"|\b(?:which|what|wich) (?:company|firm|contractor|developer|builder)s?\b"
            r"|\bcontractors?\b|\bwho (?:is )?(?:building|builds|developing|installs)\b"
        ),
        re.compile(r"公司|集团"),
    ),
    _Aspect(  # what it looks like, and of what it is made
        re.compile(
            r"什么(?:牌子|品牌|颜色|材料|材质|型号)|么牌子|\bmade of\b"
            r"|\b(?:what|which) (?:brand|colou?r|material|model)s?\b"
        ),
        None,
    ),
    _Aspect(  # a name
        re.compile(
            r"叫什么|叫么|名字是|什么名|\bwhat(?:s| is| are) the names?\b|\bnames? of\b|\bcalled\b"
        ),
        re.compile(r"[区市省县]长[\u4e00-\u9fff]{2}|“|、|等"),
    ),
    _Aspect(  # how far it has come
        re.compile(
            r"进展(?:如何|怎么样|到哪)|完成得怎么样|\b(?:so far|progress (?:on|of|with))\b"
        ),
        re.compile(r"已|实现了|完成了"),
    ),
    _Aspect(  # which ones
        re.compile(
            r"哪些(?!计划|措施|举措|打算|安排|动作|办法|工作|任务|目标|内容|方面|事|变化|新[^增建])|名单"
            r"|哪[几一]?[个所家条座栋片部处]|\bwhich (?:ones|of)\b|\blists? of\b"
            r"|\bwhich (?:streets|roads?|compounds?|estates?|communit(?:y|ies)|neighbou?rhoods?"
            r"|schools?|hospitals?|buildings?|stations?|parks?|stores?|shops?|brands?|companies|banks?)\b"
        ),
        # It names some: what stands between commas of a list, or before "and others".
        re.compile(r"(?<![个所家条片部处栋座%元人])、|等|“|和|集团|大学|小学|路|湖|古城"),
    ),
    _Aspect(re.compile(r"为什么|为啥|为何|为么|\bwhy\b"), None),  # a reason
)


@dataclass(frozen=True)
class Wanted:
    """What a question wants of a sentence, read once and held against many commitments."""

    question: Question

    def is_missing_in(self, commitment: Commitment) -> bool:
        """Whether the question asks for something that the commitment's sentence does not give."""
        return (
            self._names_no_thing
            or self._is_of_another_year(commitment)
            or self._lacks_what_is_asked(commitment)
        )

    def _lacks_what_is_asked(self, commitment: Commitment) -> bool:
        if self.question.text in _answered_questions(commitment):
            return False
        return (
            self._is_of_another_place(commitment)
            or self._lacks_an_aspect(commitment)
            or self._lacks_a_number_named(commitment)
            or self._lacks_a_quantity(commitment)
        )

    @cached_property
    def _names_no_thing(self) -> bool:
        """Whether it is a bare number: 60 may be anything, though only one commitment has it."""
        return not any(char.isalpha() for char in self.question.text)

    @cached_property
    def _aspects(self) -> tuple[_Aspect, ...]:
        asked = self.question.asked
        return tuple(aspect for aspect in _ASPECTS if aspect.asked_by.search(asked))

    def _lacks_an_aspect(self, commitment: Commitment) -> bool:
        return any(
            not (aspect.given_by and aspect.given_by.search(commitment.quote))
            and not (aspect.by_staff and commitment.is_staff_answer)
            and not any(map(aspect.asked_by.search, _answered_questions(commitment)))
            for aspect in self._aspects
        )

    @cached_property
    def _names_another_year(self) -> bool:
        asked = self.question.asked
        return bool(_OTHER_YEAR.search(asked)) and not _THIS_YEAR.search(asked)

    @cached_property
    def _names_last_year(self) -> bool:
        asked = self.question.asked
        return bool(_LAST_YEAR.search(asked)) and not _THIS_YEAR.search(asked)

    def _is_of_another_year(self, commitment: Commitment) -> bool:
        is_past = commitment.until < commitment.target_year
        if self._names_another_year and "上年" not in commitment.quote:
            return True
        if self._names_last_year and "上年" not in commitment.quote:
            return not is_past or commitment.until < commitment.target_year - 1
        if is_past and _THIS_YEAR.search(self.question.asked):
            return True
        return any(
            not commitment.since <= year <= commitment.until
            and str(year) not in f"{commitment.quote} {_answered_questions(commitment)}"
            for year in self.question.years
        )

    @cached_property
    def _places(self) -> tuple[tuple[str, str], ...]:
        """The places named, each in Chinese and in English."""
        asked = self.question.asked
        english = set(_PLACE_IN_ENGLISH.findall(asked))
        return tuple(
            (chinese, name)
            for chinese, name in _PLACES.items()
            if chinese in asked or name in english
        )

    @cached_property
    def _is_wider(self) -> bool:
        return _WIDER.search(self.question.asked) is not None

    def _is_of_another_place(self, commitment: Commitment) -> bool:
        if self._is_wider:
            return True
        if not self._places:
            return False
        own = f"{commitment.district} {commitment.report_title} {commitment.quote}"
        own = " ".join([own, *_answered_questions(commitment)])
        own_en = (commitment.report_title_en + commitment.en).lower().replace("'", "")
        return any(zh not in own and en not in own_en for zh, en in self._places)

    @cached_property
    def _lines(self) -> tuple[re.Pattern[str], ...]:
        """What must stand in a commitment for each metro line named."""
        named = (
            next(filter(None, found.groups())) for found in _LINE.finditer(self.question.asked)
        )
        return tuple(
            re.compile(rf"(?<!\d){line}(?:号线|(?:th|st|nd|rd) line)|\bline {line}\b")
            for line in named
        )

    @cached_property
    def _numbers(self) -> tuple[re.Pattern[str], ...]:
        """The same for each other number and each five-year plan."""
        years = {str(year) for year in self.question.years}
        numbers = [found for found in _NUMBER.findall(self.question.asked) if found not in years]
        names = [*_PLAN.findall(self.question.asked), *_CODE.findall(self.question.asked)]
        patterns = [rf"(?<![\d.]){re.escape(number)}(?![\d.])" for number in numbers]
        patterns += map(re.escape, names)
        return tuple(map(re.compile, patterns))

    def _lacks_a_number_named(self, commitment: Commitment) -> bool:
        """Whether the question names a line, or any other number, that the commitment lacks."""
        if not self._lines and not self._numbers:
            return False
        own = f"{commitment.quote} {commitment.en}".replace(",", "").lower()
        own = " ".join([own, *_answered_questions(commitment)])
        return any(not named.search(own) for named in (*self._lines, *self._numbers))

    @cached_property
    def _measures(self) -> frozenset[Measure] | None:
        return measures_asked(self.question.asked)

    def _lacks_a_quantity(self, commitment: Commitment) -> bool:
        """Whether a number is asked for and the quote gives none, or none of that kind."""
        answered = map(measures_asked, _answered_questions(commitment))
        if self._measures is not None and self._measures in answered:
            return False
        if self._measures is not None:
            return self._measures.isdisjoint(measures_given(commitment.quantities))
        if not self.question.wants_quantity:
            return False
        measure = self.question.measure
        if measure:
            return not any(measure in part.value + part.unit for part in commitment.quantities)
        return not commitment.quantities and not _COMPARED.search(commitment.quote)


def _answered_questions(commitment: Commitment) -> tuple[str, ...]:
    """The questions, tidied, that staff answered with it; none of a report's commitment."""
    return tuple(map(tidy, commitment.ask)) if commitment.is_staff_answer else ()
