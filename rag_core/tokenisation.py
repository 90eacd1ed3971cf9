"""Text and tokens of one model: its prompts, the frame of its chats, what its tokens spell.

Pure but for the tokenizer, which Hugging Face Transformers loads (local_models.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from rag_core.errors import PromptTooLong

Tokens = tuple[int, ...]


class Tokenisation:
    """How a model reads and writes text. `tokenizer` is one of Transformers'; `reads_first`: the
    model has an encoder for prompts; `told_ends`: the tokens at which its makers let it stop."""

    def __init__(
        self, name: str, tokenizer: Any, reads_first: bool, told_ends: Sequence[int | None]
    ) -> None:
        self.name = name
        self.tokenizer = tokenizer
        self._reads_first = reads_first
        self._told_ends = told_ends

    @cached_property
    def ends(self) -> Tokens:
        """The tokens that end a text; the first is the one that it should end with.

        A causal model that was not taught to chat does not stop after an answer: for it a line
        ends the text.
        """
        told = [*self._told_ends, self.tokenizer.eos_token_id]
        known = tuple(dict.fromkeys(one for one in told if one is not None))
        if self._reads_first or self.tokenizer.chat_template:
            return known
        line = self.tokenizer("\n", add_special_tokens=False).input_ids
        is_token = len(line) == 1 and line[0] != self.tokenizer.unk_token_id
        return (line[0], *known) if is_token else known

    @property
    def padding(self) -> int:
        """The token that fills a row; which one does not matter, as it is masked."""
        pad = self.tokenizer.pad_token_id
        return pad if pad is not None else (*self.ends, 0)[0]

    def prompt(self, text: str) -> Tokens:
        """The tokens of a prompt, in the frame of a chat where the model was taught to chat."""
        if self.tokenizer.chat_template:
            return self.chat([{"role": "user", "content": text}])
        ids = list(self.tokenizer(self.plain(text)).input_ids)
        while (
            not self._reads_first and ids and ids[-1] in (*self.ends, self.tokenizer.sep_token_id)
        ):
            ids.pop()  # what would close the text that is to be continued
        return tuple(ids)

    def chat(self, turns: Sequence[dict[str, str]]) -> Tokens:
        """The tokens of turns ({"role": "system", "user" or "assistant", "content"}), and the
        beginning of the turn that the model is to write."""
        turns = [{**turn, "content": self.plain(turn["content"])} for turn in turns]
        if not self.tokenizer.chat_template:
            said = [f"{turn['role'].capitalize()}: {turn['content']}" for turn in turns]
            return self.prompt("\n\n".join([*said, "Assistant:"]))
        if not self._knows_system:
            turns = [{**turn, "role": turn["role"].replace("system", "user")} for turn in turns]
        framed = self._framed(_alternating(turns))
        return tuple(self.tokenizer(framed, add_special_tokens=False).input_ids)

    def _framed(self, turns: Sequence[dict[str, str]]) -> str:
        return str(
            self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
        )

    @cached_property
    def _knows_system(self) -> bool:
        """Some frames have no place for a system's turn, and say so in errors of all kinds."""
        order, greeting = {"role": "system", "content": "7"}, {"role": "user", "content": "a"}
        try:
            return "7" in self._framed([order, greeting])
        except Exception:
            return False

    def plain(self, text: str) -> str:
        """Text without the marks by which the model's frame tells turns apart, so that a document
        cannot close its own."""
        for mark in self._marks:
            text = text.replace(mark, " ")
        return text

    @cached_property
    def _marks(self) -> list[str]:
        added = self.tokenizer.added_tokens_decoder.values()
        marks = {str(one) for one in added if one.special} | set(self.tokenizer.all_special_tokens)
        return sorted((mark for mark in marks if mark.strip()), key=len, reverse=True)

    def target(self, text: str, end: bool = True) -> Tokens:
        """The tokens of a text as the model would write it after a prompt, with the one that ends
        it unless `end` is false."""
        if self._reads_first:
            ids = list(self.tokenizer(text_target=text).input_ids)
            while ids and ids[-1] in self.ends:
                ids.pop()
        elif self.tokenizer.chat_template:
            ids = list(self.tokenizer(text, add_special_tokens=False).input_ids)
        else:
            ids = self._continued(text)
        return (*ids, *(self.ends[:1] if end else ()))

    def _continued(self, text: str) -> list[int]:
        """How a text is written behind a colon: many vocabularies have the space in the word."""
        before = list(self.tokenizer("A:", add_special_tokens=False).input_ids)
        whole = list(self.tokenizer(f"A: {text}", add_special_tokens=False).input_ids)
        if whole[: len(before)] == before:
            return whole[len(before) :]
        return list(self.tokenizer(f" {text}", add_special_tokens=False).input_ids)

    def text(self, tokens: Sequence[int]) -> str:
        """Tokens as text, without marks."""
        return str(self.tokenizer.decode(list(tokens), skip_special_tokens=True))

    def token(self, token: int) -> str:
        """One token as it looks, a mark included."""
        return str(self.tokenizer.decode([token]))

    def fitted(self, build: Callable[[str], str], text: str, room: int) -> Tokens:
        """The tokens of the prompt `build(text)`, the text cut at its end to fit into `room`.

        Raises PromptTooLong when the prompt alone does not fit.
        """
        tokens = self.prompt(build(text))
        if len(tokens) <= room:
            return tokens
        shortest = self.prompt(build(""))
        if len(shortest) > room:
            raise PromptTooLong(model=self.name, tokens=len(shortest), window=room)
        fits, over, best = 0, len(text), shortest
        while over - fits > 1:
            middle = (fits + over) // 2
            tokens = self.prompt(build(text[:middle]))
            if len(tokens) <= room:
                fits, best = middle, tokens
            else:
                over = middle
        return best


def _alternating(turns: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Neighbours of one role as one turn: many frames want user and model to take turns."""
    joined: list[dict[str, str]] = []
    for turn in turns:
        if joined and joined[-1]["role"] == turn["role"]:
            content = f"{joined[-1]['content']}\n\n{turn['content']}"
            joined[-1] = {**turn, "content": content}
        else:
            joined.append(dict(turn))
    return joined


class Spelling:
    """What each token adds to a text; a letter made of several tokens comes with its last."""

    def __init__(self, tokenisation: Tokenisation) -> None:
        self._tokenisation = tokenisation
        self._tokens: list[int] = []
        self._shown = ""

    def add(self, token: int, last: bool = False) -> str:
        """The next piece; `last`: nothing follows that a letter could wait for."""
        self._tokens.append(token)
        text = self._tokenisation.text(self._tokens)
        if text.endswith("\ufffd") and not last:
            return ""
        piece, self._shown = text[len(self._shown) :], text
        return piece
