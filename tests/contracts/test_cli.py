"""The command line as a script sees it: a real process, its output, its exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag_core.extractive import NO_ANSWER
from tests.servers.openai_server import OpenAIServer, Reply

ROOT = Path(__file__).parents[2]
KOREAN = "등대 안내서.txt"
LIGHTHOUSE = "포항의 첫 등대는 1908년에 불을 밝혔습니다. 등대의 높이는 26미터입니다.\n"
HARBOUR = "The harbour of Pohang was opened in 1962. Its lighthouse is 26 metres tall.\n"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; nothing else may stand there."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> dict[str, Any]:
        (only,) = self.rows
        return only


class Command:
    """`python -m rag_core` with a library of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "SEODAM_DATA": str(folder / "library"),
        }

    def __call__(self, *arguments: str | Path, **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "rag_core", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)


def _command(folder: Path) -> Command:
    (folder / KOREAN).write_text(LIGHTHOUSE * 3, encoding="utf-8")
    (folder / "harbour.txt").write_text(HARBOUR * 3, encoding="utf-8")
    return Command(folder)


def _fill(command: Command) -> Command:
    assert command("ingest", KOREAN, "harbour.txt", "--json").status == 0
    return command


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return _command(tmp_path)


@pytest.fixture
def filled(command: Command) -> Command:
    """Two documents in the library."""
    return _fill(command)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The same for tests that change nothing."""
    return _fill(_command(tmp_path_factory.mktemp("kept")))


def test_ingest_says_a_line_for_each_file_and_goes_on_after_a_bad_one(command: Command) -> None:
    (command.folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing behind it")
    done = command("ingest", KOREAN, "broken.pdf", "missing.pdf", "harbour.txt", "--json")
    assert done.status == 1
    added, broken, missing, last = done.rows
    assert set(added) == {
        *("path", "document_id", "status", "pages", "passages", "seconds", "warnings", "error")
    }
    assert (added["path"], added["status"], added["error"]) == (KOREAN, "added", None)
    assert added["pages"] >= 1
    assert added["passages"] >= 1
    assert added["seconds"] > 0
    assert broken["status"] == "failed"
    assert broken["error"]["code"] == "broken_file"
    assert "broken.pdf" in broken["error"]["message"]
    assert broken["document_id"] is None
    assert missing["error"]["code"] == "not_found"
    assert last["status"] == "added"

    again = command("ingest", KOREAN, "--json")
    assert again.status == 0
    assert again.row["status"] == "unchanged"
    assert again.row["document_id"] == added["document_id"]


def test_a_folder_stands_for_its_files_but_hidden_ones(command: Command) -> None:
    folder = command.folder / "folder" / "inner"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text(HARBOUR, encoding="utf-8")
    (folder / ".hidden.txt").write_text(HARBOUR, encoding="utf-8")
    done = command("ingest", "folder", "--json")
    assert [Path(row["path"]).name for row in done.rows] == ["a.txt"]


def test_names_come_back_as_shown_in_one_normal_form(command: Command) -> None:
    (command.folder / unicodedata.normalize("NFD", "바다.txt")).write_text(HARBOUR)
    command("ingest", unicodedata.normalize("NFD", "바다.txt"), "--json")
    (document,) = command("list", "--json").row["documents"]
    assert document["document"] == unicodedata.normalize("NFC", "바다.txt")


def test_a_path_that_is_not_utf8_breaks_no_json(command: Command) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        (command.folder / name).write_text(HARBOUR)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    done = command("ingest", name, "--json")
    assert done.row["status"] == "added", done.err
    assert command("list", "--json").status == 0


def test_search_gives_ranked_passages_with_their_places(kept: Command) -> None:
    found = kept("search", "등대는 언제 불을 밝혔나요?", "--k", "1", "--json").row
    assert set(found) == {"hits", "seconds"}
    (hit,) = found["hits"]
    assert set(hit) == {
        *("rank", "document", "page", "text", "score", "dense_rank", "lexical_rank")
    }
    assert hit["rank"] == 1
    assert hit["document"] == KOREAN
    assert hit["page"] is None
    assert "1908년" in hit["text"]
    assert 0 <= hit["score"] <= 1


def test_pages_of_a_pdf_are_physical(command: Command) -> None:
    sample = ROOT / "samples" / "seodam-sample-en.pdf"
    assert command("ingest", sample, "--json").row["pages"] == 9
    found = command("search", "What is attention?", "--json").row["hits"]
    assert {hit["page"] for hit in found} <= set(range(1, 10))
    assert found[0]["page"] == 5  # labelled 4


def test_ask_gives_an_answer_whose_quotes_stand_in_the_document(kept: Command) -> None:
    answer = kept("ask", "When was the harbour of Pohang opened?", "--json").row
    assert set(answer) == {
        *("answer", "citations", "answerable", "standalone_question", "model", "seconds")
    }
    assert "1962" in answer["answer"]
    assert answer["answerable"] is True
    assert answer["model"] == "extractive"
    assert answer["citations"]
    for citation in answer["citations"]:
        assert set(citation) == {"document", "page", "quote"}
        assert citation["quote"] in LIGHTHOUSE + HARBOUR


def test_ask_without_documents_is_not_answerable(command: Command) -> None:
    done = command("ask", "Anything?", "--json")
    assert done.status == 0
    assert done.row["answerable"] is False
    assert done.row["citations"] == []


def test_earlier_turns_reach_a_model_by_name(kept: Command) -> None:
    history = [{"question": "Which town has a harbour?", "answer": "Pohang, they say."}]
    (kept.folder / "history.json").write_text(json.dumps(history), encoding="utf-8")
    with OpenAIServer() as server:
        server.script(Reply(text="When was the harbour of Pohang opened?"))
        server.script(Reply(text="It was opened in 1962 [1]."))
        done = kept(
            *("ask", "And when was it opened?", "--model", "openai:small"),
            *("--history", "history.json", "--json"),
            OPENAI_BASE_URL=server.url,
            OPENAI_API_KEY="sk-canary",
        )
        sent = json.dumps(server.requests, ensure_ascii=False, default=str)
    assert done.status == 0, done.err
    assert "1962" in done.row["answer"]
    assert done.row["standalone_question"] == "When was the harbour of Pohang opened?"
    assert done.row["model"].endswith("small")
    assert "Pohang, they say." in sent
    assert "sk-canary" not in done.out + done.err


@pytest.mark.parametrize(
    "history",
    [
        [{"question": "포항의 등대는 높이가 얼마예요?", "answer": "26미터입니다."}],
        [
            {"role": "user", "text": "포항의 등대는 높이가 얼마예요?"},
            {"role": "assistant", "content": "26미터입니다."},
        ],
    ],
)
def test_a_follow_up_is_asked_in_words_that_stand_alone(
    kept: Command, history: list[dict[str, str]]
) -> None:
    (kept.folder / "history.json").write_text(json.dumps(history), encoding="utf-8")
    done = kept("ask", "그건 언제 불을 밝혔어요?", "--history", "history.json", "--json")
    assert done.row["standalone_question"] == "포항의 등대는 언제 불을 밝혔어요?"
    assert "1908" in done.row["answer"]
    whole = "Pohang opened a harbour in which year?"
    done = kept("ask", whole, "--history", "history.json", "--json")
    assert done.row["standalone_question"] == whole


@pytest.mark.parametrize("text", ["not json", '[{"answer": "no question"}]', "[1]", "{}x"])
def test_a_history_that_is_none_is_refused(kept: Command, text: str) -> None:
    (kept.folder / "history.json").write_text(text, encoding="utf-8")
    done = kept("ask", "And then?", "--history", "history.json", "--json")
    assert done.status == 1
    assert done.row["error"]["code"] == "broken_file"
    assert "Traceback" not in done.err


def test_a_model_that_cannot_be_reached_is_an_error_of_ours(kept: Command) -> None:
    done = kept(
        *("ask", "When?", "--model", "openai:small", "--json"),
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        OPENAI_API_KEY="k",
    )
    assert done.status == 1
    assert done.row["error"]["code"] == "model_unreachable"


def test_list_and_remove(filled: Command) -> None:
    documents = filled("list", "--json").row["documents"]
    assert [one["document"] for one in documents] == [KOREAN, "harbour.txt"]
    gone = documents[0]["id"]
    assert filled("remove", gone, "--json").row == {"removed": gone}
    left = filled("list", "--json").row["documents"]
    assert [one["document"] for one in left] == ["harbour.txt"]
    hits = filled("search", "등대", "--json").row["hits"]
    assert {hit["document"] for hit in hits} <= {"harbour.txt"}


def test_an_unknown_document_cannot_be_removed(kept: Command) -> None:
    done = kept("remove", "0" * 32, "--json")
    assert done.status == 1
    assert done.row["error"]["code"] == "not_found"


def test_collections_are_apart(filled: Command) -> None:
    assert filled("list", "--collection", "other", "--json").row == {"documents": []}
    done = filled("ingest", "harbour.txt", "--collection", "other", "--json")
    assert done.row["status"] == "added"
    hits = filled("search", "등대", "--collection", "other", "--json").row["hits"]
    assert {hit["document"] for hit in hits} == {"harbour.txt"}


def test_export_and_import_carry_a_library_over(filled: Command, tmp_path: Path) -> None:
    assert filled("export", "all.zip", "--json").row["documents"] == 2
    other = ("--data", tmp_path / "other")
    assert filled(*other, "import", "all.zip", "--json").row["added"] == 2
    assert filled(*other, "import", "all.zip", "--json").row["unchanged"] == 2
    assert len(filled(*other, "list", "--json").row["documents"]) == 2


def test_what_no_source_bears_out_is_said_in_the_terminal(kept: Command) -> None:
    with OpenAIServer() as server:
        server.script(Reply(text="It is 99 metres tall [1]. The harbour opened in 1962 [1]."))
        asked = ("ask", "How tall is the lighthouse of Pohang?", "--model", "openai:small")
        done = kept(*asked, OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-canary")
    assert done.status == 0, done.err
    assert "99 metres tall [1]. (" in done.out
    assert done.out.count(" (") == 1, done.out


def test_of_an_answer_that_breaks_off_what_arrived_is_shown(kept: Command) -> None:
    with OpenAIServer() as server:
        asked = ("ask", "How tall is the lighthouse of Pohang?", "--model", "openai:cut")
        done = kept(*asked, OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-canary")
    assert done.status == 1
    assert "one two" in done.out
    assert done.err


def test_that_nothing_answers_is_said_without_a_flag(command: Command) -> None:
    assert command("ask", "누가 이겼나요?").out == f"{NO_ANSWER['ko']}\n"


def test_a_folder_that_is_not_there_is_said_to_be_missing(filled: Command) -> None:
    done = filled("export", "nowhere/all.zip", "--json")
    assert (done.status, done.row["error"]["code"]) == (1, "not_found")
    assert "folder nowhere" in done.row["error"]["message"]


def test_a_collection_without_documents_is_said(filled: Command) -> None:
    assert (
        "no documents in the collection typo" in filled("ask", "등대", "--collection", "typo").err
    )
    assert "no documents" not in filled("search", "등대").err


def test_what_is_no_archive_of_ours_is_not_imported(command: Command) -> None:
    with zipfile.ZipFile(command.folder / "stranger.zip", "w") as archive:
        archive.writestr("../../evil.txt", "evil")
    for name in ("stranger.zip", KOREAN, "missing.zip"):
        done = command("import", name, "--json")
        assert done.status == 1, name
        assert done.row["error"]["code"] in {"broken_file", "not_found"}
    assert not list(command.folder.parent.glob("evil.txt"))


def test_check_repairs_what_was_lost(filled: Command) -> None:
    sound = filled("check", "--json").row
    assert (sound["documents"], sound["caches"]) == (2, "sound")
    library = filled.folder / "library"
    for path in sorted(library.rglob("*"), reverse=True):
        if "sqlite3" not in path.name or path.parent != library:
            path.rmdir() if path.is_dir() else path.unlink()
    assert filled("check", "--json").row["caches"] == "rebuilt"
    assert filled("search", "등대", "--json").row["hits"]


def test_evaluate_measures_a_beir_folder(command: Command) -> None:
    folder = command.folder / "set"
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": "a", "text": LIGHTHOUSE}, {"_id": "b", "title": "Pohang", "text": HARBOUR}]
    queries = [{"_id": "q", "text": "등대의 높이는?"}]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        text = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n")
    row = command("evaluate", "set", "--json").row
    assert {
        *("hit@1", "hit@5", "hit@10", "recall@10", "mrr@10", "ndcg@10", "queries", "documents"),
        *("index_seconds", "query_p50_ms", "query_p95_ms"),
    } <= set(row)
    assert (row["documents"], row["queries"], row["hit@5"]) == (2, 1, 1.0)
    assert row["legs"]["lexical"]["hit@1"] == row["legs"]["dense"]["hit@1"] == 1.0
    assert row["intervals"]["hit@5"] == [1.0, 1.0]
    assert row["over_better_leg"]["ndcg@10"] == 0.0
    shown = command("evaluate", "set").out
    assert "\nlegs dense ndcg@10: 1.0000 (1.0000 … 1.0000)\n" in shown
    assert not (command.folder / "library").exists()


def test_evaluate_measures_questions_with_gold_pages(command: Command) -> None:
    gold = [
        {
            "question": "등대는 언제 불을 밝혔나요?",
            "answer": "1908년",
            "answerable": True,
            "evidence": [{"doc": KOREAN, "page": None, "quote": "1908년에 불을 밝혔습니다"}],
        }
    ]
    text = "\n".join(json.dumps(row) for row in gold)
    (command.folder / "gold.jsonl").write_text(text, encoding="utf-8")
    row = command("evaluate", "gold.jsonl", "--documents", ".", "--json").row
    assert row["page_hit@1"] == 1.0
    assert row["answer_contains_gold"] == 1.0
    assert row["citation_validity"] == 1.0
    assert row["questions"] == 1
    assert row["intervals"]["page_hit@1"] == row["intervals"]["answer_contains_gold"] == [1.0, 1.0]
    assert "abstention_recall" not in row["intervals"]  # no question of the kind, no interval


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("ingest",),
        ("search", "등대", "--k", "0"),
        ("search", "등대", "--k", "many"),
        ("ask",),
        ("remove",),
        ("list", "--unknown"),
        ("evaluate", KOREAN),
    ],
)
def test_wrong_usage_ends_with_two_and_says_nothing_on_standard_output(
    command: Command, arguments: tuple[str, ...]
) -> None:
    done = command(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert "usage:" in done.err
    assert not (command.folder / "library").exists()


def test_a_missing_set_cannot_be_evaluated(command: Command) -> None:
    done = command("evaluate", "nowhere", "--json")
    assert done.status == 1
    assert done.row["error"]["code"] == "not_found"


def test_a_setting_that_cannot_be_understood_is_an_error(command: Command) -> None:
    done = command("list", "--json", SEODAM_MAX_PAGES="many")
    assert done.status == 1
    assert done.row["error"]["code"] == "wrong_setting"


def test_for_people_it_speaks_their_language(kept: Command) -> None:
    done = kept("remove", "0" * 32, LANG="ko_KR.UTF-8")
    assert done.out == ""
    assert "없어요" in done.err
    said = kept("ask", "When was the harbour of Pohang opened?")
    assert "1962" in said.out
    assert "[1] harbour.txt:" in said.out


def test_each_number_in_an_answer_leads_to_its_own_source(kept: Command) -> None:
    answer, sources = kept("ask", "Tell me of the lighthouse and of the harbour.").out.split("\n\n")
    cited = re.findall(r"([^\]]+?) (\[\d\])", answer)
    assert len({number for _, number in cited}) > 1
    for sentence, number in cited:
        source = next(line for line in sources.splitlines() if line.startswith(number))
        assert source.endswith(sentence.strip())


def test_the_default_path_loads_neither_torch_nor_transformers(kept: Command) -> None:
    program = (
        "import sys; from rag_core.cli import main;"
        "assert main(['ask', 'When was the harbour opened?', '--json']) == 0;"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'streamlit', 'openai',"
        " 'langchain_community'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=kept.folder,
        env=kept.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
