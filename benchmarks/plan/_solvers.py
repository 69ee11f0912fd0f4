"""Solve a time-indexed program from stdin by HiGHS or CP-SAT: ``_solvers.py highs|cp-sat SECONDS``; one thread each."""

from __future__ import annotations

import json
import sys
from typing import Any

_SCALE = 1000


def highs(program: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Solve by scipy's HiGHS, which takes no start."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    columns, count = program["columns"], len(program["columns"])
    zones, jobs = len(program["capacity_w"]), len(program["power_w"])
    cost = np.concatenate([[column[4] for column in columns], np.zeros(jobs * zones)])
    rows, places, values = [], [], []
    lower, upper = [], []
    row = 0
    for job in range(jobs):  # one zone each
        for zone in range(zones):
            rows.append(row), places.append(count + job * zones + zone), values.append(1.0)
        lower.append(1.0), upper.append(1.0)
        row += 1
    links = {}
    for at, (job, zone, _, _, _) in enumerate(columns):
        link = links.setdefault((job, zone), row + len(links))
        rows.append(link), places.append(at), values.append(1.0)
    for (job, zone), link in links.items():
        needed = program["slots"][job] if program["pieces"][job] else 1
        rows.append(link), places.append(count + job * zones + zone), values.append(-float(needed))
    lower += [0.0] * len(links)
    upper += [0.0] * len(links)
    row += len(links)
    for at, (job, zone, start, span, _) in enumerate(columns):
        for slot in range(start, start + span):
            rows.append(row + zone * program["horizon"] + slot), places.append(at), values.append(program["power_w"][job])
    for zone in range(zones):
        lower += [-np.inf] * program["horizon"]
        upper += [program["capacity_w"][zone]] * program["horizon"]
    whole = coo_array((values, (rows, places)), shape=(row + zones * program["horizon"], len(cost))).tocsr()
    found = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(whole, lower, upper),
        options={"time_limit": seconds, "mip_rel_gap": 0.001},
    )
    return {"grams": None if found.x is None else float(found.fun), "bound": getattr(found, "mip_dual_bound", None)}


def cp_sat(program: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Solve by CP-SAT from the hint."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    zones, jobs = len(program["capacity_w"]), len(program["power_w"])
    used: dict[tuple[int, int], list[Any]] = {}
    by_place: dict[tuple[int, int], list[Any]] = {}
    terms = []
    for (job, zone, start, span, grams), hint in zip(program["columns"], program["hint"], strict=True):
        chosen = model.new_bool_var("")
        model.add_hint(chosen, hint)
        by_place.setdefault((job, zone), []).append(chosen)
        terms.append((chosen, round(grams * _SCALE)))
        for slot in range(start, start + span):
            used.setdefault((zone, slot), []).append((chosen, round(program["power_w"][job] * 10)))
    for job in range(jobs):
        here = [model.new_bool_var("") for _ in range(zones)]
        model.add_exactly_one(here)
        needed = program["slots"][job] if program["pieces"][job] else 1
        for zone in range(zones):
            model.add(sum(by_place[job, zone]) == needed * here[zone])
    for (zone, _), taken in used.items():
        model.add(sum(chosen * watts for chosen, watts in taken) <= int(program["capacity_w"][zone] * 10 + 1e-6))
    model.minimize(sum(chosen * weight for chosen, weight in terms))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 1
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {"grams": None, "bound": solver.best_objective_bound / _SCALE}
    grams = sum(program["columns"][at][4] for at, (chosen, _) in enumerate(terms) if solver.value(chosen))
    # Each weight was rounded by half a unit at the most.
    return {"grams": grams, "bound": solver.best_objective_bound / _SCALE - len(terms) / 2.0 / _SCALE}


if __name__ == "__main__":
    solve = {"highs": highs, "cp-sat": cp_sat}[sys.argv[1]]
    print(json.dumps(solve(json.load(sys.stdin), float(sys.argv[2]))))
