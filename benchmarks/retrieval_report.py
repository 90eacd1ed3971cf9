"""The results of benchmarks/retrieval.py as Markdown, for results/retrieval.md and README."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.rivals import ENTRIES, OURS, TUTORIAL

BEGIN, END = "<!-- retrieval table -->", "<!-- /retrieval table -->"
KOREAN = {
    "set": "자료",
    "questions": "질문",
    "all": "전체",
    "Korean": "한국어",
    "English": "영어",
    "across languages": "두 언어 사이",
    "indexing all sets, seconds": "모두 색인하는 시간(초)",
    "peak memory with child processes, MB": "하위 프로세스를 더한 최대 메모리(MB)",
}
READMES = {"README.md": {}, "README.ko.md": KOREAN}
LANGUAGES = {"ko": "Korean", "en": "English"}


def summary(result: Mapping[str, Any], words: Mapping[str, str] | None = None) -> str:
    """The table that README shows: hit@1 / hit@5, a set a row, the best hit@1 in bold.

    `words` puts its own words into another language.
    """

    def say(text: str) -> str:
        return (words or {}).get(text, text)

    names = _names(result)
    head = [say("set"), say("questions"), *(ENTRIES[name].label for name in names)]
    rows = []
    for title, entry in result["sets"].items():
        rivals = entry["rivals"]
        best = max(row["hit@1"] for row in rivals.values())
        cells = []
        for name in names:
            cell = f"{rivals[name]['hit@1']:.2f} / {rivals[name]['hit@5']:.2f}"
            cells.append(f"**{cell}**" if rivals[name]["hit@1"] == best else cell)
        asked, _, group = title.partition(", ")
        shown = f"{asked}, {say(group)}" if group else asked
        rows.append([shown, str(entry["questions"]), *cells])
    total = {
        name: sum(
            {
                _set(title): entry["rivals"][name]["index_seconds"]
                for title, entry in result["sets"].items()
            }.values()
        )
        for name in names
    }
    rows.append([say("indexing all sets, seconds"), "", *(f"{total[name]:.1f}" for name in names)])
    rows.append(
        [
            say("peak memory with child processes, MB"),
            "",
            *(str(result["peak_mb"][name]) for name in names),
        ]
    )
    return table(head, rows)


def report(result: Mapping[str, Any]) -> str:
    """The whole page: what was run, the summary, every measure with its interval, the speed."""
    machine = result["machine"]
    parts = [
        "# Retrieval beside rivals",
        f"Written by `python -m benchmarks.retrieval` in one run of {result['minutes']} minutes on "
        f"{machine['cores']} cores without a GPU, Python {machine['python']}. All documents are "
        f"indexed; of a set with more questions the same {result['sample']} are put to everybody. "
        "Nobody is tuned; nothing is downloaded, so where a default would fetch or call a model, "
        "all-MiniLM-L6-v2 stands in.",
        table(
            ["", "what it is"],
            [[ENTRIES[name].label, ENTRIES[name].what] for name in _names(result)],
        ),
        "Releases: " + ", ".join(f"{name} {one}" for name, one in result["versions"].items()) + ".",
        *_kept(result.get("kept", [])),
        "## hit@1 / hit@5",
        summary(result),
        *_speed(result["speed"]),
        "## Every measure, with its 95 % interval (bootstrap over the questions)",
    ]
    for title, entry in result["sets"].items():
        parts += [f"### {title} ({entry['questions']} questions)", _measures(entry["rivals"])]
    return "\n\n".join(parts) + "\n"


def write(result: Mapping[str, Any], folder: Path) -> None:
    """retrieval.json and retrieval.md."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (folder / "retrieval.json").write_text(text + "\n", encoding="utf-8")
    (folder / "retrieval.md").write_text(report(result), encoding="utf-8")


def into_readme(result: Mapping[str, Any], repository: Path) -> None:
    """Put the summary between the marks of each README."""
    for name, words in READMES.items():
        path = repository / name
        before, rest = path.read_text(encoding="utf-8").split(BEGIN)
        after = rest.split(END)[1]
        text = f"{before}{BEGIN}\n{summary(result, words)}\n{END}{after}"
        path.write_text(text, encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column to the left, the others to the right."""
    align = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, align, *rows])


def _names(result: Mapping[str, Any]) -> list[str]:
    """Who was measured, in the order of ENTRIES."""
    return [name for name in ENTRIES if name in result["peak_mb"]]


def _kept(names: Sequence[str]) -> list[str]:
    """Says who was not measured anew."""
    if not names:
        return []
    labels = ", ".join(ENTRIES[name].label for name in names)
    return [
        f"All others were measured again after that run, {labels} were not: what they find in the "
        "same documents stays the same. Compare times across the two with care."
    ]


def _set(title: str) -> str:
    return title.split(", ")[0]


def _measures(rivals: Mapping[str, Mapping[str, Any]]) -> str:
    head = ["", "hit@1", "hit@5", "nDCG@10", "passages", "index s", "query p50 ms", "p95 ms"]
    rows = [
        [
            ENTRIES[name].label,
            *(_with_interval(row, one) for one in ("hit@1", "hit@5", "ndcg@10")),
            str(row["passages"]),
            f"{row['index_seconds']:.1f}",
            f"{row['query_p50_ms']:.1f}",
            f"{row['query_p95_ms']:.1f}",
        ]
        for name, row in ((name, rivals[name]) for name in ENTRIES if name in rivals)
    ]
    return table(head, rows)


def _with_interval(row: Mapping[str, Any], name: str) -> str:
    low, high = row[f"{name}_interval"]
    return f"{row[name]:.3f} ({low:.3f}–{high:.3f})"


def _speed(speed: Mapping[str, Any]) -> list[str]:
    if not speed:
        return []
    head = ["passages of 500 letters", "", "timed", "embed, ms each", "index, ms each"]
    rows, ratios = [], []
    for tongue, entry in speed.items():
        for name in (OURS, TUTORIAL):
            row = entry[name]
            each = [f"{row[f'{what}_ms_a_passage']:.3f}" for what in ("embed", "index")]
            rows.append([LANGUAGES[tongue], ENTRIES[name].label, str(row["passages"]), *each])
        ratios.append(
            f"{LANGUAGES[tongue]}: embedding {entry['embed_ratio']} ×, "
            f"indexing {entry['index_ratio']} × as fast"
        )
    return [
        "## Speed",
        table(head, rows),
        "; ".join(ratios)
        + ". Ours is timed over all passages; the tutorial chain over a sample of the same ones, "
        "its time taken per passage, since it grows with them.",
    ]
