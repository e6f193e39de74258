"""A file of the content as text, with what keeps it from being read: size, encoding, bytes."""

import re
from pathlib import Path

from index.decoding import WrongEncoding, decode
from index.findings import FIRST_LINE, Finding

LARGEST_BYTES = 20_000_000

_BREAKS = re.compile(rb"\r\n?")
# All but tab, line feed and form feed, which PDF readers leave at a page's end, and U+0085.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MOST_LINES = 20


def read_content_file(path: Path, name: str, mistakes: list[str]) -> str | None:
    """The text of a file with `\\n` for every line break, None if it cannot be read.

    Control characters are told and become spaces, so that the rest can be checked as well.

    Args:
        path: the file; a `.txt` may be in GB 18030, a report may begin with a byte order mark.
        name: what to call the file in mistakes.
        mistakes: where each mistake is added, one line each.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            told = f"{size / 1e6:.1f} MB; at most {LARGEST_BYTES // 1_000_000} MB are read"
            mistakes.append(Finding(name, told))
            return None
        content = _BREAKS.sub(b"\n", path.read_bytes())
    except OSError as error:
        mistakes.append(Finding(name, f"cannot be read ({error.strerror or error})"))
        return None
    try:
        text = decode(content, is_plain=path.suffix == ".txt")
    except WrongEncoding as error:
        mistakes.append(_not_decoded(name, content, error))
        return None
    return _without_controls(name, text, mistakes)


def _not_decoded(name: str, content: bytes, error: WrongEncoding) -> Finding:
    line = content.count(b"\n", 0, error.offset) + FIRST_LINE
    place = error.offset - content.rfind(b"\n", 0, error.offset)
    bad = f"first bad byte 0x{content[error.offset]:02x}, byte {place} of the line"
    return Finding(name, f"{error.reason} ({bad})", line=line)


def _without_controls(name: str, text: str, mistakes: list[str]) -> str:
    by_line: dict[int, str] = {}
    line, place = FIRST_LINE, 0
    for found in _CONTROL.finditer(text):
        line += text.count("\n", place, found.start())
        place = found.start()
        by_line.setdefault(line, found[0])
    if not by_line:
        return text
    shown = list(by_line.items())[:_MOST_LINES]
    for line, char in shown:
        known = "NUL byte" if char == "\0" else "control character"
        mistakes.append(Finding(name, f"holds a {known} (U+{ord(char):04X})", line=line))
    if len(by_line) > len(shown):
        more = len(by_line) - len(shown)
        mistakes.append(Finding(name, f"control characters in {more} more lines"))
    return _CONTROL.sub(" ", text)
