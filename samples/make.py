"""Write samples/*.pdf: `python -m samples.make [--fonts FOLDER] [--into FOLDER]`.

The fonts, NanumGothic.ttf and NanumGothicBold.ttf, come with Debian's package fonts-nanum (SIL
Open Font License); only the letters that are used are embedded. The same text and fonts always
give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from samples import english, korean
from samples.blocks import Block, Boxes, Chapter, Handout, Key, Points, Section, Table
from samples.drawing import ACCENT, FAINT, INK, RULE, SOFT, Bar, Bookmark, Row

HANDOUTS = (korean.HANDOUT, english.HANDOUT)
FONTS = Path("/usr/share/fonts/truetype/nanum")

_PAGE = (176 * mm, 250 * mm)  # ISO B5, the size of a textbook
_SIDE, _TOP, _BOTTOM = 20 * mm, 19 * mm, 17 * mm
_WIDTH = _PAGE[0] - 2 * _SIDE

_BODY = ParagraphStyle(
    "body", fontName="Nanum", fontSize=9.6, leading=15.6, textColor=INK, spaceAfter=5.5
)
_STYLES = {
    "title": ParagraphStyle("title", _BODY, fontName="Nanum-Bold", fontSize=23, leading=31),
    "subtitle": ParagraphStyle("subtitle", _BODY, fontSize=11, leading=18, textColor=FAINT),
    "chapter": ParagraphStyle(
        "chapter", _BODY, fontName="Nanum-Bold", fontSize=17, leading=23, spaceAfter=9
    ),
    "section": ParagraphStyle(
        "section",
        _BODY,
        fontName="Nanum-Bold",
        fontSize=11,
        leading=16,
        spaceBefore=7,
        spaceAfter=4,
        textColor=ACCENT,
        keepWithNext=True,
    ),
    "key": ParagraphStyle("key", _BODY, fontSize=10.2, leading=16.5, spaceAfter=0),
    "cell": ParagraphStyle("cell", _BODY, fontSize=8.6, leading=12.6, spaceAfter=0),
    "head": ParagraphStyle(
        "head", _BODY, fontName="Nanum-Bold", fontSize=8.6, leading=12.6, spaceAfter=0
    ),
    "item": ParagraphStyle("item", _BODY, spaceAfter=2.5),
    "caption": ParagraphStyle(
        "caption", _BODY, fontSize=8, leading=12, textColor=FAINT, alignment=TA_CENTER
    ),
}


def main() -> None:
    """Write both handouts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, default=FONTS)
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    use_fonts(options.fonts)
    for handout in HANDOUTS:
        write(handout, options.into / handout.file)


def use_fonts(folder: Path) -> None:
    """Register the two faces; raises reportlab's TTFError where a file is missing."""
    pdfmetrics.registerFont(TTFont("Nanum", folder / "NanumGothic.ttf"))
    pdfmetrics.registerFont(TTFont("Nanum-Bold", folder / "NanumGothicBold.ttf"))
    pdfmetrics.registerFontFamily("Nanum", "Nanum", "Nanum-Bold", "Nanum", "Nanum-Bold")


def write(handout: Handout, path: Path) -> None:
    """Lay one handout out, with outline, page labels and metadata."""
    document = BaseDocTemplate(
        str(path),
        pagesize=_PAGE,
        title=handout.title,
        author=handout.author,
        subject=handout.subject,
        creator="samples/make.py",
        lang=handout.language,
        invariant=1,
        initialFontName="Nanum",
    )
    frame = Frame(_SIDE, _BOTTOM, _WIDTH, _PAGE[1] - _TOP - _BOTTOM, 0, 0, 0, 0)

    def decorate(canvas: Canvas, _: BaseDocTemplate) -> None:
        _decorate(canvas, handout)

    document.addPageTemplates(PageTemplate("page", frame, onPage=decorate))
    flow = _front(handout)
    for number, chapter in enumerate(handout.chapters, start=1):
        flow += _chapter(number, chapter)
    document.build(flow)


def _decorate(canvas: Canvas, handout: Handout) -> None:
    """Page labels: the cover is "i" and says nothing, the chapters count from 1 at the foot."""
    page = canvas.getPageNumber()
    if page == 1:
        canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
        canvas.addPageLabel(1, style="ARABIC", start=1)
        canvas.showOutline()
        return
    canvas.setStrokeColor(RULE)
    canvas.line(_SIDE, 14 * mm, _PAGE[0] - _SIDE, 14 * mm)
    canvas.setFillColor(FAINT)
    canvas.setFont("Nanum", 7.6)
    canvas.drawString(_SIDE, 10 * mm, handout.title)
    canvas.drawRightString(_PAGE[0] - _SIDE, 10 * mm, str(page - 1))


def _front(handout: Handout) -> list[Flowable]:
    flow: list[Flowable] = [
        Bookmark(handout.title, 0),
        Spacer(0, 16 * mm),
        Bar(),
        Paragraph(handout.title, _STYLES["title"]),
        Spacer(0, 1.5 * mm),
        Paragraph(handout.subtitle, _STYLES["subtitle"]),
        Spacer(0, 8 * mm),
    ]
    for block in handout.front:
        flow += _draw(block)
    flow += [Spacer(0, 4 * mm), Paragraph(handout.contents, _STYLES["section"])]
    rows = [
        [
            Paragraph(str(number), _STYLES["head"]),
            Paragraph(f'<a href="#chapter-{number}">{one.title}</a>', _STYLES["cell"]),
        ]
        for number, one in enumerate(handout.chapters, start=1)
    ]
    lines = [("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE), ("LEFTPADDING", (0, 0), (0, -1), 0)]
    return [*flow, _grid(rows, (9 * mm, _WIDTH - 9 * mm), lines)]


def _chapter(number: int, chapter: Chapter) -> list[Flowable]:
    flow: list[Flowable] = [
        PageBreak(),
        Bookmark(f"{number}. {chapter.title}", 0, f"chapter-{number}"),
        Bar(),
        Paragraph(f"{number}. {chapter.title}", _STYLES["chapter"]),
    ]
    for at, block in enumerate(chapter.blocks):
        if isinstance(block, Section):
            flow.append(Bookmark(block.title, 1, f"section-{number}-{at}"))
        flow += _draw(block)
    return flow


def _draw(block: Block) -> list[Flowable]:
    match block:
        case str():
            return [Paragraph(block, _BODY)]
        case Section(title):
            return [Paragraph(title, _STYLES["section"])]
        case Key(text):
            return [_key(text), Spacer(0, 3 * mm)]
        case Points():
            return [_points(block), Spacer(0, 1 * mm)]
        case Table():
            return [Spacer(0, 1 * mm), _table(block), Spacer(0, 3.5 * mm)]
        case Boxes(items, caption, arrows):
            return [Row(items, arrows, _WIDTH), Paragraph(caption, _STYLES["caption"])]


def _key(text: str) -> Flowable:
    lines = [
        ("BACKGROUND", (0, 0), (-1, -1), SOFT),
        ("LINEBEFORE", (0, 0), (0, -1), 2, ACCENT),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("RIGHTPADDING", (0, 0), (-1, -1), 10),
        ("TOPPADDING", (0, 0), (-1, -1), 7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
    ]
    return _grid([[Paragraph(text, _STYLES["key"])]], (_WIDTH,), lines)


def _points(block: Points) -> Flowable:
    return ListFlowable(
        [Paragraph(item, _STYLES["item"]) for item in block.items],
        bulletType="1" if block.numbered else "bullet",
        bulletFormat="%s." if block.numbered else None,
        start=None if block.numbered else "•",
        bulletFontName="Nanum-Bold" if block.numbered else "Nanum",
        bulletFontSize=_BODY.fontSize,
        bulletColor=ACCENT,
        leftIndent=16,
    )


def _table(block: Table) -> Flowable:
    head = [Paragraph(cell, _STYLES["head"]) for cell in block.header]
    rows = [[Paragraph(cell, _STYLES["cell"]) for cell in row] for row in block.rows]
    lines = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]
    widths = [_WIDTH * share / sum(block.widths) for share in block.widths]
    return _grid([head, *rows], widths, lines)


def _grid(
    rows: Sequence[Sequence[Flowable]], widths: Sequence[float], lines: Sequence[tuple[object, ...]]
) -> Flowable:
    font = ("FONTNAME", (0, 0), (-1, -1), "Nanum")  # else a font that is not embedded is named
    return Grid(rows, colWidths=widths, style=TableStyle([font, *lines]))


if __name__ == "__main__":
    main()
