"""Step 4, export: the table as whole numbers of one byte, in a folder that two readers open.

`model.safetensors` holds `embeddings` (int8) and `weights` (one float32 a row, its scale): the
layout of model2vec, which sentence-transformers' StaticEmbedding reads as well. So
`SentenceTransformer(folder)` and rag_core's reader without torch give the same vectors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from training.pretrain import Floats

LARGEST = 16_000_000
"""Bytes of the whole folder."""


def export(table: Floats, tokenizer: Tokenizer, folder: Path) -> int:
    """Write the model and return the bytes of the folder; raises ValueError when over LARGEST."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    module: Any = StaticEmbedding(tokenizer, embedding_weights=table)
    SentenceTransformer(modules=[module, Normalize()], device="cpu").save(
        str(folder), create_model_card=False
    )
    scales = np.maximum(np.abs(table).max(axis=1), 1e-12).astype(np.float32) / 127
    whole = np.rint(table / scales[:, None]).astype(np.int8)
    weights = next(folder.rglob("model.safetensors"))
    save_file({"embeddings": whole, "weights": scales}, weights)
    weights.chmod(0o644)
    tokenizer.save(str(weights.with_name("tokenizer.json")), pretty=False)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > LARGEST:
        raise ValueError(f"the model has {size} bytes, more than {LARGEST}")
    return size
