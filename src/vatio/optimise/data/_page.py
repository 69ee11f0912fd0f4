"""Write advice about a table for a terminal, as JSON, and as a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vatio import __version__
from vatio.optimise.data._advice import Advice, Advised
from vatio.report.page import Html, document, join, section, table, tag, text, user, words


def advice_lines(found: Advised) -> tuple[str, ...]:
    """Write the advice as lines, best first."""
    return tuple(_lines(found))


def _lines(found: Advised) -> Iterator[str]:
    yield _headline(found)
    yield ""
    yield from (f"! {finding}" for finding in found.findings)
    yield from [""] * bool(found.findings)
    width = max((len(each.name) for each in found.advice), default=10)
    yield f"  {'candidate':<{width}}  {'cost, ' + found.unit:>12}  {'saved (95 %)':<32}{found.metric} (95 %)"
    baseline = "-" if found.cost is None else f"{found.cost:.4g}"
    yield f"  {'as it is':<{width}}  {baseline:>12}  {'':<32}{found.baseline_quality:.3f}"
    for each in found.advice:
        cost = "-" if each.cost is None else f"{each.cost:.4g}"
        mark = ">" if each.is_worth_it else " "
        told = "; ".join(part for part in (_quality(each), each.reason) if part)
        yield f"{mark} {each.name:<{width}}  {cost:>12}  {_saved(each):<32}{told}"
    yield ""
    yield _verdict(found)
    yield f"the search cost {found.cpu_s or 0.0:.3g} CPU-s; run {found.run}"
    yield from (f"note: {note}" for note in found.notes)


def _headline(found: Advised) -> str:
    return f"{found.source}: {found.rows} rows x {found.columns} columns, {found.algorithm}, {found.metric}"


def _saved(each: Advice) -> str:
    if each.saving_ratio is None:
        return "-"
    value, low, high = (100.0 * number for number in each.saving_ratio)
    return f"{value:+.1f} % ({low:+.1f} .. {high:+.1f})"


def _quality(each: Advice) -> str:
    if each.quality is None:
        return "-"
    value, low, high = each.quality
    return f"{value:+.3f} ({low:+.3f} .. {high:+.3f})"


def _verdict(found: Advised) -> str:
    best = found.best
    if best is None:
        return (
            f"keep what you have: nothing is surely cheaper or better at a loss of {100.0 * found.max_loss:.3g} points at most"
        )
    after = "" if found.pays_after is None else f"; the search is repaid after {max(1, round(found.pays_after))} trainings"
    return f"do: {best.name} ({best.what}){after}"


def advice_json(found: Advised) -> dict[str, Any]:
    """Give the advice as JSON."""
    return {
        "schema": "vatio.data-advice/1",
        "source": found.source,
        "rows": found.rows,
        "columns": found.columns,
        "algorithm": found.algorithm,
        "metric": found.metric,
        "max_loss": found.max_loss,
        "unit": found.unit,
        "baseline": {"cost": found.cost, "quality": found.baseline_quality},
        "do": None if found.best is None else found.best.name,
        "advice": [
            {
                "name": each.name,
                "what": each.what,
                "cost": each.cost,
                "saving_ratio": None if each.saving_ratio is None else each.saving_ratio._asdict(),
                "quality_change": None if each.quality is None else each.quality._asdict(),
                "is_worth_it": each.is_worth_it,
                "reason": each.reason,
            }
            for each in found.advice
        ],
        "findings": list(found.findings),
        "learning_curve": [{"rows_ratio": level, "quality": quality} for level, quality in found.curve],
        "run": found.run,
        "cpu_s": found.cpu_s,
        "energy_j": {"value": found.energy_j.value, "provenance": found.energy_j.provenance},
        "pays_after": found.pays_after,
        "notes": list(found.notes),
    }


def advice_html(found: Advised) -> str:
    """Write one page of advice; it asks no host for anything."""
    brand = tag("div", tag("p", tag("b", text("vatio")), text(" optimise data"), class_="brand"), class_="bar")
    head = tag("header", brand, tag("h1", user(_headline(found))))
    body = [tag("p", user(_verdict(found))), section("Candidates", _table(found))]
    for name, lines in (("Findings", found.findings), ("Notes", found.notes)):
        if lines:
            body.append(section(name, tag("ul", *(tag("li", user(line)) for line in lines), class_="plain")))
    points = [[text(f"{100.0 * level:.0f} %"), text(f"{quality:.3f}")] for level, quality in found.curve]
    curve = table(text("On rows of the training side"), [text("rows"), text(found.metric)], points)
    body.append(section("Learning curve", curve))
    foot = tag("footer", tag("p", text(f"vatio {__version__}: measured in run {found.run}, costs in {found.unit}.")))
    return document(_headline(found), join([head, tag("main", *body, id="figures"), foot]), words("en"))


def _table(found: Advised) -> Html:
    rows = [
        [
            user(each.name),
            text("-" if each.cost is None else f"{each.cost:.4g}"),
            text(_saved(each)),
            text(_quality(each)),
            user(each.reason or "worth it"),
        ]
        for each in found.advice
    ]
    heads = ("candidate", f"cost, {found.unit}", "saved (95 %)", f"{found.metric} (95 %)", "")
    return table(text("Against the data as they are"), [text(name) for name in heads], rows)
