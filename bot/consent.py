"""The notice on privacy and its version: which words a resident was shown before she went on."""

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from bot.service import Responsible
from bot.wording import Language, Wording

_WRITTEN: tuple[Language, ...] = ("zh", "en")
_VERSION_CHARS = 12


class PrivacyNotice:
    """What is kept, why, who reads it and how long; the same for everybody."""

    def __init__(
        self,
        wording: Wording,
        *,
        figures: Mapping[str, object],
        responsible: Responsible | None = None,
    ) -> None:
        """`figures` are the terms it names: the settings of `[retention]`; `responsible` is who
        answers for it, from service.toml."""
        self._wording = wording
        self._responsible = responsible
        self._figures = MappingProxyType(dict(figures))
        whole = "\0".join(self.text(language) for language in _WRITTEN)
        self.version = sha256(whole.encode()).hexdigest()[:_VERSION_CHARS]

    def text(self, language: Language) -> str:
        """The whole notice."""
        named, of = self._wording.named, self._responsible
        return self._wording.text(
            language,
            "privacy.notice",
            body=named(language, zh=of.name, en=of.en) if of else "",
            contact=named(language, zh=of.contact, en=of.contact_en) if of else "",
            **self._figures,
        )

    def in_short(self, language: Language) -> str:
        """What is kept and why, in two lines."""
        return self._wording.text(language, "privacy.short")

    def changed(self, language: Language) -> str:
        """That the notice says something else now."""
        return self._wording.text(language, "privacy.changed")
