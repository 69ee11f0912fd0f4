"""prove-03a, prove-03b, prove-05: what a replay finds, and what it comes to."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

from benchmarks._row import Row
from benchmarks.prove._replay_cases import CASES, Found, Project, bundled, network_can_be_cut, project_in, seeded

COMMAND = "make bench TOPIC=prove ONLY=prove-03,prove-05"
_TIERS = {"L0": 0, "L1": 1, "L2": 2, None: 3}


def rows(peers: bool) -> list[Row]:
    """Give how many of the seven cases are missed, each of them by itself, and the tier of the seeded one."""
    missed = {name: _missed(name) for name in CASES}
    whole = Row(
        id="prove-03a",
        what=f"reproduce: not detected or wrongly named, of {len(CASES)}",
        relation="==",
        limit=0,
        got=sum(bool(why) for why in missed.values()),
        unit="cases",
        command=COMMAND,
        why="; ".join(f"{name}: {why}" for name, why in missed.items() if why),
    )
    each = [
        Row(
            id=f"prove-03a-{name.replace(' ', '-').lower()}",
            what=f"reproduce, {name}: not detected or wrongly named",
            relation="==",
            limit=0,
            got=float(bool(why)),
            unit="cases",
            command=COMMAND,
            why=why,
        )
        for name, why in missed.items()
    ]
    return [whole, *each, _tier_row("prove-03b", "the seeded case: tier reached", _found(seeded)), _bundle_row()]


def _missed(name: str) -> str:
    make, kind, place = CASES[name]
    with tempfile.TemporaryDirectory() as folder:
        found = make(project_in(folder))
    return (
        "" if found.names(kind, place) else f"exit code {found.exit_code}, {found.verdict.get('diverged')} {found.said[-200:]}"
    )


def _found(make: Callable[[Project], Found]) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        return make(project_in(folder))


def _bundle_row() -> Row:
    what = "bundle replayed with the network cut off (unshare --net), project and environment gone: tier reached"
    if network_can_be_cut():
        return _tier_row("prove-05", what, _found(bundled))
    why = "this user may not make a network namespace"
    return Row(id="prove-05", what=what, relation="==", limit=0, got=None, unit="tier", command=COMMAND, why=why)


def _tier_row(row_id: str, what: str, found: Found) -> Row:
    got = _TIERS.get(found.verdict.get("tier"), 3) if found.verdict.get("outcome") == "reached" else 3
    why = f"{found.verdict.get('diverged')} {found.said[-200:]}" if got else ""
    return Row(id=row_id, what=what, relation="==", limit=0, got=got, unit="tier", command=COMMAND, why=why)
