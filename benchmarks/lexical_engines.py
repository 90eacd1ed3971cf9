"""One search engine for words in one process; started by lexical.py, which says what is measured.

    PYTHON benchmarks/lexical_engines.py ENGINE TOKENS QUESTIONS FOLDER

TOKENS and QUESTIONS hold one text a line, its words apart by spaces. Only the engine itself is
imported beside the standard library: bm25s lives in an environment of its own.
"""

import json
import resource
import sys
import time
from itertools import islice
from pathlib import Path

K = 50
DOCUMENT = 500  # passages of a document that is added to what is there


class Tantivy:
    """As rag_core.stores.lexical uses it, with one field."""

    def __init__(self, folder):
        import tantivy

        self._tantivy, builder = tantivy, tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("body", tokenizer_name="words", index_option="freq")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, path=str(folder))
        words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer("words", words)
        self._writer = self._index.writer(30_000_000, 1)

    def add(self, passages):
        for number, text in passages:
            self._writer.add_document(self._tantivy.Document(id=str(number), body=text))
        self._writer.commit()
        self._index.reload()

    def search(self, question):
        query = self._tantivy.Query
        any_of = [
            (self._tantivy.Occur.Should, query.term_query(self._schema, "body", word))
            for word in question.split()
        ]
        searcher = self._index.searcher()
        hits = searcher.search(query.boolean_query(any_of), K, count=False).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]


class Fts5:
    """A table of SQLite beside the record, in the same write-ahead mode."""

    def __init__(self, folder):
        import sqlite3

        self._rows = sqlite3.connect(folder / "fts5.sqlite3", isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=FULL")
        self._rows.execute(
            "CREATE VIRTUAL TABLE passages USING fts5(body, content='', columnsize=1, "
            """tokenize="unicode61 remove_diacritics 0 tokenchars '.,:/-'")"""
        )

    def add(self, passages):
        self._rows.execute("BEGIN")
        self._rows.executemany("INSERT INTO passages(rowid, body) VALUES (?, ?)", passages)
        self._rows.execute("COMMIT")

    def search(self, question):
        any_of = " OR ".join(f'"{word}"' for word in question.split() if '"' not in word)
        query = "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?"
        return [row[0] for row in self._rows.execute(query, (any_of, K))]


class Bm25s:
    """In memory, as its documentation shows; adding means building it again."""

    def __init__(self, folder):
        import bm25s

        self._bm25s, self._folder = bm25s, folder
        self._ids, self._vocabulary = [], {}

    def add(self, passages):
        known = self._vocabulary
        for _, text in passages:
            self._ids.append([known.setdefault(word, len(known)) for word in text.split()])
        self._index = self._bm25s.BM25()
        self._index.index((self._ids, known), show_progress=False)
        self._index.save(str(self._folder))

    def search(self, question):
        words = [question.split()]
        found, _ = self._index.retrieve(words, k=K, show_progress=False, n_threads=0)
        return list(found[0])


ENGINES = {"tantivy": Tantivy, "fts5": Fts5, "bm25s": Bm25s}


def lines(path):
    with open(path, encoding="utf-8") as file:
        yield from enumerate(line.rstrip("\n") for line in file)


def timed(call):
    """Seconds by the clock and of the processor."""
    clock, worked = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - worked


def main():
    name, tokens, questions, folder = sys.argv[1], *map(Path, sys.argv[2:])
    engine = ENGINES[name](folder)
    passages = lines(tokens)
    last = list(islice(passages, DOCUMENT))
    built = timed(lambda: engine.add(passages))
    added = timed(lambda: engine.add(last))
    asked = [text for _, text in lines(questions)]
    for question in asked:
        engine.search(question)
    took = sorted(timed(lambda question=question: engine.search(question)) for question in asked)
    worked = sorted(one[1] for one in took)
    at = int(0.95 * len(asked))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    result = {
        "index_seconds": round(built[0], 1),
        "index_cpu_seconds": round(built[1], 1),
        "add_seconds": round(added[0], 2),
        "p50_ms": round(took[len(took) // 2][0] * 1000, 2),
        "p95_ms": round(took[at][0] * 1000, 2),
        "p95_cpu_ms": round(worked[at] * 1000, 2),
        "disk_mb": round(size / 1e6),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
