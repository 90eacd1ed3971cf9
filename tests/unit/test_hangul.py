"""On which consonant a syllable ends."""

from __future__ import annotations

import unicodedata

from rag_core.hangul import ending_on, final

EVERY = [chr(code) for code in range(ord("가"), ord("힣") + 1)]


def test_a_syllable_ends_as_unicode_takes_it_apart() -> None:
    for syllable in EVERY:
        _, _, *last = unicodedata.normalize("NFD", syllable)
        named = [unicodedata.name(letter).rpartition(" ")[2] for letter in last]
        alone = [unicodedata.name(letter).rpartition(" ")[2] for letter in final(syllable)]
        assert named == alone, syllable


def test_every_syllable_on_these_consonants_is_given_once() -> None:
    given = ending_on("ㄴㄹ")
    assert len(given) == len(set(given)) == 2 * 19 * 21
    assert {final(syllable) for syllable in given} == {"ㄴ", "ㄹ"}
    assert "할" in given
    assert "하" not in given
