"""A document as a tree: sections in reading order, terms where there are none."""

from itertools import count

from rag_core.embeddings import BundledEmbedding
from rag_core.mind_map import WIDEST, Branch, as_markdown, branches
from rag_core.passages import cut
from rag_core.study import material
from rag_core.types import Page, Passage, ReadBy

EMBEDDING = BundledEmbedding()


def _document(name: str, *sections: tuple[int, str, str]) -> tuple[Passage, ...]:
    """A document of one page: (level, heading, text) one below the other."""
    text, headings = "", []
    for level, heading, below in sections:
        if level:
            headings.append((len(text), level))
        text += f"{heading}\n\n{below}\n\n" if level else below
    page = Page(number=1, label="1", text=text, read_by=ReadBy.TEXT, headings=tuple(headings))
    return cut(name, f"The book of {name}", [page])


def _tree(*documents: tuple[Passage, ...]) -> tuple[Branch, ...]:
    return material([one for document in documents for one in document], EMBEDDING).mind_map


WORDS = ("Lanterns", "Harbours", "Compasses", "Lighthouses")


def _told(of: str) -> str:
    return f"{of} are kept by the keeper. A keeper of {of} writes a log of the night. " * 3


def test_sections_branch_in_reading_order_and_lead_to_where_they_begin() -> None:
    passages = _document(
        "sea",
        (1, "1. Lanterns", _told("Lanterns")),
        (2, "1.1 Oil and wick", _told("Wicks")),
        (2, "1.2 Glass", _told("Panes")),
        (1, "2. Harbours", _told("Harbours")),
    )
    lanterns, harbours = _tree(passages)
    assert [lanterns.name, harbours.name] == ["Lanterns", "Harbours"]
    assert [one.name for one in lanterns.branches] == ["Oil and wick", "Glass"]
    assert harbours.branches  # no sections of its own: what it turns on
    for branch in (*lanterns.branches, harbours):
        assert branch.name in branch.passage.text


def test_a_document_without_headings_branches_into_its_terms() -> None:
    tree = _tree(_document("sea", (0, "", " ".join(map(_told, WORDS)))))
    assert tree
    for branch in tree:
        for one in (branch, *branch.branches):
            assert one.name in one.passage.text


def test_each_of_several_documents_is_a_branch() -> None:
    first = _document(
        "sea", *((1, f"{n}. {word}", _told(word)) for n, word in zip(count(1), WORDS))
    )
    second = _document("land", (1, "Meadows", _told("Meadows")), (1, "Hills", _told("Hills")))
    tree = _tree(first, second)
    assert [one.name for one in tree] == ["The book of sea", "The book of land"]
    assert [one.name for one in tree[1].branches] == ["Meadows", "Hills"]
    assert not any(one.branches for branch in tree for one in branch.branches)


def test_it_stays_small() -> None:
    names = [f"{chr(65 + n)}lpha section" for n in range(26)]
    tree = _tree(_document("sea", *((1, name, _told(name)) for name in names)))
    assert len(tree) == WIDEST[0]
    assert [one.name for one in tree] == sorted(one.name for one in tree)


def test_nothing_comes_of_nothing() -> None:
    assert branches((), (), ()) == ()
    assert as_markdown(()) == ""


def test_a_list_within_lists_holds_the_whole_tree() -> None:
    passage = _document("sea", (0, "", "x"))[0]
    tree = (Branch("a\nb", passage, (Branch("c", passage),)), Branch("d", passage))
    assert as_markdown(tree) == "- a b\n  - c\n- d\n"
