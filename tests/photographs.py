"""Pictures for tests. The plain ones come out of the bot as they went in, to the byte."""

import io
import struct
import zlib

from PIL import Image

from bot.pictures import picture_alone


def jpeg(shade: int = 96) -> bytes:
    """A small plain JPEG, as the bot makes them."""
    return picture_alone(as_file(Image.new("RGB", (16, 16), (shade, shade, shade)), "JPEG"))[0]


def png(shade: int = 96) -> bytes:
    """A small plain PNG, as the bot makes them."""
    return picture_alone(as_file(Image.new("RGB", (16, 16), (shade, shade, shade)), "PNG"))[0]


def as_file(image: Image.Image, format_: str, **how: object) -> bytes:
    """An image as the bytes of a file."""
    out = io.BytesIO()
    image.save(out, format_, **how)
    return out.getvalue()


def declared(png_file: bytes, *, side: int) -> bytes:
    """A PNG that says it is a square of so many pixels, and holds what it held before."""
    header = png_file[12:16] + struct.pack(">II", side, side) + png_file[24:29]
    return png_file[:12] + header + struct.pack(">I", zlib.crc32(header)) + png_file[33:]


JPEG = jpeg()
