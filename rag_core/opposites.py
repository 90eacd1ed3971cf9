"""Words whose opposite stands in another sentence, and roles that have changed places; pure.

Both only mean something between sentences that share most of their other words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag_core.denials import denied, excepts

_PAIRS = r"""
    (?<=[가-힣]\s)전에/(?<=[가-힣]\s)후에 짧/긴(?![가-힣]) 빠른/느린 강한/약한 쉬운/어려운
    먼저/나중 짧/길 크/작 큰/작 컸/작 크/조그 컸/조그 알고/모르 알고/몰랐 알았/몰랐 성공/실패
    증가/감소 늘어/줄어 늘었/줄었 늘린/줄인 늘렸/줄였 높/낮 많/적(?:[다은었었고지게어습]|$) 넓/좁
    밝/어두 빠르/느리 빨라/느려 강하/약하 강해/약해 강화/약화 비싸/싸 비싼/싼 쉽/어렵 쉬워/어려워
    가깝/멀 가까/멀 가까/먼(?![가-힣]) 무겁/가볍 무거/가벼 두껍/얇 굵/가늘 뜨거/차가 덥/춥 젊/늙
    깨끗/더럽 깨끗/더러 조용/시끄 간단/복잡 편하/불편 편리/불편 친절/불친절 다양/단조 풍부/부족
    찬성/반대 시작/종료 (?<=[가-힣]\s)이전/(?<=[가-힣]\s)이후 남쪽/북쪽 동쪽/서쪽 남부/북부
    동부/서부 왼쪽/오른쪽 좌측/우측 상승/하락 허용/금지 승리/패배 승소/패소 합격/불합격
    가능/불가능 가능/금지 필요/불필요 만족/불만 좋/나쁘 좋/나쁜 좋/아쉬 여름/겨울
    봄(?![가-힣]{2})/가을 낮에/밤에 남성/여성 남자/여자 아버지/어머니 아들/딸(?![가-힣]{3})
    남편/아내 형(?=[은이의과])/동생 선배/후배 오전/오후 아침/저녁 안쪽/바깥 국내/해외 국내/국외
    최대/최소 최고/최저 최선/최악 처음/마지막 최초/최후 전반/후반 초반/후반 전편/후편 무료/유료
    포함/제외 개방/폐쇄 유지/폐지 인상/인하 흑자/적자 안전/위험 공개/비공개 수입/수출 유죄/무죄
    내부/외부 함께/따로 같이/따로 동일/다르 동일/다른 똑같/다른 똑같/다르 같은/다른 선진국/후진국
    가입/탈퇴 입학/졸업 입장/퇴장 입국/출국 입원/퇴원 출발/도착 채용/해고 취임/퇴임 전성기/몰락
    잃/얻 자발/강제 완만/급격 잔잔/거센 장점/단점 이익/손해 이익/손실 긍정/부정적 낙관/비관
    합법/불법 유리/불리 적극/소극 능동/수동 직접/간접 필수/선택 의무/자율 홀수/짝수 상행/하행
    입금/출금 매수/매도 판매/구매 열었/닫았 열려/닫혀 연다/닫는다 켜/꺼 올라/내려 올렸/내렸
    올리/내리 오르/내리 들어갔/나갔 들어온/나간 이겼/졌 이기/지(?=[고며는다]) 통과/부결 승인/거부
    승인/기각 인정/부인 동의/거부 찬성/거부 확대/축소 체결/파기 설치/철거 대부분/일부 모두/일부
    모든/일부 다수/소수 항상/가끔 영구/임시 정규/비정규 공식/비공식 실내/실외 increase/decrease
    increase/reduce rise/fall rose/fell raise/lower more/less more/fewer higher/lower before/after
    success/failure succeed/fail accept/reject allow/forbid allow/prohibit permit/forbid
    open/close win/lose won/lost first/last north/south northern/southern east/west
    eastern/western male/female older/younger oldest/youngest early/late earliest/latest
    earlier/later large/small larger/smaller largest/smallest big/small bigger/smaller
    biggest/smallest highest/lowest longest/shortest longer/shorter fastest/slowest faster/slower
    fast/slow quick/slow begin/end began/ended start/stop include/exclude approve/deny
    approved/rejected approve/reject legal/illegal possible/impossible long/short guilty/innocent
    public/private import/export inside/outside indoor/outdoor cheap/expensive cheaper/dearer
    safe/dangerous easy/difficult easy/hard easier/harder simple/complex required/optional
    mandatory/optional mandatory/voluntary compulsory/voluntary enable/disable enabled/disabled
    minimum/maximum ascending/descending synchronous/asynchronous internal/external
    domestic/foreign same/different together/separately buy/sell bought/sold buyer/seller
    lend/borrow arrive/depart arrival/departure hot/cold warm/cool wet/dry thick/thin heavy/light
    wide/narrow wider/narrower deep/shallow strong/weak stronger/weaker rich/poor young/old
    clean/dirty full/empty true/false correct/incorrect better/worse best/worst positive/negative
    active/inactive active/passive visible/hidden permanent/temporary direct/indirect
    majority/minority above/below upstairs/downstairs inner/outer urban/rural install/uninstall
    encrypt/decrypt connect/disconnect lock/unlock gain/loss profit/loss surplus/deficit
    victory/defeat appear/disappear expand/shrink husband/wife father/mother son/daughter
    brother/sister summer/winter spring/autumn morning/evening morning/afternoon daily/weekly
    weekly/monthly monthly/yearly always/never all/none everyone/nobody remember/forget love/hate
    agree/disagree known/unknown advantage/disadvantage friendly/hostile left-hand/right-hand
    leftmost/rightmost odd/even upper/lower free/paid credit/debit 충분/부족 훌륭/별로 추가/제외
    온라인/오프라인 간소화/복잡화 상반기/하반기 전면/부분 초기/후기 강화/완화 행복/불행 다행/불행
    무한/한정 무한/유한 배고/배부 식물/동물 습하/건조 습한/건조 자동/수동 채택/기각 채택/일축
    인상/할인 올해/내년 올해/작년 올해/지난해 내년/지난해 오늘/내일 오늘/어제 어제/내일 당선/낙선
    개최/취소 도입/폐지 신설/폐지 우회전/좌회전 밀물/썰물 주간에/야간에 문과/이과 찬물/더운물
    더운/추운 따뜻/차가 성장/하락 성장/위축 확장/축소 상류/하류 상위/하위 상단/하단 위층/아래층
    지상/지하 육지/바다 공격/방어 공격/수비 기쁘/슬프 기쁨/슬픔 새로/오래 완공/착공 today/tomorrow
    today/yesterday yesterday/tomorrow online/offline sufficient/insufficient automatic/manual
    automatically/manually animal/plant elected/defeated upstream/downstream attack/defence
    offensive/defensive underground/overground happy/sad happiness/sadness finite/infinite
    relaxed/tightened strengthened/weakened adopted/rejected introduced/abolished indoors/outdoors
    clockwise/anticlockwise clockwise/counterclockwise
"""
_OPPOSITES = [
    sides for pair in _PAIRS.split() for sides in (pair.split("/"), pair.split("/")[::-1])
]
_SPAN = re.compile(r"\S+부터.{1,20}까지|\bfrom\b.{1,30}\bto\b\s\S+")


def opposites(claim: str, sentence: str) -> tuple[str, ...]:
    """A word of the claim whose opposite stands in the sentence, and not the word itself; both in
    folded letters.

    Not where one side denies and the other does not ("not simple" and "complex"), or excepts
    something, or has those it tells of in another order ("A beat B" and "B lost to A").
    """
    if len(denied(claim)) % 2 != len(denied(sentence)) % 2 or excepts(claim) != excepts(sentence):
        return ()
    own_words, theirs = _SPAN.sub(" ", claim), _SPAN.sub(" ", sentence)  # "from end to end"
    for own, other in _OPPOSITES:
        said = written(own, own_words)
        instead = said and written(other, theirs)
        if not instead or written(other, claim) or written(own, sentence):
            continue
        meet = {said[-2:], instead[-2:]} == {"까지", "부터"}  # until one, from the other on
        if not meet and not _turned_round(claim, sentence):
            return (said,)
    return ()


def _turned_round(claim: str, sentence: str) -> bool:
    """Whether the first two words that both have stand in the sentence the other way round."""
    there = [place for word in _LONG.findall(claim) if (place := sentence.find(word)) >= 0]
    return len(there) > 1 and there[0] > there[1]


def written(begins: str, text: str) -> str:
    """The first word of the text that begins so; "" where none does."""
    if begins.isalnum() and begins not in text:
        return ""
    found = _beginning(begins).search(text)
    return found.group() if found else ""


@lru_cache(maxsize=2048)
def _beginning(begins: str) -> re.Pattern[str]:
    letters = "가-힣" if any("가" <= letter <= "힣" for letter in begins) else "a-z"
    ends = r"[가-힣]*" if letters == "가-힣" else r"(?:s|es|d|ed|ing|ly|r|st)?(?![a-z])"
    return re.compile(rf"(?<![{letters}])(?:{begins}){ends}")


_LONG = re.compile(r"[a-z]{4,}|[가-힣]{2}")
_CASE = re.compile(
    r"([가-힣]{2,}?)(께서|에게서|에게|한테|보다|으로|로|은|는|이|가|을|를|의|와|과)(?![가-힣])"
)
_SAME = {"는": "은", "이": "은", "가": "은", "께서": "은", "를": "을", "한테": "에게", "과": "와"}
_ORDERED = re.compile(r"[a-z][a-z'’-]+|\d+")
_EQUALS = frozenset(
    "and or with met meets meet married marries between equals both resembles".split()
)
_NAMES = re.compile(r"\b[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*")
_NO_NAMES = frozenset("The A An In On At It He She They This That These Those There".split())


def swapped(claim: str, sentence: str) -> tuple[str, ...]:
    """Two names of the claim that have each other's role in the sentence, as they are written.

    Korean: with the case particles of one another. English: on the other sides of the same words.
    """
    return _swapped_cases(claim, sentence) or _swapped_sides(claim, sentence)


def _swapped_cases(claim: str, sentence: str) -> tuple[str, ...]:
    own, theirs = _cases(claim), _cases(sentence)
    for one, case in own.items():
        for other, its in own.items():
            changed = case != its and theirs.get(one) == its and theirs.get(other) == case
            if changed and one != other and {case, its} != {"은", "와"}:
                return one, other
    return ()


def _cases(text: str) -> dict[str, str]:
    """The case of each noun that has a particle, of the first time it stands there."""
    found: dict[str, str] = {}
    for noun, particle in _CASE.findall(text):
        found.setdefault(noun, _SAME.get(particle, particle))
    return found


def _swapped_sides(claim: str, sentence: str) -> tuple[str, ...]:
    own, theirs = _names(claim), _names(sentence)
    if len(own) != 2 or len(set(own)) != 2 or set(own) - set(theirs):
        return ()
    first, second = own
    if sentence.find(first) < sentence.find(second):
        return ()
    said = _between(claim, first, second)
    if said and said == _between(sentence, second, first) and not _EQUALS & set(said):
        return first, second
    return ()


def _names(text: str) -> list[str]:
    return [one for one in _NAMES.findall(text) if one not in _NO_NAMES]


def _between(text: str, first: str, second: str) -> tuple[str, ...]:
    """The words between two names, in lower case."""
    start = text.find(first) + len(first)
    return tuple(_ORDERED.findall(text[start : text.find(second, start)].lower()))
