"""Photos and locations: part of the open draft, of the rest of their album, or of a new draft."""

from collections.abc import Sequence
from contextlib import suppress

from bot import desk
from bot.cases import Actor, Awaiting, Draft, DraftState, Matter, MoveNotAllowed
from bot.config import Limits
from bot.desk import Office
from bot.dialogue.drafting import Drafting, KeptPhoto, Moment
from bot.dialogue.phrasing import Phrasing
from bot.dialogue.understanding import Understanding
from bot.messages import Reply, Said


class Attachments:
    """What is done with them; every method runs inside the message's transaction."""

    def __init__(
        self, *, office: Office, phrasing: Phrasing, drafting: Drafting, limits: Limits
    ) -> None:
        self._office = office
        self._store = office.store
        self._phrasing = phrasing
        self._drafting = drafting
        self._limits = limits

    def take(
        self,
        moment: Moment,
        said: Said,
        photos: Sequence[KeptPhoto],
        understanding: Understanding | None,
        *,
        is_addition: bool = False,
    ) -> list[Reply]:
        """Attach what came with a message to its draft, and say how that stands.

        Args:
            understanding: of the words that came with them, if there are any.
            is_addition: whether those words tell nothing by themselves.
        """
        matter = understanding.matter if understanding else None
        draft = self._draft_for(moment, said, matter, is_addition=is_addition)
        attached = [
            self._drafting.attach_photo(moment, draft, one, album=said.album) for one in photos
        ]
        replies = [] if all(attached) else [self._photos_full(moment)]
        if said.location:
            self._drafting.attach_location(moment, draft, said.location)
        fresh = self._store.drafts.hers(draft.id, moment.resident.id) or draft
        numbers = understanding.numbers if understanding else ()
        return [*replies, self._drafting.standing(moment, fresh, numbers=numbers)]

    def _draft_for(
        self, moment: Moment, said: Said, matter: Matter | None, *, is_addition: bool
    ) -> Draft:
        """The draft that already has photos of this album, the open one, or a new one."""
        same_album = self._store.drafts.with_album(said.album, moment.resident.id)
        draft = same_album or self._store.drafts.open_of(moment.resident.id)
        if draft and matter and draft.awaiting is Awaiting.TEXT:
            return self._drafting.take_words(moment, draft, matter)
        if same_album:
            return self._with_caption(moment, same_album, matter)
        if draft and matter and is_addition and self._drafting.has_room_for(draft, matter):
            return self._drafting.add_words(moment, draft, matter)
        if matter:
            return self._drafting.begin(moment, matter, source=f"turn:{moment.turn_id}")
        return draft or self._drafting.begin_without_words(moment)

    def _with_caption(self, moment: Moment, draft: Draft, matter: Matter | None) -> Draft:
        """The words under a part of an album that came late belong to the others' matter."""
        if matter is None:
            return draft
        if draft.case_id is not None:
            actor = Actor.resident(moment.resident.id)
            with suppress(MoveNotAllowed):  # it ended meanwhile: she reads how it stands
                desk.add_words(self._office, draft.case_id, actor, matter.text, at=moment.at)
        elif draft.state is DraftState.OPEN and self._drafting.has_room_for(draft, matter):
            return self._drafting.add_words(moment, draft, matter)
        return draft

    def _photos_full(self, moment: Moment) -> Reply:
        most = self._limits.max_photos_per_draft
        return Reply(self._phrasing.say(moment.language, "draft.photos_full", most=most))
