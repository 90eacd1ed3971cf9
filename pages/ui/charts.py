"""Charts, and the one home of Altair: values in, a picture on the page.

Names and texts may come from anywhere: they reach a chart as data or as JSON strings, never as an
expression. `told` is what a screen reader says of a picture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

RED = "#d1242f"
_LABEL = 190  # pixels
_CELL = 22  # pixels of a row
_LINE = 60  # letters that stand beside each other


def bars(
    rows: Sequence[tuple[str, float]], title: str, key: str, told: str, top: float | None = None
) -> None:
    """Named values as bars, in their order; `top` is where the axis ends."""
    scale = alt.Scale() if top is None else alt.Scale(domain=[0, top])
    _draw(
        alt.Chart(_numbered(rows))
        .mark_bar()
        .encode(x=alt.X("value:Q", title=title, scale=scale), y=_names(rows)),
        key,
        told,
    )


def groups(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    title: str,
    key: str,
    told: str,
    beside: bool = False,
) -> None:
    """For each name the values of some groups, added up as one bar, or as bars beside each
    other."""
    table = pd.DataFrame(
        [
            {"row": number, "group": group, "value": value, "order": place}
            for number, (_, values) in enumerate(rows)
            for place, (group, value) in enumerate(values.items())
        ],
        columns=["row", "group", "value", "order"],
    )
    legend = alt.Legend(orient="bottom", title=None, columns=1, labelLimit=300)
    kinds = list(dict.fromkeys(group for _, values in rows for group in values))
    more: dict[str, Any] = {"yOffset": alt.YOffset("order:O")} if beside else {}
    _draw(
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title=title),
            y=_names(rows),
            color=alt.Color("group:N", legend=legend, scale=alt.Scale(domain=kinds)),
            order="order:O",
            tooltip=[alt.Tooltip("group:N", title=" "), alt.Tooltip("value:Q", format=".3f")],
            **more,
        ),
        key,
        told,
    )


def grid(
    values: np.ndarray,
    down: Sequence[str],
    across: Sequence[str],
    titles: tuple[str, str, str],
    key: str,
    told: str,
    top: float = 1.0,
    written: bool = False,
) -> None:
    """A heat map of `values` (down, across), each 0 … top. `titles`: of the rows, of the columns,
    of the values; `written`: the values stand in the cells."""
    rows, columns = np.indices(values.shape)
    table = pd.DataFrame(
        {"row": rows.ravel(), "column": columns.ravel(), "value": values.ravel().astype(float)}
    )
    table["from"] = [down[i] for i in table["row"]]
    table["to"] = [across[i] for i in table["column"]]
    angle = 0 if len(across) * max(map(len, across)) <= _LINE else -90
    base = alt.Chart(table).encode(
        x=alt.X("column:O", title=titles[1], axis=_labels(across, labelAngle=angle, labelLimit=70)),
        y=alt.Y("row:O", title=titles[0], axis=_labels(down, labelLimit=90)),
    )
    tips = [
        alt.Tooltip("from:N", title=titles[0]),
        alt.Tooltip("to:N", title=titles[1]),
        alt.Tooltip("value:Q", title=titles[2], format=".3f"),
    ]
    colour = alt.Color("value:Q", scale=_shades(top), legend=None)
    chart: Any = base.mark_rect().encode(color=colour, tooltip=tips)
    if written:
        dark = alt.condition(f"datum.value > {0.6 * top}", alt.value("white"), alt.value("black"))
        chart += base.mark_text().encode(text=alt.Text("value:Q", format=".2f"), color=dark)
    _draw(chart.properties(height=_CELL * len(down) + 110), key, told)


def ladder(
    steps: Sequence[tuple[str, float, Sequence[tuple[str, float]]]],
    columns: str,
    key: str,
    told: str,
) -> None:
    """What might have come at each step: a row for each token that was written, with the likeliest
    tokens beside each other; the chosen one is framed. A step: chosen, its probability, the top."""
    cells = []
    for number, (chosen, probability, top) in enumerate(steps):
        found = [_alike(one, chosen, probability) for one in top]
        row = top if any(found) else (*top, (chosen, probability))
        for rank, (token, p) in enumerate(row, start=1):
            shown = f"{_visible(token)} {p:.0%}"
            framed = _alike((token, p), chosen, probability)
            cells.append((number, rank, token, p, shown, framed))
    table = pd.DataFrame(cells, columns=["step", "rank", "token", "p", "shown", "chosen"])
    names = [f"{number}. {_visible(one[0])}" for number, one in enumerate(steps, start=1)]
    base = alt.Chart(table).encode(
        x=alt.X("rank:O", title=columns, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("step:O", title=None, axis=_labels(names, labelLimit=120)),
        tooltip=[alt.Tooltip("token:N", title=" "), alt.Tooltip("p:Q", title="p", format=".4f")],
    )
    frame = alt.condition("datum.chosen", alt.value(RED), alt.value("transparent"))
    squares = base.mark_rect(strokeWidth=2.5).encode(
        color=alt.Color("p:Q", scale=_shades(1.0), legend=None), stroke=frame
    )
    dark = alt.condition("datum.p > 0.6", alt.value("white"), alt.value("black"))
    texts = base.mark_text(limit=110).encode(text="shown:N", color=dark)
    _draw((squares + texts).properties(height=alt.Step(_CELL + 4)), key, told)


def timeline(seconds: Sequence[float], titles: tuple[str, str], key: str, told: str) -> None:
    """When each piece arrived: seconds against how many there were by then."""
    table = pd.DataFrame({"seconds": seconds, "n": range(1, len(seconds) + 1)})
    base = alt.Chart(table).encode(
        x=alt.X("seconds:Q", title=titles[0], scale=alt.Scale(domainMin=0)),
        y=alt.Y("n:Q", title=titles[1], axis=alt.Axis(tickMinStep=1)),
    )
    line = base.mark_line(interpolate="step-after", opacity=0.4)
    _draw((line + base.mark_circle(size=40)).properties(height=160), key, told)


def places(
    points: Sequence[Mapping[str, Any]],
    asked: tuple[float, float],
    nearest: Sequence[tuple[float, float]],
    names: Mapping[str, str],
    key: str,
    told: str,
) -> None:
    """The map. A point has x, y, document, place, cosine, text; `names` are their titles, and that
    of the question under "question"; lines lead from it to its nearest."""
    plane = {"x": alt.X("x:Q", axis=None), "y": alt.Y("y:Q", axis=None)}
    legend = alt.Legend(orient="bottom", columns=1, labelLimit=400, title=None)
    tips = [alt.Tooltip(f"{one}:N", title=names[one]) for one in ("document", "place", "text")]
    tips.append(alt.Tooltip("cosine:Q", title=names["cosine"], format=".3f"))
    circles = alt.Chart(pd.DataFrame(points)).mark_circle(opacity=0.7)
    passages = circles.encode(
        **plane,
        color=alt.Color("document:N", legend=legend),
        size=alt.Size("cosine:Q", legend=None, scale=alt.Scale(range=[10, 160])),
        tooltip=tips,
    )
    x, y = asked
    ends = pd.DataFrame([{"x": x, "y": y, "to_x": a, "to_y": b} for a, b in nearest])
    rays = alt.Chart(ends).mark_rule(color=RED, opacity=0.5, strokeDash=[4, 3])
    star = pd.DataFrame([{"x": x, "y": y, "text": names["question"]}])
    mark = alt.Chart(star).mark_point(shape="cross", size=300, filled=True, color=RED)
    here = mark.encode(**plane, tooltip=[alt.Tooltip("text:N", title=" ")])
    lines = rays.encode(**plane, x2="to_x:Q", y2="to_y:Q")
    _draw((passages + lines + here).properties(height=420), key, told)


def _alike(one: tuple[str, float], chosen: str, probability: float) -> bool:
    """Whether it is the chosen one: parts of letters all look the same."""
    return one[0] == chosen and bool(np.isclose(one[1], probability, rtol=1e-3))


def _shades(top: float) -> alt.Scale:
    """From next to nothing to `top`, on a light page and a dark one."""
    return alt.Scale(domain=[0, top], range=["#eef4fb", "#08519c"])


def _numbered(rows: Sequence[tuple[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame({"row": range(len(rows)), "value": [value for _, value in rows]})


def _names(rows: Sequence[tuple[str, Any]]) -> alt.Y:
    """Rows under their names, of which two may be alike."""
    axis = _labels([name for name, _ in rows], labelLimit=_LABEL)
    return alt.Y("row:O", title=None, axis=axis)


def _labels(names: Sequence[str], **how: Any) -> alt.Axis:
    """An axis of numbers that shows names instead. JSON's strings are Vega's."""
    shown = json.dumps([_visible(name) for name in names])
    return alt.Axis(labelExpr=f"{shown}[datum.value]", labelOverlap=False, labelFlush=False, **how)


def _visible(token: str) -> str:
    """A token without letters as something to look at."""
    return " ".join(token.split()) or token.replace("\n", "⏎").replace(" ", "␣") or "·"


def _draw(chart: Any, key: str, told: str) -> None:
    """Altair's own check of a chart takes longer than all the rest; the tests draw every one."""
    spec = chart.to_dict(validate=False)
    spec.pop("config", None)  # Altair's look; the page has its own
    st.vega_lite_chart(spec, width="stretch", key=key, alt=told)
