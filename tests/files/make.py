"""Makes the office files of this folder with LibreOffice (`python tests/files/make.py`).

They are committed, so that the tests need no LibreOffice. Texts and figures are invented.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pptx
from pptx.util import Cm

HERE = Path(__file__).parent
_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "presentation": "presentation",
        "style": "style",
        "number": "datastyle",
        "svg": "svg-compatible",
        "meta": "meta",
    }.items()
)
_SPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'


def _flat(kind: str, body: str, styles: str = "", title: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.3" '
        f'office:mimetype="application/vnd.oasis.opendocument.{kind}">'
        f"<office:meta><dc:title>{title}</dc:title></office:meta>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body>{body}</office:body></office:document>"
    )


def _row(*cells: str) -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row>{inner}</table:table-row>"


def report() -> str:
    """A report: title, headings on two levels, a table, a footnote, a text frame, a list."""
    rows = _row("구분", "2023년", "2024년"), _row("자원봉사자", "118명", "142명")
    rows = *rows, _row("참여 학교", "9곳", "11곳")
    return _flat(
        "text",
        f"""<office:text>
<text:h text:outline-level="1">1. 사업 개요</text:h>
<text:p>도서관 마당은 매주 토요일 아침 아홉 시에 연다.<text:note text:note-class="footnote">
<text:note-citation>1</text:note-citation><text:note-body><text:p>공휴일에는 쉰다.</text:p>
</text:note-body></text:note></text:p>
<text:h text:outline-level="2">1.1 참여 현황</text:h>
<text:p>자원봉사자의 수는 아래와 같다.</text:p>
<table:table table:name="t"><table:table-column table:number-columns-repeated="3"/>
<table:table-header-rows>{rows[0]}</table:table-header-rows>{rows[1]}{rows[2]}</table:table>
<text:h text:outline-level="1">2. Opening hours in winter</text:h>
<text:p>From December the reading room closes at five in the afternoon.</text:p>
<text:list><text:list-item><text:p>The garden gate stays open until six.</text:p>
</text:list-item></text:list>
<text:p><draw:frame svg:width="5cm" svg:height="2cm" text:anchor-type="paragraph"><draw:text-box>
<text:p>상자 안의 글: 담당자는 박서연이다.</text:p></draw:text-box></draw:frame></text:p>
</office:text>""",
        title="마당 도서관 보고서",
    )


def workbook() -> str:
    """Two sheets: a title above a heading of two rows, merged cells, percent; and a plain one."""
    styles = """<number:percentage-style style:name="p"><number:number number:decimal-places="1"
number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>
<number:number-style style:name="n"><number:number number:decimal-places="0"
number:min-integer-digits="1" number:grouping="true"/></number:number-style>
<number:date-style style:name="d"><number:year number:style="long"/><number:text>-</number:text>
<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>
</number:date-style>
<style:style style:name="P" style:family="table-cell" style:data-style-name="p"/>
<style:style style:name="N" style:family="table-cell" style:data-style-name="n"/>
<style:style style:name="D" style:family="table-cell" style:data-style-name="d"/>"""

    def text(words: str, across: int = 1, down: int = 1) -> str:
        return (
            f'<table:table-cell office:value-type="string" table:number-columns-spanned="{across}" '
            f'table:number-rows-spanned="{down}"><text:p>{words}</text:p></table:table-cell>'
            + "<table:covered-table-cell/>"
            * (across - 1)
        )

    def number(value: float) -> str:
        return (
            f'<table:table-cell table:style-name="N" office:value-type="float" '
            f'office:value="{value}"/>'
        )

    covered = "<table:covered-table-cell/>"
    percent = (
        '<table:table-cell table:style-name="P" office:value-type="percentage" '
        'office:value="0.125"/>'
    )
    day = (
        '<table:table-cell table:style-name="D" office:value-type="date" '
        'office:date-value="2024-03-09"/>'
    )
    rows = [
        text("2024년 지점별 대출", 5),
        text("지역", 1, 2) + text("상반기", 2) + text("하반기", 2),
        covered + text("책") + text("잡지") + text("책") + text("잡지"),
        text("북구", 1, 2) + number(12345) + number(210) + number(13001) + number(198),
        covered + number(9876) + number(150) + number(9912) + number(161),
        text("남구") + number(7000) + number(99) + number(7150) + number(88),
    ]
    second = [
        text("Item") + text("Share") + text("Checked on"),
        text("Picture books") + percent + day,
    ]

    def sheet(name: str, some: list[str]) -> str:
        inner = "".join(f"<table:table-row>{row}</table:table-row>" for row in some)
        return (
            f'<table:table table:name="{name}"><table:table-column '
            f'table:number-columns-repeated="5"/>{inner}</table:table>'
        )

    body = sheet("대출 현황", rows) + sheet("Shares", second)
    return _flat("spreadsheet", f"<office:spreadsheet>{body}</office:spreadsheet>", styles)


def slides(path: Path) -> None:
    """Two slides: a title and a text with notes; a title, two columns and a table."""
    made = pptx.Presentation()
    first = made.slides.add_slide(made.slide_layouts[1])
    first.shapes.title.text_frame.text = "마당 도서관 사업 계획"
    first.placeholders[1].text_frame.text = "예산은 3천만 원이다."
    first.notes_slide.notes_text_frame.text = "발표자는 예산을 먼저 말한다."
    second = made.slides.add_slide(made.slide_layouts[5])
    # Drawn from the bottom to the top and from the right to the left, read the other way.
    frame = second.shapes.add_table(2, 3, Cm(2), Cm(12), Cm(16), Cm(3))
    for at, words in enumerate(("Team", "Lead", "Members", "Garden", "Minjun", "14")):
        frame.table.cell(at // 3, at % 3).text_frame.text = words
    for left, words in (
        (14, "Right column: the paper is recycled."),
        (2, "Left column: oak shelves."),
    ):
        box = second.shapes.add_textbox(Cm(left), Cm(6), Cm(9), Cm(2))
        box.text_frame.text = words
    second.shapes.title.text_frame.text = "Who does what"
    made.save(str(path))


def main() -> None:
    """Write report.docx, report.epub, loans.xlsx and plan.pptx, and report.doc, to be refused."""
    wanted = {
        "report.fodt": (report(), ("docx", "epub", "doc")),
        "loans.fods": (workbook(), ("xlsx",)),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (source, kinds) in wanted.items():
            path = Path(folder, name)
            path.write_text(source, encoding="utf-8")
            for kind in kinds:
                _convert(path, kind, HERE)
        # Impress makes placeholders of a presentation's, but not of a flat file's.
        slides(Path(folder, "plan.pptx"))
        _convert(Path(folder, "plan.pptx"), "odp", Path(folder))
        _convert(Path(folder, "plan.odp"), "pptx", HERE)


def _convert(path: Path, kind: str, folder: Path) -> None:
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{path.parent}/user"]
    command += ["--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
