"""Korean particles that agree with the noun before them, in sentences with room for names; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag_core.hangul import final

_PAIRS = {
    "을(를)": ("을", "를"),
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "(으)로": ("으로", "로"),
}
_ROOM = re.compile(
    r"\{(?P<name>\w+)\}(?P<between>[*’”'\"]*)(?P<both>" + "|".join(map(re.escape, _PAIRS)) + ")"
)
_SPOKEN = dict(zip("0123456789", "ㅇㄹ.ㅁ..ㄱㄹㄹ.", strict=True))
"""The consonant on which a digit ends as it is read (영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구)."""


def agreeing(sentence: str, values: Mapping[str, object]) -> str:
    """A sentence with rooms, "{name}을(를) 지웠어요.", with the particle that agrees with a value.

    Both stay where nobody can tell how a value is spoken, as behind a Latin letter.
    """

    def put(found: re.Match[str]) -> str:
        particle = _particle(str(values.get(found["name"], "")), found["both"])
        return f"{{{found['name']}}}{found['between']}{particle}"

    return _ROOM.sub(put, sentence)


def _particle(noun: str, both: str) -> str:
    last = noun[-1:]
    if not ("가" <= last <= "힣" or last in _SPOKEN):
        return both
    consonant = _SPOKEN[last].strip(".") if last in _SPOKEN else final(last)
    closed, opened = _PAIRS[both]
    return opened if not consonant or (both == "(으)로" and consonant == "ㄹ") else closed
