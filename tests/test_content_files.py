"""Files of the content: read in the encodings they may have, any other named with its place."""

from pathlib import Path

import pytest
from opencc import OpenCC

from index.content_files import LARGEST_BYTES, read_content_file
from tests.plain_report import PLAIN_REPORT


def read(file: Path, content: bytes) -> tuple[str | None, list[str]]:
    """What is read of these bytes, and the mistakes without the file's name."""
    file.write_bytes(content)
    mistakes: list[str] = []
    return read_content_file(file, "f", mistakes), mistakes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_plain_text_is_read_in_utf_8_and_gb_18030(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path / "a.txt", PLAIN_REPORT.encode(encoding)) == (PLAIN_REPORT, [])


def test_traditional_text_in_gb_18030_is_read(tmp_path: Path) -> None:
    text = OpenCC("s2t").convert(PLAIN_REPORT)
    assert read(tmp_path / "a.txt", text.encode("gb18030")) == (text, [])


def test_every_kind_of_line_break_is_one(tmp_path: Path) -> None:
    assert read(tmp_path / "a.md", b"a\r\nb\rc\nd\x0c") == ("a\nb\nc\nd\x0c", [])


def test_other_files_than_plain_text_must_be_utf_8(tmp_path: Path) -> None:
    content = "a = 1\n# b\nc = '武昌区新增幼儿园'\n".encode("gb18030")
    assert read(tmp_path / "a.toml", content) == (
        None,
        [
            "f:3: not UTF-8; it reads as GB 18030: save it as UTF-8 "
            "(first bad byte 0xce, byte 6 of the line)"
        ],
    )


@pytest.mark.parametrize(
    ("encoding", "looks"),
    [
        ("utf-16", "; it looks like UTF-16"),
        ("utf-16-le", "; it looks like UTF-16"),
        ("utf-16-be", "; it looks like UTF-16"),
        ("big5", "; it looks like Big5"),
        ("shift_jis", ""),
    ],
)
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_any_other_encoding_is_named(
    tmp_path: Path, encoding: str, looks: str, suffix: str
) -> None:
    content = OpenCC("s2t").convert(PLAIN_REPORT).encode(encoding, errors="ignore")
    text, (mistake,) = read(tmp_path / f"a{suffix}", content)
    read_as = "neither UTF-8 nor GB 18030" if suffix == ".txt" else "not UTF-8"
    assert text is None
    assert mistake.startswith("f:1: ")
    assert f": {read_as}{looks} (first bad byte 0x" in mistake


def test_one_broken_byte_does_not_make_utf_8_into_gb_18030(tmp_path: Path) -> None:
    """Nearly any bytes can be read as GB 18030: the whole report once came out as nonsense."""
    lines = PLAIN_REPORT.encode().split(b"\n")
    lines[4] = lines[4][:-1]
    text, (mistake,) = read(tmp_path / "a.txt", b"\n".join(lines))
    assert text is None
    assert mistake.startswith("f:5: neither UTF-8 nor GB 18030 (first bad byte 0x")


def test_control_characters_are_told_by_line_and_the_rest_is_read(tmp_path: Path) -> None:
    assert read(tmp_path / "a.md", b"a\x00b\x00\n\tc\nd\x1b\n") == (
        "a b \n\tc\nd \n",
        [
            "f:1: holds a NUL byte (U+0000)",
            "f:3: holds a control character (U+001B)",
        ],
    )


def test_of_very_many_control_characters_the_first_lines_are_told(tmp_path: Path) -> None:
    _, mistakes = read(tmp_path / "a.md", b"\x00\n" * 50)
    assert len(mistakes) == 21
    assert mistakes[-1] == "f: control characters in 30 more lines"


def test_a_line_separator_and_a_next_line_are_text(tmp_path: Path) -> None:
    assert read(tmp_path / "a.jsonl", "一\u2028二\x85三".encode()) == ("一\u2028二\x85三", [])


def test_a_file_too_large_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    mistakes: list[str] = []
    assert read_content_file(file, "f", mistakes) is None
    assert mistakes == ["f: 50.0 MB; at most 20 MB are read"]
    assert LARGEST_BYTES == 20_000_000


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    mistakes: list[str] = []
    assert read_content_file(tmp_path, "f", mistakes) is None
    assert read_content_file(tmp_path / "none", "g", mistakes) is None
    assert mistakes == [
        "f: cannot be read (Is a directory)",
        "g: cannot be read (No such file or directory)",
    ]
