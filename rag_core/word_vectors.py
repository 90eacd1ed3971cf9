"""Word2Vec and GloVe as embeddings, from the files that they are published in, through gensim.

A text is the mean of its words' vectors (Mikolov et al. 2013; Pennington et al. 2014): the first
step from words to meaning, to be compared with what came after. gensim is installed by whoever
wants it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rag_core.embeddings import Embedding, Vectors, normalised
from rag_core.errors import MissingExtra, WrongSetting

WORD_VECTORS = "word-vectors:"
"""How the name of such an embedding begins; the rest is the path of a file."""
MOST_WORDS = 400_000
"""The commonest words of a file, which stand first in it; more would fill a laptop's memory."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SHORTEST = 2  # syllables of a Korean word cut from its end


class WordVectorEmbedding(Embedding):
    """The mean of the vectors of a text's words.

    `path`: word2vec's binary (.bin, also .gz) or text format, or GloVe's text without a heading.
    A word that the file does not hold counts in small letters, or by its longest beginning that
    the file does hold (Korean particles stand behind the noun); else not at all.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).expanduser()

    @cached_property
    def _vectors(self) -> Any:
        try:
            from gensim.models import KeyedVectors
        except ImportError as error:
            raise MissingExtra(needs="gensim", command="pip install gensim") from error
        try:
            binary = ".bin" in self._path.suffixes
            read = KeyedVectors.load_word2vec_format(
                str(self._path),
                binary=binary,
                no_header=not binary and not self._has_heading(),
                limit=MOST_WORDS,
                unicode_errors="replace",
            )
        except (OSError, ValueError, EOFError, IndexError, TypeError) as error:
            raise self._refused() from error
        if not len(read) or not read.vector_size:
            raise self._refused()
        return read

    def _refused(self) -> WrongSetting:
        return WrongSetting(
            setting="embedding",
            value=self._path.name,
            allowed="a file of word vectors in word2vec's or GloVe's format",
        )

    def _has_heading(self) -> bool:
        """Word2vec's text begins with two numbers, GloVe's with a word."""
        import gzip

        opened = gzip.open if self._path.suffix == ".gz" else open
        with opened(self._path, "rt", encoding="utf-8", errors="replace") as lines:
            return len(lines.readline().split()) == 2

    @cached_property
    def dimension(self) -> int:
        """See Embedding; reads the file."""
        return int(self._vectors.vector_size)

    @cached_property
    def fingerprint(self) -> str:
        """See Embedding: the file by its name, its size and what stands first in it."""
        size = self._path.stat().st_size if self._path.exists() else 0
        first = self._vectors.index_to_key[:1]
        return f"word-vectors {self._path.name} {size} {self.dimension} {first}"

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """See Embedding; `query` makes no difference."""
        known = self._vectors
        sums = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for place in self._places(text):
                sums[row] += known.vectors[place]
        return normalised(sums)

    def _places(self, text: str) -> Iterator[int]:
        """Where the words of a text stand in the table."""
        known = self._vectors.key_to_index
        for word in _WORD.findall(text):
            for form in _forms(word):
                if form in known:
                    yield known[form]
                    break


def _forms(word: str) -> Iterator[str]:
    """A word as it is written, in small letters, and a Korean one ever shorter."""
    yield word
    yield word.lower()
    if "가" <= word[-1] <= "힣":
        yield from (word[:length] for length in range(len(word) - 1, _SHORTEST - 1, -1))
