"""What contradicts a claim and what does not, by rules, on sentences made for the purpose."""

from __future__ import annotations

import pytest

from rag_core.contradiction import Kind, difference
from rag_core.embeddings import BundledEmbedding
from rag_core.fact_check import Ruling, rule

OTHERWISE = [
    (
        "The museum is open from nine to five every day except Monday.",
        "The museum is closed every day except Monday.",
    ),
    (
        "The council approved the new budget in March.",
        "The council rejected the new budget in March.",
    ),
    (
        "The vaccine was not effective against the new strain.",
        "The vaccine was effective against the new strain.",
    ),
    (
        "Brazil beat Germany in the final of the tournament.",
        "Germany beat Brazil in the final of the tournament.",
    ),
    (
        "The company acquired Northwind in 2015 for 30 million dollars.",
        "The company acquired Northwind in 2018 for 30 million dollars.",
    ),
    ("Marie Curie was born in Warsaw in 1867.", "Marie Curie was born in Paris in 1867."),
    (
        "Caching is enabled by default for all requests.",
        "Caching is disabled by default for all requests.",
    ),
    (
        "The bridge is 1,280 metres long and was finished in 1937.",
        "The bridge is 2,280 metres long and was finished in 1937.",
    ),
    (
        "Members cannot vote before they turn eighteen.",
        "Members can vote before they turn eighteen.",
    ),
    (
        "The northern route is shorter than the southern one.",
        "The northern route is longer than the southern one.",
    ),
    ("Unemployment fell by two percent last year.", "Unemployment rose by two percent last year."),
    ("The results are sorted in ascending order.", "The results are sorted in descending order."),
    ("Passwords are never stored in plain text.", "Passwords are stored in plain text."),
    ("Participation in the study is voluntary.", "Participation in the study is mandatory."),
    (
        "The treaty was signed in Vienna on 4 May 1815.",
        "The treaty was signed in Vienna on 9 May 1815.",
    ),
    ("Rome defeated Carthage after a long siege.", "Carthage defeated Rome after a long siege."),
    ("The function does not modify its argument.", "The function modifies its argument."),
    ("The lake is deepest at its eastern end.", "The lake is deepest at its western end."),
    ("Entry is free for children under six.", "Entry is paid for children under six."),
    ("도서관은 월요일에 문을 연다.", "도서관은 월요일에 문을 닫는다."),
    ("회사는 지난해 흑자를 냈다.", "회사는 지난해 적자를 냈다."),
    ("이 약은 식사 전에 먹어야 한다.", "이 약은 식사 후에 먹어야 한다."),
    ("한국이 일본을 3대 1로 이겼다.", "일본이 한국을 3대 1로 이겼다."),
    ("등록 마감은 5월 31일이다.", "등록 마감은 6월 30일이다."),
    ("신청서는 온라인으로 제출할 수 없다.", "신청서는 온라인으로 제출할 수 있다."),
    ("이 구간에서는 자전거를 탈 수 있다.", "이 구간에서는 자전거를 탈 수 없다."),
    ("법안은 본회의를 통과했다.", "법안은 본회의에서 부결됐다."),
    ("다리의 길이는 1,280미터이다.", "다리의 길이는 1,820미터이다."),
    ("그는 부산에서 태어났다.", "그는 대구에서 태어났다."),
    ("회비는 환불되지 않는다.", "회비는 환불된다."),
    ("참가자 대부분이 여성이었다.", "참가자 대부분이 남성이었다."),
    ("기온은 어제보다 올라갔다.", "기온은 어제보다 내려갔다."),
    ("입장료는 어른 5천 원, 어린이 3천 원이다.", "입장료는 어른 3천 원, 어린이 5천 원이다."),
    ("교육은 의무가 아니다.", "교육은 의무이다."),
    ("정부는 예산을 확대했다.", "정부는 예산을 축소했다."),
    ("두 회사는 계약을 체결했다.", "두 회사는 계약을 파기했다."),
    ("이 호수는 북쪽이 가장 깊다.", "이 호수는 남쪽이 가장 깊다."),
    ("그 영화는 관객 200만 명을 모았다.", "그 영화는 관객 300만 명을 모았다."),
    ("경기북부 지역에 많은 눈이 내렸다.", "경기남부 지역에 많은 눈이 내렸다."),
    ("숙소에 넓은 주차장이 있다.", "숙소에는 주차장이 없다."),
    ("이 소설은 결말이 마음에 든다.", "이 소설은 결말이 마음에 들지 않는다."),
    ("이 조항이 면책을 보장하는 것은 결코 아니다.", "이 조항이 면책을 보장한다."),
    ("계약은 지난주에 체결되었다.", "계약은 아직 체결되지 않았다."),
    ("공연은 두 달 동안 중단되었다.", "공연은 두 달 동안 지속되었다."),
    ("오늘날 한국은 선진국으로 꼽힌다.", "한국은 오늘날 후진국으로 꼽힌다."),
    ("1부는 방영되지 않았으며 지금은 2부를 방영한다.", "1부는 방영되었다."),
    ("심사를 통과한 제품만 등록된다.", "심사를 통과한 제품만 미등록된다."),
    ("수출은 지난달에 크게 늘었다.", "수출은 지난달에 크게 감소했다."),
    ("Trains run frequently on weekdays.", "Trains run rarely on weekdays."),
    ("The book is available in Korean.", "The book is unavailable in Korean."),
    ("All incoming messages are stored.", "All outgoing messages are stored."),
    (
        "The reading room may be used by members and guests.",
        "The reading room may be used only by members.",
    ),
    ("Only members may enter the archive.", "Anyone may enter the archive."),
    ("Anyone may enter the archive.", "Only members may enter the archive."),
    ("The council has yet to approve the budget.", "The council has approved the budget."),
    ("Staff must submit receipts.", "Staff don't have to submit receipts."),
    ("The warranty covers accidental damage.", "The warranty excludes accidental damage."),
    ("Smoking is prohibited on the premises.", "Smoking is permitted on the premises."),
    ("Water flows from the lake into the river.", "Water flows from the river into the lake."),
    ("The cat chased the dog.", "The dog chased the cat."),
    ("이 약은 식후에 복용하지 마세요.", "이 약은 식후에 복용하세요."),
    ("이번 교육에는 학부모 94명, 교사 18명이 참여했다.", "이번 교육에는 학부모만 참여했다."),
    ("기금은 장학 사업과 시설 개선에 쓰인다.", "기금은 장학 사업에만 쓰인다."),
    ("이 자료실은 회원만 이용할 수 있다.", "이 자료실은 누구나 이용할 수 있다."),
    ("창가 자리는 밤에 시끄럽습니다.", "창가 자리는 밤에 시끄럽진 않습니다."),
    ("이 종목은 지금 활성화되어 있지 않다.", "이 종목은 지금 활성화되고 있다."),
    ("두 기관은 지난 2일 협약을 체결했다.", "두 기관의 협약은 아직 체결 전이다."),
    ("보고서 채택을 반드시 해야 하는 것도 아니다.", "보고서 채택을 반드시 해야 한다."),
    (
        "시장은 공약을 제대로 알리지 못하고, 예정된 토론회도 치르지 못하고 있다.",
        "시장은 토론회를 치렀다.",
    ),
    (
        "The longest chain not only serves as proof of what was seen, but of the power behind it.",
        "The shortest chain serves as proof of what was seen.",
    ),
    (
        "노드는 마음대로 망을 떠났다가 자리에 없는 동안 벌어진 일을 받아들여 다시 들어올 수 있다.",
        "노드는 망을 떠날 수 없다.",
    ),
    (
        "서울시는 버스뿐만 아니라 지하철 요금도 인상했다.",
        "서울시는 지하철 요금을 인하했다.",
    ),
]

AS_SAID = [
    (
        "The council approved the new budget in March.",
        "The new budget was approved by the council in March.",
    ),
    (
        "The company acquired Northwind in 2015 for 30 million dollars.",
        "Northwind was acquired by the company in 2015.",
    ),
    (
        "The bridge is 1,280 metres long and was finished in 1937.",
        "The bridge was completed in 1937 and is 1.28 kilometres long.",
    ),
    (
        "Germany was beaten by Brazil in the final of the tournament.",
        "Brazil beat Germany in the final of the tournament.",
    ),
    (
        "The old rule allowed two visitors; the new one allows four visitors.",
        "The new rule allows four visitors.",
    ),
    ("Sales rose from 40 units to 55 units.", "Sales rose by 15 units."),
    ("The workshop is not difficult for beginners.", "The workshop is easy for beginners."),
    ("Attendance was at least 300 people.", "Attendance was more than 200 people."),
    ("The museum is open every day except Monday.", "The museum is not open on Monday."),
    ("It is impossible to enter without a ticket.", "Nobody can enter without a ticket."),
    (
        "The law applies not only to companies but also to private persons.",
        "The law applies to companies and to private persons.",
    ),
    ("Anna met Boris in Prague.", "Boris met Anna in Prague."),
    (
        "The library closes at six on weekdays and at four on Saturdays.",
        "The library closes at four on Saturdays.",
    ),
    ("No fewer than 20 species live in the lake.", "20 species live in the lake."),
    ("The castle was never captured.", "The castle was not captured."),
    ("Prices increased while wages decreased.", "Wages decreased while prices increased."),
    ("The left bank is higher than the right bank.", "The right bank is lower than the left bank."),
    ("She was born before the war and died after it.", "She died after the war."),
    (
        "The engine does not start when the door is open.",
        "When the door is open, the engine does not start.",
    ),
    ("Half of the 60 seats were empty.", "30 seats were empty."),
    ("회비는 환불되지 않는다.", "회비는 돌려받을 수 없다."),
    ("한국이 일본을 3대 1로 이겼다.", "일본은 한국에 3대 1로 졌다."),
    ("등록 마감은 5월 31일이다.", "5월 31일까지 등록할 수 있다."),
    ("이 구간에서는 자전거를 탈 수 없다.", "이 구간에서는 자전거를 타지 못한다."),
    ("정원은 30명에서 50명으로 늘었다.", "정원은 50명이다."),
    ("정원은 30명에서 50명으로 늘었다.", "정원이 20명 늘었다."),
    ("그는 교사가 아니라 의사였다.", "그는 의사였다."),
    ("철수는 영희와 결혼했다.", "영희는 철수와 결혼했다."),
    ("어른은 물론 어린이도 참가할 수 있다.", "어린이도 참가할 수 있다."),
    ("표가 없으면 들어갈 수 없다.", "표가 있어야 들어갈 수 있다."),
    ("이 방은 넓지 않지만 조용하다.", "이 방은 조용하다."),
    ("참가비는 2만 원 이하이다.", "참가비는 2만 원을 넘지 않는다."),
    ("도서관은 월요일을 빼고 매일 연다.", "도서관은 월요일에 열지 않는다."),
    ("그 산은 높이가 1,950m이다.", "산의 높이는 1.95km이다."),
    ("이 제도는 2010년에 도입되어 2015년에 폐지됐다.", "이 제도는 2015년에 폐지됐다."),
    ("비가 오지 않는 날에만 운영한다.", "비가 오는 날에는 운영하지 않는다."),
    ("동쪽 문은 닫고 서쪽 문은 열어 둔다.", "서쪽 문은 열어 둔다."),
    ("회의는 오전이 아니라 오후에 열린다.", "회의는 오후에 열린다."),
    ("지난해보다 매출은 늘고 비용은 줄었다.", "비용은 줄었다."),
    ("작가는 소설가이자 시인이다.", "작가는 시인이다."),
    ("처리된 안건은 한 건도 없고 회의는 소득 없이 끝났다.", "한 건의 안건도 처리되지 않았다."),
    ("이 섬에서 겨울을 넘긴 유일한 새이다.", "이 섬에서 겨울을 넘긴 새가 없었다."),
    ("공원을 국가공원으로 만들기 위한 계획이 나왔다.", "공원은 아직 국가공원이 아니다."),
    ("동생이 형보다 빨리 도착했다.", "형이 동생보다 늦게 도착했다."),
    ("숙소에는 주차장이 없다.", "숙소에는 주차장이 있지 않다."),
    ("Ferries run often in summer, rarely in winter.", "Ferries run rarely in winter."),
    (
        "Trees were planted along the river to keep its banks from eroding.",
        "Trees were planted along the river so that its banks do not erode.",
    ),
    ("The dam prevents the valley from flooding.", "The valley does not flood."),
    ("The price rose from 10 to 15 dollars.", "The price rose by 5 dollars."),
    ("He denied that he had taken the money.", "He said he had not taken the money."),
    ("Unlike the old model, the new one has no fan.", "The old model has a fan."),
    ("Few participants completed it.", "Most participants did not complete it."),
    ("The mill is near the bridge.", "The bridge is near the mill."),
    ("비가 오면 창문을 열지 마세요.", "비가 오면 창문을 열면 안 됩니다."),
    ("물기가 있는 손으로 만지지 말아 주세요.", "물기가 있는 손으로 만지지 마라."),
    ("물기가 있는 손으로 만지는 것은 삼가야 한다.", "물기가 있는 손으로 만지지 맙시다."),
    ("이 버튼은 설명서를 읽지 않고 누르지 마세요.", "설명서를 읽지 않고 버튼을 누르지 마라."),
    ("회의는 내일 아니면 모레 열린다.", "회의는 내일이나 모레 열린다."),
    ("지진 때에는 엘리베이터 말고 계단을 이용한다.", "지진 때에는 엘리베이터를 이용하지 않는다."),
    ("The service is for members and guests only.", "The service is only for members and guests."),
    ("기금은 장학 사업과 시설 개선에만 쓰인다.", "기금은 장학 사업과 시설 개선에만 쓰인다."),
    ("카를로만과 샤를은 형제였다.", "카를로만 왕은 샤를과 형제였다."),
    ("회원뿐만 아니라 손님도 열람실을 쓴다.", "회원과 손님이 열람실을 쓴다."),
    ("1부는 상영되지 않았으며 2부는 정식으로 상영한다.", "2부는 정식으로 상영한다."),
    ("이 장치는 물이 새는 것을 막는다.", "이 장치가 있으면 물이 새지 않는다."),
    (
        "회사가 프로젝트를 공개하지 않더라도, 공개한 프로젝트의 라이선스는 지킨다.",
        "회사는 공개한 프로젝트의 라이선스를 지킨다.",
    ),
]


@pytest.fixture(scope="module")
def embedding() -> BundledEmbedding:
    return BundledEmbedding()


@pytest.mark.parametrize(("text", "claim"), OTHERWISE)
def test_what_stands_otherwise_is_contradicted(
    text: str, claim: str, embedding: BundledEmbedding
) -> None:
    ruled = rule(claim, text, embedding)
    assert ruled.ruling is Ruling.CONTRADICTED
    assert ruled.quote == text
    assert rule(text, text, embedding).ruling is Ruling.SUPPORTED


@pytest.mark.parametrize(("text", "claim"), AS_SAID)
def test_what_is_said_in_other_words_is_never_contradicted(
    text: str, claim: str, embedding: BundledEmbedding
) -> None:
    assert rule(claim, text, embedding).ruling is not Ruling.CONTRADICTED


def test_most_of_what_is_said_in_other_words_is_supported(embedding: BundledEmbedding) -> None:
    ruled = [rule(claim, text, embedding).ruling for text, claim in AS_SAID]
    assert ruled.count(Ruling.SUPPORTED) > len(AS_SAID) / 2


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            "The city opened a new library next to the town hall in spring.",
            "A new library next to the town hall was opened by the city.",
        ),
        (
            "지원금은 신청한 달의 다음 달 말까지 등록된 계좌로 지급한다.",
            "지원금은 다음 달 말까지 계좌로 나온다.",
        ),
        (
            "태풍이 지나간 뒤 항구에는 부서진 배 여러 척이 남았다.",
            "항구에 부서진 배가 남아 있었다.",
        ),
    ],
)
def test_half_of_the_words_are_enough_where_the_meaning_is_near(
    text: str, claim: str, embedding: BundledEmbedding
) -> None:
    assert rule(claim, text, embedding).ruling is Ruling.SUPPORTED


@pytest.mark.parametrize(
    ("text", "claim", "kind", "said"),
    [
        ("한국이 일본을 이겼다.", "일본이 한국을 이겼다.", Kind.ROLES, ("일본", "한국")),
        ("Rome beat Carthage.", "Carthage beat Rome.", Kind.ROLES, ("Carthage", "Rome")),
        ("이 길은 갈 수 있다.", "이 길은 갈 수 없다.", Kind.DENIAL, ("갈",)),
        ("예산을 확대했다.", "예산을 축소했다.", Kind.OPPOSITE, ("축소했다",)),
        ("It opened in 1962.", "It opened in 1972.", Kind.NUMBERS, ("1972",)),
        ("소설과 시를 판다.", "소설만 판다.", Kind.ONLY, ("소설만",)),
        ("책과 신문을 빌려준다.", "신문만 빌려준다.", Kind.ONLY, ("신문만",)),
    ],
)
def test_the_words_that_differ_are_named(
    text: str, claim: str, kind: Kind, said: tuple[str, ...]
) -> None:
    found = difference(claim, text)
    assert found is not None
    assert (found.kind, found.said) == (kind, said)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Members and guests may use the reading room.", "Only members may use the reading room."),
        ("회원과 손님은 열람실을 쓸 수 있다.", "회원만 열람실을 쓸 수 있다."),
        ("Some rooms have a view of the sea.", "All rooms have a view of the sea."),
        (
            "회원은 모임을 떠났다가 다시 들어온다. 남의 회의를 방해하는 것은 금지된다.",
            "회원은 모임을 떠나지 않는다.",
        ),
    ],
)
def test_all_and_only_are_not_borne_out_by_less(
    text: str, claim: str, embedding: BundledEmbedding
) -> None:
    assert rule(claim, text, embedding).ruling is not Ruling.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "sentence", "kind"),
    [
        (
            "Bitcoin does not use proof-of-work.",
            "To solve this, we proposed a network using proof-of-work that becomes computationally "
            "impractical for an attacker to change if honest nodes control most of the power.",
            None,
        ),
        (
            "Bitcoin does not use proof-of-work.",
            "We proposed a network using proof-of-work to record a history.",
            Kind.DENIAL,
        ),
        ("Bitcoin keeps a public chain.", "Litecoin keeps a public chain.", Kind.NAMES),
    ],
)
def test_a_name_stands_otherwise_only_where_the_rest_says_the_same(
    claim: str, sentence: str, kind: Kind | None
) -> None:
    found = difference(claim, sentence)
    assert (found.kind if found else None) == kind
