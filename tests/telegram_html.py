"""Telegram's HTML parse mode, as strict as Telegram's own server, for the fake Bot API.

Follows the Bot API's "HTML style" section and the server's `parse_html` (tdlib,
MessageEntity.cpp): which tags there are, how they nest, which entities are decoded.
"""

import re

TAGS = frozenset(
    {"a", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre"}
    | {"blockquote", "span", "tg-spoiler", "tg-emoji"}
)
ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z0-9-]*)(?P<attributes>[^<>]*)>")
_ENTITY = re.compile(r"&(?:#(?P<decimal>[0-9]+)|#x(?P<hex>[0-9a-fA-F]+)|(?P<name>[a-z]+));")


class UnparsableError(Exception):
    """Text that Telegram would refuse with "can't parse entities"."""


def plain_text(html: str) -> str:
    """The text a person reads.

    Raises:
        UnparsableError: for an unknown, unclosed or wrongly nested tag, or a bare `<`.
    """
    words: list[str] = []
    open_tags: list[str] = []
    position = 0
    while position < len(html):
        if html[position] != "<":
            end = html.find("<", position)
            end = len(html) if end < 0 else end
            words.append(_ENTITY.sub(_decoded, html[position:end]))
            position = end
            continue
        tag = _TAG.match(html, position)
        offset = len(html[:position].encode())
        if tag is None:
            raise UnparsableError(f"unclosed start tag at byte offset {offset}")
        _follow(tag, open_tags, offset)
        position = tag.end()
    if open_tags:
        raise UnparsableError(f"can't find end tag corresponding to start tag {open_tags[-1]!r}")
    return "".join(words)


def utf16_units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def _follow(tag: re.Match[str], open_tags: list[str], offset: int) -> None:
    name = tag["name"].lower()
    if tag["end"]:
        if not open_tags:
            raise UnparsableError(f"unexpected end tag at byte offset {offset}")
        if name not in ("", open_tags[-1]):
            raise UnparsableError(f"unmatched end tag at byte offset {offset}")
        open_tags.pop()
        return
    if name not in TAGS:
        raise UnparsableError(f'unsupported start tag "{name}" at byte offset {offset}')
    if name == "span" and 'class="tg-spoiler"' not in tag["attributes"]:
        raise UnparsableError(f'tag "span" must have class "tg-spoiler" at byte offset {offset}')
    open_tags.append(name)


def _decoded(entity: re.Match[str]) -> str:
    if entity["name"]:
        return ENTITIES.get(entity["name"], entity[0])
    code = int(entity["decimal"]) if entity["decimal"] else int(entity["hex"], 16)
    return chr(code) if 0 < code < 0x110000 else entity[0]
