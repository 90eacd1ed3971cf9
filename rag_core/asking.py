"""What kind of answer a question asks for, and whether a text holds one of that kind; pure."""

from __future__ import annotations

import re

from rag_core.defining import ENGLISH_VERBS
from rag_core.text import folded

_ASKS = {
    "time": re.compile(
        r"언제|몇 ?년|몇 ?월|며칠|연도|날짜|시기|기간|날은|해는"
        r"|\bwhen\b|(?:what|which) (?:year|date|day|month|time|century|decade)|how long",
        re.I,
    ),
    "quantity": re.compile(
        r"몇|얼마|크기|비율|번호|점수|수는|수치|나이|높이|길이|면적|넓이|인구"
        r"|how (?:many|much|old|long|far|large|big|tall|high|fast|often)"
        r"|what (?:number|percent|percentage|size|amount|cost|price|fax|phone)",
        re.I,
    ),
    "person": re.compile(
        r"누구|누가|누군|사람은|인물|이름은|저자|감독은|\bwho(?:m|se)?\b|what (?:person|name)", re.I
    ),
    "place": re.compile(
        r"어디|어느 (?:나라|도시|곳|지역)|장소|위치"
        r"|\bwhere\b|(?:what|which) (?:city|country|place|state|region)",
        re.I,
    ),
}
_DATE = re.compile(
    r"\d{3,4}\s?년|\d{1,2}\s?월|\d{1,2}\s?일|세기|(?<!\d)(?:1\d|20)\d\d(?!\d)"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_COUNTED = re.compile(r"몇\s?([가-힣])")
_OTHER_UNIT = 0.3
_NUMBER = re.compile(r"\d[\d.,]*(?<![.,])")
_NUMBERING = re.compile(
    r"^\s*\(?\d{1,3}[.)]\s(?!\d)|제\s?\d+\s?(?:조(?:의\s?\d+)?|[항호장절]|호서식)"
)
"""Numbers that count nothing: of the items of a list, and of articles."""
_PERSON = re.compile(
    r"\b[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)+|[가-힣]{2,4}(?:은|는|이|가|이다|였다|:|\()"
)
_PLACE = re.compile(
    r"[가-힣]+(?:시|도|군|구|국|주|역|산|강|섬|대륙|나라|에서|에)(?![가-힣])"
    r"|\b(?:in|at|near|of) [A-Z]\w+"
)


class Expected:
    """What a question asks for: `kinds` are of time, quantity, person, place; often none."""

    def __init__(self, question: str) -> None:
        self.kinds = tuple(kind for kind, asks in _ASKS.items() if asks.search(question))
        self._numbers = frozenset(_NUMBER.findall(question))
        counted = _COUNTED.search(question)
        self._unit = re.compile(rf"\d\s?{counted[1]}") if counted else None

    def held_by(self, text: str) -> float:
        """1 where the text holds something of a kind asked for that the question does not say."""
        return float(any(self._holds(kind, text) for kind in self.kinds))

    def fit_of(self, sentence: str) -> float:
        """`held_by` of one sentence; less for a number in another unit than the one asked for."""
        held = self.held_by(sentence)
        counted = _NUMBERING.sub(" ", sentence)
        if held and self._unit and self.kinds == ("quantity",) and not self._unit.search(counted):
            return _OTHER_UNIT
        return held

    def _holds(self, kind: str, text: str) -> bool:
        match kind:
            case "time":
                return any(self._is_new(date.group()) for date in _DATE.finditer(text))
            case "quantity":
                counts = _NUMBER.finditer(_NUMBERING.sub(" ", text))
                return any(n.group() not in self._numbers for n in counts)
            case "person":
                return bool(_PERSON.search(text))
            case _:
                return bool(_PLACE.search(text))

    def _is_new(self, date: str) -> bool:
        """Whether a date says a number that the question does not; or none: "March"."""
        number = _NUMBER.search(date)
        return number is None or number.group() not in self._numbers


_DEFINITION_ASKED = (
    re.compile(
        r"(?P<term>.{1,40}?)(?:\(.{1,60}\))?"
        r"(?:(?:이?라는 (?:것|게))?(?:은|는|이|가)|이?란|의 (?:뜻|의미|정의|개념)(?:은|는|이|가)?)?"
        r" ?(?:무엇|뭐|뭔|뭘|무슨 (?:뜻|말|의미))[가-힣 ]{0,8}"
    ),
    re.compile(
        r"(?P<term>.{1,40}?)(?:이?란|의 (?:뜻|의미|정의|개념))(?:은|는|이|가|을|를)?"
        r"(?: [가-힣 ]{1,8})?"
    ),
    re.compile(
        r"(?P<term>.{1,40}?)(?:을|를|에 대해(?:서)?|에 관해) ?(?:쉽게 |간단히 )?(?:설명|정의)해"
        r"[가-힣 ]{0,8}"
    ),
    re.compile(
        r"(?:what(?: is|s| are)|define|explain|describe)(?: meant by)? (?:an? |the )?"
        r"(?P<term>[^,]{1,40}?)(?: mean)?"
    ),
    re.compile(r"what (?:do|does) (?:an? |the )?(?P<term>[^,]{1,40}?) mean"),
)
_SHORT = r"(?P<term>[^ ]{2,20}?)"
_WRITTEN_OUT_ASKED = (
    re.compile(
        rf"{_SHORT}(?:은|는|이|가|의)? ?(?:무엇의 |무슨 |어떤 (?:말|단어)의 )?"
        r"(?:약자|약어|준말|줄임말|풀네임|정식 명칭)[가-힣 ]{0,8}"
    ),
    re.compile(
        rf"what (?:do|does) (?:the )?(?:acronym |abbreviation |letters )?{_SHORT} stand for"
    ),
    re.compile(rf"what is {_SHORT} (?:short|an abbreviation|an acronym) (?:for|of)"),
)
_ASKS_MORE = re.compile(
    r"(?<![\w-])(?:of|in|for|by|to|from|that|between|with|on|at|when|used|name|number)(?![\w-])"
)
_KOREAN_MORE = re.compile(r"[의에서로] |[은는한된인할을를] ")


_COPULA = (
    r"(?:이?란|(?:이라는것)?[은는].*(?:이[다며고자]|입니다|이?[에예]요|[말뜻]한다|[말뜻]합니다"
    r"|의미[하한합]|가리[키킨킵]|일컫|정의[되된됩]|라고[하한합부])"
    rf"|(?:is|are|mean|denote|involve|{'|'.join(ENGLISH_VERBS).replace(' ', '')})"
    r"(?!not|also|used|now|then)\w)"
)
_SAID = (
    rf"^(?:[\d.]+|제\d+[장절])?(?:an?|the)?NAME{_COPULA}|\(NAME\){_COPULA}"
    r"|[을를]NAME(?:이?라고?|으?로)(?:하|부|불|합|한|말|정의)"
    r"|(?:called|knownas|termed)(?:an?|the)?NAME\b"
)
"""How a sentence, folded and without spaces, says what NAME is."""
_GLOSSED, _ABOUT = 0.6, 0.4
_LETTERS = re.compile(r"(?<![A-Za-z])[A-Z]{2,6}(?![A-Za-z])")


class Definition:
    """Whether a question asks what something is; `term` is that, folded and without spaces.
    `by_letters`: these are letters that stand for something, which is wanted too."""

    def __init__(self, question: str) -> None:
        self.term = ""
        plain = " ".join(re.sub(r"[?？!.~'\"’‘“”]", "", folded(question)).split())
        for pattern in (*_WRITTEN_OUT_ASKED, *_DEFINITION_ASKED):
            found = pattern.fullmatch(plain)
            if found and not (
                _ASKS_MORE.search(found["term"]) or _KOREAN_MORE.search(found["term"])
            ):
                self.term = found["term"].replace(" ", "")
                break
        written_out = any(pattern.fullmatch(plain) for pattern in _WRITTEN_OUT_ASKED)
        shouted = question.isascii() and question.isupper()
        letters = _LETTERS.findall("" if shouted else question)
        self.by_letters = written_out or self.term in map(str.lower, letters)
        bare = re.escape(self.term.removesuffix("s")) + "s?"
        name = bare + r"(?:\([^)]{1,80}\))?"
        self._said = re.compile(_SAID.replace("NAME", name))
        self._glossed = re.compile(rf"{bare}\([^)\d]{{4,80}}\)|\w\({bare}\)")
        self._about = re.compile(rf"(?:an?|the|in)?{name}(?:[은는이가을를의]|[a-z]).*[.다요]$")

    def said_by(self, sentence: str) -> float:
        """1 where the sentence says what the thing is, less where it says something of it."""
        if not self.term:
            return 0.0
        plain = "".join(folded(sentence).split())
        is_glossed = bool(self._glossed.search(plain))
        if self._said.search(plain) or (self.by_letters and is_glossed):
            return 1.0
        glossed = _GLOSSED * is_glossed
        return glossed or _ABOUT * bool(self._about.match(plain))
