"""One job against brute force, published oracles and their tables: plan-01, plan-02, plan-03, plan-06.

Published figures: EuroSys'24 (umassos/decarbonization-potential) in ``eurosys24.csv``, naive forecasts and resumes in
``naive_forecasts.csv`` and ``resumes.csv``, all beside this file. The published series has 8 760 hours, the file 8 759: for
EuroSys'24 its last hour is taken to be as the one before; what comes out without it is printed too.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from benchmarks._row import Row
from benchmarks.plan._cases import NOW, cases, long_cases
from benchmarks.plan._grid import MISSING, curve, moment, series, table
from vatio.plan.job import Job, Rate, cheapest_slots, first_cheapest, oracle, plan_job, window_costs
from vatio.records import Quantity

COMMAND = "make bench TOPIC=plan ONLY="
CASES, LONG_CASES = 12_000, 120
LATEST = 672
ZONES = ("DE", "GB", "ES", "NL", "FR")


def rows(peers: bool) -> list[Row]:
    """Give every row of one job."""
    found = [exact(), cost()]
    if not series():
        return [*found, *(_row(name, what, "<=", 0.0, None, "points", MISSING) for name, what in WITHOUT_DATA.items())]
    return [*found, *published(), *resumes(), elastic()]


WITHOUT_DATA = {"plan-01b": "published tables", "plan-01c": "published tables", "plan-02a": "resumes", "plan-02b": "resumes"}


def exact() -> Row:
    """Hold every shape against trying everything."""
    worst, shapes = 0.0, dict.fromkeys((), 0)
    for case in [*cases(CASES), *long_cases(LONG_CASES)]:
        got = plan_job(case.job, case.curves, now=NOW, places=case.places).emissions_g.value or 0.0
        apart = abs(got - case.best_g)
        worst = max(worst, apart / case.best_g if case.best_g > 1e-9 else apart)
        shapes[case.shape] = shapes.get(case.shape, 0) + 1
    why = ", ".join(f"{count} {shape}" for shape, count in sorted(shapes.items()))
    return _row("plan-01a", "optimum against brute force, worst relative difference", "<=", 1e-9, worst, "ratio", why)


def published() -> list[Row]:
    """Recompute the published tables cell by cell."""
    short, long = _worst(whole=True)
    short_bare, long_bare = _worst(whole=False)
    naive, where = max(_naive())
    cells = f"{2 * len(table('eurosys24.csv'))} cells of EuroSys'24, {2 * len(table('naive_forecasts.csv'))} of naive forecasts"
    why = f"{cells}; EuroSys'24 {short:.4f} ({short_bare:.4f} without the last hour), naive {naive:.4f} ({where})"
    what = "published tables, worst difference"
    bare = f"{long_bare:.3f} without the last hour, which the file lacks"
    return [
        _row("plan-01b", f"{what}, slack up to 720 h", "<=", 0.02, max(short, naive), "points", why),
        _row("plan-01c", f"{what}, slack of a year", "<=", 0.15, long, "points", bare),
    ]


def _worst(*, whole: bool) -> tuple[float, float]:
    """Give the worst difference for slack of up to 720 h, and of a year."""
    year = [(slack, _apart(cells)) for slack, cells in _eurosys(whole=whole)]
    return max(apart for slack, apart in year if slack <= 720), max(apart for slack, apart in year if slack > 720)


def _apart(cells: Sequence[tuple[float, float]]) -> float:
    return max(abs(got - stated) for got, stated in cells)


def _eurosys(*, whole: bool) -> Iterator[tuple[int, list[tuple[float, float]]]]:
    for row in table("eurosys24.csv"):
        known, job, slack = series()[row["zone"]], int(row["job_h"]), int(row["slack_h"])
        values = [*known, known[-1]] if whole else known
        now = math.fsum(oracle(values, job, 0))
        cells = [
            (100.0 * (1.0 - math.fsum(oracle(values, job, slack, interruptible=paused)) / now), float(row[name]))
            for paused, name in ((False, "window_percent"), (True, "slots_percent"))
        ]
        yield slack, cells


def _naive() -> Iterator[tuple[float, str]]:
    """Plan on a naive forecast, pay what then was: the first table of section 3."""
    wanted = table("naive_forecasts.csv")
    for zone in dict.fromkeys(row["zone"] for row in wanted):
        for forecast in dict.fromkeys(row["forecast"] for row in wanted):
            asked = [row for row in wanted if (row["zone"], row["forecast"]) == (zone, forecast)]
            got = _replayed(series()[zone], FORECASTS[forecast], [(int(row["job_h"]), int(row["slack_h"])) for row in asked])
            for row, cells in zip(asked, got, strict=True):
                for cell, name in zip(cells, ("window_percent", "slots_percent"), strict=True):
                    yield (
                        abs(cell - float(row[name])),
                        f"{zone} {forecast} {row['job_h']}/{row['slack_h']}: {cell:.3f} against {row[name]}",
                    )


def _replayed(
    values: list[float], forecast: Callable[[list[float], int, int], list[float]], asked: list[tuple[int, int]]
) -> list[tuple[float, float]]:
    sums = [[0.0, 0.0, 0.0] for _ in asked]
    last = max(job + slack for job, slack in asked)
    for start in range(LATEST, len(values)):
        expected = forecast(values, start, last)
        for total, (job, slack) in zip(sums, asked, strict=True):
            if start + job + slack > len(values):
                continue
            window = expected[: job + slack]
            edges = range(job + slack + 1)
            first = start + first_cheapest(window_costs(edges, window, job))
            total[0] += sum(values[start : start + job])
            total[1] += sum(values[first : first + job])
            total[2] += sum(values[start + at] for at, _ in cheapest_slots(edges, window, job))
    return [(100.0 * (1.0 - window / now), 100.0 * (1.0 - slots / now)) for now, window, slots in sums]


def _perfect(values: list[float], start: int, hours: int) -> list[float]:
    return values[start : start + hours]


def _yesterday(values: list[float], start: int, hours: int, period: int = 24) -> list[float]:
    """Take the latest known value of the same hour of the day, or of the week; the present one is known."""
    before = values[start - period + 1 : start + 1]
    return [before[(ahead - 1) % period] for ahead in range(hours)]


def _last_week(values: list[float], start: int, hours: int) -> list[float]:
    return _yesterday(values, start, hours, 168)


def _week_mean(values: list[float], start: int, hours: int) -> list[float]:
    """Take the mean of the same hour over the seven days that are known."""
    means = [sum(values[start + 1 - 168 + hour : start + 1 : 24]) / 7.0 for hour in range(24)]
    return [values[start], *(means[(ahead - 1) % 24] for ahead in range(1, hours))]


FORECASTS = {"oracle": _perfect, "m7": _week_mean, "pday": _yesterday, "pweek": _last_week}


def resumes() -> list[Row]:
    """Plan with what a resume costs, arrivals every 7 h."""
    found = []
    for name, zone, hours, asked, blind in (("plan-02a", "DE", 0.5, 11.3, 9.6), ("plan-02b", "FR", 1.0, 7.4, -1.0)):
        got = _resumed(zone, 24, 24, hours)
        what = f"{zone}, 24 h job, slack 24 h, a resume costs {hours:g} h: saved"
        row = _row(name, what, ">=", asked, got, "%", peer="cheapest hours, blind to resumes", peer_got=blind)
        found.append(row)
    return found


def _resumed(zone: str, job: int, slack: int, resume_h: float) -> float:
    now_g = plan_g = 0.0
    for start in range(LATEST, len(series()[zone]) - job - slack + 1, 7):
        asked = _job(start, job, slack, interruptible=True, resume_cost_s=resume_h * 3600.0)
        plan = plan_job(asked, {zone: curve(zone, start, job + slack)}, now=moment(start))
        now_g += plan.now_emissions_g.value or 0.0
        plan_g += plan.emissions_g.value or 0.0
    return 100.0 * (1.0 - plan_g / now_g)


def _job(start: int, job: int, slack: int, **more: object) -> Job:
    deadline = moment(start) + timedelta(hours=job + slack)
    return Job(duration_s=job * 3600.0, deadline=deadline, power_w=Quantity.exact(500.0), **more)  # type: ignore[arg-type]


PROFILES: dict[str, Callable[[int], tuple[float, float]]] = {
    "concave": lambda workers: (workers**0.8, 40.0 + 90.0 * workers),
    "linear": lambda workers: (float(workers), 100.0 * workers),
    "superlinear": lambda workers: (workers**1.2, 30.0 + 95.0 * workers),
    "convex, then concave": lambda workers: (workers**1.4 if workers <= 4 else 4**1.4 + (workers - 4) ** 0.6, 100.0 * workers),
    "all or nothing": lambda workers: (0.2 * workers if workers < 8 else 8.0, 100.0 * workers),
}


def elastic() -> Row:
    """Hold elastic plans against the best static scale and against the linear program's optimum."""
    rng = random.Random(0)
    worst, count = 0.0, 0
    for profile in PROFILES.values():
        points = [profile(workers) for workers in range(1, 9)]
        rates = tuple(Rate(throughput_ratio=rate, power_w=power, scale=at) for at, (rate, power) in enumerate(points, start=1))
        for zone in ("DE", "FR", "US-CAL-CISO", "GB"):
            start = rng.randrange(LATEST, 8000)
            for slack in (12, 24, 48):
                asked = _job(start, 24, slack, interruptible=True, rates=rates)
                got = plan_job(asked, {zone: curve(zone, start, 24 + slack)}, now=moment(start)).emissions_g.value or 0.0
                best = min(_fractional(zone, start, 24 + slack, points), _static(zone, start, 24 + slack, points))
                worst, count = max(worst, 100.0 * (got / best - 1.0)), count + 1
    what = "elastic, worst loss against the best static scale and the fractional optimum"
    why = f"{count} jobs on {len(PROFILES)} profiles: {', '.join(PROFILES)}"
    return _row(
        "plan-03",
        what,
        "<=",
        0.01,
        worst,
        "%",
        why,
        peer="greedy by marginal throughput",
        peer_got="up to 11 (published profiles)",
    )


def _fractional(zone: str, start: int, hours: int, points: Sequence[tuple[float, float]]) -> float:
    from scipy.optimize import linprog

    values = series()[zone][start : start + hours]
    costs = [value * power / 1000.0 for value in values for _, power in points]
    work = [[rate for _ in values for rate, _ in points]]
    room = [[1.0 if row == at else 0.0 for at in range(hours) for _ in points] for row in range(hours)]
    return float(linprog(costs, A_ub=room, b_ub=[1.0] * hours, A_eq=work, b_eq=[24.0], method="highs").fun)


def _static(zone: str, start: int, hours: int, points: Sequence[tuple[float, float]]) -> float:
    """Give the best plan at one scale, with pauses and one hour in part."""
    values = sorted(series()[zone][start : start + hours])
    costs = []
    for rate, power in points:
        need = 24.0 / rate
        if need <= hours:
            whole = int(need)
            costs.append(
                (math.fsum(values[:whole]) + (need - whole) * (values[whole] if need > whole else 0.0)) * power / 1000.0
            )
    return min(costs)


def cost() -> Row:
    """Time the planning of one job in five regions over 168 hours, the dearest of its shapes."""
    what = "one job over 168 h, 5 regions, CPU after import"
    if not series():
        return _row("plan-06", what, "<=", 5.0, None, "ms", MISSING)
    shapes = {"window": {}, "slots": {"interruptible": True}, "resumes": {"interruptible": True, "resume_cost_s": 1800.0}}
    medians = {name: statistics.median(_cpu_ms(more)) for name, more in shapes.items()}
    why = ", ".join(f"{name} {cpu_ms:.2f} ms" for name, cpu_ms in medians.items())
    return _row("plan-06", what, "<=", 5.0, max(medians.values()), "ms", why)


def _cpu_ms(more: dict[str, object]) -> list[float]:
    found = []
    for start in range(LATEST, 8000, 300):
        curves = {zone: curve(zone, start, 168) for zone in ZONES}
        asked = _job(start, 24, 144, **more)
        begun = time.process_time()
        plan_job(asked, curves, now=moment(start))
        found.append(1000.0 * (time.process_time() - begun))
    return found


def _row(
    name: str,
    what: str,
    relation: str,
    limit: float,
    got: float | None,
    unit: str,
    why: str = "",
    *,
    peer: str = "",
    peer_got: float | str | None = None,
) -> Row:
    return Row(
        id=name,
        what=what,
        relation=relation,  # type: ignore[arg-type]
        limit=limit,
        got=got,
        unit=unit,
        peer=peer,
        peer_got=peer_got,
        command=f"{COMMAND}{name}",
        why=why,
    )
