"""Pictures of pages: drawn when they are looked at, kept as long as there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from pages.ui.session import Visitor, password_of
from rag_core.parsing import PagePicture

ROOM = 32 * 1024 * 1024  # bytes for everybody together; a page to read is 50 to 400 KB


class Pictures:
    """The pictures looked at last, as many as fit into `room` bytes; for many threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, PagePicture] = OrderedDict()
        self._lock = threading.Lock()
        self.taken = 0

    def get(self, key: Hashable, draw: Callable[[], PagePicture]) -> PagePicture:
        """The picture kept under a key, drawn where there is none; raises what `draw` raises."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = draw()
        with self._lock:
            if key not in self._kept and len(picture.png) <= self._room:
                self._kept[key] = picture
                self.taken += len(picture.png)
            while self.taken > self._room:
                self.taken -= len(self._kept.popitem(last=False)[1].png)
        return picture


_pictures = Pictures()


def picture(
    visitor: Visitor,
    document_id: str,
    page: int,
    scale: float,
    quotes: Sequence[str] = (),
    nth: Sequence[int] = (),
    terms: Sequence[str] = (),
) -> PagePicture:
    """A page of a document, `scale` pixels a point; raises as Library.page_picture does.

    The owner and the password that this session knows are part of what is remembered: nobody is
    shown what they could not have opened.
    """
    password = password_of(document_id)
    marks = tuple(quotes), tuple(nth), tuple(terms)
    key = visitor.owner, document_id, page, scale, marks, password
    return _pictures.get(
        key,
        lambda: visitor.library.page_picture(
            document_id, page, quotes, password, scale, terms=terms, nth=nth
        ),
    )
