"""A report's file, whatever its format, gives the very text; what gives none is named."""

import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from pypdf import PdfReader, PdfWriter

from index.drafting.readers import read_source
from index.errors import ContentError
from index.headings import SECTION, SUBHEADING
from tests.plain_report import PLAIN_REPORT
from tests.report_files import write_docx, write_pdf, write_scan

TEXT = PLAIN_REPORT.strip()
LONG_TEXT = "\n".join([TEXT, *(line for _ in range(6) for line in TEXT.split("\n")[5:])])


def mistake_of(file: Path) -> str:
    """The only line that is said of a file which cannot be read."""
    with pytest.raises(ContentError) as caught:
        read_source(file)
    (line,) = caught.value.mistakes
    assert line.startswith(f"{file}")
    assert "\n" not in line
    return line.removeprefix(f"{file}").removeprefix(": ")


def without_spaces(text: str) -> str:
    """A PDF's spaces are places on a page; beside Chinese characters none are kept."""
    return text.replace("记者 甲乙 摄", "记者甲乙摄")


@pytest.mark.parametrize("name", ["a.txt", "a.md", "A.TXT"])
def test_text_is_read_as_it_stands(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(PLAIN_REPORT, encoding="utf-8")
    assert read_source(file).text == TEXT


def test_a_docx_gives_its_paragraphs(tmp_path: Path) -> None:
    assert read_source(write_docx(tmp_path / "a.docx", TEXT)).text == TEXT


@pytest.mark.parametrize("justified", [True, False])
def test_a_pdf_gives_its_paragraphs_over_lines_and_pages(tmp_path: Path, justified: bool) -> None:
    file = write_pdf(tmp_path / "a.pdf", LONG_TEXT, head="云河市政府工作报告", justified=justified)
    assert len(PdfReader(file).pages) > 5
    assert read_source(file).text.split("\n") == without_spaces(LONG_TEXT).split("\n")


def test_heading_styles_of_a_docx_are_sections_and_sub_headings(tmp_path: Path) -> None:
    text = "工作报告\n去年的事\n建成公园5个。\n今年的事\n办好教育\n新增学位30个。"
    styles = {
        "工作报告": "Heading 1",
        "去年的事": "Heading 2",
        "今年的事": "Heading 2",
        "办好教育": "Heading 3",
    }
    found = read_source(write_docx(tmp_path / "a.docx", text, styles=styles))
    assert [(heading.level, heading.text) for heading in found.headings] == [
        (SECTION, "去年的事"),
        (SECTION, "今年的事"),
        (SUBHEADING, "办好教育"),
    ]


def test_tables_line_breaks_and_text_boxes_of_a_docx_are_lines(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("第一行\n第二行")
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(table._cells, ("指标", "目标", "学位", "30个"), strict=True):
        cell.text = words
    box = OxmlElement("w:txbxContent")
    inner = document.add_paragraph("框里的话")._p
    outer = document.add_paragraph("框外的话")
    box.append(inner)
    outer.runs[0]._r.append(box)
    document.save(str(tmp_path / "a.docx"))
    text = read_source(tmp_path / "a.docx").text
    assert text == "第一行\n第二行\n指标 目标\n学位 30个\n框外的话\n框里的话"


def test_numbers_that_word_makes_are_remarked_on(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("新增学位30个。")
    paragraph._p.get_or_add_pPr().get_or_add_numPr()
    document.save(str(tmp_path / "a.docx"))
    (remark,) = read_source(tmp_path / "a.docx").remarks
    assert remark.endswith("not in the text; the first: '新增学位30个。'")


def test_emphasis_of_markdown_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# 报告\n\n## **一、今年**\n\n新增**学位30个**，2**3。\n", encoding="utf-8")
    found = read_source(file)
    assert found.text == "报告\n一、今年\n新增学位30个，2**3。"
    assert [heading.text for heading in found.headings] == ["一、今年"]


@pytest.mark.parametrize("suffix", [".doc", ".wps", ".rtf", ".odt"])
def test_other_word_processors_are_told_to_save_as_docx(tmp_path: Path, suffix: str) -> None:
    assert mistake_of(tmp_path / f"a{suffix}").endswith("; save it as .docx")


def test_other_files_are_refused_by_their_names(tmp_path: Path) -> None:
    assert mistake_of(tmp_path / "a.xlsx") == "is none of .txt, .md, .docx, .pdf"


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("content", ["", "\n \n", "---\ntarget_year: 2026\n---\n"])
def test_an_empty_report_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert mistake_of(tmp_path / name) == "holds no text"


def test_an_empty_docx_is_refused(tmp_path: Path) -> None:
    assert mistake_of(write_docx(tmp_path / "a.docx", " ")) == "holds no text"


@pytest.mark.parametrize("suffix", [".txt", ".docx", ".pdf"])
def test_a_report_of_50_mb_is_refused_before_it_is_read(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    assert mistake_of(file) == "50.0 MB; at most 20 MB are read"


def test_a_docx_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", bytes(30_000_000))
    assert mistake_of(tmp_path / "a.docx") == "unpacks to 30.0 MB; at most 20 MB are read"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and no more", "is damaged, or no DOCX"),
        (b"", "is damaged, or no DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is encrypted, or a .doc by another name"),
    ],
)
def test_what_is_no_docx_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.docx").write_bytes(content)
    assert mistake_of(tmp_path / "a.docx").startswith(said)


def test_a_package_without_a_document_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("other.xml", "<x/>")
    assert mistake_of(tmp_path / "a.docx").startswith("is damaged, or no DOCX (")


def test_a_docx_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    content = write_docx(tmp_path / "whole.docx", TEXT).read_bytes()
    file = tmp_path / "a.docx"
    for size in range(0, len(content), 997):
        file.write_bytes(content[:size])
        assert mistake_of(file).startswith("is damaged, or no DOCX")


def test_a_docx_with_tracked_changes_is_refused(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("新增学位30个")
    change = OxmlElement("w:ins")
    change.set(qn("w:author"), "甲")
    change.append(paragraph.runs[0]._r)
    paragraph._p.append(change)
    document.save(str(tmp_path / "a.docx"))
    assert mistake_of(tmp_path / "a.docx") == (
        "holds tracked changes, the first '新增学位30个'; accept or reject them and save it anew"
    )


def test_a_scan_is_refused_in_a_line_that_says_so(tmp_path: Path) -> None:
    said = "holds no text, only pictures (a scan); it needs text recognition first"
    assert mistake_of(write_scan(tmp_path / "a.pdf")) == said


def test_a_page_without_text_among_others_is_remarked_on(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.append(write_pdf(tmp_path / "a.pdf", TEXT))
    writer.append(write_scan(tmp_path / "b.pdf"))
    writer.write(tmp_path / "c.pdf")
    writer.close()
    number = len(PdfReader(tmp_path / "c.pdf").pages)
    found = read_source(tmp_path / "c.pdf")
    assert found.text == without_spaces(TEXT)
    assert found.remarks == (f"no text on page {number}; a picture there is left out",)


@pytest.mark.parametrize("password", ["geheim", ""])
def test_an_encrypted_pdf_is_read_only_without_a_password(tmp_path: Path, password: str) -> None:
    writer = PdfWriter()
    writer.append(write_pdf(tmp_path / "a.pdf", TEXT))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    writer.write(tmp_path / "b.pdf")
    writer.close()
    if password:
        said = "is encrypted; save it without a password"
        assert mistake_of(tmp_path / "b.pdf") == said
    else:
        assert read_source(tmp_path / "b.pdf").text == without_spaces(TEXT)


def test_a_pdf_cut_off_is_refused_or_read_but_never_breaks(tmp_path: Path) -> None:
    content = write_pdf(tmp_path / "whole.pdf", TEXT).read_bytes()
    file = tmp_path / "a.pdf"
    for size in range(0, len(content) - 1000, len(content) // 12):
        file.write_bytes(content[:size])
        assert mistake_of(file).startswith(("is damaged: ", "holds no text"))


def test_gb18030_is_read_and_another_encoding_is_named_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(PLAIN_REPORT.encode("gb18030"))
    assert read_source(file).text == TEXT
    file.write_bytes(PLAIN_REPORT.encode("utf-16"))
    assert "UTF-16" in mistake_of(file)
    file.write_bytes(PLAIN_REPORT.encode().replace("办好".encode(), b"\xff"))
    line = PLAIN_REPORT[: PLAIN_REPORT.index("办好")].count("\n") + 1
    assert mistake_of(file).startswith(f":{line}: ")


def test_a_nul_byte_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("一\n二\n三\0\n", encoding="utf-8")
    assert mistake_of(file) == ":3: holds a NUL byte (U+0000)"
