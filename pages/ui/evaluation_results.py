"""What came of asking: a run, or two side by side with what differs question by question."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui import charts
from pages.ui.evaluation_setups import FIRST, SECOND
from pages.ui.messages import Words
from pages.ui.shell import literal
from rag_core.comparing import Difference, differences, outcome, paired
from rag_core.examinations import Evaluation, as_table

_SHARES = (
    "page_hit@1",
    "page_hit@5",
    "recall@k",
    "page_mrr@10",
    "ndcg@10",
    "answer_contains_gold",
    "cites_gold_page",
    "citation_validity",
    "answered_share",
    "abstention_recall",
)
_TIMES = ("search_p50_ms", "answer_p50_ms")
_MAIN = "ndcg@10"
_KEPT = 16  # comparisons
_DIGITS = 3


def show(words: Words, runs: Sequence[Evaluation]) -> None:
    """The newest run; beside it another one, where one is chosen or was asked in the same go."""
    if not runs:
        return
    by_id = {one.id: one for one in runs}
    st.header(words("evaluation.results"))
    first = by_id[_choose(words, FIRST, by_id, 0)]
    second = by_id[_choose(words, SECOND, by_id, min(1, len(runs) - 1))]
    if first is second:
        _one(words, first)
    else:
        _two(words, first, second)
    _files(words, runs, [first] if first is second else [first, second])


def _choose(words: Words, name: str, runs: Mapping[str, Evaluation], place: int) -> str:
    return st.selectbox(
        words("evaluation.run_shown", name=name),
        list(runs),
        index=place,
        format_func=lambda one: _named(words, runs[one]),
        key=f"run-{name.lower()}",
    )


def _named(words: Words, run: Evaluation) -> str:
    """When it was asked, and with what."""
    settings = run.settings
    parts = [run.made_at[5:16].replace("T", " ")]
    if "search" in settings:
        parts.append(words(f"evaluation.search_{settings['search']}"))
    if "k" in settings:
        parts.append(f"k {settings['k']}")
    names = ("embedding", "emphasis", "model", "collection")
    return " · ".join([*parts, *(settings[one] for one in names if settings.get(one))])


def _one(words: Words, run: Evaluation) -> None:
    names = [one for one in (*_SHARES, *_TIMES) if one in run.measures]
    measure, value = words("evaluation.measure"), words("evaluation.value")
    st.dataframe(
        [
            {measure: words(f"measure.{one}"), value: round(run.measures[one], _DIGITS)}
            for one in names
        ],
        hide_index=True,
        height="content",
    )
    rows = [
        {
            words("lab.the_question"): one.question,
            words("evaluation.rank"): one.rank,
            words("evaluation.right"): one.right,
            "nDCG@10": _rounded(one.scores.get(_MAIN)),
            words(f"measure.{_TIMES[0]}"): round(1000 * one.seconds, 1),
        }
        for one in run.asked
    ]
    with st.expander(words("evaluation.each", n=len(rows))):
        st.dataframe(rows, hide_index=True)
        missed = [one.question for one in run.asked if not one.right][:5]
        if missed:
            st.caption(words("evaluation.missed") + " " + " · ".join(literal(q) for q in missed))


def _two(words: Words, first: Evaluation, second: Evaluation) -> None:
    found = _differences(first.id, second.id, first, second)
    if _MAIN in found:
        _verdict(words, found[_MAIN])
    _measures(words, first, second, found)
    st.caption(words("evaluation.chance"))
    shown = [one for one in _SHARES if one in first.measures and one in second.measures]
    charts.groups(
        [
            (
                words(f"measure.{one}"),
                {FIRST: first.measures[one], SECOND: second.measures[one]},
            )
            for one in shown
        ],
        words("evaluation.value"),
        "compared",
        words("evaluation.chart"),
        beside=True,
    )
    _questions(words, first, second)


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _differences(
    first_id: str, second_id: str, _first: Evaluation, _second: Evaluation
) -> dict[str, Difference]:
    """The ids are the key: a run never changes."""
    return differences(_first.asked, _second.asked)


def _verdict(words: Words, found: Difference) -> None:
    """What can be said of the difference, and what cannot."""
    values = {
        "gain": f"{found.gain:+.3f}",
        "low": f"{found.low:+.3f}",
        "high": f"{found.high:+.3f}",
        "n": found.questions,
        "differ": found.more + found.less,
    }
    if not found.sure:
        st.info(words("evaluation.no_difference", **values), icon=":material/balance:")
    elif found.gain > 0:
        st.success(words("evaluation.better", name=SECOND, **values), icon=":material/trending_up:")
    else:
        st.success(words("evaluation.better", name=FIRST, **values), icon=":material/trending_up:")


def _measures(
    words: Words, first: Evaluation, second: Evaluation, found: Mapping[str, Difference]
) -> None:
    rows = []
    for one in (*_SHARES, *_TIMES):
        if one not in first.measures and one not in second.measures:
            continue
        a, b = first.measures.get(one), second.measures.get(one)
        difference = found.get(one)
        rows.append(
            {
                words("evaluation.measure"): words(f"measure.{one}"),
                FIRST: _rounded(a),
                SECOND: _rounded(b),
                f"{SECOND} − {FIRST}": _rounded(
                    difference.gain if difference else None if a is None or b is None else b - a
                ),
                words("evaluation.interval"): (
                    f"{difference.low:+.3f} … {difference.high:+.3f}" if difference else ""
                ),
                words("evaluation.more_than_chance"): difference.sure if difference else None,
            }
        )
    st.dataframe(rows, hide_index=True, height="content")


def _questions(words: Words, first: Evaluation, second: Evaluation) -> None:
    """Each question: with which of the two it went better; those first that differ."""
    said = {
        1: words("evaluation.went_better", name=SECOND),
        0: words("evaluation.same"),
        -1: words("evaluation.went_better", name=FIRST),
    }
    pairs = [(outcome(a, b), a, b) for a, b in paired(first.asked, second.asked)]
    pairs.sort(key=lambda one: (one[0] == 0, -one[0]))
    counts = {one: sum(pair[0] == one for pair in pairs) for one in said}
    label = words("evaluation.each_of_two", n=len(pairs), a=counts[-1], b=counts[1], same=counts[0])
    rank, right = words("evaluation.rank"), words("evaluation.right")
    with st.expander(label):
        st.dataframe(
            [
                {
                    words("evaluation.outcome"): said[one],
                    words("lab.the_question"): a.question,
                    f"{rank} {FIRST}": a.rank,
                    f"{rank} {SECOND}": b.rank,
                    f"{right} {FIRST}": a.right,
                    f"{right} {SECOND}": b.right,
                }
                for one, a, b in pairs
            ],
            hide_index=True,
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _files(words: Words, runs: Sequence[Evaluation], shown: Sequence[Evaluation]) -> None:
    """What can be carried away: the questions of what is shown, and the measures of every run."""
    every = [{"settings": one.settings, "made_at": one.made_at, **one.measures} for one in runs]
    with st.container(horizontal=True):
        for name, run in zip((FIRST, SECOND), shown, strict=False):
            st.download_button(
                words("evaluation.table", name=name),
                as_table(run),
                f"evaluation-{run.made_at[:16].replace(':', '')}-{name}.csv",
                "text/csv",
                icon=":material/table_view:",
                on_click="ignore",
                key=f"table-{name.lower()}",
            )
        st.download_button(
            words("evaluation.keep"),
            json.dumps(every, ensure_ascii=False, indent=2),
            "evaluations.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
