"""Questions to the report: the answer or the refusal, with what a resident may do next."""

from collections.abc import Callable
from dataclasses import replace

from bot.answers import Answer
from bot.dialogue.drafting import Moment
from bot.dialogue.phrasing import Phrasing
from bot.dialogue.understanding import Understanding
from bot.masking import STAR, masked, unmasked
from bot.messages import Button, Reply, Turn, row_number
from bot.store import AnswerRecord, Store
from index import Commitment, Earlier, Index

_TURNS_LOOKED_THROUGH = 40


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
            question=masked(found.question),
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
        if found.commitment.is_staff_answer:  # no promise: nothing to report about or to follow
            send = self._button(moment, "send_question", f"send:{answer_id}")
            return Reply(text, buttons=(*near, (send,), (useful, useless)))
        about = self._button(moment, "about", f"about:{found.commitment.id}")
        follow = self._follow_button(moment, found.commitment.id)
        return Reply(text, buttons=(*near, (about,), (follow,), (useful, useless)))

    def asked(self, answer_id: int, resident_id: int) -> str | None:
        """A question of hers in her own words, as long as they are kept: the log has it masked.

        Returns:
            None if there is no such question of hers.
        """
        shown = self._store.answers.question(answer_id, resident_id)
        if shown is None or STAR not in shown:
            return shown
        turns = self._store.turns.last(resident_id, most=_TURNS_LOOKED_THROUGH)
        said = (unmasked(shown, turn.said) for turn in reversed(turns))
        return next(filter(None, said), shown)

    def show(self, moment: Moment, commitment_id: str) -> list[Reply]:
        """A commitment a resident picked from a list."""
        commitment = self._index().commitments.get(commitment_id)
        if commitment is None:
            return [Reply(self._phrasing.say(moment.language, "answer.gone"))]
        topic = Earlier(commitment.quote, commitment.id)
        self._store.residents.set_topic(moment.resident.id, topic, at=moment.at)
        text = self._phrasing.commitment(moment.language, commitment)
        if commitment.is_staff_answer:
            return [Reply(text)]
        about = self._button(moment, "about", f"about:{commitment.id}")
        follow = self._follow_button(moment, commitment.id)
        return [Reply(text, buttons=((about,), (follow,)))]

    def knows(self, commitment_id: str) -> bool:
        """Whether the current index has this commitment."""
        return commitment_id in self._index().commitments

    def follow(
        self, moment: Moment, commitment_id: str, tapped: Turn | None, *, begins: bool
    ) -> list[Reply]:
        """Follow a commitment's progress, or no more; the button says the other afterwards."""
        if begins and not self.knows(commitment_id):
            return []
        following = self._store.following
        if begins:
            following.follow(commitment_id, moment.resident.id, at=moment.at)
        else:
            following.unfollow(commitment_id, moment.resident.id)
        name = "follows" if begins else "unfollowed"
        notice = self._phrasing.say(moment.language, f"follow.{name}")
        was = f"{'follow' if begins else 'unfollow'}:{commitment_id}"
        shown = (
            next((one for one in tapped.replies if _offers(one, was)), None) if tapped else None
        )
        if shown is None:
            return [Reply(notice, notice=notice)]
        button = self._follow_button(moment, commitment_id)
        rows = tuple(
            tuple(button if one.action == was else one for one in row) for row in shown.buttons
        )
        return [replace(shown, buttons=rows, replaces=True, notice=notice)]

    def followed(self, moment: Moment) -> list[Reply]:
        """`/following`: what she follows, the latest progress of each, and how to stop."""
        replies = []
        for commitment_id in self._store.following.followed_by(moment.resident.id):
            commitment = self._index().commitments.get(commitment_id)
            notes = self._store.following.notes(commitment_id)
            text = self._phrasing.say(
                moment.language,
                "follow.one",
                quote=self._phrasing.names.in_words(moment.language, commitment)
                if commitment
                else commitment_id,
                note=notes[0].text if notes else "",
                source=notes[0].source if notes else "",
                date=f"{notes[0].noted_on}" if notes else "",
            )
            button = self._follow_button(moment, commitment_id)
            replies.append(Reply(text, buttons=((button,),)))
        return replies or [Reply(self._phrasing.say(moment.language, "follow.none"))]

    def _follow_button(self, moment: Moment, commitment_id: str) -> Button:
        follows = self._store.following.follows(commitment_id, moment.resident.id)
        name = "unfollow" if follows else "follow"
        return self._button(moment, name, f"{name}:{commitment_id}")

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
        return Button(
            self._phrasing.names.label(moment.language, commitment), f"show:{commitment.id}"
        )

    def _button(self, moment: Moment, name: str, action: str) -> Button:
        return self._phrasing.button(moment.language, name, action)


def _offers(reply: Reply, action: str) -> bool:
    return any(button.action == action for row in reply.buttons for button in row)


def _decision(found: Answer) -> str:
    if found.commitment:
        return "answer"
    return "choices" if found.choices else "no_answer"
