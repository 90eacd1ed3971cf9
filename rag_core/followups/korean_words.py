"""Korean words as the rules for follow-up questions need them: particles, and what a question is
about; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag_core.followups.before import Before, any_of
from rag_core.hangul import final

_OPENINGS = """
    그럼 그러면 그렇다면 그리고 그런데 근데 그래서 그래도 하지만 그러니까 아니 아 음 참 네 응
    혹시 또
"""
_COUNTED = any_of("가지 개 명 번 곳 권 달 단계 종류 분 편 장 사람")  # "네 가지": no "yes"
_OPENING = re.compile(rf"^(?:(?!네\s{_COUNTED}){any_of(_OPENINGS)}[,\s]+)+")
_ASKING = re.compile(
    any_of("왜 어째서 언제 어디 누가 누구 무엇 무슨 뭐 뭘 뭔 어떻 어떤 어느 얼마 몇 어때 며칠")
)
_ADVERBS = """
    모두 다 전부 총 더 덜 못 안 잘 가장 제일 처음 먼저 나중에 자세히 간단히 쉽게 다시 또 혹시
    정말 진짜 과연 지금 이제 현재 원래 실제로 주로 보통 대략 약 꼭 아직 이미 벌써 함께 같이
    서로 따로 결국 대체 도대체 좀 조금 많이 빨리 오래 얼른 한번 하나 예를 들어 번
"""
_LATIN_END = re.compile(r"[A-Za-z]$")
_BOUND_NOUNS = "것 거 건 게 걸 수 때 곳 점 줄 적 데 중 등 채 뿐"
_OF_NOTHING = re.compile(
    rf"^{any_of(_ADVERBS)}(?:도|은|는|까지|부터)?$"
    rf"|^{any_of(_BOUND_NOUNS)}(?:은|는|이|가|을|를|에|도|의|야|인가요)?$"
)
_RELATIONS = """
    이름 제목 주소 번호 가격 요금 비용 값 금액 크기 높이 길이 무게 넓이 면적 깊이 속도 인구
    수도 위치 장소 이유 원인 결과 효과 부작용 방법 절차 과정 단계 기간 기한 날짜 시간 시기 색
    색상 모양 종류 특징 장점 단점 목적 역할 의미 뜻 예 예시 대상 조건 자격 상대 차이 나이 키
    직업 국적 고향 생일 학력 소속 아버지 어머니 부모 아내 남편 자녀 아들 딸 형 동생 왕 왕비
    왕후 왕자 공주 여왕 황제 황후 대통령 총리 장관 시장 대표 사장 회장 감독 저자 작가 배우
    주인공 설립자 창업자 주인 소유자 회원 직원 제조사 출판사 내용 구조 재료 성분 규모 순서 범위
    한도 비율 점수 성적 수상 기록 역사 유래 어원 규칙 예외 벌금 벌칙 처벌 과태료 임기 정원 요건
    예산 담당자 연락처 전화번호 이메일 홈페이지 시행일 유효기간 개방시간 운영시간 한계 약자
"""
_OF_SOMETHING = re.compile(any_of(_RELATIONS))
"""Nouns of relation, attribute and role: they are always somebody's or something's."""
_LINKING = re.compile(
    any_of("줘 주세요 줄래 주실래요 봐 볼래 있 없 되 돼 않 싶 같 하 했 해") + r"[가-힣]*$"
)
_VERBS = "하 되 시키 있 없 받 쓰 나오 만드 다니 부르 불리"
_ADNOMINAL = re.compile(
    rf"{any_of(_VERBS)}는$|(?:^|[어아여해려워겨져라나])(?:지|가|오|보)는$|^(?:사|가져오|바라보)는$"
    rf"|^{any_of('많 높 낮 좋 적 작 짧 넓 좁 깊 늦 젊 같 받 찾 남 얻 맡 읽 넣 잡 입 먹 죽 놓')}은$"
)
"""Verbs and adjectives before a noun ("만드는", "많은"); no noun that ends alike ("정보는")."""
_CASES = re.compile(r"(?<=..)(?:에서|에게|한테|까지|부터|에)$")
"""What may stand between a noun and its "는": "방법에는"."""
_POLITE = re.compile(r"(?<=[은는])요$")
_CONDITION = re.compile(r"(?:하|되|으|려|다)면$")
_DEFINED = re.compile(r"(?<=..)이?란$")
_PARTICLE_PAIRS = {
    "은": ("은", "는"), "는": ("은", "는"), "이": ("이", "가"), "가": ("이", "가"),
    "을": ("을", "를"), "를": ("을", "를"), "과": ("과", "와"), "와": ("과", "와"),
    "이랑": ("이랑", "랑"), "랑": ("이랑", "랑"), "으로": ("으로", "로"), "로": ("으로", "로"),
    "이란": ("이란", "란"), "란": ("이란", "란"),
}  # fmt: skip
_SOUNDS_CLOSED = frozenset("013678lmnrLMNR")
"""Digits and letters whose Korean names end in a consonant (영, 일, 삼 …, 엘, 엠, 엔, 알)."""
_IDENTITY = re.compile(r"\S+|(?:몇|어느|무슨|어떤) \S+")
_PUNCTUATION = " \t\n.,!?？。…~\"'“”‘’()[]"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about. `particle` is the one that marks it there ("" for none).

    `whole` adds what an answer said it is: "유아인이 나온 드라마(장옥정)". `owner` is whose part is
    meant when a part is asked for: of "X의 수도는 어디야?" that is X.
    """

    phrase: str
    particle: str = ""
    whole: str = ""
    owner: str = ""
    beside: str = ""  # a person just named, whose part may be meant as well

    @property
    def owned(self) -> str:
        """In the genitive; a clause ("등록하지 않으면") as it is."""
        genitive = self.owner if _CONDITION.search(self.owner) else f"{self.owner}의"
        return f"{self.beside}, {genitive}" if self.beside else genitive


def topic_of(before: Before) -> Topic:
    """What the last question was about; an empty phrase when nothing can be told."""
    asked, _ = without_opening(before.question)
    phrase, particle = _phrase(asked)
    phrase = re.sub(r"^(?:그|이|저)\s(?=\S)", "", phrase)
    if not phrase:
        return Topic("")
    rest = asked[asked.find(phrase) + len(phrase) + len(particle) :].strip(_PUNCTUATION)
    identity = not rest or bool(_IDENTITY.fullmatch(rest) and _ASKING.match(rest))
    whole = f"{phrase}({before.named})" if identity and before.named else phrase
    possessor, _, part = phrase.rpartition("의 ")
    owner = possessor if identity and possessor and part else whole
    person = bool(re.search(r"누가|누구", asked)) and not identity
    return Topic(phrase, particle, whole, owner, before.named if person else "")


def without_opening(question: str) -> tuple[str, bool]:
    """The question without "그럼", "근데" …, and whether there was one."""
    body = _OPENING.sub("", question)
    return body, body != question


def named_words(question: str) -> list[str]:
    """The words of a question that name something: no question words, adverbs, or predicate."""
    words = [word for word in (w.strip(_PUNCTUATION) for w in question.split()) if word]
    while len(words) > 1 and _LINKING.match(words[-1]):
        words.pop()
    if words[-1:] == ["수"]:
        words.pop()  # "연임할 수 있나요" is one predicate
    if words and not _ends_as_name(words[-1]):
        words.pop()
    named: list[str] = []
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        asks = _ASKING.match(word) or re.fullmatch(r"몇|무슨|어느|어떤", before)
        relative = bool(re.match(r"(?:것|거|건|게|걸|때|곳)", after)) and len(word) <= 4
        if not asks and not _OF_NOTHING.match(word) and not relative:
            named.append(_stem(word))
    return named


def are_of_something(named: list[str]) -> bool:
    """Whether words name only a relation, an attribute or a role, and not whose."""
    return bool(named) and all(_OF_SOMETHING.fullmatch(word) for word in named)


def _stem(word: str) -> str:
    """A word without the particle that agrees with it."""
    found = marked(word, "은는이가을를과와")
    return found[0] if found else re.sub(r"(?<=..)(?:에서|에게|에|의|도|로)$", "", word)


def _ends_as_name(word: str) -> bool:
    """Whether the last word is a noun with its particle ("주소는") rather than a predicate."""
    return marked(word, "은는이가을를") is not None and not _ASKING.match(word)


def marked(word: str, particles: str) -> tuple[str, str] | None:
    """Stem and particle of a word that ends in one of the particles, by agreement; else None."""
    stem, last = word[:-1], word[-1:]
    if not stem or last not in particles or _ADNOMINAL.search(word):
        return None
    closed, opened = _PARTICLE_PAIRS[last]
    if _LATIN_END.search(stem):  # nobody can tell how it is spoken: "Word2Vec은", "API는"
        return stem, last
    return (stem, last) if last == (closed if ends_closed(stem) else opened) else None


def with_particle(noun: str, particle: str) -> str:
    """A noun with its particle in the form that agrees with it; a clause takes none."""
    if _CONDITION.search(noun):
        return noun
    for given, (closed, opened) in _PARTICLE_PAIRS.items():
        if particle == given:
            particle = closed if ends_closed(noun) else opened
            if given in ("으로", "로") and re.search(r"[가-힣]", noun[-1:]):
                particle = "로" if final(noun[-1]) in ("", "ㄹ") else "으로"
            break
    return noun + particle


def ends_closed(noun: str) -> bool:
    """Whether a noun is spoken with a consonant at its end; what stands in brackets is not."""
    plain = re.sub(r"\([^()]*\)$", "", noun).rstrip(_PUNCTUATION)
    last = plain[-1:]
    if "가" <= last <= "힣":
        return final(last) != ""
    return last in _SOUNDS_CLOSED


def _phrase(asked: str) -> tuple[str, str]:
    """The phrase that a question is about, and its particle."""
    head, comma, rest = asked.partition(", ")
    if comma and len(rest.split()) > 1 and not _ASKING.search(head) and len(head) >= 4:
        return head.strip(_PUNCTUATION), ""
    words = asked.split()
    plain = [_POLITE.sub("", word.strip(_PUNCTUATION)) for word in words]
    for particles in ("은는", "이가", "을를"):
        for place, word in enumerate(plain):
            unclear = _ASKING.match(word) or _OF_NOTHING.match(word)
            if not unclear and (found := marked(word, particles)):
                start = _start(plain, place)
                noun, particle = _without_case(*found)
                return " ".join([*words[start:place], noun]).strip(_PUNCTUATION), particle
    lead = []
    for word in plain[:-1] if len(plain) > 1 else plain:
        if _ASKING.match(word):
            break
        lead.append(_DEFINED.sub("", word))
    return " ".join(named for named in lead if not _OF_NOTHING.match(named)), ""


def _without_case(noun: str, particle: str) -> tuple[str, str]:
    """ "방법에", "는" → "방법", "에는"."""
    case = _CASES.search(noun) if particle in "은는" else None
    return (noun[: case.start()], case.group() + particle) if case else (noun, particle)


def _start(words: list[str], end: int) -> int:
    """Where the phrase begins that ends at a word: behind a question word or an adverb."""
    for place in range(end - 1, -1, -1):
        if _ASKING.match(words[place]) or _OF_NOTHING.match(words[place]):
            return place + 1
    return 0
