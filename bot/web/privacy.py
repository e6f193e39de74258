"""`/privacy`: the whole notice, to be read by anybody before a word is said. It asks the database
nothing, and sets and needs no cookie."""

import re
from typing import Literal

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.consent import PrivacyNotice
from bot.web.pages import Pages
from bot.web.visitor import remember_language, visitor_of

_HEADING = re.compile(r"<b>(.*)</b>")
_ITEM = "· "
_TO_HER_DATA = "/mydata"
_LINK = f'<a href="{_TO_HER_DATA}">{_TO_HER_DATA}</a>'


Part = Literal["heading", "item", "line"]


class Privacy:
    """The page, in the visitor's language."""

    def __init__(self, notice: PrivacyNotice, *, pages: Pages) -> None:
        self._notice = notice
        self._pages = pages

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/privacy", self.on_opened)]

    async def on_opened(self, request: Request) -> Response:
        """Show the notice."""
        visitor = visitor_of(request)
        title, *parts = parts_of(self._notice.text(visitor.language))
        response = self._pages.page(request, "privacy.html", visitor, title=title, parts=parts)
        remember_language(response, visitor, request=request)
        return response


def parts_of(notice: str) -> list[tuple[Part, Markup]]:
    """The lines of the notice as a page sets them: what each is, and its words."""
    return [_part(line) for line in notice.strip().splitlines() if line]


def _part(line: str) -> tuple[Part, Markup]:
    if heading := _HEADING.fullmatch(line):
        return "heading", Markup(heading[1])  # noqa: S704 - the wording's own markup
    words = line.removeprefix(_ITEM).replace(_TO_HER_DATA, _LINK)
    return "item" if line.startswith(_ITEM) else "line", Markup(words)  # noqa: S704 - the same
