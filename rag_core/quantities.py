"""Numbers with what they count, dates among them, in one spelling for two languages; pure.

"53,454" and "5만 3454", "30%" and "30퍼센트", "1908년 3월 2일", "2 March 1908" and
"1908-03-02", "다섯 명" and "five".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag_core.units import IN_ANOTHER, KOREAN, MONTHS, SAME_UNIT, SCALES, SPELLED, UNITS

_LONGEST_FIRST = "|".join(sorted(UNITS.split(), key=len, reverse=True))
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS)
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_ISO = re.compile(r"(?<!\d)(\d{4})([-./])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b\.?")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s?\d)")
_MONTH_ONLY = re.compile(
    rf"\b({'|'.join(month for month in MONTHS if month != 'may')}"
    r"|(?<=\b(?:in|of|by) )may|(?<=\b(?:last|next|late) )may|(?<=\bsince )may)\b"
)
_COUNT = re.compile(
    rf"(?P<money>[$₩€])?\s?(?P<number>{_NUMBER})"
    rf"(?:\s?(?P<scale>[십백천만억조]+|thousand|million|billion|trillion)(?:\s?(?P<more>{_NUMBER})"
    r"(?P<lesser>[백천만억]*))?)?"
    rf"(?:\s?(?P<unit>%|{_LONGEST_FIRST}|퍼센트|프로|per cent|[a-z]+))?"
)
_LIST_NUMBER = re.compile(r"^\s*(?:[-*•]\s+)?\(?\d{1,3}[.)]\s+")
_PARAGRAPH_MARK = re.compile("[①-⑳⑴-⒛㉑-㉟㊱-㊿]")
_WORD_NUMBER = re.compile(rf"\b({'|'.join(SPELLED)})\b(?:\s+(?P<unit>[a-z]+))?")
_KOREAN_COUNT = re.compile(
    rf"(?<![가-힣])(?P<number>{'|'.join(sorted(KOREAN, key=len, reverse=True))})\s?"
    r"(?P<unit>개|명|번|가지|사람|곳|건|차례|살|시간|달|대|권|마리|편|장)"
)
_YEARS = (1000, 2100)
_HEDGES = re.compile(
    r"(?:약|대략|거의|여|가량|정도|이상|이하|넘|about|around|nearly|almost|over|more than"
    r"|approximately|some|at least|up to|estimated)"
)
_CLOSE = 0.1
_FIGURES = re.compile(r"^[$₩€\d.,\s]+")
_TO = re.compile(r"[a-z가-힣%]{0,10}\s?(?:[~∼〜–-]|내지)\s?")
_AND = re.compile(r"(?:[a-z가-힣%]{1,10}?\s?)?(?:에서|와|과|and)\s?")
_WITHIN = re.compile(r"\s?사이")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of something. `unit` is "" where nothing says what it counts; `said` are its words.

    A bare number from 1000 to 2099 counts as a year. Lengths are in metres, weights in grams.
    `until` is the other end of a range that begins here ("3~5명"), not of years.
    """

    value: float
    unit: str
    said: str
    start: int
    hedged: bool = False
    until: float | None = None
    written: float | None = None  # the number before it was reckoned in another unit


def quantities(text: str) -> list[Quantity]:
    """Every number of a text in order, but for those of list items and numbered paragraphs."""
    whole = unicodedata.normalize("NFKC", _PARAGRAPH_MARK.sub(" ", text))
    plain = whole.lower()
    if item := _LIST_NUMBER.match(plain):
        plain = " " * item.end() + plain[item.end() :]
    found: list[Quantity] = []
    for part in (_dates, _counts, _words):
        for one in part(plain):
            if not plain[one.start : one.start + len(one.said)].strip():
                continue  # a part of what was found already
            said = whole[one.start : one.start + len(one.said)]
            found.append(replace(one, said=said if said.lower() == one.said else one.said))
            plain = plain[: one.start] + " " * len(one.said) + plain[one.start + len(one.said) :]
    return _ranges(sorted(found, key=lambda one: one.start), whole.lower())


def _ranges(found: Sequence[Quantity], text: str) -> list[Quantity]:
    """The same, the first end of a range with the other end and its unit."""
    ends = list(found)
    for at, (one, other) in enumerate(pairwise(found)):
        between = _FIGURES.sub("", text[one.start : other.start])
        after = text[other.start + len(other.said) :]
        said = _TO.fullmatch(between) or (
            _AND.fullmatch(between) and (_WITHIN.match(after) or _between(text, one))
        )
        alike = one.unit in {"", other.unit} and other.unit != "년" and one.value < other.value
        if said and alike:
            ends[at] = replace(one, unit=other.unit, until=other.value)
    return ends


def _between(text: str, one: Quantity) -> bool:
    return text[: one.start].rstrip("$€₩ ").endswith("between")


def _dates(text: str) -> Iterator[Quantity]:
    for date in _ISO.finditer(text):
        for group, unit in ((1, "년"), (3, "월"), (4, "일")):
            yield Quantity(float(date[group]), unit, date[group], date.start(group))
    for pattern, day, month in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        for date in pattern.finditer(text):
            yield Quantity(float(date[day]), "일", date[day], date.start(day))
            yield Quantity(_month(date[month]), "월", date[month], date.start(month))
    for date in _MONTH_ONLY.finditer(text):
        yield Quantity(_month(date[1]), "월", date[1], date.start(1))


def _month(name: str) -> float:
    return float(next(value for month, value in MONTHS.items() if month.startswith(name[:3])))


def _counts(text: str) -> Iterator[Quantity]:
    for one in _COUNT.finditer(text):
        value = _float(one["number"])
        if one["scale"]:
            value *= _scale(one["scale"])
            if one["more"]:
                value += _float(one["more"]) * _scale(one["lesser"] or "")
        unit = one["money"] or one["unit"] or ""
        unit = SAME_UNIT.get(unit, unit)
        year = not one["scale"] and "," not in one["number"] and _YEARS[0] <= value < _YEARS[1]
        if year and (unit == "년도" or unit not in _KNOWN):
            unit = "년"
        elif unit not in _KNOWN:
            unit = ""
        around = text[max(0, one.start() - 12) : one.start()] + text[one.end() : one.end() + 4]
        said = one.group().strip()
        start = one.start() + one.group().index(said)
        found = Quantity(value, unit, said, start, bool(_HEDGES.search(around)))
        if other := IN_ANOTHER.get(unit):
            reckoned = round(value * other[1], 6)
            found = replace(found, value=reckoned, unit=other[0], written=value)
        yield found


def _words(text: str) -> Iterator[Quantity]:
    for one in _WORD_NUMBER.finditer(text):
        unit = SAME_UNIT.get(one["unit"] or "", "")
        yield Quantity(float(SPELLED[one[1]]), unit, one[1], one.start())
    for one in _KOREAN_COUNT.finditer(text):
        unit = SAME_UNIT.get(one["unit"], one["unit"])
        yield Quantity(float(KOREAN[one["number"]]), unit, one.group(), one.start())


def _float(number: str) -> float:
    return float(number.replace(",", ""))


def _scale(letters: str) -> int:
    """Of "만", "천만", "million"; 1 for none."""
    if letters in SCALES:
        return SCALES[letters]
    product = 1
    for letter in letters:
        product *= SCALES[letter]
    return product


_KNOWN = frozenset(UNITS.split()) | frozenset(SAME_UNIT.values())


@dataclass(frozen=True, slots=True)
class Compared:
    """The numbers of a sentence against those of its evidence.

    `contradicted`: the evidence has another number of the same thing. `missing`: it has none.
    """

    contradicted: tuple[Quantity, ...] = ()
    missing: tuple[Quantity, ...] = ()
    matched: int = 0


def compare(sentence: str, evidence: Sequence[str]) -> Compared:
    """Every number of the sentence looked for in the evidence; numbers that changed places, as in
    "A has 3, B has 5" against "A has 5, B has 3", contradict."""
    held = [one for text in evidence for one in quantities(text)]
    contradicted, missing, matched = [], [], []
    for claim in quantities(sentence):
        if any(_same(claim, one) for one in held):
            matched.append(claim)
        elif claim.value <= 1 and not claim.unit:
            continue  # "one of them", "a third one"
        elif any(claim.unit == one.unit and claim.unit for one in held):
            contradicted.append(claim)
        else:
            missing.append(claim)
    contradicted += _swapped(sentence, evidence, matched)
    return Compared(tuple(contradicted), tuple(missing), len(matched))


def _same(claim: Quantity, held: Quantity) -> bool:
    if claim.unit and held.unit and claim.unit != held.unit and claim.value < _YEARS[0]:
        return False
    if claim.value == held.value:
        return True
    bare = not (claim.unit and held.unit)
    if bare and (held.value == claim.written or claim.value == held.written):
        return True
    if held.until is not None and claim.unit == held.unit:
        return held.value <= claim.value <= held.until
    near = abs(claim.value - held.value) <= _CLOSE * abs(held.value)
    return near and (claim.hedged or held.hedged) and claim.unit == held.unit


_NAME = re.compile(r"[가-힣A-Za-z]{2,}")


def _swapped(sentence: str, evidence: Sequence[str], matched: Sequence[Quantity]) -> list[Quantity]:
    """Numbers that stand behind another name in the evidence than in the sentence."""
    if len({one.value for one in matched}) < 2:
        return []
    named = {one: _name_before(sentence, one) for one in matched}
    if len(set(named.values())) < len(named) or "" in named.values():
        return []
    held: dict[str, set[float]] = {}
    for text in evidence:
        for one in quantities(text):
            for name in _names_before(text, one):
                stem = next((key for key in named.values() if name.startswith(key)), "")
                if stem:
                    held.setdefault(stem, set()).add(one.value)
                    break
    values = {one.value for one in matched}
    return [
        one
        for one, name in named.items()
        if name in held and one.value not in held[name] and held[name] & values
    ]


def _names_before(text: str, quantity: Quantity) -> list[str]:
    """The words before a number, the nearest first."""
    return _NAME.findall(text[: quantity.start].lower())[::-1]


def _name_before(text: str, quantity: Quantity) -> str:
    """The word before a number, without what may be its particle."""
    names = _names_before(text, quantity)
    if not names:
        return ""
    return re.sub(r"(?<=..)(?:에는|에서|에|은|는|이|가|의|을|를)$", "", names[0])
