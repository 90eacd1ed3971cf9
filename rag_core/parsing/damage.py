"""What a foreign library raises on a damaged file → Refused("broken"), in one place.

The readers of office formats raise whatever their code happens to stumble over: KeyError, zlib's
error, lxml's, AttributeError. What is raised in a line of ours stays: the child tells it as a
mistake of ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from rag_core.parsing.frames import Refused

_OURS = os.path.dirname(os.path.abspath(__file__))


@contextmanager
def damage() -> Iterator[None]:
    """Within it a library's errors say that the file is broken, or that memory ran out."""
    try:
        yield
    except (Refused, MemoryError):
        raise
    except Exception as error:
        if _is_ours(error):
            raise
        if "memory" in str(error).lower():  # as lxml says it
            raise MemoryError from None
        raise Refused("broken") from None


def _is_ours(error: Exception) -> bool:
    """Whether the line that raised it is in this package, and calls nothing of C's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    inside = trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OURS)
    return inside and type(error).__module__ == "builtins"
