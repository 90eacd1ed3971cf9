"""A document as a tree to look over: its sections with the terms that they turn on, or, where it
has no sections, its key terms with those that stand beside them. Pure; nothing is invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rag_core.gist import Telling
from rag_core.key_terms import Term
from rag_core.suggesting import bare_heading
from rag_core.text import letters_of
from rag_core.types import Passage

WIDEST = (10, 6)
"""Branches beside one another: of the root, and of each of its branches."""
_TERMS = 3
_SHORTEST = 2  # letters of a heading
_BETWEEN = " › "

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A section or a term, the passage where it begins, and what branches off."""

    name: str
    passage: Passage
    branches: tuple[Branch, ...] = ()


def branches(
    passages: Sequence[Passage], found: Sequence[Telling], known: Sequence[Term]
) -> tuple[Branch, ...]:
    """The branches of some documents: of one its own, of several one for each document."""
    each = [list(own) for _, own in groupby(passages, key=lambda one: one.document_id)]
    if len(each) == 1:
        return _of_document(each[0], found, known, WIDEST)
    return tuple(
        Branch(
            _path(own[0])[0],
            own[0],
            _of_document(
                own,
                [one for one in found if one.passage.document_id == own[0].document_id],
                known,
                WIDEST[1:],
            ),
        )
        for own in each[: WIDEST[0]]
    )


def as_markdown(tree: Sequence[Branch], depth: int = 0) -> str:
    """The tree as a list within lists, which programs for mind maps read."""
    lines = []
    for one in tree:
        lines.append(f"{'  ' * depth}- {' '.join(one.name.split())}\n")
        lines.append(as_markdown(one.branches, depth + 1))
    return "".join(lines)


def _of_document(
    passages: Sequence[Passage],
    found: Sequence[Telling],
    known: Sequence[Term],
    widest: Sequence[int],
) -> tuple[Branch, ...]:
    title = letters_of(_path(passages[0])[0])
    paths = [
        (passage, tuple(name for name in names if name and letters_of(name) not in title))
        for passage in passages
        for names in [[bare_heading(one, _SHORTEST) for one in _path(passage)[1:]]]
    ]
    return _sections(paths, known, widest) or _by_terms(found, known, widest)


def _path(passage: Passage) -> Path:
    """The title of the document and the headings above a passage."""
    return tuple(passage.context.split(_BETWEEN))


def _sections(
    paths: Sequence[tuple[Passage, Path]], known: Sequence[Term], widest: Sequence[int]
) -> tuple[Branch, ...]:
    """A branch for each of the largest sections, in reading order; of a level with one section
    what is below it. () where there are none."""
    below: dict[str, list[tuple[Passage, Path]]] = {}
    for passage, path in paths:
        if path:
            below.setdefault(path[0], []).append((passage, path[1:]))
    if len(below) == 1:
        return _sections(next(iter(below.values())), known, widest)
    if not below or not widest:
        return ()
    largest = sorted(below, key=lambda name: -len(below[name]))[: widest[0]]
    every = Counter(term.text for term in known for one, _ in paths if term.text in one.text)
    made = []
    for name, own in below.items():
        if name in largest:
            further = _sections(own, known, widest[1:])
            if widest[1:]:
                further = further or _turning(name, own, known, every)
            made.append(Branch(name, own[0][0], further))
    return tuple(made)


def _turning(
    name: str,
    own: Sequence[tuple[Passage, Path]],
    known: Sequence[Term],
    every: Counter[str],
) -> tuple[Branch, ...]:
    """The terms that stand in a section more than elsewhere, each where it is met first."""
    held = {
        term.text: [passage for passage, _ in own if term.text in passage.text]
        for term in known
        if letters_of(term.text) not in letters_of(name)
    }
    by_share = sorted(
        (text for text, where in held.items() if where),
        key=lambda text: -len(held[text]) * len(held[text]) / every[text],
    )
    return tuple(Branch(text, held[text][0]) for text in by_share[:_TERMS])


def _by_terms(
    found: Sequence[Telling], known: Sequence[Term], widest: Sequence[int]
) -> tuple[Branch, ...]:
    """The key terms, each with those that most often stand in a sentence with it."""
    made: list[Branch] = []
    for term in known:
        saying = [one for one in found if term.text in one.text]
        if not saying or len(made) == widest[0]:
            continue
        beside = Counter(
            other.text
            for one in saying
            for other in known
            if other.text in one.text and other.text != term.text
        )
        near = tuple(
            Branch(text, next(one.passage for one in saying if text in one.text))
            for text, _ in beside.most_common(_TERMS if widest[1:] else 0)
        )
        made.append(Branch(term.text, saying[0].passage, near))
    return tuple(made)
