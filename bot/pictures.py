"""What kind of picture some bytes are; what a sender says of them is only a claim."""

from collections.abc import Callable

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


def picture_type(content: bytes) -> str | None:
    """The media type of a picture by its first bytes, or None if it is no picture we know."""
    return next((kind for kind, matches in _PICTURES.items() if matches(content[:16])), None)
