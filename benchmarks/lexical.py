"""Which engine should hold the words: tantivy, SQLite's FTS5 or bm25s, as the library grows.

    python -m benchmarks.lexical FOLDER… [--sizes 10000 100000 1000000] [--bm25s PYTHON]

All get the same search words (search_words.py) of the real passages of the BEIR folders and of made
ones (made.py), and their real questions; each engine is a process of its own. Measured: building,
adding one more document of 500 passages, a question's best fifty by the clock and by the
processor, bytes on the disk, memory. bm25s runs when the interpreter of an environment that has
it is named. One JSON object a size and engine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count, islice
from pathlib import Path

from benchmarks.made import Maker, questions, texts
from rag_core.search_words import lexical_tokens, question_tokens


@lru_cache(maxsize=1_000_000)
def words_of(word: str) -> str:
    return " ".join(lexical_tokens(word))


def passages(folders: Sequence[Path]) -> Iterator[str]:
    """Search words of passages without end, the real ones first."""
    real = texts(folders)
    yield from (" ".join(lexical_tokens(text)) for text in real)
    maker = Maker(real)
    for number in count():
        for text in maker.document(number):
            yield " ".join(map(words_of, text.split()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=150, help="of each folder")
    parser.add_argument("--bm25s", help="a Python that has bm25s")
    options = parser.parse_args()
    engines = {"tantivy": sys.executable, "fts5": sys.executable}
    engines |= {"bm25s": options.bm25s} if options.bm25s else {}
    with tempfile.TemporaryDirectory() as folder:
        tokens, asked = Path(folder) / "tokens", Path(folder) / "questions"
        drawn = questions(options.folders, options.questions)
        asked.write_text("\n".join(" ".join(question_tokens(one)) for one in drawn), "utf-8")
        for size in options.sizes:
            with tokens.open("w", encoding="utf-8") as file:
                file.writelines(f"{one}\n" for one in islice(passages(options.folders), size))
            for name, python in engines.items():
                with tempfile.TemporaryDirectory() as place:
                    script = Path(__file__).with_name("lexical_engines.py")
                    command = [python, script, name, tokens, asked, place]
                    said = subprocess.run(
                        list(map(str, command)), capture_output=True, text=True, check=True
                    ).stdout
                print(json.dumps({"engine": name, "passages": size, **json.loads(said)}))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
