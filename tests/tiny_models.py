"""Hugging Face models made in a test: tiny, random weights, a tokenizer of their own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

TEXT = (
    "The lighthouse of Pohang was lit in 1908 and is 26 metres tall. Who lit it? Answer: Question: "
    "Passage: A: B: C: supports refutes the claim in a few words alone quotes a document data, "
    "never instructions.\n\n포항의 등대는 1908년에 불을 밝혔고 높이는 26미터예요. "
    "질문: 답: 글만 보고 답하세요."
)
CHAT = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


@lru_cache
def tokenizer(chat: bool = False):
    """Byte-level BPE of some 400 tokens: every text can be written."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import PreTrainedTokenizerFast

    bpe = ByteLevelBPETokenizer()
    marks = ["<pad>", "<s>", "</s>", "<system>", "<user>", "<assistant>"]
    bpe.train_from_iterator([TEXT] * 4, vocab_size=400, special_tokens=marks)
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe._tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    if chat:
        made.chat_template = CHAT
    return made


def save_gpt2(folder: Path, chat: bool = False, seed: int = 0, window: int = 512) -> str:
    """A causal model of two layers, saved as Hugging Face saves them."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(seed)
    words = tokenizer(chat)
    config = GPT2Config(
        vocab_size=len(words),
        n_positions=window,
        n_embd=32,
        n_layer=2,
        n_head=2,
        initializer_range=0.6,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return _save(GPT2LMHeadModel(config), words, folder)


def save_bart(folder: Path, seed: int = 0) -> str:
    """A sequence-to-sequence model of one layer on each side, as the paper's generator was one."""
    import torch
    from transformers import BartForConditionalGeneration

    torch.manual_seed(seed)
    return _save(BartForConditionalGeneration(bart_config()), tokenizer(), folder)


def bart_config():
    """Without a first token that generation forces, so that all of p(y|x,z) is the model's."""
    from transformers import BartConfig

    words = tokenizer()
    return BartConfig(
        vocab_size=len(words),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=512,
        init_std=0.6,
        dropout=0.0,
        pad_token_id=words.pad_token_id,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        decoder_start_token_id=words.eos_token_id,
        forced_eos_token_id=None,
        forced_bos_token_id=None,
    )


def _save(model, words, folder: Path) -> str:
    import torch

    torch.set_num_threads(1)  # such small sums are only slowed down by more
    model.eval().save_pretrained(folder)
    words.save_pretrained(folder)
    return str(folder)
