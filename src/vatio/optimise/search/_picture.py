"""Draw how good the best trial was against what had been spent, and write the search as one HTML page."""

from __future__ import annotations

from html import escape
from itertools import accumulate

from vatio.optimise.search._budget import spent_text
from vatio.optimise.search._result import SearchResult

_WIDTH, _HEIGHT, _EDGE = 640.0, 240.0, 40.0


def picture(found: SearchResult) -> str:
    """Write the search as one HTML page: a table of its trials, and the first metric against cumulative cost as SVG."""
    metric = found.metrics[0]
    names = ("trial", *(each.name for each in found.metrics), "cost", "setting")
    head = f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in names)}</tr>"
    rows = [
        f"<tr><td>{trial.number}</td>{_cells(trial.values, len(found.metrics), trial.status)}"
        f"<td>{spent_text(trial.cost, found.budget.unit)}</td><td>{escape(_setting(trial.params))}</td></tr>"
        for trial in found.trials
    ]
    title = f"{escape(metric.name)} against what was spent"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f"<h1>{title}</h1>{_drawn(found)}<p>{spent_text(found.cost, found.budget.unit)} of {found.budget.text}, "
        f"ended by {found.ended_by}, run {escape(found.run)}</p><table>{head}{''.join(rows)}</table></body></html>\n"
    )


def _cells(values: tuple[float, ...] | None, count: int, status: str) -> str:
    texts = [f"{value:.6g}" for value in values] if values else [status] + [""] * (count - 1)
    return "".join(f"<td>{text}</td>" for text in texts)


def _setting(params: object) -> str:
    return ", ".join(f"{name}={value}" for name, value in dict(params).items())  # type: ignore[call-overload]


def _drawn(found: SearchResult) -> str:
    """Draw each trial as a dot and the best so far as a line."""
    spent = list(accumulate(trial.cost for trial in found.trials))
    dots = [(at, t.values[0]) for at, t in zip(spent, found.trials, strict=True) if t.values and t.status == "finished"]
    if not dots:
        return "<p>No trial has finished.</p>"
    low, high = min(value for _, value in dots), max(value for _, value in dots)
    places = [(_x(at, spent[-1]), _y(value, low, high)) for at, value in dots]
    better = min if found.metrics[0].maximise else max  # the picture's y goes down
    line = list(accumulate((y for _, y in places), better))
    steps = " ".join(f"{x:.1f},{y:.1f}" for (x, _), y in zip(places, line, strict=True))
    circles = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" '
        f'aria-label="best so far"><g fill="#777">{circles}</g><polyline points="{steps}" fill="none" stroke="#06c" '
        f'stroke-width="2"/><text x="2" y="14" font-size="12">{high:.4g}</text>'
        f'<text x="2" y="{_HEIGHT - 6:g}" font-size="12">{low:.4g}</text></svg>'
    )


def _x(value: float, most: float) -> float:
    return _EDGE + (_WIDTH - 2 * _EDGE) * (value / most if most > 0.0 else 0.0)


def _y(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 1.0
    return _HEIGHT - _EDGE / 2 - (_HEIGHT - _EDGE) * share
