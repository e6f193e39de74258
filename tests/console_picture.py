"""Draws the pictures of docs/console.md: made-up cases on the real pages, in headless Chromium.

python -m tests.console_picture docs
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot import desk
from bot.access import add_member, make_link
from bot.cases import Actor, Awaiting, Case, Kind, Matter, Role, Urgency
from bot.config import Settings
from bot.desk import Office, To
from bot.store import DATABASE, Filters, Reader, Store, Tab
from index import Paths
from tests.browser import Browser, bot_in_a_thread, find_chromium
from tests.office import office_over

CONTENT = Path(__file__).parents[1] / "content"
CASES, HOURS = 48, 70
WIDTH, HEIGHT = 1280, 860
WORDS = (
    (
        "胭脂路口的路灯坏了三个月，晚上黑漆漆的，孩子放学不敢走。",
        "urban_management",
        "liangdaojie",
    ),
    ("首义路小学门口早晚高峰堵车严重，家长的车乱停。", "transport", "shouyilu"),
    ("小区电梯停了一个星期，老人上不了楼，物业一直不修。", "construction", "zhongnanlu"),
    ("建议在沙湖边多放几张长椅。", "urban_management", "jiyuqiao"),
    ("楼下餐馆油烟直排，晚上十一点还在炒菜，开不了窗。", "environment", "liangdaojie"),
    ("请问今年新增的幼儿园在哪里报名？", "education", "nanhu"),
)
PLACES = ("胭脂路口", "首义路小学门口", "中南路", "沙湖公园", "粮道街", "")


def fill(office: Office, now: datetime) -> None:
    """Bring cases to where a district's cases stand on an ordinary day."""
    store, random = office.store, Random(7)  # noqa: S311
    begin = now - timedelta(hours=HOURS)
    for name, role, unit in (
        ("李四", "dispatcher", ""),
        ("赵六", "supervisor", ""),
        ("王五", "handler", "urban_management"),
    ):
        add_member(store, office.service, name, role, unit, at=begin)
    for number in range(CASES):
        at = begin + timedelta(hours=HOURS * number / CASES)
        _walk(office, _filed(office, number, random, at), random.random(), at)


def _filed(office: Office, number: int, random: Random, at: datetime) -> Case:
    choice = random.randrange(len(WORDS))
    words, category, street = WORDS[choice]
    matter = Matter(
        words,
        random.choice([Kind.COMPLAINT, Kind.HELP, Kind.SUGGESTION]),
        category,
        random.choice([Urgency.NORMAL] * 6 + [Urgency.URGENT]),
        street=street,
        place=PLACES[choice],
        commitment="wuchang-2020/kindergartens" if category == "education" else "",
    )
    with office.store.transaction():
        resident = office.store.residents.met("web", f"picture-{number}", at=at)
        draft = office.store.drafts.add(
            resident.id, matter, source=f"picture:{number}", awaiting=Awaiting.NOTHING, at=at
        )
    return desk.open_case(office, draft, at=at)


def _walk(office: Office, case: Case, how_far: float, at: datetime) -> None:
    store = office.store
    dispatcher, handler = (
        Actor.staff(member) for name in ("李四", "王五") if (member := store.staff.named(name))
    )
    if how_far > 0.25:
        desk.accept(office, case.id, dispatcher, at=at)
    if how_far > 0.4:
        to = [To("urban_management")]
        desk.dispatch(office, case.id, dispatcher, to, at=at)
    if how_far > 0.6:
        (part,) = store.assignments.of_case(case.id)
        desk.sign(office, case.id, handler, part.id, at=at)
        if how_far > 0.75:
            desk.done(office, case.id, handler, part.id, "已更换灯具，晚上已亮。", at=at)


def draw(folder: Path) -> None:
    """Take the screenshots."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("chromium and its driver are needed (Debian: chromium, chromium-driver)")
    with tempfile.TemporaryDirectory() as work:
        settings = Settings(paths=Paths(content=CONTENT, var=Path(work) / "var"))
        with bot_in_a_thread(settings) as url:
            now = datetime.now(UTC)
            store = Store.open(settings.paths.var / DATABASE)
            fill(office_over(store), now)
            code = make_link(store, "李四", at=now, purpose="console")
            waiting = _to_reply(store)
            store.close()
            browser = Browser(chromium, Path(work) / "profile", scripts=True)
            try:
                browser.resize(WIDTH, HEIGHT)
                browser.driver.get(f"{url}/console/enter?code={code}")
                browser.clicks(browser.all("main form button")[0])
                browser.waits_until(lambda: browser.texts(".console-who") == ["李四"])
                for name, path in (
                    ("console-queue", "/console/?tab=all"),
                    ("console-case", f"/console/cases/{waiting}"),
                    ("console-overview", "/console/overview"),
                ):
                    browser.driver.get(url + path)
                    picture = browser.driver.get_screenshot_as_png()
                    (folder / f"{name}.png").write_bytes(picture)
            finally:
                browser.close()


def _to_reply(store: Store) -> str:
    """The number of a case whose reply is waited for."""
    page = store.queue.page(
        Filters(Tab.TO_REPLY), Reader(Role.DISPATCHER), at=datetime.now(UTC), most=1
    )
    return page.rows[0].number


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
