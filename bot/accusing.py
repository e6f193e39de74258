"""Whether words say outright that they report somebody's wrongdoing (举报).

Such a matter is kept confidential, so nothing else that its words hold may outweigh it: no thanks
in it, and no name and phone number to be called under.
"""

import re

from bot.cases import Kind
from bot.cues import Cues
from bot.service import Service

_VERB = (
    r"(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bthis )(?<!\bwork )(?<!\bgovernment )(?<!\bannual )"
    r"\breport(?:ed|ing)?\b"
)
_ONE_OF = r"(?: (?:one|some|two|three|several|many|both|all) of)?"
_ELSEWHERE = r"to|by|for|from|of|in|at|on|near|with|about|and|or|who|which|because|where|when"
"""Behind these stands somebody else than who is reported."""


class Accusing:
    """Knows by which words of service.toml wrongdoing is reported, and whom one reports so.

    In English a broken lamp is reported too: there the verb needs somebody in office behind it, or
    a strong word for what is wrong.
    """

    def __init__(self, service: Service) -> None:
        words = service.wrongdoing
        self._outright = Cues(words.outright, unless=words.unless)
        self._wrongs = Cues(service.kinds[Kind.REPORT].strong)
        self._verb = re.compile(_VERB)
        whom = "|".join(map(re.escape, words.accused))
        self._somebody = re.compile(
            rf"{_VERB}{_ONE_OF}(?: (?!(?:{_ELSEWHERE})\b)[\w'-]+){{0,6}}? (?:{whom})s?\b(?!')"
        )

    def reports(self, folded: str) -> bool:
        """Whether normalised words say that they report wrongdoing."""
        if folded in self._outright or self._somebody.search(folded):
            return True
        verb = self._verb.search(folded)
        return verb is not None and folded[verb.end() :] in self._wrongs
