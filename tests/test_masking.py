"""What tells who somebody is is hidden, and nothing else."""

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.masking import masked
from tests.conftest import CONTENT
from tests.masking_samples import HALVES, samples

HIDDEN = [
    ("我的电话13812345678，请回电", "我的电话138******78，请回电"),
    ("138 1234 5678", "138********78"),
    ("+86 138-1234-5678", "+86************78"),
    ("电话：027-88936666", "电话：027*******66"),
    ("02788936666", "027******66"),
    ("联系电话88936666", "联系电话******66"),
    ("身份证420106199001011234", "身份证420*************34"),
    ("42010619900101123X。", "420*************3X。"),
    ("卡号6222 0212 3456 7890 123", "卡号" + "*" * 19 + " 123"),
    ("鄂A12345乱停", "鄂A*****乱停"),
    ("鄂A·D12345", "鄂A·******"),
    ("zhang.wei@example.com", "z********************"),
    ("微信号：zhangwei_88", "微信号：***********"),
    ("QQ 123456789", "QQ *********"),
    ("我叫张伟，住在这里", "我叫张*，住在这里"),
    ("联系人：欧阳娜", "联系人：欧**"),
    ("My name is John Smith.", "My name is J*********."),
    ("3栋2单元501室漏水", "3栋*单元***室漏水"),
    ("12栋1203漏水", "12栋****漏水"),
    ("住在502室", "住在***室"),
    ("flat 12B, lift broken", "flat ***, lift broken"),
    ("call 13812345678 or 02788936666", "call 138******78 or 027******66"),
    ("Tel.13812345678", "Tel.138******78"),
    ("１３８１２３４５６７８", "１３８******７８"),
    ("1381-234-5678", "138********78"),
    ("138.1234.5678", "138********78"),
    ("008613812345678", "008**********78"),
    ("电话027-88936666-801", "电话027***********01"),
    ("（027）88936666", "（02********66"),
    ("027 8893 6666", "027********66"),
    ("电话是88936666", "电话是******66"),
    ("座机8893666", "座机*****66"),
    ("拨打8893 6666", "拨打*******66"),
    ("热线：88936666", "热线：******66"),
    ("电话一三八一二三四五六七八", "电话一三八******七八"),
    ("身份证420106 19900101 1234", "身份证420***************34"),
    ("身份证420106900101123", "身份证420**********23"),
    ("鄂a12345", "鄂a*****"),
    ("鄂A1234学", "鄂A*****"),
    ("qq群123456789", "qq群*********"),
    ("加微信zhangwei_88聊", "加微信***********聊"),
    ("my WeChat is zhang_88", "my WeChat is ********"),
    ("2单元501漏水", "*单元***漏水"),
    ("三栋二单元五零一室", "三栋*单元***室"),
    ("5楼502漏水", "5楼***漏水"),
    ("B座1203", "B座****"),
    ("3-2-501", "3-*-***"),
    ("12号门502房", "12号门***房"),
    ("apt. 12B", "apt. ***"),
    ("我叫张三丰住这里", "我叫张**住这里"),
    ("联系人：王五，", "联系人：王*，"),
    ("联系人李女士", "联系人李**"),
    ("name is Li Wei", "name is L*****"),
    ("邮箱是zhang@qq.com，请回复", "邮箱是z***********，请回复"),
    ("138 00 138 000", "138*********00"),
    ("138(0013)8000", "138********00"),
    ("138\n0013\n8000", "138********00"),
    ("①③⑧⓪⓪①③⑧⓪⓪⓪", "①③⑧******⓪⓪"),
    ("027.8765.4321", "027********21"),
    ("紫阳路77号2-301", "紫阳路77号*****"),
    ("8-1203", "8-****"),
    ("17楼3号", "17楼*号"),
    ("楼上602漏水到502", "楼上***漏水到***"),
    ("12栋502和602、702室", "12栋***和***、***室"),
    ("Building 3, Unit 2, 501", "Building 3, Unit *, ***"),
    ("wang (at) qq.com", "w***************"),
    ("我妈妈王秀英摔倒了", "我妈妈王**摔倒了"),
]
SHOWN = [
    "新增普惠幼儿园3所、学位500个",
    "WC20261129-0001",
    "请拨打12345、110或者120",
    "胭脂路12号门口",
    "地铁5号线3号口",
    "2020年3月2日上午9点30分",
    "地区生产总值增长7.5%，达到1500.25亿元",
    "PM2.5超过75",
    "65岁以上老人",
    "3栋楼下的路灯坏了",
    "公交702路、811路",
    "投入资金12345678元",
    "unit price of 35 yuan",
    "我叫了三次物业",
    "5G基站",
    "3栋2020年建成的楼",
    "28栋1500户居民",
    "3座300平米的房",
    "A栋后面",
    "第二单元考试",
    "我叫救护车",
    "我叫物业来修",
    "联系人不在家",
    "wechat payment failed",
    "微信支付打不开",
    "apartment 10 years old",
    "unit 35 workers",
    "room 20 people",
    "1956-2020-2021",
    "2019-2020年",
    "订单20261129已退",
    "流水号45612378",
    "请致电4008208820",
    "办公室3个人",
    "教室20间",
    "PM2.5和PM10",
    "12345热线转2",
    "100号楼长",
    "车牌看不清",
    "每天22:00-06:00",
    "5000-8000元",
    "紫阳路77号",
    "客服400-666-1234",
    "①路灯不亮②井盖坏了",
    "1、3、5、6、7、8、9、10、11栋停电",
    "12栋500户、600人",
    "我妈妈高血压",
]


@pytest.mark.parametrize(("text", "expected"), HIDDEN)
def test_what_tells_who_somebody_is_is_hidden(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize("text", SHOWN)
def test_what_tells_nobody_stays_to_the_letter(text: str) -> None:
    assert masked(text) == text


LEAST_RECALL = 0.98


@pytest.mark.parametrize("half", HALVES)
def test_of_what_residents_tell_of_themselves_almost_all_is_hidden(half: str) -> None:
    marked = [sample for sample in samples(half) if sample.marks]
    told = [(one.text, mark.kind) for one in marked for mark in one.told(masked(one.text))]
    count = sum(len(sample.marks) for sample in marked)
    assert len(told) <= (1 - LEAST_RECALL) * count, told


@pytest.mark.parametrize("half", HALVES)
def test_of_messages_that_tell_of_nobody_nothing_is_hidden(half: str) -> None:
    plain = [sample.text for sample in samples(half) if not sample.marks]
    assert [text for text in plain if masked(text) != text] == []


@pytest.mark.parametrize("half", HALVES)
def test_nothing_is_hidden_beside_what_must_be(half: str) -> None:
    lost = [(one.text, one.lost(masked(one.text))) for one in samples(half)]
    assert [pair for pair in lost if pair[1]] == []


def test_there_are_two_hundred_messages_to_measure_masking_on() -> None:
    texts = [one.text for half in HALVES for one in samples(half) if one.marks]
    chinese = [text for text in texts if re.search("[一-鿿]", text)]
    assert len(texts) >= 200
    assert len(chinese) >= 100
    assert len(texts) - len(chinese) >= 60


def test_no_sentence_of_a_report_is_touched() -> None:
    reports = sorted((CONTENT / "reports").glob("*/report.md"))
    lines = [line for path in reports for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 50
    assert [line for line in lines if masked(line) != line] == []


def test_no_quote_of_a_report_nor_its_english_is_touched() -> None:
    paths = sorted((CONTENT / "reports").glob("*/commitments.toml"))
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in paths]
    commitments = [one for file in files for one in file["commitment"]]
    texts = [one[name] for one in commitments for name in ("quote", "en") if one.get(name)]
    assert len(texts) > 100
    assert [text for text in texts if masked(text) != text] == []


PIECES = [text for text, _ in HIDDEN] + SHOWN + list("0123456789 -.·，：楼室栋座转号xX")


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_what_is_hidden_becomes_stars_and_every_other_sign_stays(text: str) -> None:
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert all(after in (before, "*") for before, after in zip(text, hidden, strict=True))


@given(st.sampled_from([one.text for half in HALVES for one in samples(half)]) | st.text())
def test_what_was_masked_once_is_not_masked_further(text: str) -> None:
    assert masked(masked(text)) == masked(text)
