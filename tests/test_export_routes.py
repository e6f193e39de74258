"""A list as a file over HTTP: what is refused, what is kept of it, and that it holds nobody up."""

import asyncio
import csv
import io
import zipfile
from dataclasses import replace

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from bot import desk
from bot.app import Bot
from bot.cases import Kind
from bot.export.columns import HIDDEN
from bot.web.console.exporting import READ_AT_ONCE
from tests.consoles import SITE, Clerk, ConsoleSite
from tests.filed import LAMP, LIFT, actor, dispatched, files, files_many
from tests.test_queue_page import HOSTILE

PATH = "/console/export"


async def exports(clerk: Clerk, **fields: str) -> httpx.Response:
    return await clerk.http.post(
        PATH,
        data={"list": "tab=all", "format": "json", **fields},
        headers={"Sec-Fetch-Site": "same-origin"},
    )


@pytest.mark.parametrize(
    ("narrowed", "name"),
    [
        ("tab=all&kind=bribe", "诉求类型"),
        ("tab=nonsense", "按下一步要做的事"),
        ("tab=all&since=yesterday", "提交日期自"),
        ("tab=all&state=accepted&state=<script>", "状态"),
        ("tab=all&unit=urban_management'--", "承办单位"),
        ("tab=all&q=？！", "查找"),
        ("tab=all&q=灯 路灯", "查找"),
    ],
)
async def test_a_list_that_is_not_understood_is_not_exported_wider_than_it_was_meant(
    site: ConsoleSite, bot: Bot, narrowed: str, name: str
) -> None:
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.posts(PATH, {"list": narrowed, "format": "csv"})
    assert clerk.status == 422
    assert name in clerk.texts("[role=alert]")[0]
    assert bot.store.views.count() == 0
    await clerk.opens(f"{PATH}?{narrowed}")
    assert clerk.status == 200
    assert name in clerk.texts("[role=alert]")[0]
    assert clerk.all("main script") == []


async def test_the_form_tells_what_the_list_is_narrowed_down_to(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.opens(f"{PATH}?tab=all&street=liangdaojie&q=路灯")
    assert clerk.texts("main .tag") == ["查找: “路灯”", "街道: 粮道街街道"]
    assert "现有 1 件" in clerk.text
    assert clerk.all("[name=full], [name=reason]") == []


async def test_what_was_chosen_is_kept_when_the_form_is_refused(
    site: ConsoleSite, bot: Bot
) -> None:
    supervisor = await site.signs_in("赵六")
    await supervisor.opens(f"{PATH}?tab=all&kind=help")
    await supervisor.submits(
        "main form", {"format": "xlsx", "bom": "", "full": "1", "reason": "急"}
    )
    assert supervisor.status == 422
    assert "至少 4 个字" in supervisor.texts("[role=alert]")[0]
    kept = {str(one["value"]) for one in supervisor.all("main form [checked]")}
    assert kept == {"xlsx", "1"}
    assert supervisor.all("[name=bom][checked]") == []
    assert str(supervisor.all("#reason")[0]["value"]) == "急"
    assert "kind=help" in str(supervisor.all("[name=list]")[0]["value"])


@pytest.mark.parametrize(
    ("format_", "content_type", "name"),
    [
        ("csv", "text/csv; charset=utf-8", "cases-20200302-1200.csv"),
        ("open311", "text/csv; charset=utf-8", "cases-20200302-1200.csv"),
        ("json", "application/json", "cases-20200302-1200.json"),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "cases-20200302-1200.xlsx",
        ),
    ],
)
async def test_a_file_is_sent_as_what_it_is_and_kept_by_nobody(
    site: ConsoleSite, bot: Bot, format_: str, content_type: str, name: str
) -> None:
    case = files(bot, LAMP)
    clerk = await site.signs_in("王五")
    response = await exports(clerk, format=format_)
    assert response.headers["content-type"] == content_type
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.headers["cache-control"] == "no-store"
    assert case.number not in response.text  # it is with no unit yet, so not hers to see
    (view,) = bot.store.views.last(most=10)
    assert (view.what, view.reason) == ("export", f"{format_}, 0")


async def test_a_workbook_comes_whole(site: ConsoleSite, bot: Bot) -> None:
    case = files(bot, LAMP)
    clerk = await site.signs_in("李四")
    response = await exports(clerk, format="xlsx")
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        assert book.testzip() is None
        assert case.number in book.read("xl/worksheets/sheet1.xml").decode()


async def test_the_case_that_one_is_like_is_named_only_to_who_may_see_it(
    site: ConsoleSite, bot: Bot
) -> None:
    case, hidden = dispatched(bot, LAMP), dispatched(bot, LIFT, "parks")
    with bot.store.transaction():
        bot.store.cases.keep_similar(case.id, hidden.id, score=0.9, reasons=["place"])
    (row,) = (await exports(await site.signs_in("王五"))).json()
    assert (row["number"], row["duplicate_hint"]) == (case.number, "")
    rows = (await exports(await site.signs_in("李四"))).json()
    assert {row["duplicate_hint"] for row in rows} == {hidden.number, ""}


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_of_residents_and_staff_come_back_as_words(
    site: ConsoleSite, bot: Bot, words: str
) -> None:
    case = dispatched(bot, replace(LAMP, text=words, place=words))
    (part,) = bot.store.assignments.of_case(case.id)
    handler, at = actor(bot, "王五"), bot.now()
    desk.sign(bot.office, case.id, handler, part.id, at=at)
    desk.done(bot.office, case.id, handler, part.id, words, at=at)
    supervisor = await site.signs_in("赵六")
    response = await exports(supervisor, full="1", reason=f"平台移交 {words}")
    (row,) = response.json()
    assert row["content"] == words
    assert response.headers["x-content-type-options"] == "nosniff"
    await supervisor.opens("/console/administration/views")
    assert words in supervisor.texts("tbody tr")[0]
    assert supervisor.all("main script, main img, main [onerror]") == []


async def test_only_a_full_export_tells_of_a_report_of_wrongdoing(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, replace(LAMP, kind=Kind.REPORT, text="某科长收了红包"))
    supervisor = await site.signs_in("赵六")
    assert (await exports(supervisor)).json()[0]["content"] == HIDDEN
    told = await exports(supervisor, full="1", reason="纪检监察机关调阅")
    assert told.json()[0]["content"] == "某科长收了红包"


async def test_who_is_not_signed_in_or_comes_from_elsewhere_gets_no_file(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, LAMP)
    assert (await exports(site.stranger())).status_code == 401
    clerk = await site.signs_in("李四")
    elsewhere = await clerk.http.post(
        PATH, data={"format": "json"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert elsewhere.status_code == 403
    assert bot.store.views.count() == 0


class Line:
    """The way to the site, on which is noted what a response came in.

    Attributes:
        pieces: of each piece its bytes, and how often others had their turn before it.
    """

    def __init__(self, site: ConsoleSite, clerk: Clerk) -> None:
        self._site = site
        self._turns = 0
        self.pieces: list[tuple[int, int]] = []
        transport = httpx.ASGITransport(app=self._watched)
        clerk.http = httpx.AsyncClient(
            transport=transport, base_url=SITE, cookies=clerk.http.cookies
        )

    async def others(self) -> None:
        """Everybody else at the site, whose turn comes whenever somebody lets go."""
        while True:
            self._turns += 1
            await asyncio.sleep(0)

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if body := message.get("body"):
                self.pieces.append((len(body), self._turns))
            await send(message)

        await self._site.transport.app(scope, receive, sent)


async def test_everybody_else_is_served_between_the_pieces_of_a_long_file(
    site: ConsoleSite, bot: Bot
) -> None:
    files_many(bot, LAMP, READ_AT_ONCE * 2 + 1)
    clerk = await site.signs_in("李四")
    line = Line(site, clerk)
    beside = asyncio.create_task(line.others())
    response = await exports(clerk)
    beside.cancel()
    assert len(response.json()) == READ_AT_ONCE * 2 + 1
    _, *rows, end = [turns for _, turns in line.pieces]
    assert len(rows) == 3
    assert [*rows, end] == sorted({*rows, end})


async def test_thousands_of_cases_come_piece_by_piece_none_missing(
    site: ConsoleSite, bot: Bot
) -> None:
    files_many(bot, LAMP, 4_000)
    clerk = await site.signs_in("李四")
    line = Line(site, clerk)
    response = await exports(clerk, format="csv")
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert len({row["工单编号"] for row in rows}) == len(rows) == 4_000
    assert len(line.pieces) == 1 + 4_000 / READ_AT_ONCE
    assert max(size for size, _ in line.pieces) < len(response.content) / 30
    (view,) = bot.store.views.last(most=10)
    assert view.reason == "csv, 4000"


async def test_a_workbook_of_thousands_is_sent_in_pieces(site: ConsoleSite, bot: Bot) -> None:
    files_many(bot, LAMP, 1_500)
    clerk = await site.signs_in("李四")
    line = Line(site, clerk)
    response = await exports(clerk, format="xlsx")
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == 1 + 1_500
    assert len(line.pieces) > 1


async def test_a_file_tells_who_of_the_staff_took_it(site: ConsoleSite, bot: Bot) -> None:
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    member = bot.store.staff.named("李四")
    assert member is not None
    (row,) = (await exports(clerk)).json()
    assert row["taken_by"] == f"李四（工号 {member.id}） 2020-03-02 12:00"
