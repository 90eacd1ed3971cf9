"""The English rules: what a question leaves out, and where it goes; pure.

Binding is the grammarians' rule: a personal pronoun finds its antecedent in an earlier clause, a
possessive also in its own; a question that holds the antecedent stands alone.
"""

from __future__ import annotations

import re

from rag_core.followups.before import Before, any_of, share_words
from rag_core.followups.english_parallel import asked_with
from rag_core.followups.english_words import SENTENCE, Topic, named_words, topic_of, without_opening
from rag_core.followups.korean_words import topic_of as korean_topic_of
from rag_core.text import language

MOST_WORDS = 3
"""A question that names more than this says what it is about."""

_BE = "is was would will does did can could has might be"
_JUDGED = """
    true possible legal illegal safe ok okay better best worth necessary common normal important
    required allowed take mean that
"""
_EMPTY_IT = re.compile(
    rf"\b{any_of(_BE)}\s+it\s+(?:{any_of('is be been really still also ever not only even')}\s+)*"
    rf"{any_of(_JUDGED)}\b(?=.*\s(?:that|to|for|if|when|\w+ing)\b)"
    r"|\bit\s+(?:is|was|takes?|took)\b(?=.*\s(?:that|to)\s)|\btime is it\b"
    r"|\bdoes it take\b(?=.*\bto\b)|\bis it (?:raining|cold|hot)\b",
    re.IGNORECASE,
)
"""An "it" that stands for nothing: "is it true that …", "how long does it take to …"."""
_PRONOUN = re.compile(
    r"\b(?:(?P<possessive>its|their|his)\b(?=\s+\w)|(?P<her>her)\b(?=\s+\w)"
    r"|(?P<plain>it|they|them|he|him|she|these|those|this|that|one|ones)\b(?!['’])"
    r"|(?P<is>it|that|he|she|they)['’](?P<rest>s|re)\b)",
    re.IGNORECASE,
)
_NO_NOUN = """
    is was are were do does did can could will would has have had should may might must and or in on
    at of to from for with by work works worked happen happens happened mean means come comes go
    goes get gets so then now still also too not
"""
_DETERMINED = re.compile(rf"\s+(?!{any_of(_NO_NOUN)}\b)(?P<noun>[A-Za-z][\w-]*)", re.IGNORECASE)
_FILES = """
    documents? files? papers? reports? books? texts? articles? pages? contracts? year month week
"""
_OF_THE_FILES = re.compile(rf"^{any_of(_FILES)}$", re.IGNORECASE)
_WANTED = re.compile(
    rf"\b{any_of('create make get buy use have need find choose open want')}\s+$", re.IGNORECASE
)
_THERE = re.compile(r"\bthere\b(?=[\s?.!]*$|\s+(?:and|or|before|after|in|when)\b)", re.IGNORECASE)
_THEN = re.compile(r"\b(?:at that time|back then|in that year|that year)\b", re.IGNORECASE)
_LINKS = """
    and but when if because while after before that which who so although since until where how why
"""
_CLAUSE = re.compile(rf"\b{any_of(_LINKS)}\b|[,.;]", re.IGNORECASE)

_END = r"[\s?.!]*$"
_BARE = re.compile(
    r"^(?P<word>why|when|where|who|how(?: much| many| long| often)?|which one"
    rf"|(?:since|until) when|by whom|what for)(?:\s+(?:not|so|exactly))?{_END}"
    rf"|^(?P<why>why) (?:is|was) (?:that|it|this)(?: so| the case)?{_END}",
    re.IGNORECASE,
)
_ASKS_WHEN = re.compile(
    r"^(?:why|when|where|how)\b(?!\s+(?:much|many|long|old|far|often|big|tall))", re.IGNORECASE
)
_ASKED_BEHIND = re.compile(r" — [a-z ]{2,20}$")  # by `_asked_again`, of the question before
_ABOUT = re.compile(
    rf"^(?:(?:how|what) about|same (?:question )?for)\s+(?P<what>[^?]+?){_END}", re.IGNORECASE
)
_FRAGMENT = re.compile(rf"(?!{SENTENCE.pattern})[^?.!]{{1,50}}{_END}", re.IGNORECASE)
_OPEN = re.compile(r"^(?:any|some|more|other|another|further|examples?|details?)\b", re.IGNORECASE)
_MORE = re.compile(
    r"^(?:(?:can|could) you\s+|please\s+)*(?:tell me more|say more|explain(?: more| further)?"
    r"|elaborate|go on|summari[sz]e|give (?:me )?(?:an example|examples|more details?|details))"
    rf"(?:\s+please)?{_END}",
    re.IGNORECASE,
)
_COUNTS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ORDINALS = {word: place for place, word in enumerate(_COUNTS, 1)}
_ORDINALS |= {"last": -1, "former": 1, "latter": 2}
_VERBS = "is was are were do does did mean means work works in on and for to cost look have has be"
_ORDINAL = re.compile(
    rf"\bthe\s+(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<digit>\d{{1,2}})(?:st|nd|rd|th))"
    rf"(?:\s+{any_of('one item point option step reason example case method rule')}\b"
    rf"|\b(?=[\s?.!,]*$|['’]s\b|\s+{any_of(_VERBS)}\b))",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(
    r"^(?P<asks>(?:why|when|where|how)\s+(?:was|is|were|are|has|did))\s+"
    rf"(?P<done>(?:been\s+)?\w+(?:ed|en|wn|lt)){_END}",
    re.IGNORECASE,
)
_OWNED = re.compile(r"\w['’]s\b|\bof\s+(?:the\s+)?\w", re.IGNORECASE)  # it says whose
_DEFINITE = re.compile(r"\b(?:the|these|those|my|your)\s+\w", re.IGNORECASE)
_WHOSE = re.compile(r"\b(?:its|their|his|her)\s+\w", re.IGNORECASE)
_OF = re.compile(r"\sof\s.+$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


def rewritten(question: str, before: Before) -> str | None:
    """The question standing alone; None when it does so already, or nothing is sure."""
    body, linked = without_opening(question)
    topic = _topic(before, body)
    if not topic.phrase or not body:
        return None
    if said := _by_ordinal(body, before):
        return said
    if bare := _BARE.match(body):
        return _asked_again(before.question, bare["word"] or bare["why"], topic)
    about = _ABOUT.match(body)
    leaves_out = linked or about or body.rstrip().endswith("?")
    if leaves_out and (said := asked_with(about["what"] if about else body, before.question)):
        return said
    if about and not _WHOSE.search(about["what"]):
        return _other(about["what"], before, topic)
    if (pointed := _by_pointing(body, before, topic)) != body:
        return pointed
    if _MORE.match(body):
        return f"{body.rstrip(' ?.!')} about {topic.whole}"
    if share_words(topic.phrase, body):
        return None
    return _by_what_is_missing(body, before, topic, linked)


def _topic(before: Before, body: str) -> Topic:
    """What a pronoun can mean: not what stands beside it in words; also asked in Korean."""
    if language(before.question) != "ko":
        topic = topic_of(before)
        doubtful = not topic.phrase or (_PRONOUN.search(body) and share_words(topic.phrase, body))
        return _topic(before.earlier, body) if doubtful and before.earlier else topic
    korean = korean_topic_of(before)
    return Topic(korean.phrase, korean.whole or korean.phrase)


def _by_ordinal(body: str, before: Before) -> str | None:
    """ "the second one" over a list in the last answer."""
    found = _ORDINAL.search(body)
    if not found:
        return None
    word = (found["word"] or "").lower()
    item = before.item(_ORDINALS[word] if word else int(found["digit"]))
    if not item:
        return None
    said = body[: found.start()] + item + body[found.end() :]
    if said.strip(" ?.!").lower() == item.lower():
        return f"What about {item}? ({before.question.rstrip(' ?.!')})"
    return said


def _by_pointing(body: str, before: Before, topic: Topic) -> str:
    """The question with what it points at put in place of its pronouns."""
    when = _YEAR.search(before.plain_answer)
    then = f"in {when.group()}" if when else f"at the time of {topic.phrase}"
    body = _THEN.sub(lambda _: then, body)
    empty = [found.span() for found in _EMPTY_IT.finditer(body)]
    pieces, done, named = [], 0, False
    for found in _PRONOUN.finditer(body):
        inside = any(start <= found.start() < end for start, end in empty)
        if found.start() < done or inside or _has_antecedent(body, found):
            continue
        said, end = _put(body, found, topic, again=named)
        if said is None:
            continue
        pieces += [body[done : found.start()], said]
        done, named = end, True
    body = "".join(pieces) + body[done:]
    return body if named else _THERE.sub(lambda _: f"in {topic.whole}", body)


def _put(body: str, found: re.Match[str], topic: Topic, *, again: bool) -> tuple[str | None, int]:
    """What stands for a pronoun, and where it ends; None where it is no pronoun."""
    if again:  # the first one said what is meant
        return None, 0
    if found["possessive"] or found["her"]:
        whom = topic.person if found["her"] or found["possessive"].lower() == "his" else ""
        if whom:
            return f"{whom}'s", found.end()
        genitive = "'" if topic.whole.endswith("s") else "'s"
        return topic.whole + genitive, found.end()
    if found["is"]:
        return f"{topic.whole} {'are' if found['rest'] == 're' else 'is'}", found.end()
    word = found["plain"].lower()
    if word in {"he", "him", "she", "her"} and topic.person:
        return topic.person, found.end()
    if word in {"this", "that", "these", "those"}:
        return _put_demonstrative(body, found, topic)
    if word in {"one", "ones"} and not _WANTED.search(body[: found.start()]):
        return None, 0
    return topic.whole, found.end()


def _put_demonstrative(body: str, found: re.Match[str], topic: Topic) -> tuple[str | None, int]:
    """ "this", "that law": alone it is a pronoun, before a noun it points to it, and "that" may
    only link clauses."""
    rest = body[found.end() :]
    noun = _DETERMINED.match(rest)
    if found["plain"].lower() == "that" and found.start() and noun:
        return None, 0  # "is it true that …", "a drug that helps"
    if noun is None:
        return topic.whole, found.end()
    if _OF_THE_FILES.match(noun["noun"]):
        return None, 0
    if noun["noun"].lower() in topic.phrase.lower().split():
        return topic.whole, found.end() + noun.end()
    return f"{found.group()} {noun['noun']} ({topic.whole})", found.end() + noun.end()


def _has_antecedent(body: str, pronoun: re.Match[str]) -> bool:
    """Whether what a pronoun means stands before it in the same question."""
    earlier = body[: pronoun.start()]
    if not named_words(earlier):
        return False
    if pronoun["possessive"] or pronoun["her"]:
        return True
    marks = [mark.start() for mark in _CLAUSE.finditer(earlier)]
    return bool(marks) and bool(named_words(earlier[: marks[-1]]))


def _asked_again(asked: str, word: str, topic: Topic) -> str:
    """The last question with another question word: "why?" after "When was it built?"."""
    if word.lower() in {"why", "when", "where", "how"} and _ASKS_WHEN.match(asked):
        return _ASKS_WHEN.sub(word.capitalize(), asked, count=1)
    asked = _ASKED_BEHIND.sub("", asked.rstrip(" ?.!"))
    return f"{asked} — {word.lower()}?"


def _other(what: str, before: Before, topic: Topic) -> str:
    """ "How about X?": the last question asked of X, or of a part of what it was about."""
    asked = before.question
    if (year := _YEAR.search(what)) and (old := _YEAR.search(asked)):
        return asked[: old.start()] + year.group() + asked[old.end() :]
    at = asked.lower().find(topic.phrase.lower())
    if at < 0 or before.share_found(what) >= 0.5:
        return f"What about {what}, regarding {topic.whole}?"
    whole = _OF.search(topic.phrase)
    if whole and _DEFINITE.match(what) and not _OF.search(what):
        what += whole.group()  # of the same thing: "the CEO of Samsung", "and the CFO?"
    what = re.sub(r"^the\s+", "", what) if re.search(r"\bthe\s$", asked[:at], re.I) else what
    return asked[:at] + what + asked[at + len(topic.phrase) :]


def _by_what_is_missing(body: str, before: Before, topic: Topic, linked: bool) -> str | None:
    """A question that names nothing, or only a part of what was spoken of."""
    if found := _NO_SUBJECT.match(body):
        return f"{found['asks']} {topic.whole} {found['done']}?"
    named = named_words(body)
    regarding = f"{body.rstrip(' ?.!')}, regarding {topic.whole}?"
    if not named:
        return regarding if body.rstrip().endswith("?") else None
    if len(named) > MOST_WORDS:
        return None
    if _OPEN.match(body) and len(body.split()) <= MOST_WORDS + 2:
        return regarding
    share = before.share_found(" ".join(named))
    if _FRAGMENT.match(body) and body.rstrip().endswith("?"):
        if share >= 0.5:
            return regarding
        return _other(body.rstrip(" ?.!"), before, topic) if linked else None
    if _OWNED.search(body):
        return None
    if share == 1 and (_DEFINITE.search(body) or _FRAGMENT.match(body)):
        return regarding
    return None
