"""The house: arrows point down, importing does nothing, each foreign library has one home."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]

# The lowest floor first. A module may import its own floor and those below it.
FLOORS = (
    {"types", "errors", "settings", "translations", "particles", "hangul"},
    {
        "text",
        "search_words",
        "spoken",
        "contents",
        "asking",
        "defining",
        "pointing_back",
        "spreadsheet",
        "support",
        "matching",
        "passages",
        "neighbours",
        "rows",
        "markdown",
        "flagged",
        "transcript",
        "marks",
        "turns",
        "finding",
        "scope",
        "followups",
        "units",
        "quantities",
        "contradiction",
        "antonyms",
        "denials",
        "exclusives",
        "opposites",
        "marginalisation",
        "tokenisation",
        "background",
        "arriving",
        "guarding",
    },
    {"stores", "parsing", "fetching", "embeddings", "subwords", "providers"}
    | {"local_reading", "local_models"},
    {
        "word_vectors",
        "gist",
        "key_terms",
        "definitions",
        "mind_map",
        "suggesting",
        "study",
        "lessons",
        "adapter",
    },
    {"retriever", "reranker", "signals", "evaluation", "gold"}
    | {
        "streaming",
        "generators",
        "extractive",
        "overview",
        "selection",
        "listing",
        "articles",
        "prompting",
        "citations",
        "grounding",
    }
    | {"rag_models", "transformers_chat", "closed_book"},
    {"cross_encoder", "lab", "plane", "foreign_tokens", "watching", "prices", "windows"},
    {"budget", "metering"},
    {"chain", "rewriting", "structured", "quoting", "instructions", "fact_check", "studying"},
    {"fine_tuning", "fine_tuning_child", "trials"},
    {"tuning"},
    {"library", "shelving", "assistant", "answer_stream", "ingestion", "archive"}
    | {"reembedding", "rereading"},
    {"named_embeddings", "examinations", "setups", "recovery"},
    {"comparing", "examining", "question_files", "question_making"},
    {"examiner"},
    {"wiring"},
    {"measuring"},
    {"sources"},
    {"commands"},
    {"cli"},
    {"__main__", "__init__"},
)

# Where a foreign library may be imported; a folder stands for all that is in it.
HOMES = {
    "altair": {"pages.ui.charts"},
    "anthropic": {"rag_core.providers"},
    "charset_normalizer": {"rag_core.parsing.decoding"},
    "chromadb": {"rag_core.stores.dense"},
    "cryptography": {"rag_core.parsing.hwp"},
    "datasets": {"rag_core.fine_tuning_child"},
    "docx": {"rag_core.parsing.docx_file", "rag_core.parsing.numbering"},
    "filelock": {"rag_core.wiring"},
    "gensim": {"rag_core.word_vectors"},
    "google": {"rag_core.providers"},
    "httpx": {"rag_core.providers"},
    "httpx2": {"rag_core.providers"},
    "langchain": {"rag_core.providers"},
    "langchain_community": {"rag_core.parsing.community"},
    "langchain_openai": {"rag_core.embeddings"},
    "lxml": {"rag_core.parsing"},
    "olefile": {"rag_core.parsing.compound", "rag_core.parsing.hwp"},
    "ollama": {"rag_core.providers"},
    "openai": {"rag_core.providers"},
    "openpyxl": {"rag_core.parsing.xlsx_file"},
    "pandas": {"pages.ui.charts"},
    "pptx": {"rag_core.parsing.pptx_file"},
    "pypdf": {"rag_core.parsing.second_reader"},
    "pypdfium2": {"rag_core.parsing"},
    "pypdfium2_raw": {"rag_core.parsing"},
    "pysqlite3": {"rag_core.stores.sqlite"},
    "safetensors": {"rag_core.embeddings"},
    "sentence_transformers": {
        "rag_core.embeddings",
        "rag_core.fine_tuning_child",
    },  # models of two kinds, and learning
    "sklearn": {"rag_core.plane"},
    "snowballstemmer": {"rag_core.search_words"},
    "sqlalchemy": {"rag_core.stores"},
    "starlette": {"pages.ui.middleware"},
    "streamlit": {"app", "pages"},
    "tantivy": {"rag_core.stores.lexical"},
    "tiktoken": {"rag_core.foreign_tokens"},
    "tokenizers": {"rag_core.embeddings"},
    "torch": {"rag_core.cross_encoder", "rag_core.local_models", "rag_core.local_reading"},
    "transformers": {
        "rag_core.fine_tuning_child",
        "rag_core.foreign_tokens",
        "rag_core.local_models",
        "rag_core.local_reading",
    },
}
# Taken where somebody has installed it.
OPTIONAL = {"pysqlite3", "datasets", "gensim", "anthropic", "google", "httpx", "ollama"}
# Used everywhere on purpose: arrays, checked values, and the ports of the ecosystem.
EVERYWHERE = {"numpy", "pydantic", "langchain_core"}

# What the user asked for by name; torch is what sentence-transformers runs on.
CARD = {
    "streamlit",
    "langchain",
    "langchain-community",
    "chromadb",
    "sentence-transformers",
    "openai",
    "pypdf",
}

# Imported by the child process that reads, and there only for a secondary format.
IN_THE_CHILD = {"rag_core.parsing.community"}

HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "chromadb",
    "openai",
    "langchain",
    "langchain_openai",
    "langchain_community",
}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _sources() -> dict[str, Path]:
    files = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "rag_core").rglob("*.py")]
    return {_module(path): path for path in files}


SOURCES = _sources()
CORE = sorted(name for name in SOURCES if name.split(".")[0] == "rag_core")


def _imports(module: str) -> Iterator[str]:
    """Every name imported anywhere in a file, those inside functions and for types included."""
    for node in ast.walk(ast.parse(SOURCES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{module} imports relatively"
            assert node.level == 0, f"{module} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in SOURCES else node.module


OURS = {name: {one for one in _imports(name) if one in SOURCES} - {name} for name in SOURCES}
FOREIGN = {
    name: {one.split(".")[0] for one in _imports(name) if one not in SOURCES}
    - set(sys.stdlib_module_names)
    for name in SOURCES
}


def _floor(module: str) -> int:
    if module.split(".")[0] != "rag_core":
        return len(FLOORS)
    part = [*module.split("."), "__init__"][1]
    found = [level for level, names in enumerate(FLOORS) if part in names]
    assert found, f"{module} stands on no floor: add {part!r} to FLOORS in {Path(__file__).name}"
    return found[0]


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_imports_point_down(module: str) -> None:
    up = {one for one in OURS[module] if _floor(one) > _floor(module)}
    assert not up, f"{module} (floor {_floor(module)}) imports what stands above it: {sorted(up)}"


def test_no_module_reaches_itself() -> None:
    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"a cycle: {' → '.join([*path, module])}"
        if module not in done:
            for one in sorted(OURS[module]):
                walk(one, (*path, module))
            done.add(module)

    done: set[str] = set()
    for module in sorted(SOURCES):
        walk(module, ())


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_a_foreign_library_is_imported_at_its_home_only(module: str) -> None:
    for library in FOREIGN[module] - EVERYWHERE:
        homes = HOMES.get(library)
        assert homes, f"{module} imports {library}, which has no home in HOMES"
        parts = module.split(".")
        inside = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
        assert homes & inside, f"{module} imports {library}, whose home is {sorted(homes)}"


def test_no_module_of_a_page_hides_another() -> None:
    """Streamlit puts the folder of its script in front of all others while a page runs."""
    names = {path.stem for path in (ROOT / "pages" / "ui").iterdir()} - {"__init__"}
    assert not names & (set(sys.stdlib_module_names) | set(packages_distributions()))


def test_the_core_never_imports_streamlit() -> None:
    assert not [name for name in CORE if "streamlit" in FOREIGN[name]]


def test_every_home_is_lived_in() -> None:
    used = set().union(*FOREIGN.values())
    assert used >= set(HOMES) - {"pypdfium2"}  # of which the raw half is imported


def _required() -> set[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line.split("#")[0].strip() for line in lines]
    return {Requirement(line).name.lower() for line in wanted if line}


def test_what_is_imported_is_required() -> None:
    distributions = packages_distributions()
    imported = set().union(*FOREIGN.values())
    unnamed = {
        library
        for library in imported - OPTIONAL
        if not _required() & {name.lower() for name in distributions.get(library, [])}
    }
    assert not unnamed, f"imported but not in requirements.txt: {sorted(unnamed)}"


def test_the_packages_of_the_card_are_required_and_used() -> None:
    assert CARD | {"torch"} <= _required()
    used = set().union(*FOREIGN.values())
    assert {name.replace("-", "_") for name in CARD} <= used


IMPORT_ALL = """
import json, os, sys, threading
names, heavy = json.loads(sys.argv[1])
for name in names:
    __import__(name)
    print(json.dumps({
        "module": name,
        "heavy": sorted(set(heavy) & set(sys.modules)),
        "threads": [one.name for one in threading.enumerate()][1:],
        "files": os.listdir("."),
    }), flush=True)
"""


def _import_in_fresh_process(names: list[str], folder: Path, heavy: set[str]) -> list[dict]:
    clean = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, json.dumps([names, sorted(heavy)])],
        cwd=folder,
        env=clean,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_importing_the_core_does_nothing_and_loads_nothing_heavy(tmp_path: Path) -> None:
    names = [name for name in CORE if name not in IN_THE_CHILD]
    for row in _import_in_fresh_process(names, tmp_path, HEAVY | {"streamlit"}):
        assert row == {"module": row["module"], "heavy": [], "threads": [], "files": []}


def test_drawing_a_page_loads_nothing_heavy(tmp_path: Path) -> None:
    shared = sorted(name for name in SOURCES if name.startswith("pages.ui"))
    for row in _import_in_fresh_process(shared, tmp_path, HEAVY):
        assert row["heavy"] == [], row
        assert row["files"] == [], row
