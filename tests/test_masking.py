"""What tells who somebody is is hidden, and nothing else."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.masking import masked
from tests.conftest import CONTENT

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
    ("鄂A·D12345", "鄂A*******"),
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
]


@pytest.mark.parametrize(("text", "expected"), HIDDEN)
def test_what_tells_who_somebody_is_is_hidden(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize("text", SHOWN)
def test_what_tells_nobody_stays_to_the_letter(text: str) -> None:
    assert masked(text) == text


def test_no_quote_of_the_report_is_touched() -> None:
    path = CONTENT / "reports" / "wuchang-2020" / "commitments.toml"
    commitments = tomllib.loads(path.read_text(encoding="utf-8"))["commitment"]
    texts = [one[name] for one in commitments for name in ("quote", "en") if one.get(name)]
    assert [text for text in texts if masked(text) != text] == []


@given(st.text())
def test_what_was_masked_once_is_not_masked_further(text: str) -> None:
    assert masked(masked(text)) == masked(text)
