"""What a resident may ask of the house about herself: what is kept and why, everything that is
held of her, and to be forgotten."""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import desk
from bot.consent import PrivacyNotice
from bot.desk import Forgotten, Office, StillOnDuty
from bot.dialogue.drafting import Moment
from bot.dialogue.mydata import as_values, readable
from bot.dialogue.phrasing import Phrasing
from bot.messages import Channel, Document, Reply, Said, utf16_units
from bot.naming import local_time
from bot.wording import Language

CONFIRM_MINUTES = 15
"""So long the button under `/forget` does what it says."""
_TELL_OF_PRIVACY = ("/start", "/privacy")
_CASES_NAMED = 20
_MOST_UNITS = 4000
"""Of one message, markup included (Bot API, sendMessage: 4096 without it)."""


class Rights:
    """Every method runs inside the message's transaction."""

    def __init__(
        self,
        *,
        office: Office,
        phrasing: Phrasing,
        notice: PrivacyNotice,
        drop_photo: Callable[[str], None],
    ) -> None:
        self._office = office
        self._store = office.store
        self._phrasing = phrasing
        self.notice = notice
        self._drop_photo = drop_photo

    # What is kept

    def with_first_words(
        self, moment: Moment, said: Said, replies: Sequence[Reply]
    ) -> list[Reply]:
        """The replies, and below them what is kept and why: once, to whoever is met for the first
        time with a question or a matter, and once more when the notice has changed. `/start` and
        `/privacy` say it themselves; the web page says it beside the conversation."""
        resident_id, version = moment.resident.id, self.notice.version
        shown = self._store.consents.shown(resident_id)
        tells_itself = said.text.startswith(_TELL_OF_PRIVACY)
        is_command = said.text.startswith("/") and not tells_itself
        if not replies or shown == version or said.action or (is_command and not shown):
            return list(replies)
        self._store.consents.note_shown(resident_id, version, at=moment.at)
        if tells_itself or (said.channel == "web" and not shown):
            return list(replies)
        notice = self.notice
        text = notice.changed(moment.language) if shown else notice.in_short(moment.language)
        *before, last = replies
        below = f"{last.html}\n\n{text}"
        if utf16_units(below) > _MOST_UNITS or last.document:
            return [*replies, Reply(text)]
        return [*before, replace(last, html=below)]

    def privacy(self, moment: Moment) -> Reply:
        """`/privacy`: the whole notice."""
        return Reply(self.notice.text(moment.language))

    # What is held

    def mydata(self, moment: Moment) -> list[Reply]:
        """`/mydata`: everything held about her, to read and as JSON; on the web by its pages."""
        say, language = self._phrasing.say, moment.language
        if self._store.residents.is_on(moment.resident.id, "web"):
            return [Reply(say(language, "mydata.pages"))]
        text, machine = self.held(moment.resident.id, language, at=moment.at)
        return [
            Reply(say(language, "mydata.to_read"), document=text),
            Reply(say(language, "mydata.for_machines"), document=machine),
        ]

    def held(
        self, resident_id: int, language: Language, *, at: datetime
    ) -> tuple[Document, Document]:
        """Everything held about a resident as two files: to read, and for programs."""
        values = as_values(self._store, resident_id, at=at)
        name = f"mydata-{local_time(at)[:10]}"
        return (
            Document(f"{name}.txt", readable(self._phrasing, language, values)),
            Document(f"{name}.json", json.dumps(values, ensure_ascii=False, indent=2)),
        )

    # To be forgotten

    def ask(self, moment: Moment) -> Reply:
        """`/forget`: what would go and what would stay, and a button that means it."""
        holdings = desk.holdings_of(self._office, moment.resident.id)
        code = secrets.token_hex(8)
        until = moment.at + timedelta(minutes=CONFIRM_MINUTES)
        self._store.forgetting.set_confirmation(moment.resident.id, code, until=until)
        text = self._phrasing.say(
            moment.language,
            "forget.sure",
            **holdings.counts,
            withdrawn=[case.number for case in holdings.withdrawn[:_CASES_NAMED]],
            withdrawn_count=len(holdings.withdrawn),
            emptied_count=len(holdings.emptied),
            kept_numbers=[case.number for case in holdings.kept],
            minutes=CONFIRM_MINUTES,
        )
        yes = self._phrasing.button(moment.language, "forget_yes", f"forget:{code}")
        no = self._phrasing.button(moment.language, "forget_no", "forget:no")
        return Reply(text, buttons=((yes,), (no,)))

    def on_tap(self, moment: Moment, code: str) -> list[Reply]:
        """She means it, or not; nothing for a button that was used or is too old."""
        say, language = self._phrasing.say, moment.language
        if code == "no":
            self._store.forgetting.set_confirmation(moment.resident.id, "", until=moment.at)
            return [Reply(say(language, "forget.not_done"), replaces=True)]
        taken = self._store.forgetting.take_confirmation(moment.resident.id, code, at=moment.at)
        if not taken:
            return []
        channel, _ = self._store.residents.identity(moment.resident.id)
        try:
            done = self.forget(moment.resident.id, at=moment.at)
        except StillOnDuty:
            return [Reply(say(language, "forget.on_duty"), replaces=True)]
        return [self._receipt(moment, done, channel)]

    def forget(self, resident_id: int, *, at: datetime) -> Forgotten:
        """Forget a resident."""
        return desk.forget(self._office, resident_id, drop_photo=self._drop_photo, at=at)

    def _receipt(self, moment: Moment, done: Forgotten, channel: Channel) -> Reply:
        """What was done, and what stays and why; it is kept nowhere."""
        holdings = done.holdings
        text = self._phrasing.say(
            moment.language,
            "forget.done",
            channel=channel,
            receipt=done.receipt.number,
            time=local_time(done.receipt.at),
            **holdings.counts,
            withdrawn_count=len(holdings.withdrawn),
            emptied_count=len(holdings.emptied),
            kept=[{"number": case.number, "code": case.query_code} for case in holdings.kept],
        )
        return Reply(text, replaces=True, is_passing=True, is_receipt=True)
