"""The administration page: who works here is changed safely, and what runs is told."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot import desk
from bot.app import Bot
from bot.cases import Role
from tests.clock import Clock
from tests.consoles import ConsoleSite, console_of
from tests.filed import LAMP, actor, files
from tests.test_queue_page import HOSTILE

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
    assert site.bot.store.staff.named("孙七") is None


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


async def test_the_log_has_who_did_what_with_whom(
    site: ConsoleSite, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    clerk = await site.signs_in("赵六")
    numbers = {one.name: one.id for one in bot.store.staff.all()}
    with caplog.at_level(logging.INFO):
        await clerk.posts(f"{PATH}/staff", {"do": "link", "name": "李四"})
        await clerk.posts(
            f"{PATH}/staff", {"do": "role", "name": "李四", "role": "supervisor", "unit": ""}
        )
    by, whom = numbers["赵六"], numbers["李四"]
    logged = [record.getMessage() for record in caplog.records]
    assert f"staff {by}: link of staff {whom}" in logged
    assert f"staff {by}: role of staff {whom}" in logged
    assert "李四" not in caplog.text


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
        {"do": "add", "name": "长" * 61, "role": "dispatcher"},
        {"do": "add", "name": "孙七", "role": "mayor"},
        {"do": "add", "name": "孙七", "role": "dispatcher", "unit": "parks"},
        {"do": "add", "name": "孙七", "role": "handler", "unit": ""},
        {"do": "add", "name": "孙七", "role": "handler", "unit": "no_such"},
        {"do": "link", "name": "nobody"},
        {"do": "role", "name": "nobody", "role": "dispatcher"},
        {"do": "role", "name": "李四", "role": ""},
        {"do": "remove", "name": "李四"},
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    site: ConsoleSite, bot: Bot, fields: dict[str, str]
) -> None:
    before = bot.store.staff.all()
    clerk = await site.signs_in("赵六")
    await clerk.posts(f"{PATH}/staff", fields)
    assert clerk.status == 422
    (told,) = clerk.texts("[role=alert]")
    assert told.startswith(("没有改动", "没有新增", "没有停用"))
    assert bot.store.staff.all() == before


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_name_is_never_markup(site: ConsoleSite, name: str) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.posts(f"{PATH}/staff", {"do": "add", "name": name, "role": "dispatcher"})
    await clerk.opens(PATH)
    assert any(name in text for text in clerk.texts("tbody th"))
    assert clerk.all("main script, main img, main [onerror]") == []


async def test_a_name_with_a_mark_is_told_as_it_is(site: ConsoleSite) -> None:
    clerk = await site.signs_in("赵六")
    name = "Conor O'Brien <R&D>"
    await clerk.posts(f"{PATH}/staff", {"do": "add", "name": name, "role": "dispatcher"})
    assert name in clerk.texts(".console-notice")[0]


async def test_what_was_chosen_for_a_member_is_kept_when_it_is_refused(
    site: ConsoleSite, bot: Bot
) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.opens(PATH)
    member = bot.store.staff.named("李四")
    assert member is not None
    await clerk.submits(f"#staff-{member.id}", {"role": "handler"}, button="role")
    assert clerk.status == 422
    chosen = clerk.all(f"#staff-{member.id} [name=role] [selected]")
    assert [str(one["value"]) for one in chosen] == ["handler"]
    assert len(clerk.all(f"details[open] #staff-{member.id}")) == 1
    assert clerk.all("details[open] #add-staff") == []


async def test_of_the_last_two_supervisors_who_leave_at_once_one_stays(
    site: ConsoleSite, bot: Bot
) -> None:
    site.hires("钱八", "supervisor")
    clerks = [await site.signs_in(name) for name in ("赵六", "钱八")]
    await asyncio.gather(
        *(
            clerk.posts(f"{PATH}/staff", {"do": "remove", "name": clerk.name, "sure": "1"})
            for clerk in clerks
        )
    )
    assert len(bot.store.staff.active(Role.SUPERVISOR)) == 1


async def test_it_is_told_who_is_signed_in_and_was_seen_when(
    site: ConsoleSite, clock: Clock
) -> None:
    await site.signs_in("李四")
    colleague = await site.signs_in("李四")
    clock.passes(minutes=10)
    await colleague.opens("/console/")
    clock.passes(minutes=10)
    clerk = await site.signs_in("赵六")
    await clerk.opens(PATH)
    rows = clerk.texts("#staff-head ~ div tbody tr")
    assert rows[0].startswith("李四 受理派单 — — 2 个浏览器登录中 最近使用 2020-03-02 12:10")
    await colleague.posts("/console/leave", {"where": "everywhere"})
    await clerk.opens(PATH)
    assert clerk.texts("#staff-head ~ div tbody tr")[0].startswith("李四 受理派单 — — — 修改")


async def test_the_districts_rules_are_told_in_words(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.opens(PATH)
    rows = [row for row in clerk.texts("#service-head ~ details tr") if "示例" in row]
    told = " / ".join(rows)
    assert "受理时限 2 个工作小时 2 小时 2 小时 示例" in told
    assert "超期多久后督办 1 天" in told
    assert "7 天内同一地点同类诉求满 3 件" in told
    assert "应当或已经通过诉讼解决的事项 请向有管辖权的人民法院" in told
    units = clerk.texts("#service-head ~ details tr")
    assert "粮道街街道办事处 street_liangdaojie 街道 粮道街街道" in units
    await clerk.opens(f"{PATH}?lang=en")
    assert "Supervisors are told so long after it ran out 1 day" in clerk.text


async def test_every_figure_of_the_evaluation_is_told(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.opens(f"{PATH}?lang=en")
    heads = clerk.texts("#index-head ~ details thead th")
    rows = clerk.texts("#index-head ~ details tbody tr")
    told = {name for figures in bot.index.evaluation.values() for name in figures}
    assert len(heads) == len(told) + 1
    assert len(rows) == len(bot.index.evaluation)
    far = bot.index.evaluation["test unanswerable far"]
    (row,) = [row for row in rows if row.startswith("test · without an answer, far off")]
    assert f" {far['answered']:.2f} " in f"{row} "


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
    (row,) = clerk.texts("#views tbody tr")
    assert row == f"2020-03-02 12:00 李四 查看身份 {case.number} {reason}"
    await clerk.opens(f"{PATH}/views?page=x")
    assert clerk.status == 200
