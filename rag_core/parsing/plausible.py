"""Whether a page's text layer says what its page shows, by language alone. Pure.

A layer that lies has letters that no text is written with, or words that no language has. Text in
the languages of the tokenizer (Korean, English) scores high, other languages in Latin letters,
code and tables in between, and a layer whose letters were exchanged far below all of these.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag_core.embeddings import BundledEmbedding

_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]")
_LATIN_WORD = re.compile("(?<![^\\W\\d_])[A-Za-z]{4,}(?![^\\W\\d_])")  # of these letters only
_FOREIGN = re.compile("[\xc0-\u024f\u1e00-\u1eff]")
_HANGUL_RUN = re.compile("[가-힣]+")
_NO_LETTERS = re.compile("[\ue000-\uf8ff\ufffd\x80-\x9f\U000f0000-\U0010ffff]")
_ACCENTED = re.compile("[\xa1-\xff]")  # what Korean bytes read as Western ones look like

# Syllables outside the 2,350 of KS X 1001: at most 0.2 % of 395 good pages, 5 to 10 % of a layer
# with 읶 for 인.
_RARE_SHARE, _RARE_LEAST = 0.01, 3
_NO_LETTERS_SHARE, _ACCENTED_SHARE, _ODD_LEAST = 0.1, 0.3, 20
# Mean logarithm of a letter's probability, see `plausibility`. Latin letters: English -1.4 … -3.7,
# German, French, Polish, Finnish, Vietnamese … -1.9 … -4.7, code to -5.0; letters exchanged for
# others -5.2 … -6.7. Hangul: -3.4 … -6.8 (names only); exchanged syllables below -9.8.
_EXCHANGED_LATIN, _EXCHANGED_HANGUL = -5.1, -8.0
_LATIN_LEAST, _HANGUL_LEAST = 200, 100
_DOUBTFUL_LATIN, _DOUBTFUL_HANGUL = -2.1, -4.4  # worse than half of all good pages
_LONG_RUN = 12  # syllables without a space: none on 71 good pages but 1 % of one
_UNSPACED_SHARE, _SPACED_OUT_SHARE = 0.3, 0.5
_FOREIGN_SHARE = 0.01  # accented letters: a language that the tokenizer does not know
_SAMPLE = 2000  # characters from the middle of a page say enough


def rare_syllables(text: str) -> int:
    """How many Korean syllables of a text are none that Korean is written with."""
    return sum(map(_is_rare, _HANGUL.findall(text)))


def suspicion(text: str) -> str:
    """Why a page's text layer is likely to be wrong, in one word; "" when it is not."""
    letters = _HANGUL.findall(text)
    rare = rare_syllables(text)
    if rare >= _RARE_LEAST and rare > _RARE_SHARE * len(letters):
        return "syllables"
    seen = sum(map(len, text.split()))
    for wrong, share in ((_NO_LETTERS, _NO_LETTERS_SHARE), (_ACCENTED, _ACCENTED_SHARE)):
        found = len(wrong.findall(text))
        if found >= _ODD_LEAST and found > share * seen:
            return "letters"
    if len(letters) >= _HANGUL_LEAST and _misspaced(text) > 0:
        return "spaces"
    return "words" if _has_exchanged_letters(_middle(text)) else ""


def _has_exchanged_letters(text: str) -> bool:
    """Whether its words are of no language: neither Korean nor one written like English."""
    hangul, _ = _scores(text)
    words = _LATIN_WORD.findall(text)
    enough = sum(map(len, words)) >= _LATIN_LEAST
    latin = _scores(" ".join(words))[1] if enough else _Scores()
    foreign = len(_FOREIGN.findall(text)) > _FOREIGN_SHARE * latin.letters
    return (hangul.letters >= _HANGUL_LEAST and hangul.mean < _EXCHANGED_HANGUL) or (
        latin.letters >= _LATIN_LEAST and latin.mean < _EXCHANGED_LATIN and not foreign
    )


def is_doubtful(text: str) -> bool:
    """Whether a text may have been read badly, where something else speaks for that too."""
    hangul, latin = _scores(_middle(text))
    return (hangul.letters >= _HANGUL_LEAST and hangul.mean < _DOUBTFUL_HANGUL) or (
        latin.letters >= _LATIN_LEAST and latin.mean < _DOUBTFUL_LATIN
    )


def plausibility(text: str) -> float:
    """How much a text reads like Korean or English: the mean logarithm of the probability of its
    letters by the subwords they make, 0 at the best; less what is no letter, and lost spaces."""
    hangul, latin = _scores(text)
    letters = hangul.letters + latin.letters
    if not letters:
        return UNREADABLE
    odd = len(_NO_LETTERS.findall(text)) + len(_ACCENTED.findall(text))
    return (hangul.total + latin.total + UNREADABLE * odd) / (letters + odd) - _misspaced(text)


UNREADABLE = -16.0
"""The plausibility of a text without any letters."""


class _Scores:
    """Letters of one script and the sum of the logarithms of their probabilities."""

    def __init__(self) -> None:
        self.letters, self.total = 0, 0.0

    @property
    def mean(self) -> float:
        return self.total / max(1, self.letters)


@lru_cache(maxsize=4)  # a page is asked about twice on end
def _scores(text: str) -> tuple[_Scores, _Scores]:
    """Of Hangul and of Latin letters."""
    hangul, latin = _Scores(), _Scores()
    for subword, score in _language().scored(unicodedata.normalize("NFC", text)):
        if letters := 0 if subword.isascii() else len(_HANGUL.findall(subword)):
            script = hangul
        elif letters := len(_LATIN.findall(subword)):
            script = latin
        else:
            continue
        script.letters += letters
        script.total += score
    return hangul, latin


def _language() -> BundledEmbedding:
    from rag_core.embeddings import bundled_embedding  # here: the first screen waits for none of it

    return bundled_embedding()


def _is_rare(syllable: str) -> bool:
    return len(syllable.encode("euc_kr")) != 2  # others are spelled out in eight bytes


def _misspaced(text: str) -> float:
    """How far Korean text is from being spaced: 0, or the share of its syllables that stand in
    endless words, or each alone."""
    runs = [len(run) for run in _HANGUL_RUN.findall(text)]
    total = max(1, sum(runs))
    unspaced = sum(run for run in runs if run >= _LONG_RUN) / total
    alone = sum(run for run in runs if run == 1) / total
    return max(
        unspaced if unspaced > _UNSPACED_SHARE else 0.0,
        alone if alone > _SPACED_OUT_SHARE else 0.0,
    )


def _middle(text: str) -> str:
    start = max(0, (len(text) - _SAMPLE) // 2)
    return text[start : start + _SAMPLE]
