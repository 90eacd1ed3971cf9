from rag_core.passages import SMALL, TARGET, cut, searchable_text, weight
from rag_core.types import Page

LONG = "Nodes accept the block only if all of its transactions are valid and not already spent. "
KOREAN = "노드는 블록 안의 모든 거래가 유효하고 아직 쓰이지 않았을 때에만 그 블록을 받아들인다. "


def page(text, number=1, headings=()):
    return Page(number, str(number), text, headings=headings)


def test_text_is_word_for_word_and_complete():
    pages = [page(LONG * 30 + "\n\n" + KOREAN * 30), page("  \n끝.  ", 2)]
    passages = cut("d", "T", pages)
    for passage in passages:
        text = pages[passage.page - 1].text
        assert text[passage.start : passage.start + len(passage.text)] == passage.text
        assert passage.text == passage.text.strip()
    kept = "".join("".join(p.text.split()) for p in passages)
    assert kept == "".join("".join(p.text.split()) for p in pages)


def test_passages_are_full_but_not_overfull_and_never_cross_a_page():
    passages = cut("d", "", [page(LONG * 40, 1), page(KOREAN * 40, 2)])
    assert all(weight(p.text) <= TARGET + SMALL for p in passages)
    assert all(weight(p.text) >= TARGET / 2 for p in passages)
    assert {p.page for p in passages} == {1, 2}


def test_ids_and_indexes_are_stable():
    pages = [page(LONG * 20)]
    first, again = cut("d", "T", pages), cut("d", "T", pages)
    assert first == again
    assert [p.id for p in first] == [f"d-{i}" for i in range(len(first))]


def test_a_text_without_any_break_is_cut_all_the_same():
    passages = cut("d", "", [page("가" * 5000 + "x" * 5000)])
    assert sum(len(p.text) for p in passages) == 10000
    assert all(weight(p.text) <= TARGET + SMALL for p in passages)


def test_context_is_title_and_heading_path_even_on_the_next_page():
    text = f"1 Trust\n{LONG * 5}\n1.1 Mints\n{LONG * 5}\n2 Work\n{LONG * 5}"
    marks = ((0, 1), (text.index("1.1 Mints"), 2), (text.index("2 Work"), 1))
    passages = cut("d", "Paper", [page(text, headings=marks), page(LONG, 2)])
    seen = dict.fromkeys(p.context for p in passages)
    assert list(seen) == ["Paper › 1 Trust", "Paper › 1 Trust › 1.1 Mints", "Paper › 2 Work"]
    assert passages[-1].page == 2
    assert passages[-1].context == "Paper › 2 Work"


def test_a_heading_with_little_below_it_joins_the_next_section():
    text = f"Title\n\nAbstract\n{LONG * 3}"
    passages = cut("d", "", [page(text, headings=((0, 1), (7, 2)))])
    assert len(passages) == 1


def test_no_text_no_passage():
    assert cut("d", "T", [page(" \n \n"), page("", 2)]) == ()


def test_the_embedding_reads_context_and_text():
    (passage,) = cut("d", "Paper", [page("Words.")])
    assert searchable_text(passage) == "Paper\nWords."
    (bare,) = cut("d", "", [page("Words.")])
    assert searchable_text(bare) == "Words."


def table(rows, first=0):
    return "\n".join(
        f"2026-{row % 12 + 1:02}\tCompany {row}\t{row * 7}" for row in range(first, rows)
    )


def test_rows_of_a_table_have_its_header_in_their_context_even_on_the_next_page():
    header = "Notice date\tCompany name\tEmployees"
    pages = [
        page(f"Words before the table.\n\n{header}\n{table(60)}"),
        page(f"{table(120, 60)}\n\nWords after it, about something else. {LONG * 8}", 2),
    ]
    passages = cut("d", "Report", pages)
    told = "Report › Notice date | Company name | Employees"
    rows = [p for p in passages if p.text.startswith("2026")]
    assert len(rows) > 3
    assert {p.page for p in rows} == {1, 2}
    assert all(p.context == told for p in rows)
    assert passages[0].context == "Report"
    assert passages[-1].context == "Report"


def test_rows_without_a_header_and_running_text_get_none():
    pages = [page(table(60)), page(LONG * 20, 2)]
    assert {p.context for p in cut("d", "Report", pages)} == {"Report"}
