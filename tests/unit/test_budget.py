"""What fits into a window, and what tokens cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_core import prompting
from rag_core.budget import ANSWER_TOKENS, Fitted, counter, estimate, fit, tokenizer_of
from rag_core.errors import BrokenPrices
from rag_core.prices import SHIPPED, Price, load_prices, price_of
from rag_core.translations import error_in_words
from rag_core.types import Answer, Hit, Passage, Turn, Window, WindowBy
from rag_core.windows import known_window

SYSTEM = prompting.system()


def hits(*lengths: int) -> list[Hit]:
    return [
        Hit(rank, Passage(f"p{rank}", "d", rank, rank, "1", "가" * length), "d.pdf", 0.5)
        for rank, length in enumerate(lengths, 1)
    ]


def turns(*lengths: int) -> list[Turn]:
    return [Turn(at, "왜요?", Answer("x" * length)) for at, length in enumerate(lengths, 1)]


def fitted(window: int | None, passages: list[Hit], history: list[Turn]) -> Fitted:
    return fit(
        "왜 그래요?",
        passages,
        history,
        window=Window(window, WindowBy.TABLE),
        answer_tokens=None,
        count=estimate,
        system=SYSTEM,
    )


def test_everything_is_sent_where_no_window_is_known_or_all_fits() -> None:
    for window in (None, 100_000):
        sent = fitted(window, hits(500, 500), turns(200, 200))
        assert (len(sent.hits), len(sent.history)) == (2, 2)
        assert (sent.passages_left_out, sent.turns_left_out) == (0, 0)
        assert sent.tokens > 1300


def test_a_small_window_takes_the_best_passages_and_the_latest_turns() -> None:
    sent = fitted(4096, hits(400, 400, 400, 400), turns(500, 500, 500))
    assert [hit.rank for hit in sent.hits] == [1, 2]
    assert sent.passages_left_out == 2
    assert [turn.id for turn in sent.history] == [3 - n for n in range(len(sent.history))][::-1]
    assert sent.turns_left_out == 3 - len(sent.history)


@given(
    st.integers(2500, 60_000),
    st.lists(st.integers(1, 1500), min_size=1, max_size=10),
    st.lists(st.integers(0, 900), max_size=6),
)
def test_what_is_sent_leaves_room_for_the_answer(
    window: int, lengths: list[int], said: list[int]
) -> None:
    sent = fitted(window, hits(*lengths), turns(*said))
    told = prompting.messages("왜 그래요?", sent.hits, sent.history)
    assert sent.hits
    if len(sent.hits) > 1 or sent.history:  # the best passage is always sent
        assert sum(estimate(one.text) for one in told) + ANSWER_TOKENS <= window


def test_windows_and_prices_go_by_the_longest_beginning() -> None:
    assert known_window("openai:gpt-4o-mini", "") == Window(128_000, WindowBy.TABLE)
    assert known_window("openai:gpt-4", "").tokens == 8_192
    assert known_window("openai:olmo", "") == Window(None, WindowBy.NOBODY)
    assert known_window("openai:olmo", "", 4096) == Window(4096, WindowBy.READER)
    prices = load_prices(SHIPPED.parent / "nowhere")
    assert price_of("openai:gpt-4o-mini-2024-07-18", prices) == Price(0.15, 0.6)
    assert price_of("anthropic:claude-sonnet-4-20250514", prices) == Price(3, 15)
    assert price_of("google:gemini-3-pro-preview", prices) == Price(2, 12)
    assert price_of("openai:gpt-5.9", prices) is None  # nobody knows, though it begins as gpt-5
    assert price_of("openai:gpt-4o-audio", prices) is None
    assert price_of("openai:somebody's own", prices) is None
    assert price_of("ollama:llama3.2", prices) == Price(0, 0)
    assert Price(2.5, 10).of(1000, 200) == pytest.approx(0.0045)


def test_a_readers_own_prices_win_and_a_broken_file_is_named(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(
        '["openai:gpt-4o"]\ninput = 1\noutput = 2\n["openai:mine*"]\ninput=3\noutput=4\n'
    )
    prices = load_prices(tmp_path)
    assert price_of("openai:gpt-4o", prices) == Price(1, 2)
    assert price_of("openai:mine-2", prices) == Price(3, 4)


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("[broken", 1),
        ('# mine\n["openai:x"]\ninput = 2,5\noutput = 1\n', 3),
        ('["openai:x"]\ninput = "2.5"\noutput = 1\n', 2),
        ('["openai:x"]\ninput = 1\noutput = -1\n', 3),
        ('["openai:x"]\ninput = 1\noutput = nan\n', 3),
        ('["openai:x"]\ninput = true\noutput = 1\n', 2),
        ('["openai:x"]\ninput = 1\nouput = 1\n', 3),
        ('["openai:y"]\ninput = 1\noutput = 2\n["openai:x"]\ninput = 1\n', 4),
        ("[openai:x]\ninput = 1\noutput = 1\n", 1),
        ('\n"openai:x" = 3\n', 2),
        ("# 가격\n# 한글 주석".encode("cp949"), 1),
        ('["openai:x"]\ninput = 1\n'.encode("utf-16"), 1),
    ],
)
def test_a_broken_table_is_named_with_its_line_and_the_way_out(
    tmp_path: Path, written: str | bytes, line: int
) -> None:
    own = tmp_path / "prices.toml"
    own.write_bytes(written if isinstance(written, bytes) else written.encode())
    with pytest.raises(BrokenPrices) as caught:
        load_prices(tmp_path)
    assert caught.value.details["line"] == line
    for language in ("ko", "en"):
        what, way_out = error_in_words(caught.value.code, caught.value.details, language)
        assert str(own) in what
        assert str(line) in what
        assert "input = 2.5" in way_out


def test_a_table_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_bytes(b'\xef\xbb\xbf["openai:x"]\r\ninput = 1\r\noutput = 2.5\r\n')
    assert price_of("openai:x", load_prices(tmp_path)) == Price(1, 2.5)


def test_an_unknown_models_tokens_are_estimated_rather_too_many() -> None:
    assert tokenizer_of("openai:gpt-4o-mini") == "tiktoken:o200k_base"
    assert tokenizer_of("huggingface:a/b") == "hf:a/b"
    assert tokenizer_of("anthropic:claude-x") == ""
    assert counter("anthropic:claude-x")("가나다 abc") == estimate("가나다 abc") == 8
