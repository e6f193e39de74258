"""Photos as they come in: what they show is drawn anew and kept, the files themselves are not."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bot.dialogue.drafting import KeptPhoto
from bot.messages import Photo, Said
from bot.pictures import NotAPhoto, picture_alone
from bot.store import Store, StoreUnavailable
from bot.store.photos import Photos


class Photographs:
    """What is done with photos before the transaction of their message, and after it."""

    def __init__(self, *, store: Store, photos: Photos) -> None:
        self._store = store
        self._photos = photos
        self._drawing = asyncio.Lock()

    async def keep(self, said: Said, into: list[KeptPhoto]) -> Said:
        """Keep what photos show, in another thread; returns what was said without files that no
        photo can be made of, and with the reason.

        Args:
            into: gets each photo as soon as it is on disk.

        Raises:
            StoreUnavailable: one cannot be kept; those before it are in `into`.
        """
        why = said.unreadable
        for photo in said.photos:
            try:
                async with self._drawing:  # one at a time: a large one takes much memory
                    into.append(await asyncio.to_thread(self._kept, photo))
            except NotAPhoto as error:
                why = why or error.why
        return replace(said, photos=said.photos if into else (), unreadable=why)

    def drop_unheld(self, photos: Sequence[KeptPhoto]) -> None:
        """Remove photos that no draft refers to; while the database cannot say, they stay."""
        with suppress(StoreUnavailable):
            for photo in photos:
                if not self._store.drafts.holds_file(photo.name):
                    self._photos.drop(photo.name)

    def _kept(self, photo: Photo) -> KeptPhoto:
        content, media_type = picture_alone(photo.content)
        name = self._photos.keep(Photo(content, media_type))
        return KeptPhoto(name, media_type, len(content))
