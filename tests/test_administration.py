"""The administration page: who works here is changed safely, and what runs is told."""

from collections.abc import AsyncIterator

import pytest

from bot import desk
from bot.app import Bot
from bot.cases import Role
from tests.consoles import ConsoleSite, console_of
from tests.test_queue_page import HOSTILE, LAMP, actor, files

PATH = "/console/administration"


@pytest.fixture
async def site(bot: Bot) -> AsyncIterator[ConsoleSite]:
    async with console_of(bot) as site:
        site.hires("李四", "dispatcher")
        site.hires("赵六", "supervisor")
        yield site


@pytest.mark.parametrize("path", [PATH, f"{PATH}/views"])
async def test_for_others_than_supervisors_the_page_does_not_exist(
    site: ConsoleSite, path: str
) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(path)
    assert clerk.status == 404
    await clerk.posts(f"{PATH}/staff", {"do": "add", "name": "孙七", "role": "supervisor"})
    assert clerk.status == 404
    assert clerk.bot.store.staff.named("孙七") is None


async def test_a_member_is_added_changed_and_removed(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.opens(PATH)
    fields = {"name": "王五", "role": "handler", "unit": "urban_management"}
    await clerk.submits("#add-staff", fields, button="add")
    added = bot.store.staff.named("王五")
    assert added is not None
    assert (added.role, added.unit) == (Role.HANDLER, "urban_management")
    colleague = await site.signs_in("王五")
    role = {"do": "role", "name": "王五", "role": "dispatcher", "unit": ""}
    await clerk.posts(f"{PATH}/staff", role)
    await colleague.opens("/console/")
    assert colleague.texts(".console-me .muted")[0] == "受理派单"
    await clerk.posts(f"{PATH}/staff", {"do": "remove", "name": "王五"})
    assert clerk.status == 422
    await clerk.posts(f"{PATH}/staff", {"do": "remove", "name": "王五", "sure": "1"})
    assert "已停用" in clerk.text
    assert (await colleague.http.get("/console/")).status_code == 303


async def test_a_link_is_shown_once_and_signs_in(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.posts(f"{PATH}/staff", {"do": "link", "name": "李四"})
    (link,) = clerk.texts("code")
    assert link.startswith("http://console.test/console/enter?code=")
    colleague = site.stranger()
    await colleague.opens(link.removeprefix("http://console.test"))
    await colleague.submits("main form")
    assert colleague.texts(".console-who") == ["李四"]
    await clerk.opens(PATH)
    assert clerk.all("code") == []


@pytest.mark.parametrize(
    "fields", [{"do": "remove", "sure": "1"}, {"do": "role", "role": "dispatcher"}]
)
async def test_the_last_supervisor_stays(
    site: ConsoleSite, bot: Bot, fields: dict[str, str]
) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.posts(f"{PATH}/staff", {"name": "赵六", **fields})
    assert clerk.status == 422
    assert "最后一位督办审核人员" in clerk.texts("[role=alert]")[0]
    assert [one.name for one in bot.store.staff.active(Role.SUPERVISOR)] == ["赵六"]


@pytest.mark.parametrize(
    "fields",
    [
        {"do": ""},
        {"do": "add", "name": "", "role": "dispatcher"},
        {"do": "add", "name": "李四", "role": "dispatcher"},
        {"do": "add", "name": "孙七", "role": "mayor"},
        {"do": "add", "name": "孙七", "role": "handler", "unit": ""},
        {"do": "add", "name": "孙七", "role": "handler", "unit": "no_such"},
        {"do": "link", "name": "nobody"},
        {"do": "role", "name": "nobody", "role": "dispatcher"},
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    site: ConsoleSite, bot: Bot, fields: dict[str, str]
) -> None:
    before = bot.store.staff.all()
    clerk = await site.signs_in("赵六")
    await clerk.posts(f"{PATH}/staff", fields)
    assert clerk.status == 422
    assert clerk.all("[role=alert]") != []
    assert bot.store.staff.all() == before


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_name_is_never_markup(site: ConsoleSite, name: str) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.posts(f"{PATH}/staff", {"do": "add", "name": name, "role": "dispatcher"})
    await clerk.opens(PATH)
    assert any(name in text for text in clerk.texts("td"))
    assert clerk.all("main script, main img, main [onerror]") == []


async def test_what_runs_is_told(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.opens(f"{PATH}?doctor=1")
    assert bot.index.build_id in clerk.text
    assert bot.service.meta.version in clerk.text
    assert "database" in clerk.text
    assert "service.toml and the wording are sound" in clerk.text
    await clerk.opens(f"{PATH}?lang=en")
    assert "Index in use" in clerk.text


async def test_who_looked_at_what_is_told_with_the_reason(site: ConsoleSite, bot: Bot) -> None:
    case = files(bot, LAMP)
    reason = "需电话联系 <script>"
    desk.reveal_identity(bot.office, case.id, actor(bot, "李四"), reason, at=bot.now())
    clerk = await site.signs_in("赵六")
    await clerk.opens(f"{PATH}/views")
    (row,) = clerk.texts("tbody tr")
    assert row == f"2020-03-02 12:00 李四 查看身份 {case.number} {reason}"
    await clerk.opens(f"{PATH}/views?page=x")
    assert clerk.status == 200
