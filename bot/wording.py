"""Everything the bot says, in the reader's language: Jinja templates of `content/wording/`.

Simplified Chinese and English are written by hand, in `zh.toml` and `en.toml` what residents and
chats read, in `<page>.zh.toml` and `<page>.en.toml` what the pages of a browser say. Traditional
is made from the Simplified templates by OpenCC before anything is filled in, so what is quoted
stays to the letter.
"""

import html
import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, meta
from opencc import OpenCC

from index import ContentError, to_simplified

Language = Literal["zh", "zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "zh-Hant", "en")

_ENVIRONMENT = Environment(autoescape=True, undefined=StrictUndefined)
_TAG = re.compile(r"</?(?:b|i|code|blockquote|a)(?:\s[^<>]*)?>")
_AS_WRITTEN = str.maketrans("羣裏爲啓", "群裡為啟")
"""OpenCC's standard shapes, which hardly anybody writes, in the usual ones. Its tables for Taiwan
do more: 等着 becomes 等著, which is another word when it is read back."""
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]")
_NO_WORD = re.compile(r"\S*\d\S*|(?<!\S)[A-Z]{8}(?!\S)")
"""What holds a digit, and query codes that by chance hold none."""


class Wording:
    """The templates of every message, by language and key (`table.name`)."""

    def __init__(self, folder: Path) -> None:
        """Read and check all templates.

        Raises:
            ContentError: every unreadable file and broken template; if there is none, every key
                and every value filled in that only one language has.
        """
        mistakes: list[str] = []
        zh, en = (_read_all(folder, language, mistakes) for language in ("zh", "en"))
        mistakes = mistakes or _differences(folder, zh, en)
        if mistakes:
            raise ContentError(mistakes)
        self._sources: Mapping[Language, Mapping[str, str]] = {"zh": zh, "zh-Hant": zh, "en": en}
        self._templates: dict[tuple[Language, str], Template] = {}
        self._plain: dict[tuple[Language, str], str] = {}

    def text(self, language: Language, key: str, **values: object) -> str:
        """One message as HTML; values are escaped unless they are markup already."""
        plain = self._plain.get((language, key))
        if plain is not None:  # Labels, of which a card has twenty: rendered once.
            return plain
        template = self._templates.get((language, key))
        if template is None:  # Compiled on first use: all at once would double a cold start.
            source = self._sources[language][key]
            template = _ENVIRONMENT.from_string(self.named(language, zh=source, en=source))
            if "{" not in source:
                self._plain[language, key] = template.render().strip()
                return self._plain[language, key]
            self._templates[language, key] = template
        return template.render(values).strip()

    def named(self, language: Language, *, zh: str, en: str) -> str:
        """A name kept in Chinese and English, in the reader's language and script."""
        if language == "en":
            return en
        if language == "zh-Hant":
            return str(self._to_traditional.convert(zh)).translate(_AS_WRITTEN)
        return zh

    @cached_property
    def _to_traditional(self) -> OpenCC:
        return OpenCC("s2t")

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._sources["zh"])

    def table(self, language: Language, table: str, **values: object) -> dict[str, str]:
        """The messages of one table as plain text, by name; `values` serves all of them."""
        prefix = f"{table}."
        return {
            key.removeprefix(prefix): html.unescape(self.text(language, key, **values))
            for key in self._sources[language]
            if key.startswith(prefix)
        }


def language_of(text: str, *, otherwise: Language) -> Language:
    """The language a message is written in; `otherwise` if it has no words of either.

    Numbers of cases, query codes, plates and the like are no words of English.
    """
    if _HAN.search(text):
        return "zh" if to_simplified(text) == text else "zh-Hant"
    return "en" if _LATIN.search(_NO_WORD.sub(" ", text)) else otherwise


def language_of_hint(hint: str) -> Language:
    """The language nearest to a client's setting (BCP 47, e.g. `zh-hant`, `en-GB`, `fr`)."""
    tag = hint.lower()
    if not tag or tag.startswith("zh"):
        traditional = any(part in tag for part in ("hant", "tw", "hk", "mo"))
        return "zh-Hant" if traditional else "zh"
    return "en"


def plain(markup: str) -> str:
    """The words of a reply without its tags, as a terminal shows them."""
    return html.unescape(_TAG.sub("", markup))


def _read_all(folder: Path, language: str, mistakes: list[str]) -> dict[str, str]:
    """The texts of all files of a language by key; no key stands in two of them."""
    texts: dict[str, str] = {}
    for path in (folder / f"{language}.toml", *sorted(folder.glob(f"*.{language}.toml"))):
        for key, text in _read(path, mistakes).items():
            if key in texts:
                mistakes.append(f"{path}: {key}: is in another file too")
            texts[key] = text
    return texts


def _read(path: Path, mistakes: list[str]) -> dict[str, str]:
    """The texts of a file by key; what is wrong with it is added to the mistakes."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        mistakes.append(f"{path}: {error}")
        return {}
    texts: dict[str, str] = {}
    for table, rows in tree.items():
        if not isinstance(rows, dict):
            mistakes.append(f"{path}: {table}: stands outside a table")
            continue
        for name, text in rows.items():
            problem = _problem(text)
            if problem:
                mistakes.append(f"{path}: {table}.{name}: {problem}")
            texts[f"{table}.{name}"] = text
    return texts


def _problem(text: object) -> str:
    if not isinstance(text, str):
        return "not a text"
    if "{" not in text:
        return ""
    try:
        _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        return str(error.message)
    return ""


def _differences(folder: Path, zh: Mapping[str, str], en: Mapping[str, str]) -> list[str]:
    """Keys and filled-in values that only one of the two languages has."""
    mistakes = [f"{folder / 'en.toml'}: {key}: missing" for key in zh.keys() - en.keys()]
    mistakes += [f"{folder / 'zh.toml'}: {key}: missing" for key in en.keys() - zh.keys()]
    for key in zh.keys() & en.keys():
        odd = ", ".join(sorted(_filled_in(zh[key]) ^ _filled_in(en[key])))
        if odd:
            mistakes.append(f"{folder / 'en.toml'}: {key}: {odd}: filled in in one language only")
    return sorted(mistakes)


def _filled_in(source: str) -> set[str]:
    if "{" not in source:
        return set()
    return meta.find_undeclared_variables(_ENVIRONMENT.parse(source))
