"""What a picture is by its content, and the picture alone: nothing that a camera, a phone or a
sender put beside it. What a sender says of it is only a claim."""

import io
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from PIL import Image, ImageOps

MOST_PIXELS = {"JPEG": 2**26, "PNG": 2**24, "GIF": 2**24, "WEBP": 2**23}
"""Of a picture as it comes, by its format. A few kilobytes can say that they are this large; none
may cost more than some 150 MB of memory and a second, a JPEG 200 MB. JPEG, what phones take, can
be decoded smaller at once; others are decoded whole, and WEBP's decoder holds four copies."""
MOST_PIXELS_IN_PASSES = 2**24
"""Of a JPEG in several scans: its decoder holds the whole, in whatever size it is drawn."""
MOST_PASSES = 64
"""Scans of a JPEG; cameras and programs write up to about ten, and each goes over all pixels."""
LONGEST_SIDE = 4096
"""Of a picture as it is kept, in pixels: a house number in a photo of a street can be read."""
_MOST_DECODED = 2**25
"""Pixels of a JPEG that are decoded; of a larger one only every second, fourth or eighth is."""
_READ = ("JPEG", "PNG", "GIF", "WEBP")
"""Which of Pillow's decoders strangers' bytes may reach; the others, some of them old, may not."""
_JPEG_QUALITY = 90

_PICTURES: dict[str, Callable[[bytes], bool]] = {
    "image/jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "image/png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/gif": lambda head: head.startswith((b"GIF87a", b"GIF89a")),
    "image/webp": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
    # ISO/IEC 23008-12 (HEIF), 10.2: the file type box names one of these brands.
    "image/heic": lambda head: (
        head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heim")
    ),
}

_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])", re.DOTALL)
"""A marker with a segment behind it, unlike stuffed bytes and the restarts within a scan."""
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA

WhyNot = Literal["document", "heic_photo", "damaged_photo", "huge_photo"]
"""Why a file is not taken for a photo, as its wording in `unreadable` is called."""


class NotAPhoto(Exception):
    """A file that no photo can be made of."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why)
        self.why: WhyNot = why


def picture_type(content: bytes) -> str | None:
    """The media type of a picture by its first bytes, or None if it is no picture we know."""
    return next((kind for kind, matches in _PICTURES.items() if matches(content[:16])), None)


def picture_alone(content: bytes) -> tuple[bytes, str]:
    """The picture that some bytes show, drawn anew, and its media type: upright, and the first
    frame if there are several.

    Of the file itself nothing is taken over: no place or time or camera (EXIF, XMP, IPTC), no
    preview, comment, text or colour profile, and nothing that stood behind the picture. PNG and
    GIF, the formats of screenshots, become PNG, and so does what can be seen through; the rest
    becomes JPEG.

    Raises:
        NotAPhoto: it is no picture, not a whole one, or one of too many pixels.
    """
    kind = picture_type(content)
    if kind is None:
        raise NotAPhoto("document")
    if kind == "image/heic":
        raise NotAPhoto("heic_photo")
    try:
        with Image.open(io.BytesIO(content), formats=_READ) as image:
            _expect_a_fair_size(image, content)
            return _drawn_anew(image)
    except NotAPhoto:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise NotAPhoto("huge_photo") from error
    except Exception as error:  # decoders meet damage with errors of many kinds
        raise NotAPhoto("damaged_photo") from error


def _expect_a_fair_size(image: Image.Image, content: bytes) -> None:
    """Refuse, before anything is decoded, what would take too much memory or time."""
    is_jpeg = image.format in ("JPEG", "MPO")
    passes = _passes(content) if is_jpeg else 1
    most = MOST_PIXELS["JPEG" if is_jpeg else str(image.format)]
    if passes > 1 or "progressive" in image.info:
        most = MOST_PIXELS_IN_PASSES
    if image.width * image.height > most:
        raise NotAPhoto("huge_photo")
    if passes > MOST_PASSES:
        raise NotAPhoto("damaged_photo")


def _passes(jpeg: bytes) -> int:
    """How many scans the first picture of a JPEG file has (ITU-T T.81, B.1.1 and B.2.1)."""
    count, at = 0, 2
    while found := _MARKER.search(jpeg, at):
        marker, at = found[1][0], found.end()
        if marker == _END_OF_IMAGE:
            break
        count += marker == _START_OF_SCAN
        at += int.from_bytes(jpeg[at : at + 2], "big")
    return count


def _drawn_anew(image: Image.Image) -> tuple[bytes, str]:
    """The picture drawn with few copies of it in memory: each step lets go of the one before."""
    is_photo = image.format in ("JPEG", "MPO", "WEBP")
    _decode_smaller(image)
    image.load()
    is_photo = is_photo and not image.has_transparency_data
    drawn = _in_plain_colours(image)
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    with suppress(Exception):  # what it says of its orientation may be damaged, too
        ImageOps.exif_transpose(drawn, in_place=True)
    drawn.info.clear()  # Pillow writes some of it: comments, profiles
    out = io.BytesIO()
    if is_photo:
        drawn.save(out, "JPEG", quality=_JPEG_QUALITY)
        return out.getvalue(), "image/jpeg"
    drawn.save(out, "PNG")
    return out.getvalue(), "image/png"


def _decode_smaller(image: Image.Image) -> None:
    """Have a large JPEG decoded at a half, a quarter or an eighth; does nothing to others."""
    part, most = 1, _MOST_DECODED if image.mode in ("L", "RGB") else _MOST_DECODED // 2
    while image.width * image.height > most * part**2:
        part *= 2
    image.draft(None, (image.width // part, image.height // part))


def _in_plain_colours(image: Image.Image) -> Image.Image:
    """The picture in one of the modes that PNG and JPEG are written in here."""
    mode = "RGBA"
    if not image.has_transparency_data:
        mode = "L" if image.mode in ("1", "L") else "RGB"
    return image if image.mode == mode else image.convert(mode)
