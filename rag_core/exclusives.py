"""Claims that something holds of one thing only, or of everyone, where a sentence says otherwise
or less; pure.

"Only A" against "A and B", "anyone" against "only A". Both only mean something between sentences
that share most of their other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag_core.denials import ALSO

_ONLY = re.compile(
    r"(?P<korean>[가-힣a-z0-9]{2,}?)(?:에게|에서|에|으로|로)?(?:만|뿐)(?=[\s.이은을의]|입니다|$)"
    r"|(?:^|\b(?:to|for|by|in|on|at|with|from)\s)only\s(?:the\s)?(?P<english>[a-z]{3,})"
    r"|\bonly\s(?:to|for|by|in|on|at|with|from)\s(?:the\s)?(?P<place>[a-z]{3,})"
)
_BESIDES = re.compile(ALSO.pattern + r"|(?<![가-힣])다만|오랜만|[가-힣]지만|백만|천만|수만|몇만")
"""What looks like "only" and is none."""
_ALL_OR_ONLY = re.compile(
    r"[가-힣](?:만|뿐)(?=[\s,.을이]|입니다|이다|$)|모든|모두|전부|항상|언제나|전혀|반드시|유일|절대"
    r"|\b(?:only|solely|exclusively|all|every|always|never|none)\b",
    re.IGNORECASE,
)
_ANYONE = re.compile(r"누구나|누구든|아무나|\b(?:anyone|anybody|everyone|everybody)\b")
_AND = r"(?:,\s|·|(?:와|과|및|또는|혹은|이나|하고|이랑)\s|\s(?:및|또는|혹은|and|or|as well as)\s)"
_AMOUNT = r"(?:\s?[\d,.]+\s?[가-힣]{1,2})?"


def exclusives(claim: str, sentence: str) -> tuple[str, ...]:
    """The word of the claim that says "only" or "anyone", as the claim has it; both in folded
    letters."""
    claim, sentence = (_BESIDES.sub(" ", text) for text in (claim, sentence))
    anyone = _ANYONE.search(claim)
    if anyone and not _ANYONE.search(sentence) and _limits(sentence):
        return (anyone.group(),)
    if _ONLY.search(sentence):
        return ()
    only = _ONLY.search(claim)
    if only and not anyone and _ANYONE.search(sentence):
        return (only.group().strip(),)
    for only in _ONLY.finditer(claim):
        name = next(filter(None, only.groups()))
        if only.group().strip() in sentence:
            continue  # a name that ends like "only": 카를로만
        if _with_others(name, sentence) and not _with_others(name, claim):
            return (only.group().strip(),)
    return ()


def only_the_claim_is_sweeping(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a claim says "all" or "only" of what the sentences say without such a word."""
    return _is_sweeping(claim) and not any(map(_is_sweeping, sentences))


def _is_sweeping(text: str) -> bool:
    return bool(_ALL_OR_ONLY.search(_BESIDES.sub(" ", text)))


def _limits(sentence: str) -> bool:
    return bool(_ONLY.search(sentence) or re.search(r"밖에\s?(?:못|없|안|할 수 없)", sentence))


def _with_others(name: str, text: str) -> bool:
    """Whether others stand beside a name in an enumeration."""
    one = re.escape(name)
    return bool(
        re.search(rf"(?<![가-힣a-z]){one}(?:들)?{_AMOUNT}{_AND}", text)
        or re.search(rf"{_AND}(?:the\s)?{one}(?![a-z])", text)
    )
