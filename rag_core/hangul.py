"""On which consonant a Hangul syllable ends; pure."""

from __future__ import annotations

_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
"""In the order of Unicode, in which they come in turn."""


def final(syllable: str) -> str:
    """The consonant on which a syllable ends, "" where it ends on its vowel."""
    return _FINALS[(ord(syllable) - ord("가")) % len(_FINALS)]


def ending_on(consonants: str) -> str:
    """All syllables that end on one of these consonants, to stand in a pattern's brackets."""
    wanted = set(consonants)
    every = map(chr, range(ord("가"), ord("힣") + 1))
    return "".join(syllable for syllable in every if final(syllable) in wanted)
