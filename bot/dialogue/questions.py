"""Questions to the report: the answer or the refusal, with what a resident may do next."""

from collections.abc import Callable
from dataclasses import replace

from bot.answers import Answer
from bot.dialogue.drafting import Moment
from bot.dialogue.phrasing import Phrasing
from bot.dialogue.understanding import Understanding
from bot.messages import Button, Reply, Turn, row_number
from bot.store import AnswerRecord, Store
from index import Commitment, Earlier, Index


class Questions:
    """Replies to questions; each is noted with its decision, so that editors can learn from it."""

    def __init__(self, *, store: Store, phrasing: Phrasing, index: Callable[[], Index]) -> None:
        self._store = store
        self._phrasing = phrasing
        self._index = index

    def reply(self, moment: Moment, understanding: Understanding) -> list[Reply]:
        """Answer each question or refuse it, one reply each; or answer small talk."""
        if not understanding.answers:
            return [Reply(self._phrasing.say(moment.language, "talk.smalltalk"))]
        last = understanding.answers[-1].topic
        self._store.residents.set_topic(moment.resident.id, last, at=moment.at)
        return [self._reply(moment, found) for found in understanding.answers]

    def _reply(self, moment: Moment, found: Answer) -> Reply:
        record = AnswerRecord(
            question=found.question,
            language=moment.language,
            hits=tuple(hit.commitment.id for hit in found.hits),
            decision=_decision(found),
            probability=found.probability,
            build_id=found.build_id,
        )
        answer_id = self._store.answers.add(moment.resident.id, record, at=moment.at)
        near = [(self._show(moment, one),) for one in found.related]
        text = self._phrasing.answer(moment.language, found)
        if found.commitment is None:
            send = self._button(moment, "send_question", f"send:{answer_id}")
            return Reply(text, buttons=(*near, (send,)))
        useful = self._button(moment, "helpful", f"useful:{answer_id}:1")
        useless = self._button(moment, "unhelpful", f"useful:{answer_id}:0")
        about = self._button(moment, "about", f"about:{found.commitment.id}")
        return Reply(text, buttons=(*near, (about,), (useful, useless)))

    def show(self, moment: Moment, commitment_id: str) -> list[Reply]:
        """A commitment a resident picked from a list."""
        commitment = self._index().commitments.get(commitment_id)
        if commitment is None:
            return [Reply(self._phrasing.say(moment.language, "answer.gone"))]
        topic = Earlier(commitment.quote, commitment.id)
        self._store.residents.set_topic(moment.resident.id, topic, at=moment.at)
        about = self._button(moment, "about", f"about:{commitment.id}")
        text = self._phrasing.commitment(moment.language, commitment)
        return [Reply(text, buttons=((about,),))]

    def knows(self, commitment_id: str) -> bool:
        """Whether the current index has this commitment."""
        return commitment_id in self._index().commitments

    def rate(self, moment: Moment, target: str, tapped: Turn | None) -> list[Reply]:
        """Keep whether an answer helped (`<answer id>:<1 or 0>`); its buttons go."""
        number, _, helpful = target.partition(":")
        is_hers = helpful in ("0", "1") and self._store.answers.set_helpful(
            row_number(number), moment.resident.id, helpful=helpful == "1"
        )
        if not is_hers:
            return []
        thanks = self._phrasing.say(moment.language, "notice.thanks")
        if tapped is None:
            return [Reply(thanks, notice=thanks)]
        rated = tapped.replies[0]
        left = tuple(row for row in rated.buttons if not row[0].action.startswith("useful:"))
        return [replace(rated, buttons=left, replaces=True, notice=thanks)]

    def _show(self, moment: Moment, commitment: Commitment) -> Button:
        return Button(self._phrasing.label(moment.language, commitment), f"show:{commitment.id}")

    def _button(self, moment: Moment, name: str, action: str) -> Button:
        return self._phrasing.button(moment.language, name, action)


def _decision(found: Answer) -> str:
    if found.commitment:
        return "answer"
    return "choices" if found.choices else "no_answer"
