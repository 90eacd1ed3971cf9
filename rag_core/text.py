"""Text, pure: cleaning, comparing quotes, sentences, search words, and whose script it is.

Everything here is a function of its arguments; nothing is read, kept or downloaded.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Literal

import snowballstemmer

Language = Literal["ko", "en", "other"]

# --- cleaning -----------------------------------------------------------------------------------

# Lone surrogates (SQLite and Chroma refuse them), control characters but tab and newline,
# zero-width and direction marks, soft hyphens, PDFium's U+FFFE for a hyphen at a line's end.
_UNWANTED = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]"
)

_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")


def normalise(text: str) -> str:
    """NFC, with `\\n` as the only line end and nothing in it that is neither seen nor spacing."""
    text = _LINE_END.sub("\n", text)
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text))


# --- quotes -------------------------------------------------------------------------------------

_QUOTE_MARKS = dict.fromkeys("“”„‟«»〝〞＂″", '"') | dict.fromkeys("‘’‚‛′＇`´", "'")
_SOFT = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\ufffe]|[-‐‑‒–—―−﹘﹣－]")
# A letter with the marks or conjoining jamo that follow it: what NFKC may merge into one.
_CLUSTER = re.compile(
    "[\u1100-\u115f\ua960-\ua97f]+[\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*"
    "|.[\u0300-\u036f\u1160-\u11ff\u3099\u309a]*",
    re.DOTALL,
)


def squash(text: str) -> tuple[str, Sequence[int]]:
    """What two quotes have in common when only their typesetting differs.

    NFKC, without white space and hyphens of any kind, quote marks straightened; letter case is
    kept. The numbers say, for each character of the result, where it comes from in `text`.
    """
    return _kept(text) if len(text) <= _SHORT else _squashed(text)


_SHORT = 5_000  # characters of a text whose squashed form is kept for a while: a page, no book


@lru_cache(maxsize=1024)
def _kept(text: str) -> tuple[str, Sequence[int]]:
    return _squashed(text)


def _squashed(text: str) -> tuple[str, Sequence[int]]:
    letters: list[str] = []
    places: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        raw = cluster.group()
        plain = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
        for letter in plain:
            letter = _QUOTE_MARKS.get(letter, letter)
            if not _SOFT.match(letter):
                letters.append(letter)
                places.append(cluster.start())
    return "".join(letters), array("I", places)


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Where `quote` stands in `text` under `squash`: (start, end), None if it does not."""
    return next(find_quotes(quote, text), None)


def find_quotes(quote: str, text: str) -> Iterator[tuple[int, int]]:
    """Every place at which `quote` stands in `text` under `squash`, in order, none overlapping."""
    wanted, _ = squash(quote)
    if not wanted:
        return
    plain, places = squash(text)
    at = plain.find(wanted)
    while at >= 0:
        last = _CLUSTER.match(text, places[at + len(wanted) - 1])
        assert last is not None  # the place was a cluster's start a moment ago
        yield places[at], last.end()
        at = plain.find(wanted, at + len(wanted))


def letters_of(text: str) -> str:
    """The letters and digits of a text with their case folded, and nothing else."""
    return "".join(c for c in text.casefold() if c.isalnum())


# --- sentences ----------------------------------------------------------------------------------

_NOTES = r"(?:\[\u2060?(?:note )?\d{1,3}\])*"  # of an encyclopedia, behind the mark: work."[4]
_END = re.compile(rf"(?P<mark>[.!?。！？…]+[\"'”’」』)\]]*){_NOTES}(?=\s|$)|[。！？]")
_LEADER = re.compile(r"\.{4,}|(?<=\s)\.{2,}")  # dots that lead the eye to the next cell of a row
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|etc|cf|al|No|Nos|Fig|Figs|Eq|Sec|Vol|pp|p|ca"
    r"|approx|Inc|Ltd|Co|Corp|e\.g|i\.e|U\.S|[A-Z])\.$"
)
_DOTTED = re.compile(r"(?:^|[\s(\d])[A-Za-z](?:\.[A-Za-z])+\.$")  # "9 a.m.": may end a sentence
_GOES_ON = re.compile(r"\s+[a-z\d]")
_DATED = re.compile(r"(?:(?<!\d)(?:19|20)\d\d|['’‘]\d\d)\.(?P<more>(?:\s?\d{1,2}\.){0,2})$")
_DATE_GOES_ON = re.compile(
    r"[ \t]?(?:1[0-2]|0?[1-9])(?:월|\.\s?\d{1,2}\.|\.(?=[ \t]*[가-힣)>~∼-]))"
)
_DATE_SAYS = re.compile(r"[ \t]*(?:\d{1,2}\.|[가-힣)>~∼-])")
_LONGEST_DATE = 14
_LIST_MARK = re.compile(
    r"\s*(?:[-*•·∙◦▪■□●○◆◇※►▶→✓|]|\(?\d{1,3}[.)]|\(?(?:[a-zA-Z가-하]|[ivx]{1,4})[.)])\s"
)
_CLOSED_LINE = re.compile(r"[.!?。！？:;：…|][\"'”’」』)\]]*\s*$|(?:다|요|까|죠|음|함|됨|임)\s*$")
_SHORT_LINE = 30
"""A line of fewer characters did not end because the column was full: a title, a table cell."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of `text`, in order, without white space around them.

    A sentence ends at an end mark followed by space (not after abbreviations, initials, the number
    of a list item, or leader dots), at a blank line, and at a line end before a list item or after
    a closed or short line. Together they hold every character that is not white space.
    """
    spans: list[tuple[int, int]] = []
    for block in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        for start, end in _lines(text, block.start(), block.end()):
            spans += _cut_at_marks(text, start, end)
    return spans


def begins_item(text: str) -> bool:
    """Whether a text begins with the mark or the number of an item of a list."""
    return bool(_LIST_MARK.match(text))


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The block text[start:end] cut at those line ends that mean something."""
    cuts, line_start = [start], start
    for newline in re.finditer("\n", text[start:end]):
        line, line_start = text[line_start : start + newline.start()], start + newline.end()
        closed = _CLOSED_LINE.search(line) or len(line.strip()) < _SHORT_LINE or "\t" in line
        if closed or _LIST_MARK.match(text, line_start):
            cuts.append(line_start)
    return [(a, b) for a, b in zip(cuts, [*cuts[1:], end], strict=True) if text[a:b].strip()]


def _cut_at_marks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = start
    for mark in _END.finditer(text, start, end):
        sentence = text[begin : mark.end("mark") if mark["mark"] else mark.end()]
        if _ABBREVIATION.search(sentence) or re.fullmatch(r"\s*\(?\w{1,3}[.)]", sentence):
            continue
        if _DOTTED.search(sentence) and _GOES_ON.match(text, mark.end(), end):
            continue
        if _LEADER.match(text, mark.start()) or _in_date(text, mark):
            continue
        spans.append((begin, mark.end()))
        begin = mark.end()
    spans.append((begin, end))
    return [_tight(text, a, b) for a, b in spans if text[a:b].strip()]


def _in_date(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark belongs to a Korean date that goes on, or that what it dates follows."""
    line = text[text.rfind("\n", 0, mark.end()) + 1 : mark.end()]
    if not (dated := _DATED.search(line[-_LONGEST_DATE:])):
        return False
    return bool((_DATE_SAYS if dated["more"] else _DATE_GOES_ON).match(text, mark.end()))


def _tight(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


# --- search words -------------------------------------------------------------------------------

_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
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


def folded(text: str) -> str:
    """Width, case and the accents of Latin letters folded."""
    text = unicodedata.normalize("NFKC", text).lower()
    return text if text.isascii() else _ACCENTED.sub(_bare, text)


def _bare(letter: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", letter.group())[0]


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


# --- language -----------------------------------------------------------------------------------

_HANGUL = re.compile("[가-힣ㄱ-ㅣ]+")
_LATIN = re.compile("[A-Za-z]+")
_LETTERS = re.compile(r"[^\W\d_]+")


def language(text: str) -> Language:
    """Korean where a fifth of the letters is Hangul (English terms are common in Korean text),

    English where nine in ten are Latin, else other; text without letters is "other".
    """
    if text.isascii():
        return "en" if _LATIN.search(text) else "other"
    letters = _count(_LETTERS, text)
    if not letters:
        return "other"
    if _count(_HANGUL, text) >= 0.2 * letters:
        return "ko"
    return "en" if _count(_LATIN, text) >= 0.9 * letters else "other"


def _count(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))
