"""The Korean rules: what a question leaves out, and where it goes; pure.

Particles are told from the ends of other words by their agreement: 은, 이, 을 stand behind a final
consonant, 는, 가, 를 behind a vowel.
"""

from __future__ import annotations

import re

from rag_core.followups.before import Before, any_of, share_words
from rag_core.followups.english_words import topic_of as english_topic_of
from rag_core.followups.korean_words import (
    Topic,
    are_of_something,
    named_words,
    topic_of,
    with_particle,
    without_opening,
)
from rag_core.hangul import ending_on
from rag_core.text import language

MOST_WORDS = 2
"""A question that names more than this says what it is about; one without a predicate may have
one more."""

_NOT_BEHIND, _EDGE = r"(?<![가-힣])", r"(?![가-힣])"


def _particle(*more: str) -> str:
    common = "은 는 이 가 을 를 의 에 도 와 과 랑"
    return f"(?P<particle>{any_of(' '.join([common, *more]))})"


_THING = re.compile(
    rf"{_NOT_BEHIND}(?:[그이저](?:것|거)(?:들)?|[그이]\s?둘)"
    + _particle("에서", "로", "으로", "만", "보다", "처럼", "부터", "까지")
    + f"?{_EDGE}"
)
_CONTRACTED = re.compile(rf"{_NOT_BEHIND}[그이저](?P<how>건|게|걸)(?P<tail>로)?{_EDGE}")
_PLACE = re.compile(
    rf"{_NOT_BEHIND}(?:거기|그\s?곳|저기|여기|이\s?곳)"
    + _particle("에서", "에는", "에서는", "서", "서는", "로", "까지", "부터")
    + f"?{_EDGE}"
)
_PERSON = re.compile(
    rf"{_NOT_BEHIND}(?:그녀|그분|그들|걔|그\s(?:사람|분|여자|남자|친구|아이))"
    + _particle("들은", "에게", "한테")
    + rf"?{_EDGE}|{_NOT_BEHIND}그(?P<short>는|가|를|의|에게|도|와){_EDGE}"
)
_TIME = re.compile(
    rf"{_NOT_BEHIND}(?:그\s?(?:때|해|날|당시)|당시)(?P<particle>[가-힣]{{0,3}}){_EDGE}"
)
_KIND = re.compile(
    rf"{_NOT_BEHIND}(?:그|이|저|해당|위|앞의|그런|이런)\s"
    r"(?P<noun>(?:[가-힣A-Za-z0-9]+\s){0,2}?[가-힣A-Za-z0-9]+?)"
    + rf"(?:{_particle('에서', '에는', '로', '으로', '만', '보다', '부터', '까지')}{_EDGE}"
    r"|(?=[?？.!]|$))"
)
_OF_THE_FILES = re.compile(
    any_of("문서 파일 책 자료 보고서 논문 계약서 규정 페이지 글 문장 이야기 외 중 밖 정도 후 전")
)
_DESCRIBED = re.compile(r"[가-힣]*(?:[는은인한된던]|[가-힣]\s?있는)\s$")
_CLAUSE = re.compile(r"(?:고|며|면|는데|지만|어서|아서|니까|,)\s")
_SUBJECT = re.compile(r"(?P<stem>[가-힣A-Za-z0-9]{2,})(?:은|는|이|가)\s")

_END = r"[\s?？.!…~]*$"
_WORD = (
    "왜|어째서|언제(?:부터|까지)?|어디(?:서|에서|에|로|까지)?|누가|누구(?:를|에게|와|랑)?"
    r"|어떻게|얼마나?|무엇(?:을|이)?|뭘|뭐가?|몇\s?[가-힣]{1,3}"
)
_WHY_SO = re.compile(
    rf"^(?:{any_of('그건 그게 이건 이게 그것은 이것은 그거 이거')}\s)?(?P<word>왜|어째서|어떻게)\s"
    rf"{any_of('그래 그런 그렇 그랬 그러 이래 이런 이렇')}[가-힣]{{0,6}}{_END}"
)
_BARE = re.compile(rf"^(?P<word>{_WORD})(?:요|죠|인데요?|인가요?|예요|이에요|야|일까요?)?{_END}")
_ASKS_FOR = re.compile(
    rf"{_NOT_BEHIND}(?:{_WORD}|(?:무슨|어느|어떤|몇)\s?[가-힣]+){_EDGE}(?=\s+\S)"
)
_FRAGMENT = re.compile(
    rf"^(?P<what>[^?？]+?)(?P<mark>은|는|도)(?:요|\s?어때요?|\s?어떤가요|\s?어떻습니까)?{_END}"
)
# Syllables on ㄴ or ㄹ, on which the verb of a clause before a noun ends: "공격자가 따라잡을 확률".
_BEFORE_A_NOUN = ending_on("ㄴㄹ")
_OF_ITS_OWN = re.compile(
    rf"(?<!\S)[가-힣A-Za-z0-9]{{2,}}[이가]\s(?:\S+\s)?[가-힣]*[{_BEFORE_A_NOUN}]\s\S+$"
)
_COUNTS = "첫 두 둘 세 셋 네 넷 다섯 여섯"
_ORDINALS = dict(zip(_COUNTS.split(), (1, 2, 2, 3, 3, 4, 4, 5, 6), strict=True))
_ORDINAL = re.compile(
    rf"{_NOT_BEHIND}(?:(?P<word>{any_of(_COUNTS)})\s?번?째|(?P<digit>\d{{1,2}})\s?번째?"
    r"|(?P<last>마지막)|(?P<former>전자)|(?P<latter>후자))"
    rf"(?P<noun>\s?{any_of('것 거 방법 항목 단계 이유 조건 규칙 문제 예 경우')})?"
    r"(?P<how>\s?(?:건|게|걸))?(?P<particle>은|는|이|가|을|를|의|에|에서|도)?(?=요?(?![가-힣]))"
)
_OWNED = re.compile(r"[가-힣A-Za-z0-9]{2,}의\s")  # the question says whose
_NOTHING_MORE = re.compile(r"요?[?？\s]*$")
_ASKS = re.compile(rf"[?？]|(?:까|나요|가요|니|냐|지|죠|줘|주세요|려줘|어|야|요|데|해){_END}")
_ASKS_OR_BEGS = re.compile(rf"{_WORD}|무슨|어느|어떤|몇|[?？]|줘|주세요")
_PLEASE = re.compile(rf"(?:줘|주세요|줄래요?){_END}")
_NOUN_LIKE = re.compile(
    r"(?:건|것|거|게|곳|때|이유|사람|날|해)(?:은|는|이|가|을|를|도|의)?(?![가-힣])"
)
_HAS_A_NAME = re.compile(
    r"(?<!\S)(?:[A-Za-z][\w-]*|제\s?\d+[조항장절호]|\S*[가-힣A-Za-z] \d+)(?:은|는|이|가|을|를)\s"
    r"|(?<=..)이?란[\s?？]"
)
"""A name in Latin letters or with a number as the subject, or a word that is to be defined:
nobody's part."""
_YEAR = re.compile(r"\d{2,4}년(?:도)?")
_LATIN_NAME = re.compile(r"[A-Za-z][\w-]*")
_ARTICLE = re.compile(r"(?<!\S)제?\s?\d{1,4}조(?:의\s?\d+)?(?![\d,]|\s?원)(?=[^\d]|$)")
"""The article of a statute, which has a name of its own."""
_STATEMENT = re.compile(r"(?:\S+\s){2}.*[다요죠까]$")
_NUMBERED = re.compile(r"(?<=\w)[- .]?\d[\d.]*$")
_AMONG = re.compile(
    rf"{_NOT_BEHIND}(?:그\s?|이들?\s|그것들?\s)중(?P<particle>에서는?|에|엔)?{_EDGE}"
)
_WHERE = re.compile(r"(?<!\S)(?!어디)[가-힣A-Za-z0-9]+?(?=에서?는?\s)")
_CONTRACTIONS = {"건": "은", "게": "이", "걸": "을"}
_NAMED_TIME = re.compile(r"\s?(?:때)?(?:입니다|이에요|예요)?\.?$")
_LONGEST_TIME = 40  # characters of an answer that is no more than a time


def rewritten(question: str, before: Before) -> str | None:
    """The question standing alone; None when it does so already, or nothing is sure."""
    body, linked = without_opening(question)
    if language(before.question) == "ko":
        topic = topic_of(before)
    else:
        asked_of = english_topic_of(before)
        topic = Topic(asked_of.phrase, "", asked_of.whole, asked_of.whole)
    if not topic.phrase.strip() or not body or _ARTICLE.search(body):
        return None
    if said := _by_ordinal(body, before):
        return said
    if bare := _BARE.match(body) or _WHY_SO.match(body):
        return _asked_again(before.question, bare["word"], topic)
    if (pointed := _by_pointing(body, before, topic)) != body:
        return pointed
    fragment = _FRAGMENT.match(body)
    another = fragment and (
        linked or fragment["mark"] == "도" or _is_one_more(fragment["what"], topic)
    )
    if topic.owner in body or share_words(f"{topic.phrase} {topic.owner}", body):
        return _of_another(fragment["what"], before, topic) if fragment and another else None
    if fragment:
        return _fragment(fragment, body, before, topic, linked)
    return _by_what_is_missing(body, before, topic)


def _by_ordinal(body: str, before: Before) -> str | None:
    """ "두 번째는 …" over a list in the last answer."""
    found = _ORDINAL.search(body)
    if not found:
        return None
    item = before.item(_place(found))
    follows = body[found.end() :].lstrip(" ")
    alone = found["noun"] or found["how"] or found["particle"] or _NOTHING_MORE.match(follows)
    if not item or not alone:
        return None
    particle = _CONTRACTIONS.get((found["how"] or "").strip()) or found["particle"] or ""
    if _STATEMENT.search(item):
        item = f"‘{item}’"
    return body[: found.start()] + with_particle(item, particle) + body[found.end() :]


def _place(ordinal: re.Match[str]) -> int:
    """Counted from 1, or -1 for the last."""
    if ordinal["last"]:
        return -1
    if ordinal["former"] or ordinal["latter"]:
        return 1 if ordinal["former"] else 2
    return int(ordinal["digit"]) if ordinal["digit"] else _ORDINALS[ordinal["word"]]


def _by_pointing(body: str, before: Before, topic: Topic) -> str:
    """The question with what it points at put in place of its pronouns."""

    def put(found: re.Match[str]) -> str:
        """For a thing or a person."""
        if _has_antecedent(body, found):
            return found.group()
        groups = found.groupdict()
        particle = groups.get("particle") or groups.get("short") or ""
        if how := groups.get("how"):
            particle = "로" if found["tail"] else _CONTRACTIONS[how]
        person = found.re is _PERSON and topic.beside
        return with_particle(person or topic.whole, particle)

    def put_place(found: re.Match[str]) -> str:
        particle = {"서": "에서", "서는": "에서는"}.get(found["particle"], found["particle"])
        return with_particle(topic.whole, particle or "")

    for pattern in (_CONTRACTED, _THING, _PERSON):
        body = pattern.sub(put, body)
    body = _AMONG.sub(lambda found: f"{topic.phrase} 중{found['particle'] or ''}", body)
    body = _PLACE.sub(put_place, body)
    body = _TIME.sub(lambda found: _time(found, before, topic), body)
    return _KIND.sub(lambda found: _kind(found, before, topic), body)


def _time(found: re.Match[str], before: Before, topic: Topic) -> str:
    """For "그때": when the last answer said, else the time of what was spoken of."""
    earlier = found.string[: found.start()]
    if _DESCRIBED.search(earlier) or _SUBJECT.search(earlier):
        return found.group()
    when = f"{topic.phrase} 때"
    if _YEAR.search(before.plain_answer):
        when = _NAMED_TIME.sub("", before.plain_answer)
    return when + found["particle"] if len(when) <= _LONGEST_TIME else found.group()


def _kind(found: re.Match[str], before: Before, topic: Topic) -> str:
    """For "그 회사": what was spoken of where that says it is one, else both."""
    noun, particle = found["noun"], found["particle"] or ""
    described = _DESCRIBED.search(found.string[: found.start()])
    if described or _OF_THE_FILES.match(noun) or _has_antecedent(found.string, found):
        return found.group()
    first, *rest = noun.split()
    if first in topic.phrase:
        return with_particle(" ".join([topic.whole, *rest]), particle)
    if rest and not before.share_found(noun):
        return found.group()
    return with_particle(f"{noun}({topic.whole})", particle)


def _has_antecedent(body: str, pronoun: re.Match[str]) -> bool:
    """Whether what a pronoun means stands before it in the same question."""
    earlier = body[: pronoun.start()]
    if not (named := _SUBJECT.search(earlier)):
        return False
    groups = pronoun.groupdict()
    possessive = "의" in (groups.get("particle"), groups.get("short"))
    return possessive or bool(_CLAUSE.search(earlier, named.end() - 1))


def _asked_again(asked: str, word: str, topic: Topic) -> str:
    """The last question with another question word in it: "왜?" after "언제 지어졌어?"."""
    asked, _ = without_opening(asked)
    if _ASKS_FOR.search(asked):
        return _ASKS_FOR.sub(word, asked, count=1)
    if _FRAGMENT.match(asked) or _PLEASE.search(asked):
        why = " 그런가요" if word in ("왜", "어째서") else ""
        return f"{with_particle(topic.whole, '은')} {word}{why}?"
    words = asked.rstrip(" ?？.!").split(" ")
    copula = re.search(r"(?:뭐|무엇|누구|어디|언제|얼마|몇)", words[-1]) or "몇" in words
    if len(words) < 2 or copula:
        return f"{with_particle(topic.whole, '은')} {word}?"
    return " ".join([*words[:-1], word, words[-1]]) + "?"


def _fragment(
    found: re.Match[str], body: str, before: Before, topic: Topic, linked: bool
) -> str | None:
    """ "X는?": a part of what was spoken of, or another thing of which the same is asked."""
    what, asked = found["what"], before.question
    says_whose = _OF_ITS_OWN.search(what) or _OWNED.search(what)
    if says_whose or (not linked and len(named_words(body)) > MOST_WORDS + 1):
        return None
    if (year := _YEAR.search(what)) and (old := _YEAR.search(asked)):
        return asked[: old.start()] + year.group() + asked[old.end() :]
    elsewhere = re.match(r"(?P<stem>.+?)(?P<where>에서?)$", what)
    if elsewhere and (there := _WHERE.search(asked)) and not _ASKS_FOR.search(there.group()):
        return asked[: there.start()] + elsewhere["stem"] + asked[there.end() :]
    names = named_words(what + found["mark"])
    if _is_one_more(what, topic) and (same := _of_another(what, before, topic)):
        return same
    other = linked or found["mark"] == "도" or len(names) == 1
    if not other or are_of_something(names[-1:]) or before.share_found(what) >= 0.5:
        return f"{topic.owned} {body}"
    return _of_another(what, before, topic) or f"{topic.owned} {body}"


def _is_one_more(what: str, topic: Topic) -> bool:
    """Whether a thing is of the kind that was spoken of: "GPT-2" after "GPT-3", "부산 등대" after
    "포항의 등대"."""
    last, kind = what.split()[-1], (topic.owner.split() or [""])[-1]
    if what in topic.owner or not kind:
        return False
    if _LATIN_NAME.fullmatch(what) and _LATIN_NAME.fullmatch(topic.owner):
        return True
    numbered = _NUMBERED.sub("", last)
    return last == kind or (numbered != last and numbered == _NUMBERED.sub("", kind))


def _of_another(what: str, before: Before, topic: Topic) -> str | None:
    """The last question asked of another thing; None where that cannot be."""
    asked = before.question
    replaced, particle = topic.phrase, topic.particle
    if topic.phrase.startswith(f"{topic.owner}의 "):
        replaced, particle = topic.owner, "의"
    at = asked.find(replaced)
    rest = asked[at + len(replaced) + len(particle) :]
    if at < 0 or not particle or not rest.strip(" ?？"):
        return None
    return asked[:at] + with_particle(what, particle) + rest


def _by_what_is_missing(body: str, before: Before, topic: Topic) -> str | None:
    """A question that names nothing, or only a part of what was spoken of."""
    if not _ASKS.search(body) or _HAS_A_NAME.search(body):
        return None
    named = named_words(body)
    if not named:
        if not _ASKS_OR_BEGS.search(body):
            return None
        _, *others = body.split(" ")
        relative = others and _NOUN_LIKE.match(others[0])
        particle = "을" if _PLEASE.search(body) else "이" if relative else "은"
        return f"{with_particle(topic.whole, particle)} {body}"
    if _OWNED.search(body):
        return None
    if are_of_something(named):
        return f"{topic.owned} {body}"
    if len(named) > MOST_WORDS or before.share_beside(" ".join(named), topic.phrase) < 1:
        return None
    return f"{topic.owned} {body}"
