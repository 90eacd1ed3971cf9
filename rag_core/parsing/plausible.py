"""Whether a text layer says what its page shows, by language alone. Pure."""

from __future__ import annotations

import re

_HANGUL = re.compile("[가-힣]")


def _is_rare(syllable: str) -> bool:
    """Whether a syllable is outside the 2,350 that Korean is written with (KS X 1001)."""
    return len(syllable.encode("euc_kr", "replace")) != 2


def plausibility(text: str) -> float:
    """0 … 1: how much of a text could have been written so."""
    letters = _HANGUL.findall(text)
    rare = sum(map(_is_rare, letters))
    return 1 - rare / max(1, len(letters))


def suspicion(text: str) -> bool:
    """Whether a page's text layer is likely to be wrong."""
    return plausibility(text) < 0.98
