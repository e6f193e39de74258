"""Cases as files: they read back alike, nothing in them runs, nobody is named or told of."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from bot import desk
from bot.app import Bot, exported
from bot.cases import Actor, Case, Kind
from bot.export import COLUMNS, OPEN311_COLUMNS
from bot.export.columns import HIDDEN
from tests.consoles import ConsoleSite
from tests.test_queue_page import HOSTILE, LAMP, actor, dispatched, files

PRIVATE = "胭脂路口的路灯坏了，我叫张伟，电话13812345678，住3栋2单元501室。"
CONTROL = "\x01\x0b竖\ufffe"


def whole(bot: Bot, format_: str, *, bom: bool = True, is_full: bool = False) -> bytes:
    """The file of all cases."""
    pieces = exported(bot, format_, bom=bom, is_full=is_full)
    return b"".join(piece for piece, _ in pieces)


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows as whoever reads the file has them: one leading apostrophe taken away."""
    text = content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: value.removeprefix("'") for name, value in row.items()} for row in rows]


def read_xlsx(content: bytes) -> list[list[str]]:
    """The cells of a workbook's first sheet; a formula among them is an error."""
    spaces = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    assert sheet.findall(".//x:f", spaces) == []
    rows = []
    for row in sheet.findall(".//x:row", spaces):
        cells = {re.sub(r"\d", "", cell.get("r", "")): cell for cell in row.findall("x:c", spaces)}
        rows.append(["".join(one.itertext()) for one in cells.values()])
    return rows


def filed(bot: Bot, site: ConsoleSite) -> Case:
    """A case with everything that a row can tell."""
    matter = replace(LAMP, latitude=30.54321, longitude=114.31234)
    matter = replace(matter, commitment="wuchang-2020/gdp-growth")
    case = dispatched(bot, matter)
    (part,) = bot.store.assignments.of_case(case.id)
    desk.sign(bot.office, case.id, actor(bot, "王五"), part.id, at=bot.now())
    desk.done(bot.office, case.id, actor(bot, "王五"), part.id, "已换灯。", at=bot.now())
    return desk.reply(
        bot.office, case.id, actor(bot, "李四"), "已修好。", answered=frozenset({0}), at=bot.now()
    )


def test_a_row_tells_what_a_12345_platform_asks_for(site: ConsoleSite, bot: Bot) -> None:
    case = filed(bot, site)
    (row,) = json.loads(whole(bot, "json"))
    assert tuple(row) == tuple(COLUMNS)
    assert row == {
        "number": case.number,
        "channel": "Telegram（即时通讯）",
        "kind": "投诉",
        "title": "城市管理：胭脂路口的路灯坏了三个月。",
        "content": "胭脂路口的路灯坏了三个月。",
        "points": "1. 胭脂路口的路灯坏了三个月。",
        "time": "2020-03-02 12:00+08:00",
        "street": "粮道街街道",
        "place": "胭脂路口",
        "category": "城市管理",
        "urgency": "一般",
        "lead_unit": "区城管执法局",
        "support_units": "",
        "commitment": "wuchang-2020/gdp-growth",
        "commitment_quote": bot.index.commitments["wuchang-2020/gdp-growth"].quote,
        "duplicate_hint": "",
        "confidential": "否",
        "reply_wanted": "是",
        "state": "已答复",
        "due": "",
        "reply": "已修好。",
        "solved": "",
        "satisfied": "",
        "rework": 0,
        "latitude": 30.543,
        "longitude": 114.312,
        "photos": 0,
        "delivery": "正在发送",
        "updated": "2020-03-02 12:00+08:00",
        "taken_by": "命令行 2020-03-02 12:00",
    }


@pytest.mark.parametrize("format_", ["csv", "json", "xlsx"])
def test_every_row_tells_who_took_it(site: ConsoleSite, bot: Bot, format_: str) -> None:
    site.hires("A&B", "supervisor")
    member = bot.store.staff.named("A&B")
    assert member is not None
    for _ in range(3):
        files(bot, LAMP)
    mark = f"A&B（工号 {member.id}） 2020-03-02 12:00"
    pieces = exported(bot, format_, bom=False, is_full=True, by="A&B")
    content = b"".join(piece for piece, _ in pieces)
    if format_ == "xlsx":
        assert [row[-1] for row in read_xlsx(content)] == ["导出人", mark, mark, mark]
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314
        (footer,) = [one.text for one in sheet.iter() if one.tag.endswith("oddFooter")]
        assert footer == f"&L{mark.replace('&', '&&')}&R&P / &N"
    else:
        assert content.decode().count(mark) == 3


def test_open_data_names_nobody_who_took_it(site: ConsoleSite, bot: Bot) -> None:
    assert bot.store.staff.named("赵六")
    files(bot, LAMP)
    pieces = exported(bot, "open311", bom=False, is_full=False, by="赵六")
    content = b"".join(piece for piece, _ in pieces).decode()
    assert "赵六" not in content
    assert "导出人" not in content


def test_all_three_formats_hold_the_same(site: ConsoleSite, bot: Bot) -> None:
    filed(bot, site)
    for text in (*HOSTILE, "'quoted'", '多行\n第二行，"引号"', "-1", "@x", "＝1"):
        files(bot, replace(LAMP, text=text, place=text))
    told = json.loads(whole(bot, "json", is_full=True))
    expected = [["" if value is None else str(value) for value in row.values()] for row in told]
    as_csv = read_csv(whole(bot, "csv", is_full=True))
    assert [list(row) for row in as_csv] == [list(COLUMNS.values())] * len(told)
    assert [list(row.values()) for row in as_csv] == expected
    heading, *as_xlsx = read_xlsx(whole(bot, "xlsx", is_full=True))
    assert heading == list(COLUMNS.values())
    assert [row[:4] for row in as_xlsx] == [row[:4] for row in expected]
    content = list(COLUMNS).index("content")
    assert [row[content] for row in as_xlsx] == [row["content"] for row in told]


def test_nothing_in_a_sheet_runs(site: ConsoleSite, bot: Bot) -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"):
        files(bot, replace(LAMP, text=text, place=text))
    cells = [
        cell
        for row in csv.reader(io.StringIO(whole(bot, "csv").decode("utf-8-sig")))
        for cell in row
    ]
    assert [cell for cell in cells if cell.startswith(tuple("=+-@\t\r＝"))] == []
    assert len(read_xlsx(whole(bot, "xlsx"))) == 8


def test_what_a_format_cannot_hold_is_left_out(site: ConsoleSite, bot: Bot) -> None:
    files(bot, replace(LAMP, text=f"路灯{CONTROL}坏了", place="x" * 40_000))
    row = read_xlsx(whole(bot, "xlsx", is_full=True))[1]
    assert row[list(COLUMNS).index("content")] == "路灯竖坏了"
    assert len(row[list(COLUMNS).index("place")]) == 32_767
    json.loads(whole(bot, "json", is_full=True))


def test_the_mark_of_utf_8_is_there_unless_it_is_not_wanted(site: ConsoleSite, bot: Bot) -> None:
    assert whole(bot, "csv").startswith(b"\xef\xbb\xbf")
    assert whole(bot, "csv", bom=False).startswith("工单编号".encode())


def test_personal_data_is_masked_unless_the_whole_is_asked_for(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, replace(LAMP, text=PRIVATE, place="3栋2单元501室"))
    (row,) = json.loads(whole(bot, "json"))
    told = json.dumps(row, ensure_ascii=False)
    assert [secret for secret in ("张伟", "13812345678", "501") if secret in told] == []
    (row,) = json.loads(whole(bot, "json", is_full=True))
    assert (row["content"], row["place"]) == (PRIVATE, "3栋2单元501室")


def test_of_a_report_of_wrongdoing_a_masked_file_tells_neither_what_nor_where(
    site: ConsoleSite, bot: Bot
) -> None:
    matter = replace(LAMP, kind=Kind.REPORT, text="某单位收钱办事", latitude=30.5, longitude=114.3)
    files(bot, matter)
    (row,) = json.loads(whole(bot, "json"))
    assert (row["content"], row["place"], row["confidential"]) == (HIDDEN, HIDDEN, "是")
    assert (row["latitude"], row["longitude"]) == (None, None)
    assert "收钱" not in json.dumps(row, ensure_ascii=False)


def test_no_file_names_the_resident(site: ConsoleSite, bot: Bot) -> None:
    files(bot, LAMP, sender="987654321")
    case = next(bot.store.cases.all())
    for format_ in ("csv", "json", "open311"):
        content = whole(bot, format_, is_full=True).decode()
        assert "987654321" not in content
        assert case.query_code not in content


def test_open_data_has_the_standards_columns_and_nobodys_words(
    site: ConsoleSite, bot: Bot
) -> None:
    case = files(bot, replace(LAMP, place="胭脂路12号", latitude=30.54321, longitude=114.31234))
    files(bot, replace(LAMP, kind=Kind.REPORT))
    taken_back = files(bot, LAMP)
    resident = Actor.resident(taken_back.resident_id)
    desk.withdraw(bot.office, taken_back.id, resident, "", at=bot.now())
    content = whole(bot, "open311")
    (row,) = read_csv(content)
    assert tuple(row) == tuple(OPEN311_COLUMNS)
    assert (row["service_request_id"], row["status"]) == (case.number, "open")
    assert (row["lat"], row["long"]) == ("30.543", "114.312")
    assert "坏了" not in content.decode()
    assert "12号" not in content.decode()


async def test_a_list_of_the_console_is_exported_as_it_is_narrowed_down(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, replace(LAMP, kind=Kind.SUGGESTION))
    lamp = files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/export?tab=all&kind=complaint")
    assert "现有 1 件" in clerk.text
    (form,) = clerk.all("main form")
    (narrowed,) = form.select("[name=list]")
    response = await clerk.http.post(
        "/console/export",
        data={"list": str(narrowed["value"]), "format": "csv", "bom": "1"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    assert response.headers["cache-control"] == "no-store"
    assert [row["工单编号"] for row in read_csv(response.content)] == [lamp.number]
    (view,) = bot.store.views.last(most=10)
    assert (view.what, view.reason) == ("export", "csv, 1")


async def test_a_handler_exports_the_cases_of_her_unit_alone(site: ConsoleSite, bot: Bot) -> None:
    hers = dispatched(bot, LAMP)
    dispatched(bot, LAMP, "parks")
    clerk = await site.signs_in("王五")
    response = await clerk.http.post(
        "/console/export",
        data={"list": "tab=all", "format": "json"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert [row["number"] for row in response.json()] == [hers.number]


async def test_a_full_export_needs_a_supervisor_and_a_reason(site: ConsoleSite, bot: Bot) -> None:
    files(bot, replace(LAMP, text=PRIVATE))
    asked = {"list": "tab=all", "format": "json", "full": "1", "reason": "市民呼我应平台移交"}
    clerk = await site.signs_in("李四")
    await clerk.posts("/console/export", asked)
    assert clerk.status == 422
    assert "督办审核人员" in clerk.texts("[role=alert]")[0]
    supervisor = await site.signs_in("赵六")
    for reason in ("", "abc", "x" * 301):
        await supervisor.posts("/console/export", {**asked, "reason": reason})
        assert supervisor.status == 422
    assert bot.store.views.count() == 0
    response = await supervisor.http.post(
        "/console/export", data=asked, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert response.json()[0]["content"] == PRIVATE
    (view,) = bot.store.views.last(most=10)
    assert (view.what, view.reason) == ("full_export", "json, 1: 市民呼我应平台移交")


@pytest.mark.parametrize("format_", ["", "pdf", "<script>"])
async def test_a_format_that_is_none_is_refused(site: ConsoleSite, bot: Bot, format_: str) -> None:
    clerk = await site.signs_in("李四")
    await clerk.posts("/console/export", {"list": "tab=all", "format": format_})
    assert clerk.status == 422
    assert bot.store.views.count() == 0
    assert clerk.all("main script") == []


async def test_a_long_list_comes_whole_and_in_its_order(site: ConsoleSite, bot: Bot) -> None:
    numbers = [files(bot, LAMP, sender=f"{at}").number for at in range(450)]
    clerk = await site.signs_in("李四")
    response = await clerk.http.post(
        "/console/export",
        data={"list": "tab=all&sort=oldest", "format": "json"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert [row["number"] for row in response.json()] == numbers
