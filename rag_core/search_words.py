"""The search words of a text and of a question, Korean and English; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

import snowballstemmer

from rag_core.text import folded

_RUN = re.compile(
    r"(?P<hangul>[가-힣]+)"
    r"|(?P<number>\d+(?:[.,:/-]\d+)*)"
    r"|(?P<latin>[a-z]+(?:['’][a-z]+)?)"
    r"|(?P<han>[\u3400-\u9fff\u3040-\u30ff]+)"
    r"|(?P<other>[^\W\d_]+)"
)
# Particles and the commonest endings behind a Korean noun.
_PARTICLES = """
    에서는 에서도 에서의 에서 으로부터 로부터 에게서 까지는 까지도 까지 이라고 이라는 라고 라는
    으로는 으로서 으로써 으로의 으로 로서 로써 에게 한테 부터 처럼 보다 마다 조차 밖에 이나 이란
    이며 이고 인가 와의 과의 에는 에도 에의 은 는 이 가 을 를 의 에 와 과 도 로 만 나 란 며 고 께서
    이다 이었다 였다 하는 하여 하고 한 된 되는 되어 했다 되었다 했던 인 적인 들이 들은 들을 들의 들
"""
_LONGEST_FIRST = sorted(_PARTICLES.split(), key=len, reverse=True)
_STEM = re.compile(rf"([가-힣]{{2,}}?)(?:{'|'.join(_LONGEST_FIRST)})")
_BEHIND_LATIN = re.compile(rf"(?<=[a-z])(?:{'|'.join(_LONGEST_FIRST)})(?![가-힣])")
_ASKING = re.compile(
    r"(?<![가-힣])(?:(?:무엇|뭐|뭘|무슨|언제|어디|누구|누가|어느|어떤|어떻게|왜|몇|얼마)[가-힣]*"
    r"|(?:것|때|수|등|및)(?:은|는|이|가|을|를|의|에)?(?![가-힣])"
    r"|설명해[가-힣]*|(?:알려|말해|가르쳐)(?:(?:줘|주)[가-힣]*|(?= (?:주|줘)))"
    r"|(?:줘|주세요|주십시오|줄래요)(?![가-힣]))"
)
_EMPTY_WORDS = """
    a about an and are as at be been before after by can could did do does during for from had has
    have he her his how in into is it its many may might much not of on or s she should t than that
    the their then there these they this those to was were what when where which who whom whose why
    will with would
"""
_ENGLISH_EMPTY = frozenset(_EMPTY_WORDS.split())
_SAYS_NOTHING = _ENGLISH_EMPTY | frozenset("explain describ tell me pleas".split())
"""Search words that a question may hold and no passage is looked for by."""


# How far a pair of syllables speaks for a Korean word in a question, beside the stem itself: one
# that reaches into the particle speaks less. Chosen on training rows, see DECISIONS.md.
_PAIR, _OUTER_PAIR = 0.7, 0.4


def lexical_tokens(text: str) -> list[str]:
    """The search words of a passage, in order, repeated as often as they occur.

    Case and width are folded. Korean words give their stem without particles and every pair of
    syllables (so compounds and wrong spacing still meet); English words their Snowball stem;
    numbers themselves, their parts, and themselves with the syllable of their unit ("516명" → 516,
    516명); Chinese characters and kana single and in pairs. Scripts part: "GPT를" → gpt, 를; "A8"
    → a, 8, a8.
    """
    return [token for token, _ in _weighed_tokens(text)]


def _weighed_tokens(text: str) -> list[tuple[str, float]]:
    """The search words of a text, each with what it counts in a question."""
    tokens: list[tuple[str, float]] = []
    before, before_end, kind = "", -1, None
    for run in _RUN.finditer(folded(text)):
        word = run.group()
        joined = run.start() == before_end
        match run.lastgroup:
            case "hangul":
                if joined and kind == "number":
                    tokens.append((before + word[0], 1.0))
                tokens += _korean(word)
            case "number":
                word = word.replace(",", "")
                parts = re.split(r"[.:/-]", word)
                tokens += [(one, 1.0) for one in [word, *(parts if len(parts) > 1 else [])]]
            case "latin":
                tokens.append((english_stem(re.sub(r"['’]s$", "", word)), 1.0))
            case "han":
                tokens += [(one, 1.0) for one in [*word, *syllable_pairs(word)]]
            case _:
                tokens.append((word, 1.0))
        if joined and {kind, run.lastgroup} == {"latin", "number"}:
            tokens.append((before + word, 1.0))
        before, before_end, kind = word, run.end(), run.lastgroup
    return tokens


def question_tokens(question: str) -> list[str]:
    """The search words of a question: those that ask ("what is", 무엇인가) find nothing.

    A question of nothing but such words keeps them.
    """
    return [token for token, _ in _question_tokens(question)]


def question_weights(question: str) -> dict[str, float]:
    """The same words, each once, with what they count together in a search."""
    weights: dict[str, float] = {}
    for token, weight in _question_tokens(question):
        weights[token] = weights.get(token, 0.0) + weight
    return weights


def _question_tokens(question: str) -> list[tuple[str, float]]:
    asked = _BEHIND_LATIN.sub(" ", _ASKING.sub(" ", folded(question)))
    tokens = [pair for pair in _weighed_tokens(asked) if pair[0] not in _SAYS_NOTHING]
    return tokens or _weighed_tokens(question)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: its search word, its script, and how it begins in folded text."""

    token: str
    kind: str  # hangul, number, latin, han or other
    begins: str  # a latin one shares these letters with its other forms; else the token


def question_words(question: str) -> list[Word]:
    """The words of a question in order, each once, without those that ask and those that say
    nothing; a question of nothing but such words keeps them."""
    asked = folded(question)
    words = _words(_ASKING.sub(" ", asked))
    return [w for w in words if w.token not in _SAYS_NOTHING] or words or _words(asked)


def _words(text: str) -> list[Word]:
    words: dict[str, Word] = {}
    end = -1
    for run in _RUN.finditer(text):
        letters, kind, joined = run.group(), run.lastgroup or "other", run.start() == end
        end = run.end()
        if kind == "hangul" and joined and len(letters) <= 2:
            continue  # the particle or the unit behind another script
        word = _word(letters, kind)
        words.setdefault(word.token, word)
    return list(words.values())


def _word(letters: str, kind: str) -> Word:
    match kind:
        case "hangul":
            token = _korean_stem(letters)
        case "number":
            token = letters.replace(",", "")
        case "latin":
            bare = re.sub(r"['’]s$", "", letters)
            token = english_stem(bare)
            same = takewhile(lambda pair: pair[0] == pair[1], zip(token, bare, strict=False))
            begin = "".join(letter for letter, _ in same)
            return Word(token, kind, begin[:-1] if len(begin) > 3 and begin[-1] in "iy" else begin)
        case _:
            token = letters
    return Word(token, kind, token)


@lru_cache(maxsize=65536)
def _korean(word: str) -> tuple[tuple[str, float], ...]:
    stem = _korean_stem(word)
    pairs = enumerate(syllable_pairs(word), start=2)
    return (
        (stem, 1.0),
        *((pair, _PAIR if end <= len(stem) else _OUTER_PAIR) for end, pair in pairs),
    )


def _korean_stem(word: str) -> str:
    found = _STEM.fullmatch(word)
    return found.group(1) if found else word


def syllable_pairs(word: str) -> list[str]:
    """Every two neighbouring letters of a word."""
    return [word[i : i + 2] for i in range(len(word) - 1)]


@lru_cache(maxsize=65536)
def english_stem(word: str) -> str:
    """The Snowball stem of a folded word; words that say nothing stay as they are."""
    return word if word in _ENGLISH_EMPTY else _SNOWBALL.stemWord(word)


_SNOWBALL = snowballstemmer.stemmer("english")
