"""What `vatio reproduce` says: the tier, what was compared, where both part and why, the energy beside, the attestation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_json, put_lines, save
from vatio.errors import UsageError
from vatio.govern import Preparation, ReproduceRequest
from vatio.records import Divergence, Replay, ReplayedEnergy
from vatio.report import clean, told

_TIERS = {"L0": "bitwise: every output has the same bytes", "L1": "numeric: all numbers agree", "L2": "the metric agrees"}
_OUTCOMES = {"reached": "reproduced", "diverged": "not reproduced", "impossible": "cannot be replayed"}
EXIT_CODES = {"reached": 0, "diverged": 1, "impossible": 3}
_COLUMNS = 80
_MOST_LINES = 8


def replay(rim: Rim, run: str, given: Mapping[str, Any], *, as_json: bool) -> int:
    """Replay a run, or say what that would be; give the exit code."""
    from vatio.govern import preparation_of, reproduce_run

    options = dict(given)
    attest, is_dry = options.pop("attest"), options.pop("dry_run")
    if attest is not None and not os.path.isdir(os.path.dirname(attest) or os.curdir):
        raise UsageError(f"cannot write {attest}: there is no such folder", hint="--attest FILE")
    request = request_of(run, options, rim.environ)
    if is_dry:
        with preparation_of(request, config=rim.config()) as ready:
            if not isinstance(ready, Replay):
                put_json(preparation_json(ready)) if as_json else put_lines(tuple(preparation_lines(ready)))
                return 3 if ready.missing else 1 if ready.contradictions else 0
            verdict = ready
    else:
        verdict = reproduce_run(request, config=rim.config(), progress=rim.note)
    put_json(verdict) if as_json else put_lines(tuple(replay_lines(verdict)))
    if attest is not None:
        write_attestation(rim, verdict, attest)
    return EXIT_CODES[verdict.outcome]


def request_of(run: str, given: dict[str, Any], environ: Any) -> ReproduceRequest:
    """Read the options of a replay.

    Raises:
        UsageError: one of them cannot mean anything.
    """
    from vatio.ledger import is_public
    from vatio.units import parse_duration_s

    arguments = dict(map(_argument, given["arguments"]))
    longest, keys = given.pop("max_time"), given.pop("keys")
    if len(keys) > 1 or not all(map(is_public, keys)):
        raise UsageError("a bundle is signed by one key, of 64 hexadecimal digits", hint="vatio ledger keygen prints it")
    return ReproduceRequest(
        run=run,
        environ=environ,
        key=keys[0] if keys else None,
        max_time_s=None if longest is None else parse_duration_s(longest),
        **{**given, "arguments": arguments},
    )


def _argument(text: str) -> tuple[int, str]:
    at, equals, value = text.partition("=")
    if not equals or not at.isdigit():
        raise UsageError(
            f"--arg {text!r} is not N=VALUE", hint="--arg 3=VALUE replaces word 3 of the command; 0 is the program"
        )
    return int(at), value


def replay_lines(verdict: Replay) -> Iterator[str]:
    """Write a verdict for a terminal of 80 columns."""
    reached = f"{verdict.tier}, {_TIERS[verdict.tier]}" if verdict.tier else "no tier"
    yield f"{_OUTCOMES[verdict.outcome]:<18} {reached if verdict.outcome != 'impossible' else ''}".rstrip()
    yield from _line("asked", f"{verdict.required} or better")
    yield from _line("original", verdict.original)
    for run in (verdict.replay, *verdict.replays):
        if run:
            yield from _line("replay", run)
    if verdict.environment:
        yield from _line("environment", verdict.environment)
    for one in _few(verdict.missing):
        yield from _line("missing", one)
    for one in _few(verdict.compared):
        yield from _line("compared", one)
    yield from _divergences(verdict.diverged, "differs")
    yield from _divergences(verdict.differences, "beside")
    yield from _energy(verdict.energy)
    for note in _few(verdict.notes):
        yield from _line("note", note)
    yield from _attested(verdict)


def _divergences(found: Sequence[Divergence], word: str) -> Iterator[str]:
    for one in found[:_MOST_LINES]:
        yield from _line(word, one.field)
        if word == "differs":
            yield from _line("", f"{_value(one.original)} -> {_value(one.replay)}")
        yield from _line("", one.reason)
    if len(found) > _MOST_LINES:
        yield from _line("", f"and {len(found) - _MOST_LINES} more; --json has all")


def _energy(energy: ReplayedEnergy | None) -> Iterator[str]:
    if energy is None:
        return
    unit = "j" if energy.unit == "J" else "s"
    both = f"{told(energy.original, unit)} -> {told(energy.replay, unit)}{'' if unit == 'j' else ' of CPU time'}"
    word = {True: "equivalent", False: "not equivalent", None: "not told"}[energy.equivalent]
    margin = "" if energy.margin_ratio is None or energy.equivalent is None else f" within {energy.margin_ratio:.0%}"
    yield from _line("energy (L3)", f"{word}{margin}: {both}")
    if energy.why:
        yield from _line("", energy.why)


def _attested(verdict: Replay) -> Iterator[str]:
    if verdict.attestation is None:
        return
    signed = (
        f"signed by key {verdict.signed_by[:12]}" if verdict.signed_by else "not signed: there is no key (vatio ledger keygen)"
    )
    yield from _line("attestation", f"{verdict.attestation[:16]} in the ledger, {signed}")


def _value(value: object) -> str:
    text = f"{value:.9g}" if isinstance(value, float) else str(value)
    return f"{text[:12]}..." if len(text) == 64 else text


def _few(lines: Sequence[str]) -> Sequence[str]:
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else (*lines[:_MOST_LINES], f"and {more} more; --json has all")


def _line(word: str, text: str) -> Iterator[str]:
    """Break a line at its words, so that it fits beside its name; what has no space in it is not broken."""
    import textwrap

    indent = 19
    wrapped = textwrap.wrap(clean(text), _COLUMNS - indent, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"{word:<{indent - 1}} {wrapped[0]}".rstrip()
    yield from (" " * indent + rest for rest in wrapped[1:])


def preparation_lines(ready: Preparation) -> Iterator[str]:
    """Write what a replay would do and what it lacks."""
    yield from _line("would replay", ready.original.record.id)
    for step in ready.steps:
        word, _, text = step.partition(": ")
        yield from _line(word, text)
    for one in ready.missing:
        yield from _line("missing", one)
    yield from _divergences(ready.contradictions, "differs")
    yield from _divergences(ready.differences, "beside")
    yield "nothing was run"


def preparation_json(ready: Preparation) -> dict[str, Any]:
    """Give ``vatio.replay-plan/1``."""
    return {
        "schema": "vatio.replay-plan/1",
        "original": ready.original.record.id,
        "steps": list(ready.steps),
        "missing": list(ready.missing),
        "diverged": ready.contradictions,
        "differences": ready.differences,
    }


def write_attestation(rim: Rim, verdict: Replay, path: str) -> None:
    """Write the envelope that the ledger keeps of a verdict to a file; where nothing was replayed, say so.

    Raises:
        UsageError: it cannot be written.
    """
    with rim.ledger(settled=False) as ledger:
        kept = next((one for one in ledger.said("attestation") if one.hash == verdict.attestation), None)
    if kept is None:
        rim.note(f"{path} is not written: there is nothing to attest")
        return
    save(path, json.dumps(kept.payload["envelope"], indent=2) + "\n")
