"""Other models' tokenizers: what is here is used, nothing of OpenAI's is downloaded."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from rag_core.errors import WrongSetting
from rag_core.foreign_tokens import cached_ranks, encodings_here, foreign_tokenizer

NAMES = ["tiktoken:no_such_encoding", "tiktoken:gpt2", "tiktoken:o200k_base", "hf:/no/folder", "x"]


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_a_tokenizer_that_cannot_be_had_is_one_of_our_errors(name: str) -> None:
    with pytest.raises(WrongSetting):
        foreign_tokenizer(name)
    assert encodings_here() == ()


def test_ranks_come_from_the_cache_alone_and_only_undamaged(tmp_path: Path) -> None:
    address = "https://ranks.invalid/tiny.tiktoken"
    kept = tmp_path / hashlib.sha1(address.encode()).hexdigest()
    kept.write_bytes(b"".join(base64.b64encode(bytes([n])) + b" %d\n" % n for n in range(256)))
    right = hashlib.sha256(kept.read_bytes()).hexdigest()
    assert cached_ranks(address, right)[b"a"] == 97
    with pytest.raises(FileNotFoundError):
        cached_ranks(address, "0" * 64)
    kept.unlink()
    with pytest.raises(FileNotFoundError):
        cached_ranks(address, right)


def test_the_tokenizer_of_a_hugging_face_folder_is_read(tmp_path: Path) -> None:
    from transformers import BertTokenizerFast

    (tmp_path / "vocab.txt").write_text("[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\nlight\n##house\n")
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    assert foreign_tokenizer(f"hf:{tmp_path}")("Lighthouse") == ["Light", "house"]
