"""Passages that follow each other on a page → one stretch of it, pure.

A reader, and a model, should get a text once and in one piece. Every character keeps its place on
the page; white space between passages, which they do not hold, stands as line breaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag_core.types import Hit, Part, Passage

_WIDEST = 40  # characters of white space between passages of one page


def join(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits with neighbours made one: adjacent or overlapping passages of the same page.

    What is joined stands where the better one stood, with its rank and scores; `Hit.parts` says of
    which passages it was made.
    """
    joined: list[Hit] = []
    for hit in hits:
        near = [at for at, other in enumerate(joined) if _joined(other, hit)]
        for at in near[:1]:  # the better one takes it in, and then perhaps another one behind it
            joined[at] = _joined(joined[at], hit) or joined[at]
            for behind in near[1:]:
                joined[at] = _joined(joined[at], joined[behind]) or joined[at]
        joined = [one for at, one in enumerate(joined) if at not in near[1:]]
        joined += [] if near else [hit]
    return tuple(joined)


def part_at(hit: Hit, place: int) -> str:
    """The id of the passage that holds the character at `place` of the hit's text."""
    held = [part.id for part in hit.parts if part.start <= hit.passage.start + place]
    return held[-1] if held else hit.passage.id


def _joined(better: Hit, other: Hit) -> Hit | None:
    """Both as one, None where they are no neighbours."""
    first, second = sorted((better, other), key=lambda hit: hit.passage.start)
    text = _together(first.passage, second.passage, _last(first), _first(second))
    if text is None:
        return None
    parts = sorted({*_parts(first), *_parts(second)}, key=lambda part: (part.start, part.id))
    return replace(better, passage=replace(first.passage, text=text), parts=tuple(parts))


def _together(a: Passage, b: Passage, last: int, first: int) -> str | None:
    """The text of a and b on their page, a first; `last` and `first` are the indices within the
    document of the passages that meet."""
    if (a.document_id, a.page, a.page_label) != (b.document_id, b.page, b.page_label):
        return None
    gap = b.start - (a.start + len(a.text))
    if gap >= 0:
        return a.text + "\n" * gap + b.text if first == last + 1 and gap <= _WIDEST else None
    overlap = min(-gap, len(b.text))
    shared = a.text[b.start - a.start :][:overlap] == b.text[:overlap]
    return a.text + b.text[overlap:] if shared and overlap else None


def _parts(hit: Hit) -> tuple[Part, ...]:
    one = hit.passage
    return hit.parts or (Part(one.id, one.index, one.start),)


def _first(hit: Hit) -> int:
    return _parts(hit)[0].index


def _last(hit: Hit) -> int:
    return _parts(hit)[-1].index
