"""Read fake sensors whose joules are known, vatio and the unmodified peers side by side: run-07a to run-07d.

The error of a tool is its distance from the integral of the trace between its own first and last reading, so that end
effects are not charged to it; a peer that does not tell them is given every window that its calls allow.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from benchmarks._peers import PEERS
from benchmarks._row import Row
from benchmarks.meters._cases import CASES, POLLED, Case, Zone
from benchmarks.meters._rig import Rig, open_rig, why_not
from vatio.measure import Surroundings
from vatio.measure.meters import RaplMeter

COMMAND = "make bench TOPIC=run ONLY=run-07"
# Wraps every 50 ms: a reader that goes backwards at a wrap has a hundred chances.
_FAST = Case(
    name="fast",
    what="a counter that wraps every 50 ms, read every millisecond",
    zones=(Zone(entry="intel-rapl:0", name="package-0", steps=((1.0, 100.0),), range_j=5.0),),
    duration_s=5.0,
)
_AT_ONCE = 6
Told = dict[str, object]
Errors = dict[str, dict[str, float | str]]


def rows(peers: bool) -> list[Row]:
    """Measure every case; without root or a C compiler every row says so."""
    lacks = why_not()
    if lacks:
        return [_row(case, {}, lacks) for case in CASES] + [
            _other("b", None, lacks),
            _other("c", None, lacks),
            _other("d", None, lacks),
        ]
    cases = (*CASES, POLLED)
    with open_rig((*cases, _FAST)) as rig:
        told = _run_all(rig, ("vatio",), cases, at_once=3)
        errors = _errors(rig, cases, told)
        falls = count_falls(rig)
        if peers:
            errors = _merged(errors, _errors(rig, cases, _run_all(rig, tuple(PEERS), cases, at_once=_AT_ONCE)))
    found = [_row(case, errors[case.name], "") for case in CASES]
    return [_worst(found), *found, *_rest(errors, falls, told)]


def count_falls(rig: Rig) -> int:
    """Count readings below the one before, over about a hundred wraps."""
    tree = rig.tree(_FAST)
    os.makedirs(os.path.join(tree, "sys"), exist_ok=True)
    os.symlink(os.path.join(tree, "class"), os.path.join(tree, "sys/class"))
    meter = RaplMeter.open(Surroundings(root=tree))
    until_s, last_j, falls = time.monotonic() + _FAST.duration_s, float("-inf"), 0
    while time.monotonic() < until_s:
        energy_j = meter.read()[0]
        if energy_j is not None:
            falls += energy_j < last_j
            last_j = energy_j
        time.sleep(0.001)
    meter.close()
    return falls


def _run_all(
    rig: Rig, tools: Iterable[str], cases: Sequence[Case], *, at_once: int
) -> dict[tuple[str, str], tuple[Told | None, str]]:
    """Run each tool on each case, several at once: most of them sleep. What loops runs after the others, by itself."""
    calm = [(tool, case) for tool in tools for case in cases if case.work == "sleep"]
    loud = [(tool, case) for tool in tools for case in cases if case.work != "sleep"]
    found = {}
    for jobs, workers in ((calm, at_once), (loud, 1 if at_once < _AT_ONCE else 2)):
        with ThreadPoolExecutor(workers) as pool:
            for (tool, case), result in zip(jobs, pool.map(lambda job: rig.run(*job), jobs), strict=True):
                found[tool, case.name] = result
    return found


def _errors(rig: Rig, cases: Sequence[Case], told: dict[tuple[str, str], tuple[Told | None, str]]) -> Errors:
    """Give each case's error of each tool in percent, or why it has none."""
    by_name = {case.name: case for case in cases}
    errors: Errors = {name: {} for name in by_name}
    for (tool, name), (found, why) in told.items():
        errors[name][tool] = why if found is None else rig.error_percent(by_name[name], found)
    return errors


def _merged(first: Errors, second: Errors) -> Errors:
    return {name: {**first[name], **second[name]} for name in first}


def _row(case: Case, errors: dict[str, float | str], lacks: str, *, name: str = "", limit: float = 0.1) -> Row:
    own = errors.get("vatio")
    known = {tool: abs(error) for tool, error in errors.items() if tool != "vatio" and isinstance(error, float)}
    best = min(known, key=known.__getitem__, default="")
    told = [
        f"{tool} {error:+.1f}" if isinstance(error, float) else f"{tool}: {error}"
        for tool, error in errors.items()
        if tool != "vatio"
    ]
    return Row(
        id=name or f"run-07a-{case.name}",
        what=f"error against known joules: {case.what}",
        relation="<=",
        limit=limit,
        got=round(abs(own), 4) if isinstance(own, float) else None,
        unit="%",
        peer=PEERS[best][0].replace("==", " ") if best else "",
        peer_got=round(known[best], 4) if best else None,
        command=COMMAND,
        why="; ".join(told) if isinstance(own, float) else (lacks or str(own)),
    )


def _worst(found: Sequence[Row]) -> Row:
    """Sum the cases up: the worst error, and the peer whose own worst is least among those that ran in all cases."""
    errors = [row.got for row in found if row.got is not None]
    return Row(
        id="run-07a",
        what="worst error against known joules over the cases below",
        relation="<=",
        limit=0.1,
        got=max(errors) if len(errors) == len(found) else None,
        unit="%",
        peer="no tool passes all",
        command=COMMAND,
        why="" if len(errors) == len(found) else "a case did not run",
    )


def _rest(errors: Errors, falls: int, told: dict[tuple[str, str], tuple[Told | None, str]]) -> list[Row]:
    constant, why = told["vatio", "constant"]
    half_percent = None
    if constant is not None:
        low_j, high_j, energy_j = (float(str(constant[key])) for key in ("low_j", "high_j", "energy_j"))
        half_percent = round(100.0 * (high_j - low_j) / 2.0 / energy_j, 3)
    polled = _row(replace(POLLED, what=POLLED.what + " at 1 Hz"), errors[POLLED.name], "", name="run-07b", limit=2.0)
    return [polled, _other("c", falls, ""), _other("d", half_percent, why)]


def _other(letter: str, got: float | None, why: str) -> Row:
    what, relation, limit, unit, peer = {
        "b": ("polled GPU, bursts of 3.7 s at 1 Hz", "<=", 2.0, "%", ""),
        "c": (_FAST.what + ": values below the one before", "==", 0.0, "values", "zeus 0.16.0 goes backwards at wraps"),
        "d": ("half-width of a measured 10 s interval", "<=", 5.0, "%", "no peer prints one"),
    }[letter]
    return Row(
        id=f"run-07{letter}",
        what=what,
        relation=relation,
        limit=limit,
        got=got,
        unit=unit,
        peer=peer,
        command=COMMAND,
        why=why,  # type: ignore[arg-type]
    )
