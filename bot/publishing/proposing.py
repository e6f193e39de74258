"""What could be learnt from questions asked in vain: a way to ask a commitment, or an example of
what no report answers. It only proposes; an editor accepts (`bot.publishing.accepting`)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.masking import STAR
from bot.publishing.apart import Kept
from bot.publishing.permitted import mistakes_in_question
from bot.unanswered import Asked, Group
from bot.wording import language_of
from index import Commitment, Hit, Index, clean, normalise

MEANT_FROM = 0.3
"""Nearness from which the nearest commitment is proposed, if nothing is objected to it.

Of the evaluation's questions that the report answers and the search refuses, 16 of 37 have such a
commitment, 14 of them the right one; of those that no report answers, 16 of 344. An objection
(another thing counted, no place or date given) says that the report does not tell what is asked:
of those 344, the nearest commitment of 205 is so near, and all but 16 are objected to.
"""
_COVERED_FROM = 0.3
"""Share of the question that a commitment so near must cover to make it a near miss: so 178 of the
evaluation's 256 refused near misses are called that, and 8 of 88 that are far off."""
_NEAR_SHOWN, _NEAR_FROM = 3, 0.1
_MOST_LOOKED_UP = 20
"""Wordings of one group that the index is asked for, the most asked."""
_DID_NOT_HELP = "it is answered, but that did not help: accept it only if it is no answer"
Kind = Literal["near_miss", "far"]


@dataclass(frozen=True, slots=True)
class AskLines:
    """Questions that probably mean a commitment."""

    commitment: Commitment
    ask: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A question that no report answers, as an example for the evaluation."""

    question: str
    lang: str
    kind: Kind
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be learnt from one group of questions.

    Attributes:
        near: the commitments nearest to its leading question, best first.
        cases: numbers of cases made of its questions that staff have answered.
        entry: what an editor may accept; None if there is nothing to learn, or not so.
        left_out: why nothing can be learnt from some of its wordings, by wording.
        remark: what to look at before accepting the entry; empty for nothing.
    """

    group: Group
    near: tuple[Hit, ...]
    cases: tuple[str, ...]
    entry: AskLines | Unanswerable | None
    left_out: Mapping[str, str]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Wording:
    """One wording with what the index finds for it now."""

    asked: Asked
    hits: tuple[Hit, ...]
    is_answered: bool

    @property
    def meant(self) -> Commitment | None:
        """The commitment that is probably meant and does not answer it yet."""
        hit = next((one for one in self.hits if not one.answers), None)
        if hit is None or hit.commitment.is_staff_answer:
            return None
        return None if is_objected(hit) or hit.nearness < MEANT_FROM else hit.commitment


def is_objected(hit: Hit) -> bool:
    """Whether something that is asked for is not in the commitment, however near it is."""
    return hit.probability < hit.nearness


def propose(
    groups: Iterable[Group],
    index: Index,
    *,
    evaluation: Kept,
    cases: Mapping[str, Sequence[str]],
) -> list[Proposal]:
    """A proposal for each group, in their order.

    Args:
        evaluation: the texts of the evaluation, none of which becomes an `ask` line.
        cases: numbers of answered cases, by the question they were made of, masked and
            normalised.
    """
    published = {commitment_id.rpartition("/")[2] for commitment_id in index.commitments}
    unpublished = {
        question: [number for number in numbers if number.lower() not in published]
        for question, numbers in cases.items()
    }
    return [_proposal(group, index, evaluation, unpublished) for group in groups]


def _proposal(
    group: Group, index: Index, evaluation: Kept, cases: Mapping[str, Sequence[str]]
) -> Proposal:
    numbers = [n for one in group.members for n in cases.get(normalise(one.text), ())]
    wordings = [_wording(index, one) for one in group.members[:_MOST_LOOKED_UP]]
    near = tuple(one for one in wordings[0].hits if one.nearness >= _NEAR_FROM)[:_NEAR_SHOWN]
    left_out = {one.asked.text: _why_left_out(one, evaluation) for one in wordings}
    fresh = [one for one in wordings if not left_out[one.asked.text]]
    entry = _entry(fresh, group) if fresh else None
    is_answered = isinstance(entry, Unanswerable) and fresh[0].is_answered
    return Proposal(
        group=group,
        near=near,
        cases=tuple(dict.fromkeys(numbers)),
        entry=entry,
        left_out={text: why for text, why in left_out.items() if why},
        remark=_DID_NOT_HELP if is_answered else "",
    )


def _wording(index: Index, asked: Asked) -> _Wording:
    hits = tuple(index.search(asked.text))
    answers = any(hit.answers for hit in hits) or bool(index.overview(asked.text))
    return _Wording(asked, hits, answers)


def _entry(fresh: Sequence[_Wording], group: Group) -> AskLines | Unanswerable:
    """What is learnt from those wordings of a group from which something can be."""
    meant = _meant(fresh)
    if meant is None:
        return _unanswerable(fresh[0], group)
    lines = [clean(one.asked.text) for one in fresh if one.meant == meant]
    return AskLines(meant, tuple(lines))


def _why_left_out(wording: _Wording, evaluation: Kept) -> str:
    """Why nothing can be learnt from a wording; empty if something can."""
    text = wording.asked.text
    if wording.is_answered and not wording.asked.unhelpful:
        return "the current build answers it"
    if not _is_general(text):
        return "it tells of a person or is too long: put it in general words by hand"
    place = evaluation.place_of_same(text)
    return f"it stands in {place}" if place else ""


def _is_general(text: str) -> bool:
    return STAR not in text and not mistakes_in_question(clean(text))


def _meant(wordings: Iterable[_Wording]) -> Commitment | None:
    """The commitment that most of a group's questions probably mean."""
    votes: Counter[str] = Counter()
    by_id: dict[str, Commitment] = {}
    for one in wordings:
        if one.meant is not None:
            votes[one.meant.id] += one.asked.count
            by_id.setdefault(one.meant.id, one.meant)
    return by_id[votes.most_common(1)[0][0]] if votes else None


def _unanswerable(leading: _Wording, group: Group) -> Unanswerable:
    text = clean(leading.asked.text)
    is_near = any(
        hit.nearness >= MEANT_FROM and hit.coverage >= _COVERED_FROM for hit in leading.hits[:1]
    )
    return Unanswerable(
        question=text,
        lang=language_of(text, otherwise="zh"),
        kind="near_miss" if is_near else "far",
        why=f"居民问过 {group.count} 次：没有答案 {group.refused}，没有帮助 {group.unhelpful}",
    )
