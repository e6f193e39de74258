"""Who is at the other end of a request: her cookie, and the language of the page around her."""

import re
import secrets
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from bot.wording import Language, language_of_hint

RESIDENT_COOKIE = "resident"
LANGUAGE_COOKIE = "lang"
NOTICE_COOKIE = "notice"
_YEAR_SECONDS = 365 * 24 * 60 * 60
_NOTICE_SECONDS = 60
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser.

    Attributes:
        sender: 32 random bytes, URL-safe; the channel's id of this resident.
        language: of the page around the conversation: as switched to, else the browser's.
    """

    sender: str
    language: Language


def visitor_of(request: Request) -> Visitor:
    """The visitor a request's cookies name; a new one where they name none."""
    token = request.cookies.get(RESIDENT_COOKIE, "")
    sender = token if _TOKEN.fullmatch(token) else _new_token()
    preferred = _preferred(request.headers.get("accept-language", ""))
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if chosen == "en":
        return Visitor(sender, "en")
    # The switch says "Chinese"; which script, only the browser knows.
    return Visitor(sender, "zh" if chosen == "zh" and preferred == "en" else preferred)


def unknown(visitor: Visitor) -> Visitor:
    """The same browser as somebody whom nobody knows."""
    return replace(visitor, sender=_new_token())


def remember(response: Response, visitor: Visitor, *, request: Request) -> None:
    """Set the visitor's cookies, for another year."""
    set_cookie(response, RESIDENT_COOKIE, visitor.sender, request=request)
    remember_language(response, visitor, request=request)


def remember_language(response: Response, visitor: Visitor, *, request: Request) -> None:
    """Keep the language that a request switched to, if it did."""
    if request.query_params.get("lang") in ("zh", "en"):
        set_cookie(response, LANGUAGE_COOKIE, visitor.language[:2], request=request)


def leave_notice(response: Response, text: str, *, request: Request) -> None:
    """Have the next page show a few words: the only way there without scripts."""
    if text:
        set_cookie(response, NOTICE_COOKIE, quote(text), request=request, seconds=_NOTICE_SECONDS)


def take_notice(request: Request, response: Response) -> None:
    """Forget the words that `notice_left` gave to this page."""
    if NOTICE_COOKIE in request.cookies:
        response.delete_cookie(NOTICE_COOKIE)


def notice_left(request: Request) -> str:
    """The words left for this page, or none."""
    return unquote(request.cookies.get(NOTICE_COOKIE, ""))


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def set_cookie(
    response: Response,
    name: str,
    value: str,
    *,
    request: Request,
    seconds: int = _YEAR_SECONDS,
    path: str = "/",
) -> None:
    """Set a cookie that no script and no other site can use; it goes to `path` and below."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=path,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _preferred(accept_language: str) -> Language:
    """The first language of the browser's list that the bot speaks: browsers name theirs first."""
    tags = [tag.split(";")[0].strip() for tag in accept_language.split(",")]
    spoken = [tag for tag in tags if tag.lower().startswith(("zh", "en"))]
    return language_of_hint((spoken or tags)[0].replace("*", ""))
