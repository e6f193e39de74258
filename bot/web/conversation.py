"""Kept turns -> the bubbles a page shows, with replaced replies in the place of the old ones."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from markupsafe import Markup

from bot.messages import Button, Reply, Turn
from bot.wording import plain

Speaker = Literal["resident", "bot"]
_OF_DRAFT = re.compile(r"d:(\d+):")
_CHOICE = "· "
_CUT = "…"
_AROUND_QUOTE = re.compile(r"\n*(</?blockquote>)\n*")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the page shows it.

    Attributes:
        key: where it stands; a reply that takes its place keeps it. Empty for one not kept.
        turn: the turn its buttons name when tapped.
        said: the resident's words, plain text; empty for the bot's.
        html: the bot's words, safe markup; empty for the resident's.
    """

    key: str
    speaker: Speaker
    turn: int
    said: str = ""
    has_photo: bool = False
    html: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()


def bubbles_of(turns: Iterable[Turn]) -> list[Bubble]:
    """What the page shows of these turns, in the order of their places."""
    bubbles: list[Bubble] = []
    taken_places: dict[int, int] = {}
    cards: dict[str, int] = {}
    for turn in turns:
        place = _place_of_replaced(bubbles, turn, taken_places)
        if place is None and (turn.said or turn.has_photo):
            bubbles.append(_said_in(turn))
        for number, reply in enumerate(turn.replies):
            bubble = _reply_in(turn.id, number, reply)
            if not reply.html:
                continue
            if number == 0 and place is not None:
                cards |= dict.fromkeys(_drafts_in(bubbles[place]), place)
                taken_places[bubbles[place].turn] = place
                bubbles[place] = replace(bubble, key=bubbles[place].key)
            else:
                bubbles.append(bubble)
            at = place if number == 0 and place is not None else len(bubbles) - 1
            cards |= dict.fromkeys(_drafts_in(bubble), at)
    return [_without_old_buttons(bubble, at, cards) for at, bubble in enumerate(bubbles)]


def _with_choices_once(bubble: Bubble) -> Bubble:
    """A list whose lines are all to be chosen from below it stands there alone, in full: a page's
    buttons are as long as their words."""
    lines = bubble.html.split("\n")
    listed = [line for line in lines if line.startswith(_CHOICE)]
    named: dict[Button, Button] = {}
    for line in listed:
        words = plain(line.removeprefix(_CHOICE))
        button = next((one for one in _all(bubble) if _is_short_for(one.label, words)), None)
        if button is None:
            return bubble
        named[button] = replace(button, label=words)
    rows = tuple(tuple(named.get(one, one) for one in row) for row in bubble.buttons)
    kept = "\n".join(line for line in lines if line not in listed)
    return replace(bubble, html=Markup(kept), buttons=rows)  # noqa: S704 - lines of the same markup


def _all(bubble: Bubble) -> list[Button]:
    return [button for row in bubble.buttons for button in row]


def _is_short_for(label: str, words: str) -> bool:
    """Whether a button's label is a line's words, or their beginning."""
    return label == words or (label.endswith(_CUT) and words.startswith(label.removesuffix(_CUT)))


def _drafts_in(bubble: Bubble) -> set[str]:
    """The drafts whose card this is, or was before it was filed or dropped."""
    found = (_OF_DRAFT.match(button.action) for button in _all(bubble))
    return {draft[1] for draft in found if draft}


def _without_old_buttons(bubble: Bubble, at: int, cards: Mapping[str, int]) -> Bubble:
    """A draft's buttons stand below the newest message about it; a filed one has none."""
    old = {draft for draft in _drafts_in(bubble) if cards[draft] != at}
    if not old:
        return bubble
    rows = (
        tuple(one for one in row if not (of := _OF_DRAFT.match(one.action)) or of[1] not in old)
        for row in bubble.buttons
    )
    return replace(bubble, buttons=tuple(row for row in rows if row))


def passing_bubbles(replies: Sequence[Reply]) -> list[Bubble]:
    """Bubbles of replies that no turn keeps, for instance after everything was forgotten."""
    return [
        replace(_reply_in(0, number, reply), key="")
        for number, reply in enumerate(replies)
        if reply.html
    ]


def is_dangerous(button: Button) -> bool:
    """Whether a tap does away with what nobody can bring back."""
    forgets = button.action.startswith("forget:") and button.action != "forget:no"
    return forgets or button.action.endswith(":withdraw_yes")


def _place_of_replaced(
    bubbles: Sequence[Bubble], turn: Turn, taken_places: Mapping[int, int]
) -> int | None:
    """Where the message stands whose button was tapped: the one with that very button, if any.

    Args:
        taken_places: turns whose message is replaced already -> its place; an old page, or a
            second tap, still names them.
    """
    if turn.replaces is None:
        return None
    places = [
        place
        for place, bubble in enumerate(bubbles)
        if bubble.speaker == "bot" and bubble.turn == turn.replaces
    ]
    if turn.replaces in taken_places and not any(bubbles[place].buttons for place in places):
        return taken_places[turn.replaces]
    return max(places, key=lambda place: (_offers(bubbles[place], turn.said), place), default=None)


def _offers(bubble: Bubble, label: str) -> tuple[bool, bool]:
    labels = [button.label for row in bubble.buttons for button in row]
    return label in labels, bool(labels)


def _said_in(turn: Turn) -> Bubble:
    return Bubble(
        key=f"turn-{turn.id}-said",
        speaker="resident",
        turn=turn.id,
        said=turn.said,
        has_photo=turn.has_photo,
    )


def _reply_in(turn_id: int, number: int, reply: Reply) -> Bubble:
    # A quotation is a block of its own on a page, so the line breaks around it would be doubled.
    html = _AROUND_QUOTE.sub(r"\1", reply.html.strip("\n"))
    bubble = Bubble(
        key=f"turn-{turn_id}-{number}",
        speaker="bot",
        turn=turn_id,
        html=Markup(html),  # noqa: S704 - the wording escapes what people wrote
        buttons=reply.buttons,
    )
    return _with_choices_once(bubble)
