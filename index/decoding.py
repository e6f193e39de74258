"""Which encoding a file of the content is in: UTF-8, for plain text also GB 18030, else named."""

import codecs
import re

from index.text import to_simplified

_HAN = re.compile("[\u4e00-\u9fff]")
_MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
# The share of characters above ASCII that are in GB 2312: of Simplified Chinese nearly all, of
# Traditional .67; of Big5 or Shift JIS read as GB 18030 at most .39 (measured on 30 reports).
_LEAST_COMMON = 0.5
_MOSTLY_COMMON, _FEWEST_CHARS = 0.8, 8


class WrongEncoding(Exception):
    """A text is in no encoding that is read here.

    Attributes:
        offset: of the first byte that does not fit, from 0.
        reason: what the bytes may be instead, and what to do.
    """

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


def decode(content: bytes, *, is_plain: bool) -> str:
    """The text, without a byte order mark.

    Args:
        content: a whole file.
        is_plain: GB 18030 is read, too, which Windows may write.

    Raises:
        WrongEncoding: it is neither.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # `utf-8-sig` counts from behind the mark.
        has_mark = content.startswith(codecs.BOM_UTF8)
        offset = error.start + (len(codecs.BOM_UTF8) if has_mark else 0)
    text = _as_gb18030(content)
    if text is not None and is_plain:
        return text
    if text is not None:
        raise WrongEncoding(offset, "not UTF-8; it reads as GB 18030: save it as UTF-8")
    read = "neither UTF-8 nor GB 18030" if is_plain else "not UTF-8"
    name = _name_of(content)
    raise WrongEncoding(offset, f"{read}{f'; it looks like {name}' if name else ''}")


def _as_gb18030(content: bytes) -> str | None:
    """The text, None if it is not in GB 18030; nearly any bytes can be read so, as nonsense."""
    as_utf8 = content.decode("utf-8", errors="replace")
    is_damaged_utf8 = len(_HAN.findall(as_utf8)) > as_utf8.count("\ufffd")
    text = _read_as(content, "gb18030")
    return text if not is_damaged_utf8 and _share_common(text) >= _LEAST_COMMON else None


def _name_of(content: bytes) -> str:
    """What the encoding probably is, `""` if it cannot be told."""
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    for codec, name in (("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("big5", "Big5")):
        text = to_simplified(_read_as(content, codec))
        if len(text) >= _FEWEST_CHARS and _share_common(text) >= _MOSTLY_COMMON:
            return name
    return ""


def _read_as(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return ""


def _share_common(text: str) -> float:
    """The share of the characters above ASCII that are in GB 2312."""
    special = [char for char in text if not char.isascii()]
    common = "".join(special).encode("gb2312", errors="ignore")
    return len(common) / 2 / len(special) if special else 0.0
