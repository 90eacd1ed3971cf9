"""Which training rows the embedding must never see.

The reranker learns how far the dense leg can be trusted. On rows that the embedding was trained
on, the dense leg looks far better than it is on a reader's own files, so one row in ten, chosen by
its query, is kept from the embedding and used for the reranker alone; of paraphrases one group in
ten (data.group_starts).
"""

from __future__ import annotations

import hashlib

SHARE = 10
"""One query in this many is held out."""


def held_out(query: str) -> bool:
    """True for the rows that only the reranker may learn from."""
    digest = hashlib.sha1(query.strip().encode("utf-8", "replace"), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") % SHARE == 0
