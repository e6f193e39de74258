"""Cases at a bot's desk, as far as a test of its pages needs them: filed, dispatched, done."""

from dataclasses import replace
from datetime import datetime

from bot import desk
from bot.app import Bot
from bot.cases import Actor, Awaiting, Case, DraftState, Kind, Matter, points_of
from bot.desk import Office, To
from tests.consoles import Clerk

LAMP = Matter(
    "胭脂路口的路灯坏了三个月。",
    Kind.COMPLAINT,
    "urban_management",
    street="liangdaojie",
    place="胭脂路口",
)
LIFT = Matter("小区电梯停了一个星期，老人上不了楼。", Kind.HELP, "construction")


def files(bot: Bot, matter: Matter, *, sender: str = "1001") -> Case:
    """A resident on Telegram files a matter."""
    return file_at(bot.office, matter, sender=sender, at=bot.now())


def file_at(office: Office, matter: Matter, *, sender: str = "1001", at: datetime) -> Case:
    """A resident on Telegram files a matter at a desk, whatever bot it is of."""
    store = office.store
    with store.transaction():
        resident = store.residents.met("telegram", sender, at=at)
        source = f"test:{store.queue.newest_step()}"
        draft = store.drafts.add(
            resident.id, matter, source=source, awaiting=Awaiting.NOTHING, at=at
        )
    return desk.open_case(office, draft, at=at)


def files_many(bot: Bot, matter: Matter, count: int) -> None:
    """So many residents' matters are in the database, as if they had been filed; past the desk,
    which writes cards, clocks and letters too and takes ten times as long."""
    store, at = bot.store, bot.now()
    with store.transaction():
        for n in range(1, count + 1):
            resident = store.residents.met("telegram", f"{n}", at=at)
            draft = store.drafts.add(
                resident.id, matter, source=f"many:{n}", awaiting=Awaiting.NOTHING, at=at
            )
            case = store.cases.add(draft, number=f"WC{n:013d}", query_code=f"{n:08d}", at=at)
            store.drafts.change(replace(draft, state=DraftState.SUBMITTED, case_id=case.id), at=at)


def actor(bot: Bot, name: str) -> Actor:
    """A member of staff at the desk."""
    member = bot.store.staff.named(name)
    assert member is not None
    return Actor.staff(member)


def dispatched(bot: Bot, matter: Matter, unit: str = "urban_management") -> Case:
    """It is accepted, and with a unit."""
    case = desk.accept(bot.office, files(bot, matter).id, actor(bot, "李四"), at=bot.now())
    return desk.dispatch(bot.office, case.id, actor(bot, "李四"), [To(unit)], at=bot.now())


def numbers(clerk: Clerk) -> list[str]:
    """The cases of the list she looks at, by their numbers."""
    return clerk.texts("#rows .head a")


def finished(bot: Bot, case: Case) -> Case:
    """The handler of its unit signs for it, and does it."""
    (part,) = bot.store.assignments.of_case(case.id)
    handler = actor(bot, "王五")
    desk.sign(bot.office, case.id, handler, part.id, at=bot.now())
    return desk.done(bot.office, case.id, handler, part.id, "已换灯。", at=bot.now())


def replied(bot: Bot, case: Case) -> Case:
    """It is done and replied to, point by point."""
    finished(bot, case)
    points = frozenset(range(len(points_of(case.matter.text))))
    dispatcher = actor(bot, "李四")
    return desk.reply(bot.office, case.id, dispatcher, "已修好。", answered=points, at=bot.now())


def disputed(bot: Bot, case: Case) -> Case:
    """Its resident says that nothing is better, and it goes to its unit again."""
    replied(bot, case)
    resident = Actor.resident(case.resident_id)
    return desk.dispute(bot.office, case.id, resident, "还是不亮", at=bot.now())
