"""Do documents bear out a claim? By rules, and by a model that has to quote."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag_core.contradiction import Kind, difference
from rag_core.denials import only_the_claim_denies
from rag_core.embeddings import BundledEmbedding
from rag_core.fact_check import Finding, Ruling, check_facts, claims, rule
from rag_core.generators import load_generator
from rag_core.passages import cut
from rag_core.settings import Settings
from rag_core.types import Hit, Page, Passage
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

EMBEDDING = BundledEmbedding()
KOREAN = (
    "호미곶 등대는 1908년에 처음 불을 밝혔습니다. 등대의 높이는 26미터입니다. "
    "등대는 월요일에는 개방하지 않습니다. 항구는 등대의 남쪽에 있습니다."
)
ENGLISH = (
    "The lighthouse of Homigot was lit for the first time in 1908. It is 26 metres tall. "
    "Visitors are not allowed on the balcony. The museum was designed by Kim Minsu."
)


def _hits(text: str) -> list[Hit]:
    passages = cut("d", "coast.pdf", (Page(1, "1", text),))
    return [Hit(rank, one, "coast.pdf", 0.9) for rank, one in enumerate(passages, 1)]


def _check(text: str, document: str, **more: object) -> list[Finding]:
    hits = _hits(document)

    def search(_: str) -> Sequence[Hit]:
        return hits

    def page_text(_: Passage) -> str:
        return document

    found = check_facts(text, search, page_text, embedding=EMBEDDING, **more)  # type: ignore[arg-type]
    return [one for one in found if one is not None]


@pytest.mark.parametrize(
    ("claim", "document", "kind"),
    [
        ("호미곶 등대는 1918년에 처음 불을 밝혔다.", KOREAN, Kind.NUMBERS),
        ("등대의 높이는 30미터이다.", KOREAN, Kind.NUMBERS),
        ("등대는 월요일에 개방한다.", KOREAN, Kind.DENIAL),
        ("항구는 등대의 북쪽에 있다.", KOREAN, Kind.OPPOSITE),
        ("가장 짧은 사슬을 옳다고 본다.", "노드는 가장 긴 사슬을 옳다고 본다.", Kind.OPPOSITE),
        (
            "표시하지 않으면 기여자는 저작권자가 되지 않는다.",
            "표시하지 않으면 기여자는 저작권자가 됩니다.",
            Kind.DENIAL,
        ),
        ("The lighthouse of Homigot was lit for the first time in 1918.", ENGLISH, Kind.NUMBERS),
        ("Visitors are allowed on the balcony.", ENGLISH, Kind.DENIAL),
        ("The museum was designed by Park Minsu.", ENGLISH, Kind.NAMES),
    ],
)
def test_what_stands_otherwise_is_a_contradiction(claim: str, document: str, kind: Kind) -> None:
    (finding,) = _check(claim, document)
    assert finding.ruling is Ruling.CONTRADICTED
    assert finding.difference is not None
    assert finding.difference.kind is kind
    assert finding.citation is not None
    assert finding.citation.verified
    assert finding.citation.quote in document


@pytest.mark.parametrize(
    ("claim", "document"),
    [
        ("등대의 높이는 26미터예요.", KOREAN),
        ("호미곶 등대는 1908년에 처음으로 불을 밝혔어요.", KOREAN),
        ("The lighthouse of Homigot was first lit in 1908.", ENGLISH),
        ("It is 26 metres tall.", ENGLISH),
    ],
)
def test_what_is_said_in_other_words_is_supported(claim: str, document: str) -> None:
    (finding,) = _check(claim, document)
    assert finding.ruling is Ruling.SUPPORTED
    assert finding.citation is not None
    assert finding.citation.quote in document


@pytest.mark.parametrize(
    ("claim", "document"),
    [
        ("고양이는 하루에 열여섯 시간을 잔다.", KOREAN),
        ("The stock market fell by 3 percent on Friday.", ENGLISH),
        ("The lighthouse keeper plays the violin.", ENGLISH),
        ("Bitcoin was issued in 2008.", KOREAN),
        ("The tower is open on Sundays.", KOREAN),
    ],
)
def test_what_is_not_spoken_of_is_not_found_and_shows_what_is_nearest(
    claim: str, document: str
) -> None:
    (finding,) = _check(claim, document)
    assert finding.ruling is Ruling.NOT_FOUND
    assert finding.citation is not None


def test_numbers_of_something_else_contradict_nothing() -> None:
    text = "In 2018 the harbour handled 40 ships. The school has 300 pupils."
    assert difference("The museum had 12 visitors in 2021.", text) is None
    assert rule("The museum had 12 visitors in 2021.", text, EMBEDDING).ruling is Ruling.NOT_FOUND


BITCOIN = (
    "Nodes can leave and rejoin the network at will, accepting the longest chain as proof. "
    "The network timestamps transactions with proof-of-work, forming a record that cannot be "
    "changed without redoing the proof-of-work."
)


@pytest.mark.parametrize(
    ("claim", "document"),
    [
        ("The network does not use proof-of-work.", BITCOIN),
        ("Nodes cannot leave the network.", BITCOIN),
        ("인젝션은 상위 열 가지에 들지 않는다.", "인젝션은 상위 열 가지 취약점의 첫째다."),
    ],
)
def test_what_no_sentence_denies_is_no_support_for_a_denial(claim: str, document: str) -> None:
    (finding,) = _check(claim, document)
    assert finding.ruling is not Ruling.SUPPORTED


def test_a_denial_in_another_language_may_be_the_same() -> None:
    assert not only_the_claim_denies("비밀번호를 쓰지 않는다.", ["it does not use a password."])
    assert only_the_claim_denies("비밀번호를 쓰지 않는다.", ["it uses a password."])


def test_a_denial_that_is_made_in_other_words_is_supported() -> None:
    (finding,) = _check("Visitors are not allowed onto the balcony.", ENGLISH)
    assert finding.ruling is Ruling.SUPPORTED


def test_a_number_that_another_passage_has_is_not_contradicted_by_one_of_something_else() -> None:
    survey = "2017년 설문에서는 총 516명이 응답하였으며 취약점에 순위가 매겨졌습니다."
    asked = "설문의 응답자들에게 Top 10 - 2017에 들 상위 4개 취약점을 2017년에 요청했습니다."
    claim = "2017년 설문에는 516명이 응답했다."
    assert difference(claim, asked) is None
    (finding,) = _check(claim, f"{asked} {survey}")
    assert finding.ruling is Ruling.SUPPORTED
    assert finding.citation is not None
    assert "516명" in finding.citation.quote


def test_a_paragraph_is_checked_sentence_by_sentence() -> None:
    text = (
        "- 등대의 높이는 26미터예요 [1].\n- 등대의 높이는 30미터예요.\n등대는 몇 미터인가요?\n--\n"
    )
    assert claims(text) == ["등대의 높이는 26미터예요.", "등대의 높이는 30미터예요."]
    assert [one.ruling for one in _check(text, KOREAN)] == [Ruling.SUPPORTED, Ruling.CONTRADICTED]
    assert claims("") == []


@pytest.mark.parametrize(
    ("first", "second", "leans"),
    [
        ("The tower was built in 1908.", "It is 26 metres tall.", True),
        ("The tower was built in 1908.", "Therefore the coast is safe.", True),
        ("등대는 1908년에 세워졌다.", "이러한 등대는 드물다.", True),
        ("The tower was built in 1908.", "The museum is closed on Mondays.", False),
    ],
)
def test_a_claim_that_points_back_is_looked_up_with_the_one_before(
    first: str, second: str, leans: bool
) -> None:
    asked: list[str] = []

    def search(claim: str) -> Sequence[Hit]:
        asked.append(claim)
        return ()

    list(check_facts(f"{first} {second}", search, lambda _: "", embedding=EMBEDDING))
    assert asked == [first, f"{first} {second}" if leans else second]


def test_nothing_found_is_said_without_a_passage() -> None:
    found = list(check_facts("The moon is made of cheese.", lambda _: [], lambda _: ""))
    assert found == [Finding("The moon is made of cheese.", Ruling.NOT_FOUND)]


def test_a_quote_that_is_not_on_its_page_is_no_citation() -> None:
    hits = _hits(ENGLISH)
    found = list(check_facts("It is 26 metres tall.", lambda _: hits, lambda _: "other text"))
    assert [(one.ruling, one.citation) for one in found if one] == [(Ruling.NOT_FOUND, None)]


CLAIM = "Anybody may step out onto the balcony."
QUOTE = "Visitors are not allowed on the balcony."


def _said(**said: object) -> Reply:
    return Reply(text=json.dumps(said))


@pytest.mark.parametrize(
    ("reply", "ruling"),
    [
        (_said(verdict="contradicted", passage=1, quote=QUOTE), Ruling.CONTRADICTED),
        (_said(verdict="Contradicted", passage=7, quote=QUOTE), Ruling.CONTRADICTED),
        (
            Reply(
                text='<think>{"so": 1}</think>Sure! ```json\n{"verdict": "contradicted", '
                f'"passage": 1, "quote": "{QUOTE}"}}\n``` Anything else?'
            ),
            Ruling.CONTRADICTED,
        ),
        (_said(verdict="supported", passage=1, quote="Everybody is allowed."), Ruling.NOT_FOUND),
        (_said(verdict="supported", passage=1, quote="a"), Ruling.NOT_FOUND),
        (_said(verdict="supported", passage=1, quote=""), Ruling.NOT_FOUND),
        (_said(verdict="perhaps", passage=1, quote=QUOTE), Ruling.NOT_FOUND),
        (_said(verdict=["supported"], quote=QUOTE), Ruling.NOT_FOUND),
    ],
)
def test_a_model_is_believed_only_with_a_quote_from_the_page(
    reply: Reply, ruling: Ruling, tmp_path: Path
) -> None:
    with OpenAIServer() as server:
        server.script(reply)
        model = load_generator(
            "openai:echo", Settings(data=tmp_path), api_key="k", base_url=server.url
        )
        (finding,) = _check(CLAIM, ENGLISH, model=model)
        assert "balcony" in str(server.requests[-1]["body"]["messages"])
    assert (finding.ruling, finding.model) == (ruling, "openai:echo")
    if ruling is Ruling.CONTRADICTED:
        assert finding.citation is not None
        assert finding.citation.quote == QUOTE


@pytest.mark.parametrize("fault", ["refused_key", "html", "empty", "no_model"])
def test_where_the_model_fails_the_rules_judge_and_it_is_said(fault: str, tmp_path: Path) -> None:
    with OpenAIServer(default=FAULTS[fault]) as server:
        model = load_generator(
            "openai:echo", Settings(data=tmp_path), api_key="k", base_url=server.url
        )
        (finding,) = _check("It is 30 metres tall.", ENGLISH, model=model)
    assert finding.ruling is Ruling.CONTRADICTED
    assert finding.failed
    assert finding.model == ""


def test_a_model_that_says_no_json_fails(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        server.script(Reply(text="I would rather not say."))
        model = load_generator(
            "openai:echo", Settings(data=tmp_path), api_key="k", base_url=server.url
        )
        (finding,) = _check("It is 26 metres tall.", ENGLISH, model=model)
    assert (finding.ruling, finding.failed) == (Ruling.SUPPORTED, "model_answer")


PLAN = (
    "3. 어르신 안심 돌봄 서비스\n\n□ 홀로 사는 어르신 3,500가구에 센서를 보급\n\n"
    "○ 개인정보 보호를 위하여 영상은 촬영하지 않으며, 정보는 90일 후 파기"
)
RULES = (
    "② 위원회는 9명 이내의 위원으로 구성한다.\n\n③ 위원의 임기는 2년으로 하되, 한 차례만 연임할 수 "
    "있다.\n\n제8조 운영자는 대출 기록을 제3자에게 제공하여서는 아니 된다."
)
ROWS = "부서: 주차과\t사업: 주차장\t담당자: 이서윤\n부서: 복지과\t사업: 돌봄\t담당자: 박하늘"


@pytest.mark.parametrize(
    ("claim", "document", "ruling"),
    [
        ("안심 돌봄 서비스는 영상을 촬영한다.", PLAN, Ruling.NOT_FOUND),
        ("위원은 두 차례까지 연임할 수 있다.", RULES, Ruling.CONTRADICTED),
        ("운영자는 대출 기록을 제3자에게 제공할 수 있다.", RULES, Ruling.CONTRADICTED),
        ("위원의 임기는 2년이다.", RULES, Ruling.SUPPORTED),
        ("주차과 담당자는 박하늘이다.", ROWS, Ruling.NOT_FOUND),
        ("주차과 담당자는 이서윤이다.", ROWS, Ruling.SUPPORTED),
    ],
)
def test_plans_statutes_and_rows_are_ruled_on_by_the_line_that_says_it(
    claim: str, document: str, ruling: Ruling
) -> None:
    (found,) = _check(claim, document)
    assert found.ruling is ruling
