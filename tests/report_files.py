"""A report's text as the files that offices send: DOCX and PDF."""

import io
from html import escape
from pathlib import Path

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate
from reportlab.platypus.doctemplate import BaseDocTemplate

_FONT = "STSong-Light"
_TITLE_LINES = 2


def write_docx(path: Path, text: str, *, styles: dict[str, str] | None = None) -> Path:
    """A DOCX with a paragraph for each line; `styles` names those of single lines."""
    document = docx.Document()
    for line in text.strip().split("\n"):
        document.add_paragraph(line, style=(styles or {}).get(line))
    document.save(str(path))
    return path


def write_pdf(path: Path, text: str, *, head: str = "", justified: bool = True) -> Path:
    """A PDF as reports are printed: first lines indented, pages numbered, a running head."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    body = ParagraphStyle(
        "body",
        fontName=_FONT,
        fontSize=16,
        leading=28,
        firstLineIndent=32,
        wordWrap="CJK",
        alignment=4 if justified else 0,
    )
    title = ParagraphStyle("title", parent=body, alignment=1, firstLineIndent=0, fontSize=22)
    content = io.BytesIO()
    layout = SimpleDocTemplate(
        content, pagesize=A4, leftMargin=80, rightMargin=75, topMargin=100, bottomMargin=95
    )

    def number(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(_FONT, 14)
        canvas.drawCentredString(A4[0] / 2, 40, f"— {document.page} —")
        canvas.drawString(90, A4[1] - 50, head)

    lines = text.strip().split("\n")
    paragraphs = [
        Paragraph(escape(line), title if place < _TITLE_LINES else body)
        for place, line in enumerate(lines)
    ]
    layout.build(paragraphs, onFirstPage=number, onLaterPages=number)
    path.write_bytes(content.getvalue())
    return path


def write_scan(path: Path) -> Path:
    """A PDF whose only page is a drawing."""
    canvas = Canvas(str(path))
    canvas.rect(100, 100, 200, 200, fill=1)
    canvas.showPage()
    canvas.save()
    return path
