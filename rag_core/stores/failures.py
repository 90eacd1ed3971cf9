"""What goes wrong under a store, as the one error that leaves it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from rag_core.errors import StoreFailed


@contextmanager
def store_failures(*corrupt: type[Exception]) -> Iterator[None]:
    """The file system's errors become StoreFailed (disk_full or read_only), and so do those that a
    library raises over its own files: `corrupt`."""
    try:
        yield
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise StoreFailed(reason="disk_full" if full else "read_only") from error
    except corrupt as error:
        raise StoreFailed(reason="corrupt") from error
