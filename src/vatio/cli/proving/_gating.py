"""A gate on the terminal: how far it is, and what came out."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._terminal import is_plain, live_writer, put_json, put_lines, save
from vatio.errors import UsageError
from vatio.govern import GateOutcome, GateProgress
from vatio.records import QualityRow, Quantity, Verdict
from vatio.report import clean, short_id, told
from vatio.report.verdict import badge_svg, comparison_svg, headline, text_picture, to_html, to_junit, to_markdown, to_sarif

_WIDTH = 80
_LABEL = 12
# Where nothing can be written over, a line every so often says that it still goes on.
_EVERY_S = 10.0
_COLOURS = {"pass": "32", "fail": "31", "inconclusive": "33"}
_MOST_PACKAGES = 12


def configured(given: Mapping[str, Any], options: tuple[RunOption, ...]) -> dict[str, object]:
    """Name the options as keys of [gate], leaving out what was not given."""
    return {f"gate.{option.name}": given[option.name] for option in options if given[option.name] is not None}


@contextmanager
def telling(rim: Rim) -> Iterator[Callable[[GateProgress], None] | None]:
    """Show how far a gate is: in place on a terminal, else a line for each step and each ten seconds; nothing with -q."""
    if rim.quiet:
        yield None
        return
    try:
        yield teller(rim.environ)
    finally:
        if not is_plain(sys.stderr, rim.environ):
            live_writer(sys.stderr, rim.environ)("")


def teller(environ: Mapping[str, str]) -> Callable[[GateProgress], None]:
    """Give what shows how far a gate is: in place on a terminal, a line for each step and each ten seconds elsewhere."""
    plain, write = is_plain(sys.stderr, environ), live_writer(sys.stderr, environ)
    last_step, last_s = "", 0.0

    def tell(at: GateProgress) -> None:
        nonlocal last_step, last_s
        now_s = time.monotonic()
        if plain and at.step == last_step and now_s - last_s < _EVERY_S:
            return
        last_step, last_s = at.step, now_s
        count = f", {at.done} of at most {at.planned} runs" if at.planned else ""
        write(f"vatio: {clean(at.step)}{count}")

    return tell


def check_files(files: Mapping[str, str | None], *, as_json: bool) -> None:
    """Check, before minutes of measuring, that what is asked for can be written.

    Raises:
        UsageError: two of them go to stdout, or a file's folder is not there or cannot be written.
    """
    printed = [f"--{name} -" for name, path in files.items() if path == "-"] + ["--json"] * as_json
    if len(printed) > 1:
        raise UsageError(f"{' and '.join(printed)} would both be on stdout", hint="give all but one a file")
    for name, path in files.items():
        if path not in (None, "-") and not _is_writable(path or ""):
            raise UsageError(f"--{name} {path} cannot be written", hint="name a file in a folder that is there")


def _is_writable(path: str) -> bool:
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe or a device is written to where it is
        return os.access(path, os.W_OK) and not os.path.isdir(path)
    return os.access(os.path.dirname(path) or os.curdir, os.W_OK | os.X_OK)


def show(outcome: GateOutcome, *, files: Mapping[str, str | None], as_json: bool) -> None:
    """Write the files that were asked for, and the verdict to stdout."""
    verdict, ratios = outcome.verdict, outcome.ratios
    writers: dict[str, Callable[[], str]] = {
        "junit": lambda: to_junit(verdict),
        "sarif": lambda: to_sarif(verdict),
        "markdown": lambda: to_markdown(verdict, ratios=ratios),
        "picture": lambda: comparison_svg(verdict, ratios=ratios),
        "badge": lambda: badge_svg(verdict),
        "html": lambda: to_html(verdict, ratios=ratios, record=outcome.measurement.record),
    }
    for name, path in files.items():
        if path is not None:
            save(path, writers[name]())
    if as_json:
        put_json(verdict)
    elif "-" not in files.values():
        put_lines(gate_lines(outcome, plain=is_plain(sys.stdout, os.environ)))


def gate_lines(outcome: GateOutcome, *, plain: bool = True) -> list[str]:
    """Write what came out, on lines of 80 columns."""
    verdict = outcome.verdict
    word = verdict.outcome.upper()
    shown = word if plain else f"\x1b[1;{_COLOURS[verdict.outcome]}m{word}\x1b[0m"
    first, *more = textwrap.wrap(f"{word}  {clean(headline(verdict))}", _WIDTH)
    lines = [first.replace(word, shown, 1), *more, *_wrapped(f"{outcome.reason[:1].upper()}{outcome.reason[1:]}.")]
    if verdict.pairs:
        lines += ["", *(f"  {line}" for line in text_picture(verdict, ratios=outcome.ratios).splitlines()), ""]
    for label, text in _rows(outcome):
        lines += _row(label, text)
    return lines


def _rows(outcome: GateOutcome) -> list[tuple[str, str]]:
    verdict = outcome.verdict
    rows = [
        ("baseline", verdict.baseline),
        ("candidate", verdict.candidate),
        ("medians", _medians(verdict)),
        ("pairs", _pairs(verdict)),
        ("noise", "" if verdict.noise_ratio is None else f"{verdict.noise_ratio:.1%} a run, the baseline against itself"),
        *(("quality", _quality(row)) for row in verdict.quality),
        ("beside", _beside(verdict)),
        ("history", _history(outcome)),
        ("upgrade", verdict.advice or ""),
        *(("package", _package(one.name, one.baseline, one.candidate)) for one in verdict.packages[:_MOST_PACKAGES]),
        *((("", f"and {len(verdict.packages) - _MOST_PACKAGES} more"),) if len(verdict.packages) > _MOST_PACKAGES else ()),
        ("cost", f"the comparison itself: {_energy(verdict.energy_j)}"),
        *(("note", note) for note in verdict.notes),
        ("kept", _kept(outcome)),
    ]
    return [(label, text) for label, text in rows if text]


def _medians(verdict: Verdict) -> str:
    if verdict.baseline_value is None or verdict.candidate_value is None:
        return ""
    unit = {"J": "J", "cpu_s": "CPU-s"}[verdict.unit]
    per = f" for each {verdict.per}" if verdict.per else ""
    return f"{verdict.baseline_value:.4g}, then {verdict.candidate_value:.4g} {unit}{per}"


def _pairs(verdict: Verdict) -> str:
    found = "" if verdict.mde_ratio is None else f"; so many find changes from {verdict.mde_ratio:+.1%} on"
    if verdict.outcome != "inconclusive":
        return f"{verdict.pairs}{found}"
    more = (
        "how many more would decide cannot be told"
        if not verdict.more_pairs
        else f"about {verdict.more_pairs} more would decide"
    )
    return f"{verdict.pairs}{found}; {more}"


def _quality(row: QualityRow) -> str:
    ends = ", ".join("open" if end is None else f"{end:+.4g}" for end in (row.change.low, row.change.high))
    return f"{row.metric} {row.change.value:+.4g} ({ends}), {row.max_loss:g} may be lost: {row.outcome}"


def _beside(verdict: Verdict) -> str:
    tests = ", ".join(f"{name} p {found.p:.2g}" for name, found in verdict.tests.items())
    decided = f"{verdict.test} p {verdict.p:.2g} decides; " if verdict.p is not None else ""
    return f"{decided}beside it {tests}" if tests else decided.rstrip("; ")


def _history(outcome: GateOutcome) -> str:
    shift = outcome.verdict.shift
    if shift is None:
        count = len(outcome.history)
        return f"{count} earlier verdict{'s' * (count > 1)}, no lasting change" if count else ""
    return f"{shift.change_ratio:+.1%} since {shift.since} (p {shift.p:.2g}, {shift.verdicts} verdicts)"


def _package(name: str, before: str | None, after: str | None) -> str:
    return f"{name} {before or 'absent'} -> {after or 'absent'}"


def _energy(energy_j: Quantity) -> str:
    return told(energy_j, "j") if energy_j.provenance in ("measured", "missing") else f"{told(energy_j, 'j')}, modelled"


def _kept(outcome: GateOutcome) -> str:
    if outcome.recorded_in is None:
        return "not recorded"
    where = os.path.relpath(outcome.recorded_in) if os.path.isabs(outcome.recorded_in) else outcome.recorded_in
    run = outcome.verdict.run
    shown = f"; vatio runs show {short_id(run)}" if run else ""
    saved = f"baseline {outcome.saved} and verdict" if outcome.saved else "verdict"
    return f"{saved} in {min(where, outcome.recorded_in, key=len)}{shown}"


def _row(label: str, text: str) -> list[str]:
    lines = textwrap.wrap(clean(text), _WIDTH - _LABEL, break_on_hyphens=False) or [""]
    return [f"{label if at == 0 else '':<{_LABEL}}{line}" for at, line in enumerate(lines)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(clean(text), _WIDTH)
