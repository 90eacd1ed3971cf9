"""Words that one of two sentences denies and the other says; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag_core.search_words import Word

_STOPS = r"(?:않|못|아니\s?(?:하|한|할|함|합|했)|말(?![하해했씀])|맙|마(?![음지침련]))"
"""What comes behind a verb that is denied or forbidden in Korean."""
_DENIED = re.compile(
    r"(?P<become>[가-힣]{2,}?)(?:이|가|은|는|도)\s되지\s?(?:않|못)"
    r"|(?P<object>[가-힣]{2,}?)(?:도|을|를|은|는)?\s하지(?:는|도)?\s?"
    + _STOPS
    + r"|(?P<state>[가-힣]{2,}?)(?:되어|하여|어|아|여|돼|해)\s있(?:지(?:는|도)?|진)\s?(?:않|못)"
    r"|(?P<duty>[가-힣]{2,}?)(?:을|를)?\s(?:반드시\s|꼭\s)?해야\s?(?:하는|되는|할)\s?(?:것|건)(?:은|도|이)?\s?아니"
    r"|아직\s(?:[가-힣]+\s)?(?P<before>[가-힣]{2,})\s?전(?:이|입|인)"
    r"|(?P<verb>[가-힣]+?)(?:(?:하|되|받)?지|치|(?<=[가-힣]{2})진|(?<=[가-힣]{2})질)(?:는|도|를|가)?\s?"
    + _STOPS
    + r"|(?P<able>[가-힣]+?)(?:할|될|한|된|을|ㄹ)?\s(?:수|적|리|바)(?:가|는|도|이)?\s?없(?!애)"
    r"|(?P<trait>[가-힣]{2,}?)(?:한|은|는|할|을)\s(?:점|것|일|데|곳)(?:이|은|도)?\s?(?:전혀\s)?없(?!애)"
    r"|(?P<fact>[가-힣]+?)(?:하|되)?는\s?(?:것|건|게|거)(?:은|이|는)?\s?(?:(?:결코|절대|전혀)\s)?(?:아니(?!면)|아닌|아닙)"
    r"|(?P<unlawful>[가-힣]{2,}?)(?:하여|해|되어|아|어)서는\s?(?:아니|안)\s?(?:되|된|됨|됩|돼)"
    r"|(?P<identity>[가-힣]+?)(?:이|가|은|는|도)?\s?(?:아니(?!면)|아닌|아닙)"
    r"|(?P<noun>[가-힣]+?)(?:이|가|은|는|도|을|를)?\s?없(?!애)"
    r"|(?P<short>[가-힣]{2,}?)(?:을|를|이|가|은|는|도)?\s?(?:안|못)\s?(?:하|했|할|한|함|합|해|되|됐|된|될|됨|됩|돼)"
    r"|(?<![가-힣])(?:안|못)\s(?P<after>[가-힣]{2,})"
    r"|\b(?:not|never|cannot|no|without|neither|nor|nobody)\s+"
    r"(?:(?:be|been|being|have|yet|to|a|an|any|the|longer|ever)\s+)*(?P<english>[a-z]+)"
    r"|n['’]t\s+(?:(?:be|been|have|need|to|yet|a|an|any|the|ever)\s+)*(?P<contracted>[a-z]+)"
    r"|\b(?:has|have|had|is|are)\s+yet\s+to\s+(?:be\s+)?(?P<outstanding>[a-z]+)"
    r"|\b(?:fail(?:s|ed)?\s+to|refuse[sd]?\s+to|lack(?:s|ed)?)\s+(?:(?:be|a|an|any)\s+)*(?P<failed>[a-z]+)"
)
ALSO = re.compile(r"(?:뿐|만)(?:만)?(?:이|은)?\s?아니(?:라|고)|\bnot (?:only|just|merely)\b")
"""What goes on to say more and denies nothing."""
_EVEN = re.compile(ALSO.pattern + r"|밖에|수밖에|보다.{1,30}(?:없|않)|no (?:fewer|less|more) than")
_PLANNED = re.compile(r"예정|계획|방침|전망|앞으로|\bwill\b|\bplan(?:s|ned)?\b|\bgoing to\b")
_EXCEPT = re.compile(r"빼고|제외|\bexcept\b|\bapart from\b")
_ABLE = re.compile(r"([가-힣]+)\s수(?:가|는|도)?\s?([있없])")
_NOT_YET = re.compile(r"아직|\byet\b")
_CONDITION = re.compile(
    r"(?:않|없|못\s?하)(?:으면|는 한|을 때|을 경우|더라도)|\b(?:unless|if|although|though)\b"
)
_AIM = re.compile(r"위한|려고|려는|목표|\bto be\b|\baims?\b")
_WHETHER = re.compile(
    r"(?:인|은|는|을|할|될)지(?:는|도|가)?\s?(?:모[르른를]|몰[라랐]|불분명|확실[하치]|의문)"
)
_NOT_ONE = re.compile(r"(?:한|하나|아무)[가-힣\s]{0,8}도\s없")
_FIRST = re.compile(r"유일|처음|최초")
_PREVENTS = re.compile(
    r"막[는기을아았]|방지|예방|피[하해한]|금지|금[하합]|자제|삼가|그만\s|혼나|큰일|말고"
    r"|\b(?:prevent|avoid|forbid|forbade|prohibit|ban(?:s|ned)\b|too \w+ to\b)"
    r"|\b(?:keep|kept)\b.+\bfrom\b"
    r"|\b(?:few|hardly|barely|scarcely|den(?:y|ies|ied)|unlike)\b|거의\s|부인[하했]|[와과]\s달리"
)
_UNCLEAR = (_EVEN, _NOT_ONE, _WHETHER)
_COMPARED = re.compile(r"(?:보다|대신|rather than|instead of)")

_A_CONSONANT = 588  # syllables that begin with the same one
_A_VOWEL = 28  # … and have the same vowel as well

Split = Callable[[str], list[Word]]
Held = Callable[[Word, Sequence[Word]], bool]


def denials(claim: str, sentence: str, split: Split, held: Held) -> tuple[str, ...]:
    """A word that one of both denies and the other says; in folded letters.

    `split` gives the words of a text, `held` whether one is among others. Where both deny equally
    often, what they deny may be the same in other words.
    """
    conditions = [_CONDITION.search(text) for text in (claim, sentence)]
    if all(conditions):
        claim, sentence = (_CONDITION.split(text, 1)[1] for text in (claim, sentence))
    if _doubtful(claim, sentence) or any(conditions) != all(conditions):
        return ()
    can, cannot = (_abilities(text) for text in (claim, sentence))
    if differ := [verb for verb in can if cannot.get(verb, can[verb]) != can[verb]]:
        return (differ[0],)
    return _denied_by_one(claim, sentence, split, held)


def _denied_by_one(claim: str, sentence: str, split: Split, held: Held) -> tuple[str, ...]:
    own, theirs = denied(claim), denied(sentence)
    if len(own) % 2 == len(theirs) % 2:
        return ()
    for these, text, others, other in (
        (own, claim, theirs, sentence),
        (theirs, sentence, own, claim),
    ):
        if _PLANNED.search(other) or _COMPARED.search(other):
            continue
        said = [one for one in split(other) if len(one.begins) > 1]
        denied_too = [one for word in others for one in split(word)]
        for word in these:
            first = next(iter(split(word)), None)
            if first is None or held(first, denied_too):
                continue
            again = text.count(word) > 1 and len(others) + len(these) > 1  # which one is denied?
            if not again and _says(word, text, other, held(first, said)):
                return (word,)
    return ()


def only_the_claim_denies(claim: str, sentences: Sequence[str]) -> bool:
    """Whether a claim denies something that no sentence denies, nor any that tells of it forbids;
    in folded letters. Words that begin alike count as the same; of another language any does."""
    own = denied(claim)
    telling = [one for one in sentences if any(_stands(word, one) for word in own)] or sentences
    if not own or _EVEN.search(claim) or any(map(_PREVENTS.search, telling)):
        return False
    theirs = [word for one in sentences for word in denied(one)]
    return not any(_may_be_one(word, other) for word in own for other in theirs)


def _stands(word: str, text: str) -> bool:
    return bool(re.search(rf"(?<![a-z가-힣]){word}", text)) or _conjugated(word, text)


def _may_be_one(word: str, other: str) -> bool:
    if word.isascii() != other.isascii():
        return True
    begins = 4 if word.isascii() else 2
    return word[:begins] == other[:begins]


def excepts(text: str) -> bool:
    """Whether a text leaves something out of what it says."""
    return bool(_EXCEPT.search(text))


def _abilities(text: str) -> dict[str, str]:
    """What is said to be possible in Korean, with the word that says whether it is."""
    return dict(_ABLE.findall(text))


def _doubtful(claim: str, sentence: str) -> bool:
    """Whether what is denied depends on more than these rules see."""
    unclear = any(one.search(text) for one in _UNCLEAR for text in (claim, sentence))
    if _NOT_YET.search(claim + sentence) and _AIM.search(claim + sentence):
        return True
    return unclear or any(
        bool(one.search(claim)) != bool(one.search(sentence))
        for one in (_FIRST, _PREVENTS, _EXCEPT)
    )


def _says(word: str, denying: str, other: str, there: bool) -> bool:
    """Whether the other text says the word: that something is it, where that is denied."""
    if re.search(rf"{word}(?:이|가|은|는|도)?\s?(?:아니(?!면)|아닌|아닙)", denying):
        return bool(re.search(rf"{word}(?:이|인|입|예|였|라|으로|로)", other))
    return there or _conjugated(word, other) or _after_the_same(word, denying, other)


def _conjugated(verb: str, text: str) -> bool:
    """Whether a Korean verb stands in a text, its last syllable run into an ending: 올리, 올렸."""
    if len(verb) < 2 or not "가" <= verb[-1] <= "힣":
        return False
    first = ord("가") + (ord(verb[-1]) - ord("가")) // _A_CONSONANT * _A_CONSONANT
    alike = f"[{chr(first)}-{chr(first + _A_CONSONANT - 1)}]"
    return bool(re.search(rf"(?<![가-힣]){verb[:-1]}{alike}", text))


def _after_the_same(verb: str, denying: str, other: str) -> bool:
    """Whether a Korean verb of one syllable stands in the other text behind the word that stands
    before it where it is denied: 마음에 들지 않는다, 마음에 든다."""
    if len(verb) != 1 or not "가" <= verb <= "힣":
        return False
    first = ord("가") + (ord(verb) - ord("가")) // _A_VOWEL * _A_VOWEL
    before = re.search(rf"([가-힣]{{2,}})\s{verb}지", denying)
    alike = f"[{chr(first)}-{chr(first + _A_VOWEL - 1)}]"
    return bool(before and re.search(rf"{before[1]}\s{alike}(?!지\s?[않못])", other))


def denied(text: str) -> list[str]:
    """The words that are denied in a text."""
    text = ALSO.sub(" ", text)
    return [next(filter(None, one.groups())) for one in _DENIED.finditer(text)]
