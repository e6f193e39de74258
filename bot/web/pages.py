"""The site's templates in the visitor's language, its static files and its error pages."""

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from os import PathLike, stat_result
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import Scope

from bot.store import StoreUnavailable
from bot.web.conversation import is_dangerous
from bot.web.visitor import Visitor, visitor_of
from bot.wording import LANGUAGES, Language, Wording

STATIC = Path(__file__).with_name("static")
_TEMPLATES = Path(__file__).with_name("templates")
_ERRORS = (400, 403, 404, 405, 413, 429, 500, 503)

_BOTH: tuple[Language, ...] = ("zh", "en")

Words = Callable[[str], str]


class Pages:
    """Renders the site's templates; every page gets `t`, the words of its language."""

    def __init__(self, wording: Wording, *, max_photo_bytes: int) -> None:
        self._max_photo_bytes = max_photo_bytes
        megabytes = max_photo_bytes // 2**20
        self._words = {
            language: wording.table(language, "web", megabytes=megabytes) for language in LANGUAGES
        }
        self._templates = Jinja2Templates(env=templates_environment())

    def words(self, language: Language) -> Words:
        """What the page says under a key, in one language, as plain text."""
        return self._words[language].__getitem__

    def fragment(self, name: str, visitor: Visitor, **values: object) -> str:
        """A part of a page as text."""
        template = self._templates.get_template(name)
        return template.render(t=self.words(visitor.language), **values)

    def page(
        self, request: Request, name: str, visitor: Visitor, *, status: int = 200, **values: object
    ) -> Response:
        """A whole page; never kept by caches, since it is one person's."""
        context = {
            "t": self.words(visitor.language),
            "language": visitor.language,
            "max_photo_bytes": self._max_photo_bytes,
            **values,
        }
        return self._templates.TemplateResponse(
            request, name, context, status, headers={"Cache-Control": "no-store"}
        )

    async def on_error(self, request: Request, error: Exception) -> Response:
        """A kind page in both languages, or its words as JSON, for whatever went wrong."""
        status = status_of(error)
        told = status if status in _ERRORS else (400 if status < 500 else 500)
        visitor = visitor_of(request)
        if wants_json(request):
            notice = self.words(visitor.language)(f"error_{told}")
            response: Response = JSONResponse({"notice": notice}, status)
        else:
            both = [(language, self.words(language)) for language in _BOTH]
            response = self.page(
                request, "error.html", visitor, status=status, told=told, both=both
            )
        headers: Mapping[str, str] = getattr(error, "headers", None) or {}
        response.headers.update(headers)
        return response


@cache
def templates_environment() -> Environment:
    """What renders the site's templates: all that is filled in is escaped, and must be there.

    There is one, so that each template is compiled once.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = _asset_addresses().__getitem__
    environment.globals["is_dangerous"] = is_dangerous
    return environment


def status_of(error: Exception) -> int:
    """The HTTP status that tells of an error."""
    if isinstance(error, HTTPException):
        return error.status_code
    return 503 if isinstance(error, StoreUnavailable) else 500


class VersionedFiles(StaticFiles):
    """Static files, kept by browsers for a year where the address names their content's hash."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file with its cache header."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_versioned = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_versioned else "public, max-age=3600"
        )
        return response


def wants_json(request: Request) -> bool:
    """Whether the page's script asks, and not a browser that shows what it gets."""
    return "application/json" in request.headers.get("accept", "")


def _asset_addresses() -> dict[str, str]:
    return {
        path.name: f"/static/{path.name}?v={sha256(path.read_bytes()).hexdigest()[:12]}"
        for path in STATIC.iterdir()
    }
