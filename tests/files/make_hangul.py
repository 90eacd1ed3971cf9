"""Makes minutes.hwp and minutes.hwpx (`pip install jakal-hwpx==1.0 md2hwpx==0.1.5`, both MIT).

Both start from empty documents that Hangul itself saved. They are committed, so that the tests
need neither program. Texts and figures are invented.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from jakal_hwpx import HwpDocument

HERE = Path(__file__).parent
TABLE = [
    ["구분", "2023년", "2024년"],
    ["자원봉사자", "118명", "142명"],
    ["참여 학교", "9곳", "11곳"],
]
MARKDOWN = """---
title: 마당 도서관 운영 회의
---
# 1. 사업 개요

도서관 마당은 매주 토요일 아침 아홉 시에 연다.[^1]

## 1.1 참여 현황

| 구분 | 2023년 | 2024년 |
|---|---|---|
| 자원봉사자 | 118명 | 142명 |
| 참여 학교 | 9곳 | 11곳 |

# 2. Opening hours in winter

From December the reading room closes at five in the afternoon.

[^1]: 공휴일에는 쉰다.
"""


def hwp(path: Path) -> None:
    """The styles 2 and 3 are "개요 1" and "개요 2" of Hangul's empty document."""
    made = HwpDocument.blank()
    made.append_paragraph("1. 사업 개요", para_shape_id=2, style_id=2)
    made.append_paragraph("도서관 마당은 매주 토요일 아침 아홉 시에 연다.")
    made.append_footnote("공휴일에는 쉰다.")
    made.append_paragraph("1.1 참여 현황", para_shape_id=3, style_id=3)
    made.append_table(rows=3, cols=3, cell_texts=TABLE)
    made.append_paragraph("2. Opening hours in winter", para_shape_id=2, style_id=2)
    made.append_paragraph("From December the reading room closes at five in the afternoon.")
    made.save(str(path))


def hwpx(path: Path) -> None:
    """By md2hwpx, whose headings are of the styles "개요 1" …"""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "minutes.md")
        source.write_text(MARKDOWN, encoding="utf-8")
        command = [sys.executable, "-m", "md2hwpx", str(source), "-o", str(path)]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    hwp(HERE / "minutes.hwp")
    hwpx(HERE / "minutes.hwpx")
