"""What a picture is by its content, and the picture alone: nothing that a camera, a phone or a
sender put beside it. What a sender says of it is only a claim."""

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from PIL import Image, ImageOps

MOST_PIXELS = 2**26
"""Of a picture as it comes: 67 million, more than today's phones take in a file of 10 MB; decoded
it fills 200 MB of memory."""
LONGEST_SIDE = 4096
"""Of a picture as it is kept, in pixels: a house number in a photo of a street can be read."""
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
    becomes JPEG. It takes up to some seconds and, for the largest, hundreds of megabytes.

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
            if image.width * image.height > MOST_PIXELS:
                raise NotAPhoto("huge_photo")
            return _drawn_anew(image)
    except NotAPhoto:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPhoto("huge_photo") from error
    except Exception as error:  # decoders meet damage with errors of many kinds
        raise NotAPhoto("damaged_photo") from error


def _drawn_anew(image: Image.Image) -> tuple[bytes, str]:
    is_photo = image.format in ("JPEG", "MPO", "WEBP")
    image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded smaller at once
    image.load()
    upright = image
    with suppress(Exception):  # what it says of its orientation may be damaged, too
        upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        drawn, is_photo = upright.convert("RGBA"), False
    else:
        drawn = upright.convert("L" if upright.mode in ("1", "L") else "RGB")
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn.info.clear()  # Pillow writes some of it: comments, profiles
    out = io.BytesIO()
    if is_photo:
        drawn.save(out, "JPEG", quality=_JPEG_QUALITY)
        return out.getvalue(), "image/jpeg"
    drawn.save(out, "PNG")
    return out.getvalue(), "image/png"
