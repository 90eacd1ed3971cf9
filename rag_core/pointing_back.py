"""Sentences that are not understood without the one before: "이는 …", "It …", "However …"; pure."""

from __future__ import annotations

import re

_POINTS_BACK = re.compile(
    r"(?:이는|이것|그것|이들|그들|그는|그녀|그의|이를|이에|이러한|그러한|이와|해당|이 |그 |여기"
    r"|당시|따라서|그래서|그러나|하지만|또한|그리고)"
    r"|(?:It|Its|This|These|Those|That|They|Their|He|His|She|Her|However|Therefore|Thus|But|Such"
    r"|And|Also)\b"
)


def points_back(sentence: str) -> bool:
    """Whether its first word means what the sentence before says, or goes on from it."""
    return bool(_POINTS_BACK.match(sentence))
