"""The message catalogue: complete, used, and natural Korean in one style."""

import re
from pathlib import Path
from string import Formatter

import streamlit

from pages.ui.messages import CATALOGUE, Words
from pages.ui.messages.en import ENGLISH
from pages.ui.messages.ko import KOREAN
from pages.ui.messages.streamlit_ko import READ_OUT, WRITTEN
from pages.ui.own_words import PLACES

PAGES = Path(__file__).parents[2] / "pages"
CALL = re.compile(r"""words\(\s*(f?)["']([a-z_.{}-]+)""")
DYNAMIC = re.compile(r"\{[^}]*\}")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _used() -> tuple[set[str], set[str]]:
    """Keys used as they stand, and the beginnings of keys that are put together."""
    plain, beginnings = set(), set()
    for path in PAGES.rglob("*.py"):
        for formatted, key in CALL.findall(path.read_text(encoding="utf-8")):
            if formatted and "{" in key:
                beginnings.add(DYNAMIC.split(key)[0])
            else:
                plain.add(key)
    return plain, beginnings


def test_both_languages_say_the_same_things() -> None:
    assert set(ENGLISH) == set(KOREAN)
    for key, text in ENGLISH.items():
        assert _fields(text) == _fields(KOREAN[key]), key


def test_no_key_is_missing_or_unused() -> None:
    plain, beginnings = _used()
    assert plain <= set(ENGLISH)
    unused = {key for key in ENGLISH if key not in plain and not key.startswith(tuple(beginnings))}
    assert not unused


def test_korean_sentences_are_in_the_polite_informal_style() -> None:
    formal = [key for key, text in KOREAN.items() if re.search(r"(습니다|십시오)[.!]", text)]
    assert not formal


def test_words_are_filled_in() -> None:
    assert Words("ko")("answer.verified", n=2, of=3) == "인용 3개 가운데 2개 확인됨"
    assert Words("en")("answer.verified", n=2, of=3) == "2 of 3 citations verified"
    assert set(CATALOGUE) == {"ko", "en"}


def test_a_bar_divides_one_and_many_and_nothing_else() -> None:
    for catalogue in CATALOGUE.values():
        assert not [key for key, text in catalogue.items() if "|" in text and "{n}" not in text]


def _streamlit() -> str:
    """All scripts of the installed Streamlit."""
    scripts = Path(streamlit.__file__).parent.glob("static/static/js/*.js")
    return "\n".join(one.read_text("utf-8") for one in scripts)


def test_streamlit_still_has_the_places_in_which_we_replace_its_words() -> None:
    written = _streamlit()
    assert [one for one in PLACES if not re.search(rf"[`'\"]{one}[`'\"]", written)] == []


def test_streamlit_still_writes_the_words_that_we_replace() -> None:
    pieces = {  # it puts these together
        "{}MB per file": " per file",
        "Press Enter to apply": "Press Enter to ",
        "Upload files": "Upload ",
        "Chat message from user": "Chat message from ",
        "Chat message from assistant": "Chat message from ",
    }
    written = _streamlit()
    wanted = {piece for key in WRITTEN | READ_OUT for piece in pieces.get(key, key).split("{}")}
    assert {piece for piece in wanted if piece not in written} == set()


def test_what_we_replace_them_by_is_korean_and_keeps_what_differs() -> None:
    for english, korean in (WRITTEN | READ_OUT).items():
        assert re.search("[가-힣]", korean), english
        assert korean.count("{}") == english.count("{}") <= 1
