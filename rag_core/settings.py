"""Settings: the environment and `.streamlit/secrets.toml`, read once into one frozen object.

README's table of settings is compared with `VARIABLES` by a test. The environment wins over the
secrets file; an empty value counts as absent.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag_core.errors import WrongSetting


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may decide from outside. Sizes in MB are 1024² bytes."""

    data: Path
    embedding: str = "bundled"
    embedding_fixed: bool = False  # named from outside, so that no choice within the app counts
    reranker: str = "bundled"
    model: str = "extractive"
    openai_api_key: str = field(default="", repr=False)
    openai_base_url: str = ""
    anthropic_api_key: str = field(default="", repr=False)
    google_api_key: str = field(default="", repr=False)
    ollama_base_url: str = ""
    single_user: bool = False
    max_upload_mb: int = 50
    max_pages: int = 3000
    max_characters: int = 10_000_000
    parse_seconds: int = 60
    parse_memory_mb: int = 512
    answer_seconds: int = 120

    @classmethod
    def load(
        cls, environment: Mapping[str, str], secrets: Mapping[str, object] | None = None
    ) -> Settings:
        """Read the settings; raises WrongSetting for a value that cannot be understood."""
        values: dict[str, object] = {}
        for variable, (name, _, _) in VARIABLES.items():
            secret = (secrets or {}).get(variable)
            raw = environment.get(variable) or ("" if secret is None else str(secret))
            if raw:
                values[name] = _understand(variable, name, raw)
        values["embedding_fixed"] = "embedding" in values
        data = values.pop("data", None) or default_data_folder(environment)
        settings = cls(data=Path(str(data)).expanduser(), **values)  # type: ignore[arg-type]
        if settings.model == "extractive" and settings.openai_api_key and "model" not in values:
            return replace(settings, model=DEFAULT_MODEL_WITH_KEY)
        return settings

    def server_of(self, provider: str) -> Server:
        """Where a provider of language models is, and the key for it, "" where nothing is set."""
        return Server(
            getattr(self, f"{provider}_base_url", ""), getattr(self, f"{provider}_api_key", "")
        )


@dataclass(frozen=True, slots=True)
class Server:
    """A server of language models as the settings name it."""

    base_url: str
    api_key: str = field(repr=False)


PROVIDERS = ("openai", "anthropic", "google", "ollama")
"""Kinds of servers of language models, as names of models begin (see providers/)."""
DEFAULT_MODEL_WITH_KEY = "openai:gpt-4o-mini"

# field → the word that stands alone, and what comes before a name
_KINDS = {
    "embedding": ("bundled", "sentence-transformers:", "openai:", "word-vectors:"),
    "reranker": ("bundled", "sentence-transformers:"),
    "model": ("extractive", "huggingface:", *(f"{name}:" for name in PROVIDERS)),
}

# variable → (field, default as shown, meaning)
VARIABLES: dict[str, tuple[str, str, str]] = {
    "SEODAM_DATA": ("data", "", "folder of the library; by default one of the user, see below"),
    "SEODAM_EMBEDDING": (
        "embedding",
        "bundled",
        "`bundled`, `sentence-transformers:NAME[?query=…&passage=…&batch=32&device=cpu]`, "
        "`openai:NAME`, or `word-vectors:FILE` (Word2Vec, GloVe)",
    ),
    "SEODAM_RERANKER": (
        "reranker",
        "bundled",
        "`bundled`, or `sentence-transformers:NAME` of a cross-encoder (slow without a GPU)",
    ),
    "SEODAM_MODEL": (
        "model",
        "extractive",
        "`extractive` (no key), or `openai:NAME`, `anthropic:NAME`, `google:NAME`, `ollama:NAME`, "
        "or on this computer `huggingface:NAME_OR_FOLDER`; with an OpenAI key set, "
        "`openai:gpt-4o-mini`",
    ),
    "OPENAI_API_KEY": ("openai_api_key", "", "key of an OpenAI-compatible server"),
    "OPENAI_BASE_URL": ("openai_base_url", "", "address of an OpenAI-compatible server"),
    "ANTHROPIC_API_KEY": ("anthropic_api_key", "", "key for Claude"),
    "GOOGLE_API_KEY": ("google_api_key", "", "key for Gemini"),
    "OLLAMA_BASE_URL": (
        "ollama_base_url",
        "",
        "address of Ollama, if not `http://localhost:11434`",
    ),
    "SEODAM_SINGLE_USER": (
        "single_user",
        "0",
        "1: everybody who opens the app is the same person (`make run` sets it)",
    ),
    "SEODAM_MAX_UPLOAD_MB": ("max_upload_mb", "50", "largest file, in MB"),
    "SEODAM_MAX_PAGES": ("max_pages", "3000", "most pages of one document"),
    "SEODAM_MAX_CHARACTERS": ("max_characters", "10000000", "most characters of one document"),
    "SEODAM_PARSE_SECONDS": ("parse_seconds", "60", "longest time to read one document"),
    "SEODAM_PARSE_MEMORY_MB": ("parse_memory_mb", "512", "memory of the process that reads"),
    "SEODAM_ANSWER_SECONDS": ("answer_seconds", "120", "longest time for one answer"),
}


def default_data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The per-user folder that the system's customs name."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or "~").expanduser()
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Seodam"
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home) / "Seodam"
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "seodam"


def _understand(variable: str, name: str, raw: str) -> object:
    kind = Settings.__annotations__[name]
    if kind == "bool":
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off"}:
            return False
        raise WrongSetting(setting=variable, value=raw, allowed="1 or 0")
    if kind == "int":
        if raw.isdecimal() and int(raw) > 0:
            return int(raw)
        raise WrongSetting(setting=variable, value=raw, allowed="a whole number above 0")
    if name in _KINDS and not _known_kind(name, raw):
        raise WrongSetting(setting=variable, value=raw, allowed=VARIABLES[variable][2])
    return raw


def _known_kind(name: str, raw: str) -> bool:
    plain, *prefixes = _KINDS[name]
    return raw == plain or (raw.startswith(tuple(prefixes)) and not raw.endswith(":"))
