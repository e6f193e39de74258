"""The staff's console as a browser without scripts sees it: HTTP on the real site, real forms."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
from bs4 import BeautifulSoup, Tag

from bot.access import add_member, make_link
from bot.app import Bot, web_site

SITE = "http://console.test"


@dataclass
class Clerk:
    """Somebody at the console, and the page she looks at."""

    http: httpx.AsyncClient
    name: str
    page: BeautifulSoup = field(default_factory=lambda: BeautifulSoup("", "html.parser"))
    status: int = 0

    async def opens(self, path: str) -> BeautifulSoup:
        """Open a page, following redirections."""
        return self._shown(await self.http.get(path, follow_redirects=True))

    async def posts(
        self, path: str, fields: Mapping[str, str | Sequence[str]] | None = None
    ) -> BeautifulSoup:
        """Post a form as a page of the same site does, and look at what follows."""
        response = await self.http.post(
            path,
            data={
                name: value if isinstance(value, str) else list(value)
                for name, value in (fields or {}).items()
            },
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        )
        return self._shown(response)

    async def submits(
        self,
        form: str,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        *,
        button: str = "",
    ) -> BeautifulSoup:
        """Fill in a form of the page and submit it: what she does not fill in stays as it is.

        Args:
            form: a CSS selector.
            button: the value of the button she uses, where there are several.
        """
        found = self.page.select_one(form)
        assert isinstance(found, Tag), f"no form {form} on the page"
        values: dict[str, list[str]] = fields_of(found)
        for pressed in found.select("button[name]"):
            if button and pressed["value"] == button:
                values[str(pressed["name"])] = [button]
        values |= {
            name: [value] if isinstance(value, str) else list(value)
            for name, value in (fields or {}).items()
        }
        if found.get("method", "get") == "get":
            return await self.opens(f"{found['action']}?{urlencode(values, doseq=True)}")
        return await self.posts(str(found["action"]), values)

    @property
    def text(self) -> str:
        """The words of the page's main part, white space as single spaces."""
        main = self.page.select_one("main") or self.page
        return " ".join(main.get_text(" ").split())

    def all(self, selector: str) -> list[Tag]:
        """The elements of a CSS selector."""
        return list(self.page.select(selector))

    def texts(self, selector: str) -> list[str]:
        """The words of a CSS selector's elements."""
        return [" ".join(one.get_text(" ").split()) for one in self.page.select(selector)]

    def _shown(self, response: httpx.Response) -> BeautifulSoup:
        self.status = response.status_code
        self.page = BeautifulSoup(response.text, "html.parser")
        return self.page


def fields_of(form: Tag) -> dict[str, list[str]]:
    """What a browser would send of a form that nobody touched."""
    values: dict[str, list[str]] = {}

    def add(name: str, value: str) -> None:
        values.setdefault(name, []).append(value)

    for field_ in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field_["name"]), str(field_.get("type", "text"))
        if field_.name == "textarea":
            add(name, field_.get_text().removeprefix("\n"))
        elif field_.name == "select":
            options = field_.select("option")
            chosen = [one for one in options if one.has_attr("selected")]
            if not chosen and not field_.has_attr("multiple"):
                chosen = options[:1]
            for one in chosen:
                add(name, str(one.get("value", one.get_text())))
        elif kind in ("checkbox", "radio"):
            if field_.has_attr("checked"):
                add(name, str(field_.get("value", "on")))
        elif kind not in ("submit", "button", "image"):
            add(name, str(field_.get("value", "")))
    return values


@dataclass
class ConsoleSite:
    """The site, to which clerks come."""

    bot: Bot
    transport: httpx.ASGITransport

    def stranger(self, *, language: str = "zh-CN") -> Clerk:
        """Somebody who is not signed in."""
        http = httpx.AsyncClient(
            transport=self.transport, base_url=SITE, headers={"Accept-Language": language}
        )
        return Clerk(http, "")

    def hires(self, name: str, role: str, unit: str = "") -> None:
        """Add a member of staff."""
        add_member(self.bot.store, self.bot.service, name, role, unit, at=self.bot.now())

    def link(self, name: str) -> str:
        """A one-time code with which a member signs in."""
        return make_link(self.bot.store, name, at=self.bot.now(), purpose="console")

    async def signs_in(
        self, name: str, role: str = "", unit: str = "", *, language: str = "zh-CN"
    ) -> Clerk:
        """A member of staff at the queue; with a role she is hired first."""
        if role:
            self.hires(name, role, unit)
        clerk = self.stranger(language=language)
        clerk.name = name
        await clerk.posts("/console/enter", {"code": self.link(name)})
        assert clerk.status == 200, clerk.text
        return clerk


@asynccontextmanager
async def console_of(bot: Bot) -> AsyncIterator[ConsoleSite]:
    """The real site of a bot, spoken to in this event loop."""
    transport = httpx.ASGITransport(app=web_site(bot), raise_app_exceptions=False)
    yield ConsoleSite(bot, transport)
    await transport.aclose()
