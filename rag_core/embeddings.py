"""Text to vectors, by name: the bundled embedding, sentence-transformers, or an OpenAI-like server.

Every implementation is a LangChain `Embeddings` that says what it is: `fingerprint` names model,
revision, size and prompts, so that vectors of two models never mix in one collection. All vectors
are float32 and of length 1; a text in which nothing can be read (an empty one) gets zeros.
"""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag_core.errors import (
    MissingExtra,
    ModelAnswerBroken,
    ModelFailed,
    ModelOverloaded,
    ModelRefusedKey,
    ModelTimedOut,
    ModelUnreachable,
    WrongSetting,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from rag_core.settings import Settings

Vectors = NDArray[np.float32]
"""Shape (texts, dimension), each row of length 1."""

BUNDLED = Path(__file__).parent / "models" / "seodam-static-ko-en"
TEXTS_AT_ONCE = 256
SUBWORDS_AT_ONCE = 4096
"""Bounds the memory of a batch (5 MB), and of a text of any length."""

UNKNOWN_SCORE = -16.0
"""What a subword that the tokenizer does not know scores; its rarest one has -14."""
WORDS_KNOWN = 50_000
"""Words whose subwords are remembered, about 15 MB."""
WORDS_AT_ONCE = 512
"""Words that are read as one text."""

SENTENCE_TRANSFORMERS, OPENAI = "sentence-transformers:", "openai:"
KINDS = (
    "`bundled`, `sentence-transformers:NAME` (or a folder; options as "
    "`NAME?query=PROMPT&passage=PROMPT&batch=32&device=cpu`), or `openai:NAME`"
)


def load_embedding(name: str, *, settings: Settings | None = None) -> Embedding:
    """The embedding of that name; costs nothing until it is used. Raises WrongSetting."""
    _kind, _, model = name.partition(":")
    if name == "bundled":
        return BundledEmbedding()
    if name.startswith(SENTENCE_TRANSFORMERS) and model:
        return _with_options(name, model)
    if name.startswith(OPENAI) and model:
        key = settings.openai_api_key if settings else ""
        url = settings.openai_base_url if settings else ""
        return OpenAIEmbedding(model, api_key=key, base_url=url)
    raise WrongSetting(setting="embedding", value=name, allowed=KINDS)


def _with_options(name: str, model: str) -> SentenceTransformerEmbedding:
    """`MODEL?query=…&passage=…&batch=…&device=…` as an embedding; raises WrongSetting."""
    place, _, query = model.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    prompts = (options.pop("query", ""), options.pop("passage", ""))
    batch, device = options.pop("batch", "32"), options.pop("device", None)
    if not place or options or not batch.isdecimal() or int(batch) < 1:
        raise WrongSetting(setting="embedding", value=name, allowed=KINDS)
    return SentenceTransformerEmbedding(
        place, device=device, batch_size=int(batch), prompts=prompts if any(prompts) else None
    )


class Embedding(Embeddings):
    """What the rest of Seodam asks of an embedding, on top of LangChain's port."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """The same for two embeddings exactly when their vectors may be compared."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Numbers in a vector."""

    @abstractmethod
    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """Vectors of passages, or of questions when `query` is true. Raises ModelFailed kinds."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's port for passages."""
        vectors: list[list[float]] = self.embed_array(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """LangChain's port for one question."""
        vector: list[float] = self.embed_array([text], query=True)[0].tolist()
        return vector


class BundledEmbedding(Embedding):
    """The Korean and English embedding that comes with Seodam, read without torch.

    A text is the mean of the vectors of its subwords. The table stays in whole numbers of one byte
    (13 MB); rows are scaled when they are used. `folder` is what `training/` writes.
    """

    def __init__(self, folder: Path = BUNDLED) -> None:
        self._folder = folder

    @cached_property
    def _table(self) -> tuple[NDArray[np.int8], Vectors]:
        from safetensors.numpy import load_file

        tensors = load_file(self._folder / "model.safetensors")
        return tensors["embeddings"], tensors["weights"][:, None]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._folder / "tokenizer.json"))

    @cached_property
    def dimension(self) -> int:
        """See Embedding."""
        return self._table[0].shape[1]

    @cached_property
    def fingerprint(self) -> str:
        """See Embedding."""
        parts = (self._folder / name for name in ("model.safetensors", "tokenizer.json"))
        digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts))
        return f"{self._folder.name} {digest.hexdigest()[:16]} {self.dimension}"

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """See Embedding; `query` makes no difference."""
        sums = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            part = [readable(text) for text in texts[start : start + TEXTS_AT_ONCE]]
            encodings = self._tokenizer.encode_batch_fast(part, add_special_tokens=False)
            self._add_up([encoding.ids for encoding in encodings], sums[start:])
        return normalised(sums)

    def subwords(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of the subwords of each text, in order. Words that were met before are looked
        up, which is several times faster than reading them anew."""
        known, split = self._words, [readable(text).split() for text in texts]
        if len(known) >= WORDS_KNOWN:  # the older half goes; who reads the old table keeps it
            known = self._words = dict(list(known.items())[len(known) // 2 :])
        new = list(set(chain.from_iterable(split)).difference(known))
        known.update(zip(new, self._read(new), strict=True))
        return [list(chain.from_iterable(map(known.__getitem__, words))) for words in split]

    def _read(self, words: Sequence[str]) -> Iterator[list[int]]:
        """The subwords of each word, none of which holds white space. Hundreds are read as one
        text: as many tasks for the tokenizer's threads cost half as much again."""
        parts = [words[i : i + WORDS_AT_ONCE] for i in range(0, len(words), WORDS_AT_ONCE)]
        texts = [" ".join(part) for part in parts]
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        for part, encoding in zip(parts, encodings, strict=True):
            spaces = np.cumsum(np.fromiter(map(len, part), np.int64, len(part)) + 1) - 1
            # The mark where a word begins stands at the space before it, so that counts to it.
            last = np.array([end for _, end in encoding.offsets], np.int64) - 1
            owner = np.searchsorted(spaces, last, side="right")
            bounds = np.searchsorted(owner, np.arange(len(part) + 1)).tolist()
            ids = encoding.ids
            yield from (ids[start:end] for start, end in pairwise(bounds))

    def pieces(self, text: str) -> list[tuple[str, int]]:
        """The subwords of a text as they stand in it, with their ids, in order; what the
        tokenizer leaves out, such as punctuation, stands in none of them."""
        text = readable(text)
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        pieces, before = [], 0
        for one, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            pieces.append((text[max(start, before) : end], one))
            before = max(before, end)
        return pieces

    def scored(self, text: str) -> list[tuple[str, float]]:
        """The subwords of a text as they stand in it, each with the natural logarithm of how often
        it occurs among those of the texts that the tokenizer was made from."""
        return [(piece, self._scores[one]) for piece, one in self.pieces(text)]

    @cached_property
    def _scores(self) -> list[float]:
        """Of each subword by its id; what the tokenizer does not know is the rarest of all."""
        model = json.loads((self._folder / "tokenizer.json").read_bytes())["model"]
        scores = [score for _, score in model["vocab"]]
        scores[model["unk_id"]] = UNKNOWN_SCORE
        return scores

    def directions(self, subwords: NDArray[np.int64]) -> tuple[Vectors, NDArray[Any]]:
        """The vectors of subwords brought to length 1, shape (n, d), and the lengths they had."""
        table, scales = self._table
        lengths = self._lengths[subwords]
        unit = table[subwords] * (1 / np.maximum(lengths, 1e-9)).astype(np.float32)[:, None]
        return unit.astype(np.float32, copy=False), lengths * scales[subwords][:, 0]

    @property
    def size(self) -> int:
        """Subwords in the table."""
        return len(self._table[0])

    def rows(self, subwords: NDArray[np.int64]) -> Vectors:
        """The vectors of subwords as they are added up, shape (n, d); not of length 1."""
        table, scales = self._table
        return (table[subwords] * scales[subwords]).astype(np.float32, copy=False)

    def weighted_sums(self, bags: Sequence[Sequence[int]], weights: NDArray[Any]) -> Vectors:
        """The sums of the vectors of each bag's subwords, each times its weight; (bags, d)."""
        sums = np.zeros((len(bags), self.dimension), np.float32)
        self._add_up(bags, sums, weights)
        return sums

    @cached_property
    def _lengths(self) -> NDArray[np.float32]:
        """Of the rows of the table, before they are scaled."""
        rows = self._table[0]
        parts = (rows[i : i + SUBWORDS_AT_ONCE] for i in range(0, len(rows), SUBWORDS_AT_ONCE))
        lengths = [np.linalg.norm(part.astype(np.float32), axis=1) for part in parts]
        return np.concatenate(lengths).astype(np.float32)

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        return {}

    def _add_up(
        self, bags: Sequence[Sequence[int]], sums: Vectors, weights: NDArray[Any] | None = None
    ) -> None:
        """Add to each row of `sums` the vectors of its subwords, a few thousand at a time."""
        table, scales = self._table
        if weights is not None:
            scales = scales * weights[:, None]
        lengths = np.fromiter(map(len, bags), np.int64, len(bags))
        ids = np.fromiter(chain.from_iterable(bags), np.int64, lengths.sum())
        owner = np.repeat(np.arange(len(bags)), lengths)
        for start in range(0, len(ids), SUBWORDS_AT_ONCE):
            part, rows = (all_[start : start + SUBWORDS_AT_ONCE] for all_ in (ids, owner))
            vectors = table[part] * scales[part]
            first = np.flatnonzero(np.diff(rows, prepend=-1))
            sums[rows[first]] += np.add.reduceat(vectors, first, axis=0)


class SentenceTransformerEmbedding(Embedding):
    """Any sentence-transformers model, by its hub name or folder. Never runs a model's own code.

    Prompts (of a question, of a passage) that are not given come from the model's configuration;
    those of the E5 family, which does not carry them, are known here
    (https://huggingface.co/intfloat/multilingual-e5-small, "FAQ").
    """

    def __init__(
        self,
        model: str,
        *,
        device: str | None = None,
        batch_size: int = 32,
        prompts: tuple[str, str] | None = None,
    ) -> None:
        self._name, self._device, self._batch_size = model, device, batch_size
        self._given = prompts

    @cached_property
    def _model(self) -> Any:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra(
                needs="sentence-transformers", command="pip install sentence-transformers"
            ) from error
        try:
            return SentenceTransformer(self._name, device=self._device, trust_remote_code=False)
        except ConnectionError as error:
            raise ModelUnreachable(model=self._name) from error
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise WrongSetting(
                setting="embedding",
                value=self._name,
                allowed="the name or folder of a sentence-transformers model",
            ) from error

    @cached_property
    def _prompts(self) -> tuple[str, str]:
        if self._given is not None:
            return self._given
        known: dict[str, str] = {k: v for k, v in self._model.prompts.items() if v}
        query = known.get("query", "")
        passage = next((known[k] for k in ("document", "passage", "corpus") if k in known), "")
        if not (query or passage) and "e5-" in Path(self._name).name.lower():
            return "query: ", "passage: "
        return query, passage

    @cached_property
    def dimension(self) -> int:
        """See Embedding; loads the model."""
        return int(self._model.get_embedding_dimension())

    @cached_property
    def fingerprint(self) -> str:
        """See Embedding; loads the model. A folder counts by its bytes, not by its place."""
        folder = Path(self._name)
        if folder.is_dir():
            revision = folder_hash(folder)
        else:
            config = getattr(getattr(self._model[0], "auto_model", None), "config", None)
            revision = f"{self._name}@{getattr(config, '_commit_hash', None) or 'unknown'}"
        query, passage = self._prompts
        return f"sentence-transformers {revision} {self.dimension} {query!r} {passage!r}"

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """See Embedding."""
        prompt = self._prompts[0 if query else 1]
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        try:
            vectors = self._model.encode(
                [readable(text) for text in texts],
                prompt=prompt or None,
                batch_size=self._batch_size,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        except (RuntimeError, MemoryError) as error:  # torch: out of memory, a broken device
            raise ModelFailed(model=self._name) from error
        return normalised(np.asarray(vectors, np.float32))


class OpenAIEmbedding(Embedding):
    """A model behind an OpenAI-compatible `/v1/embeddings`, also local ones (Ollama, vLLM …)."""

    def __init__(
        self,
        model: str,
        *,
        api_key: str = "",
        base_url: str = "",
        batch_size: int = 64,
        seconds: float = 60,
    ) -> None:
        if not api_key and not base_url:
            raise WrongSetting(
                setting="OPENAI_API_KEY", value="empty", allowed="a key, or OPENAI_BASE_URL as well"
            )
        self._name, self._url, self._batch_size = model, base_url, batch_size
        self._key, self._seconds = api_key, seconds

    @cached_property
    def _client(self) -> Embeddings:
        from langchain_openai import OpenAIEmbeddings
        from pydantic import SecretStr

        return OpenAIEmbeddings(
            model=self._name,
            api_key=SecretStr(self._key or "none"),  # local servers want any word
            base_url=self._url or None,
            check_embedding_ctx_length=False,  # else it downloads a tokenizer and sends numbers
            chunk_size=self._batch_size,
            timeout=self._seconds,
            max_retries=2,
        )

    @cached_property
    def dimension(self) -> int:
        """See Embedding; asks the server once."""
        return self.embed_array(["dimension"]).shape[1]

    @cached_property
    def fingerprint(self) -> str:
        """See Embedding; a server does not tell its revision, so its address stands for it."""
        return f"openai {self._url or 'api.openai.com'} {self._name} {self.dimension}"

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """See Embedding; `query` makes no difference. Servers refuse empty texts: sent as '.'."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with _openai_errors(self._name):
            answer = self._client.embed_documents([readable(text) or "." for text in texts])
        try:
            vectors = np.asarray(answer, np.float32)
        except (ValueError, TypeError) as error:  # rows of several lengths, or no numbers
            raise ModelAnswerBroken(model=self._name) from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise ModelAnswerBroken(model=self._name)
        return normalised(vectors)


@contextmanager
def _openai_errors(model: str) -> Iterator[None]:
    """Translate the client's errors; the order follows its tree (a time-out is a connection's)."""
    import openai

    try:
        yield
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise ModelRefusedKey(model=model) from error
    except (openai.RateLimitError, openai.InternalServerError) as error:
        raise ModelOverloaded(model=model) from error
    except openai.APITimeoutError as error:
        raise ModelTimedOut(model=model) from error
    except openai.APIConnectionError as error:
        raise ModelUnreachable(model=model) from error
    except openai.APIStatusError as error:
        raise ModelFailed(model=model) from error
    except (openai.OpenAIError, ValueError, TypeError, KeyError, AttributeError) as error:
        # the last four: an answer that is no embeddings answer, as langchain_openai reports it
        raise ModelAnswerBroken(model=model) from error


def normalised(vectors: NDArray[Any]) -> Vectors:
    """Rows brought to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)


def readable(text: str) -> str:
    """The text without lone surrogates, which no tokenizer and no JSON takes."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def folder_hash(folder: Path) -> str:
    """SHA-256 (16 digits) over the names and bytes of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            file_digest = hashlib.file_digest(file, "sha256").digest()
        digest.update(path.relative_to(folder).as_posix().encode() + file_digest)
    return digest.hexdigest()[:16]
