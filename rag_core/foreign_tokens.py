"""How the tokenizers of other models cut a text: OpenAI's by tiktoken, anybody's by Transformers.

tiktoken downloads an encoding without a limit of time; here only one is used that has already been
downloaded: by another program, or into the folder that TIKTOKEN_CACHE_DIR names.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag_core.errors import MissingExtra, WrongSetting

TIKTOKEN, HUGGING_FACE = "tiktoken:", "hf:"
ENCODINGS = ("o200k_base", "cl100k_base")
"""OpenAI's: of GPT-4o and later, of GPT-4 and GPT-3.5."""

Cut = Callable[[str], list[str]]


def foreign_tokenizer(name: str) -> Cut:
    """From a text to its pieces: "tiktoken:ENCODING", or "hf:NAME" for a model of the Hugging Face
    Hub or a folder.

    Raises WrongSetting when it cannot be had, MissingExtra.
    """
    try:
        if name.startswith(TIKTOKEN):
            return _openai(name.removeprefix(TIKTOKEN))
        return _hugging_face(name.removeprefix(HUGGING_FACE))
    except ImportError as error:
        needs = "tiktoken" if name.startswith(TIKTOKEN) else "transformers"
        raise MissingExtra(needs=needs, command=f"pip install {needs}") from error
    except Exception as error:  # whatever a foreign library or the network comes up with
        raise WrongSetting(
            setting="tokenizer", value=name, allowed="one that is here, or can be downloaded"
        ) from error


def encodings_here() -> tuple[str, ...]:
    """Which of ENCODINGS need no download."""
    found = []
    for one in ENCODINGS:
        try:
            foreign_tokenizer(TIKTOKEN + one)
        except (WrongSetting, MissingExtra):
            continue
        found.append(one)
    return tuple(found)


@lru_cache(maxsize=4)
def _openai(name: str) -> Cut:
    import tiktoken

    encoding = tiktoken.Encoding(**_recipe(name))

    def cut(text: str) -> list[str]:
        ids = encoding.encode(text, disallowed_special=())
        return _spelt([encoding.decode_single_token_bytes(one) for one in ids])

    return cut


def _recipe(name: str) -> Any:
    """What tiktoken makes an encoding of, by a copy of its own table that reads nothing but what
    lies in its cache."""
    spec = importlib.util.find_spec("tiktoken_ext.openai_public")
    if spec is None or spec.loader is None:
        raise ImportError("tiktoken_ext.openai_public")
    table: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(table)
    table.load_tiktoken_bpe = cached_ranks
    table.data_gym_to_mergeable_bpe_ranks = cached_ranks  # which refuses the form of gpt2
    return table.ENCODING_CONSTRUCTORS[name]()


def cached_ranks(address: str, expected_hash: str | None = None) -> dict[bytes, int]:
    """The ranks of an encoding from tiktoken's cache; raises FileNotFoundError where they are not
    there, or are damaged."""
    from tiktoken.load import load_tiktoken_bpe

    usual = str(Path(tempfile.gettempdir(), "data-gym-cache"))
    told = os.environ.get("DATA_GYM_CACHE_DIR", usual)
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", told)
    kept = Path(folder, hashlib.sha1(address.encode()).hexdigest())
    if not folder or expected_hash != hashlib.sha256(kept.read_bytes()).hexdigest():
        raise FileNotFoundError(kept)
    return load_tiktoken_bpe(address, expected_hash)


def _spelt(pieces: list[bytes]) -> list[str]:
    """Bytes as letters; a letter that several tokens make comes with the last of them."""
    shown, waiting = [], b""
    for piece in pieces:
        waiting += piece
        try:
            text = waiting.decode("utf-8")
        except UnicodeDecodeError:
            shown.append("")
            continue
        shown.append(text)
        waiting = b""
    return shown


@lru_cache(maxsize=4)
def _hugging_face(name: str) -> Cut:
    from transformers import AutoTokenizer

    read = AutoTokenizer.from_pretrained(name, trust_remote_code=False)

    def cut(text: str) -> list[str]:
        encoded = read(text, add_special_tokens=False, return_offsets_mapping=True)
        seen, pieces = 0, []
        for start, end in encoded["offset_mapping"]:
            pieces.append(text[max(start, seen) : end])
            seen = max(seen, end)
        return pieces

    return cut
