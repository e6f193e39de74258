"""`/mydata`: everything held about a resident, to read and as JSON; no table is forgotten."""

import json

import httpx

from bot.app import Bot, web_site
from bot.store import Store
from bot.store.holdings import TABLES, WITHHELD
from tests.actors import WebResident
from tests.casework import LAMP, Hall
from tests.person import Person
from tests.town import Town
from tests.web_site import serving

WORDS = "粮道街胭脂路口的路灯坏了三个月"


def tables_that_lead_to_a_resident(store: Store) -> set[str]:
    """Those with a key that leads, by others perhaps, to `residents`; those with a bare number of
    a case, a chat or a person in a text are named by hand."""
    database = store._database
    names = [
        row["name"]
        for row in database.all("select name from sqlite_master where type = 'table'", [])
    ]
    points = {
        name: {row["table"] for row in database.all(f"pragma foreign_key_list({name})", [])}
        for name in names
    }
    found = {"residents"}
    while more := {name for name, to in points.items() if to & found} - found:
        found |= more
    return found | {"inbox", "failed_lookups", "said_once", "receipts"}


def test_every_table_that_leads_to_a_resident_is_given_or_says_why_not(store: Store) -> None:
    decided = TABLES.keys() | WITHHELD.keys()
    assert tables_that_lead_to_a_resident(store) <= decided
    assert not TABLES.keys() & WITHHELD.keys()


async def test_on_telegram_two_files_hold_all_that_she_said(bot: Bot) -> None:
    ada = Person(bot.dialogue, channel="telegram", sender="1001")
    await ada.says("新增几所幼儿园？")
    await ada.says(WORDS)
    await ada.sends_photo()
    await ada.taps("✅ 提交")
    await ada.says("/mydata")
    text, machine = (reply.document for reply in ada.replies[-1])
    assert text
    assert machine
    values = json.loads(machine.text)
    assert values["identity"] == {"channel": "telegram", "channel_id": "1001"}
    assert values["cases"][0]["text"] == WORDS
    assert values["answers"][0]["question"] == "新增几所幼儿园？"
    assert len(values["files"]) == 1
    for said in ("新增几所幼儿园？", WORDS, "1001", values["cases"][0]["query_code"]):
        assert said in text.text


def test_what_the_bot_writes_to_staff_is_not_a_members_own(hall: Hall) -> None:
    """Her chat is one of staff, too: cards with other residents' words wait there."""
    hall.dispatched()
    assert LAMP.text in "".join(hall.letters(hall.handler))
    chat = hall.store.staff.get(hall.handler.staff_id or 0)
    assert chat is not None
    assert chat.resident_id is not None
    held = hall.store.holdings.of(chat.resident_id)
    assert held["outbox"] == []
    assert held["staff"][0]["name"] == "王五"
    hers = hall.store.holdings.of(hall.resident.resident_id or 0)
    assert len(hers["outbox"]) == len(hall.letters(hall.resident))


async def test_her_files_arrive_on_telegram(town: Town) -> None:
    resident = town.resident()
    await resident.says("新增几所幼儿园？")
    await resident.says("/mydata")
    shown = town.server.from_bot(resident.telegram_id)[-2:]
    assert ["全部数据" in shown[0].text, "JSON" in shown[1].text] == [True, True]


async def test_a_browser_gets_its_own_and_nobody_elses(town: Town) -> None:
    async with serving(web_site(town.bot)) as url:
        async with WebResident(url) as resident:
            await resident.says(WORDS)
            await resident.says("/mydata")
            assert "在网页上看" in resident.heard[-1]
            cookies = resident._http.cookies
            async with httpx.AsyncClient(base_url=url, cookies=cookies) as hers:
                page, file = await hers.get("/mydata"), await hers.get("/mydata.json")
        async with httpx.AsyncClient(base_url=url) as stranger:
            nothing, refused = await stranger.get("/mydata"), await stranger.get("/mydata.json")
    assert WORDS in page.text
    assert file.json()["drafts"][0]["text"] == WORDS
    assert "attachment" in file.headers["content-disposition"]
    assert "no-store" in file.headers["cache-control"]
    assert "没有存您的任何记录" in nothing.text
    assert WORDS not in nothing.text
    assert refused.status_code == 404
