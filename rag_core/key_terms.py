"""The words and phrases that a document turns on, without a language model, Korean and English."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag_core.embeddings import BundledEmbedding
from rag_core.search_words import english_stem

TERMS = 12
_WORD = re.compile(r"[가-힣]+|[A-Za-z][A-Za-z0-9&'-]*[A-Za-z0-9]")
_ENGLISH = re.compile(
    r"\b((?:an?|the|this|each|every|its|their|no|of|in|by|for|with|from|between|\d+) )?"
    r"([A-Za-z][A-Za-z0-9&'-]*[A-Za-z0-9])"
)
_HEADED = 0.2
# A noun shows itself by the case particles that it takes in one place or another.
_CASE = re.compile(
    r"([가-힣]{2,8}?)(은|는|이|가|을|를|의|와|과|에|에서|으로|로|에게|이란|란|이라는|라는|이나|도)"
)
_KIND = {
    "는": "은",
    "가": "이",
    "를": "을",
    "과": "와",
    "으로": "로",
    "란": "이란",
    "라는": "이라는",
}
_NO_NOUN = re.compile(
    r".*(?:하는|되는|있는|없는|하고|되고|하여|되어|하게|위해|위한|대한|대해|통해|따라|관한|경우|때문|있다|한다|된다|하지|않는|않은"
    r"|이다|같은|많은|모든|다른|어떤|이런|그런|여러|가지|자신|우리|여기|거기|무엇|누구|사람들|것들|하나|정도|이상|이하|이후|이전"
    r"|다음|아래|때는|해야|수도|입니|합니|습니|그것|이것|하면|되면|으면)"
)
_EMPTY = frozenset(
    """about above after all also although among and any are because been before being between both
    but can cannot could did does doing done each either every few first for from further given had
    has have having here hereby how however into its itself just last less made make makes many may
    might more most much must need needs new next non not now number one only other others our out
    over own part per page pages same second see several shall she should since some such than that
    the their them then there these they thing things this those three through thus two under until
    upon use used uses using various very was way well were what when where whether which while who
    will with within without would year years you your figure table section chapter example http
    https www com org""".split()
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase that a document turns on; `weight` is 1 for the weightiest one."""

    text: str
    weight: float
    count: int


def terms(texts: Sequence[str], embedding: BundledEmbedding, most: int = TERMS) -> list[Term]:
    """The words and phrases that recur and say much, weightiest first.

    Weight: occurrences, damped, times how much a phrase's subwords say (the length of their
    vectors, which grows with rarity as in SIF, Arora et al. 2017), more for a phrase. Of phrases
    about the same words the weightiest is kept.
    """
    counts, shown = _candidates(texts)
    kept = [key for key, count in counts.items() if count >= (2 if len(texts) > 3 else 1)]
    if not kept:
        return []
    says = _says([shown[key] for key in kept], embedding)
    weight = {
        key: float(np.log1p(counts[key]) * says[i] * (1 + 0.35 * (len(key) - 1)))
        for i, key in enumerate(kept)
    }
    chosen: list[tuple[str, ...]] = []
    for key in sorted(weight, key=lambda key: -weight[key]):
        if len(chosen) == most:
            break
        if not any(_overlap(key, other) for other in chosen):
            chosen.append(key)
    best = weight[chosen[0]] or 1.0
    return [Term(shown[key], weight[key] / best, counts[key]) for key in chosen]


def _candidates(
    texts: Sequence[str],
) -> tuple[Counter[tuple[str, ...]], dict[tuple[str, ...], str]]:
    """How often each word and phrase of nouns occurs, and how it is written most often."""
    counts: Counter[tuple[str, ...]] = Counter()
    forms: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    nouns = frozenset(korean_nouns(texts)) | _english_nouns(texts)
    for text in texts:
        for run in _runs(text, nouns):
            for size in (1, 2, 3):
                for at in range(len(run) - size + 1):
                    words = run[at : at + size]
                    key = tuple(english_stem(word.lower()) for word in words)
                    counts[key] += 1
                    forms[key][" ".join(words)] += 1
    return counts, {key: form.most_common(1)[0][0] for key, form in forms.items()}


def korean_nouns(texts: Sequence[str]) -> Iterator[str]:
    """Words that are seen with two different case particles, as verbs are not."""
    particles: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        for found in _CASE.finditer(text):
            if _ends(found, text):
                particles[found[1]].add(_KIND.get(found[2], found[2]))
    return (word for word, kinds in particles.items() if len(kinds) > 1)


def _english_nouns(texts: Sequence[str]) -> frozenset[str]:
    """Words, in small letters, that often follow an article, a number or a preposition, or that
    are written large within a sentence."""
    seen: Counter[str] = Counter()
    headed: Counter[str] = Counter()
    for text in texts:
        for word in _ENGLISH.finditer(text):
            name = word[2].lower()
            seen[name] += 1
            headed[name] += bool(word[1]) or (word[2][0].isupper() and word.start() > 0)
    return frozenset(name for name, count in seen.items() if headed[name] >= _HEADED * count)


def _ends(found: re.Match[str], text: str) -> bool:
    after = text[found.end() : found.end() + 1]
    before = text[found.start() - 1 : found.start()]
    return not ("가" <= after <= "힣" or "가" <= before <= "힣") and not _NO_NOUN.fullmatch(
        found[1]
    )


def _runs(text: str, nouns: frozenset[str]) -> Iterator[list[str]]:
    """Stretches of neighbouring nouns; a Korean one that takes a particle ends its stretch."""
    run: list[str] = []
    end = -2
    for word in _WORD.finditer(text):
        noun, closes = _noun(word.group(), nouns)
        if run and (text[end : word.start()] != " " or not noun):
            yield run
            run = []
        if noun:
            run.append(noun)
            end = word.end()
            if closes:
                yield run
                run = []
    if run:
        yield run


def _noun(word: str, nouns: frozenset[str]) -> tuple[str, bool]:
    """The noun in a word ("" when there is none), and whether a particle followed it."""
    if word[0] < "가":
        plain = word.lower()
        return (
            (word, False)
            if len(word) > 2 and plain in nouns and plain not in _EMPTY
            else ("", False)
        )
    if word in nouns:
        return word, False
    found = _CASE.fullmatch(word)
    return (found[1], True) if found and found[1] in nouns else ("", False)


def _says(phrases: Sequence[str], embedding: BundledEmbedding) -> list[float]:
    """How much each phrase says: the longest of its subwords' vectors."""
    bags = embedding.subwords(phrases)
    lengths = [embedding.directions(np.asarray(bag, np.int64))[1] if bag else [0.0] for bag in bags]
    return [float(np.mean(one)) for one in lengths]


def _overlap(key: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two phrases are about the same words."""
    shared = set(key) & set(other)
    return len(shared) > 1 or bool(shared and (shared == set(key) or shared == set(other)))
