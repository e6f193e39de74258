"""Pictures: known by what they are, and kept without anything that was put beside them."""

import io
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.pictures import LONGEST_SIDE, NotAPhoto, picture_alone
from tests.photographs import JPEG, as_file, declared, jpeg, png

SECRET = "30.5462N114.3055E"
"""What must not be found: written wherever a file has room for words."""
ORIENTATION, GPS, MAKE, EXIF_IFD, MAKER_NOTE = 0x0112, 0x8825, 0x010F, 0x8769, 0x927C


def exif(*, orientation: int = 1) -> Image.Exif:
    """What a phone writes beside a photo: its make, how it was held, where, and its own notes."""
    written = Image.Exif()
    written[ORIENTATION], written[MAKE] = orientation, SECRET
    written.get_ifd(GPS).update({1: "N", 2: (30.0, 32.0, 46.0), 3: "E", 29: SECRET})
    written.get_ifd(EXIF_IFD)[MAKER_NOTE] = SECRET.encode()
    return written


def scene(mode: str = "RGB", size: tuple[int, int] = (40, 20)) -> Image.Image:
    """A red left half beside a blue right one, in any mode."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image.convert(mode)


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG (ITU-T T.81, B.1.1.4)."""
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def told_jpeg() -> bytes:
    """A JPEG with every kind of words beside the picture, and with a file behind it."""
    secret = SECRET.encode()
    file = as_file(scene(), "JPEG", exif=exif(), comment=secret, icc_profile=secret * 20)
    xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + secret)
    iptc = segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x11" + secret)
    preview = segment(0xE0, b"JFXX\0\x10" + secret)
    return file[:2] + xmp + iptc + preview + file[2:] + secret


def told_png() -> bytes:
    """A PNG with texts of all three kinds, EXIF and a profile, and with a file behind it."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Location", SECRET)
    texts.add_text("Comment", SECRET, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", SECRET)
    file = as_file(scene(), "PNG", pnginfo=texts, exif=exif(), icc_profile=SECRET.encode() * 20)
    return file + SECRET.encode()


def seen(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image


def strings_of(image: Image.Image) -> str:
    """All that Pillow reads beside a picture, packed or not."""
    return f"{image.info} {image.getexif()} {getattr(image, 'text', '')}"


def largest(format_: str, size: tuple[int, int], *, mode: str = "RGBA", **how: object) -> bytes:
    """A picture of one colour."""
    colour = {"RGBA": (9, 9, 200, 100), "RGB": (9, 9, 200), "P": 3}[mode]
    return as_file(Image.new(mode, size, colour), format_, exif=exif(orientation=6), **how)


def megabytes_to_draw(content: bytes) -> float:
    """How much more memory a process takes at most for drawing a picture anew."""
    code = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from PIL import Image\n"
        "from bot.pictures import picture_alone\n"
        "told = lambda: Path('/proc/self/status').read_text()\n"
        "most = lambda: int(re.search(r'VmHWM:\\s*(\\d+) kB', told())[1])\n"
        "content = sys.stdin.buffer.read(); Image.init(); before = most()\n"
        "picture_alone(content); print((most() - before) / 1024)\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    return float(done.stdout)


TOLD = {
    "jpeg": told_jpeg(),
    "png": told_png(),
    "webp": as_file(scene(), "WEBP", exif=exif(), xmp=SECRET.encode(), icc_profile=b"i" * 99),
    "gif": as_file(scene(), "GIF", comment=SECRET.encode()) + SECRET.encode(),
}


@pytest.mark.parametrize("kind", list(TOLD))
def test_nothing_beside_the_picture_is_kept(kind: str) -> None:
    before, (content, _) = TOLD[kind], picture_alone(TOLD[kind])
    assert SECRET.encode() in before
    kept = seen(content)
    assert SECRET not in strings_of(kept)
    assert SECRET.encode() not in content
    assert dict(kept.getexif()) == {}
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", list(TOLD))
def test_the_picture_itself_stays(kind: str) -> None:
    content, media_type = picture_alone(TOLD[kind])
    kept = seen(content).convert("RGB")
    assert media_type == ("image/jpeg" if kind in ("jpeg", "webp") else "image/png")
    assert kept.size == (40, 20)
    red, blue = kept.getpixel((5, 10)), kept.getpixel((35, 10))
    assert red[0] > 200 > 60 > red[2]
    assert blue[2] > 200 > 60 > blue[0]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_photo_taken_with_the_phone_on_its_side_stands_upright(
    format_: str, orientation: int
) -> None:
    file = as_file(scene(), format_, exif=exif(orientation=orientation))
    kept = seen(picture_alone(file)[0]).convert("RGB")
    is_turned = orientation >= 5
    assert kept.size == ((20, 40) if is_turned else (40, 20))
    corner = kept.getpixel((3, 3))
    # EXIF 2.32, 4.6.4: where the first row and column of what was recorded are seen.
    is_red_first = orientation in (1, 4, 5, 6)
    assert (corner[0] > corner[2]) == is_red_first


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # elsewhere told, here an error
def test_damaged_words_about_a_photo_do_not_cost_the_photo() -> None:
    file = as_file(scene(), "JPEG")
    broken = segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 30)
    assert seen(picture_alone(file[:2] + broken + file[2:])[0]).size == (40, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    content, media_type = picture_alone(as_file(scene().convert("L").convert(mode), "PNG"))
    assert (seen(content).size, media_type) == ((40, 20), "image/png")


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_every_kind_of_jpeg_is_read(mode: str) -> None:
    content, media_type = picture_alone(as_file(scene(mode), "JPEG"))
    assert (seen(content).mode, media_type) == ("L" if mode == "L" else "RGB", "image/jpeg")


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "GIF"])
def test_what_can_be_seen_through_stays_so(format_: str) -> None:
    clear = Image.new("RGBA", (9, 9), (255, 0, 0, 0))
    content, media_type = picture_alone(as_file(clear, format_))
    assert (seen(content).mode, media_type) == ("RGBA", "image/png")
    assert seen(content).getpixel((4, 4))[3] == 0


@pytest.mark.parametrize("format_", ["GIF", "PNG", "WEBP", "MPO"])
def test_of_several_pictures_in_a_file_the_first_is_kept(format_: str) -> None:
    first, second = Image.new("RGB", (9, 9), "red"), Image.new("RGB", (9, 9), "blue")
    file = as_file(first, format_, save_all=True, append_images=[second])
    kept = seen(picture_alone(file)[0])
    assert getattr(kept, "n_frames", 1) == 1
    assert kept.convert("RGB").getpixel((4, 4))[0] > 200


def test_a_picture_that_is_another_file_too_is_only_a_picture() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("run.html", "<script>alert(1)</script>")
    both = told_jpeg() + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(both))
    content, _ = picture_alone(both)
    assert not zipfile.is_zipfile(io.BytesIO(content))
    assert b"<script>" not in picture_alone(JPEG + b"<script>alert(1)</script>")[0]


def test_a_large_photo_is_kept_smaller() -> None:
    content, _ = picture_alone(as_file(Image.new("RGB", (6000, 3000)), "JPEG"))
    assert seen(content).size == (LONGEST_SIDE, LONGEST_SIDE // 2)


@pytest.mark.parametrize(
    ("size", "kept"), [((8160, 6120), (4080, 3060)), ((5184, 3888), (4096, 3072))]
)
def test_what_the_phones_of_today_take_is_taken(
    size: tuple[int, int], kept: tuple[int, int]
) -> None:
    content, _ = picture_alone(as_file(Image.new("L", size), "JPEG"))
    assert seen(content).size == kept


def refused(content: bytes) -> str:
    with pytest.raises(NotAPhoto) as error:
        picture_alone(content)
    return error.value.why


@pytest.mark.parametrize("side", [4097, 8192, 60_000])
def test_more_pixels_than_a_screen_has_are_refused_before_they_are_decoded(side: int) -> None:
    assert refused(declared(png(), side=side)) == "huge_photo"


LARGEST = {
    "PNG": largest("PNG", (4096, 4096)),
    "long PNG": largest("PNG", (16_384, 1024)),
    "GIF": largest("GIF", (4096, 4096), mode="P"),
    "WEBP": largest("WEBP", (4096, 2048), lossless=True),
    "JPEG": largest("JPEG", (8191, 8192), mode="RGB"),
    "JPEG in passes": largest("JPEG", (4096, 4096), mode="RGB", progressive=True),
}
"""The largest that are taken, small as files, and told to be on their side."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells what it took")
@pytest.mark.parametrize("kind", list(LARGEST))
def test_a_small_file_cannot_take_much_memory(kind: str) -> None:
    """Measured in a process of its own: what decoders take is not Python's to count."""
    allowed = 220 if "JPEG" in kind else 180
    assert 0 < megabytes_to_draw(LARGEST[kind]) < allowed


@pytest.mark.parametrize(
    ("format_", "size", "how"),
    [
        ("GIF", (4100, 4100), {}),
        ("WEBP", (4100, 2050), {}),
        ("JPEG", (4100, 4100), {"progressive": True}),
    ],
)
def test_what_its_decoder_would_need_much_memory_for_is_refused(
    format_: str, size: tuple[int, int], how: dict[str, bool]
) -> None:
    assert refused(as_file(Image.new("RGB", size), format_, **how)) == "huge_photo"


def test_a_jpeg_of_a_thousand_passes_is_refused() -> None:
    """Each takes some bytes, and the time of a whole picture."""
    file = as_file(scene("L"), "JPEG", progressive=True)
    last = file[file.rindex(b"\xff\xda") : -2]
    picture_alone(file[:-2] + last * 20 + file[-2:])
    assert refused(file[:-2] + last * 1000 + file[-2:]) == "damaged_photo"


def test_the_pictures_beside_a_photo_are_not_its_passes() -> None:
    """A preview among the words about it, and a film behind it, as phones write them."""
    scans = segment(0xDA, b"\0" * 8) * 100
    file = as_file(scene(), "JPEG")
    both = file[:2] + segment(0xE1, b"Exif\0\0" + scans) + file[2:] + scans
    assert seen(picture_alone(both)[0]).size == (40, 20)


@pytest.mark.parametrize("kind", list(TOLD))
def test_a_truncated_picture_is_refused(kind: str) -> None:
    noise = random.Random(9).randbytes(3 * 64 * 64)  # noqa: S311
    format_ = kind.upper()
    file = as_file(Image.frombytes("RGB", (64, 64), noise), format_)
    assert refused(file[: len(file) // 2]) == "damaged_photo"
    assert refused(file[:20]) == "damaged_photo"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "document"),
        (b"<svg onload=alert(1)>", "document"),
        (b"%PDF-1.7", "document"),
        (b"....ftypisom", "document"),
        (as_file(scene(), "TIFF"), "document"),
        (as_file(scene(), "BMP"), "document"),
        (b"\x00\x00\x00\x18ftypheic....", "heic_photo"),
        (b"\xff\xd8\xff\xe0 only the beginning", "damaged_photo"),
        (b"\x89PNG\r\n\x1a\n....", "damaged_photo"),
        (b"GIF89a....", "damaged_photo"),
        (b"RIFF....WEBPVP8 ", "damaged_photo"),
    ],
)
def test_what_is_no_photo_is_refused_with_the_reason(content: bytes, why: str) -> None:
    assert refused(content) == why


@given(
    st.binary(max_size=40), st.integers(0, 600), st.sampled_from([jpeg(), png(), *TOLD.values()])
)
def test_damage_anywhere_gives_a_picture_or_a_reason(patch: bytes, at: int, file: bytes) -> None:
    damaged = file[:at] + patch + file[at + len(patch) :]
    try:
        content, _ = picture_alone(damaged)
    except NotAPhoto:
        return
    assert seen(content).width <= LONGEST_SIDE


@pytest.mark.parametrize("file", [JPEG, png()])
def test_what_was_made_here_stays_as_it_is(file: bytes) -> None:
    assert picture_alone(file)[0] == file
