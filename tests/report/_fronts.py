"""Fronts to be shown: one with a choice for two batches, one that keeps what there is, one with a stranger's names."""

from __future__ import annotations

from dataclasses import replace

from vatio.records import Front, FrontPoint, FrontSearch, Interval, Quantity, Rejected

HOSTILE = '</title><script>alert("x")</script>\x1b[31m'


def measured(value: float, spread: float = 0.03) -> Quantity:
    return Quantity.around(value, value * (1.0 - spread), value * (1.0 + spread), provenance="measured")


def interval(value: float, low: float, high: float) -> Interval:
    return Interval(value=value, low=low, high=high)


def point(
    name: str, chain: tuple[str, ...], batch: int, cost: float, times: float, quality: float, **more: object
) -> FrontPoint:
    return FrontPoint(
        id=f"{name}-b{batch}",
        chain=chain,
        batch=batch,
        cpu_s_per_1000=measured(cost),
        times=interval(times, times * 0.96, times * 1.05),
        quality={"accuracy": interval(quality, quality - 0.004, quality + 0.004)},
        size_bytes=2_200_000,
        latency_s={"p50": 0.0005, "p99": 0.0008},
        **more,  # type: ignore[arg-type]
    )


def chosen_front() -> Front:
    quantised = ("openvino", "int8 preset=mixed")
    sure, unsure = interval(-0.0014, -0.0042, 0.0003), interval(0.0014, -0.0123, 0.0111)
    labels = "the lower bound is below: about 800 more labels would do"
    return Front(
        baseline=(point("base", (), 1, 1.56, 1.0, 0.9903), point("base", (), 32, 1.036, 1.0, 0.9903)),
        points=(
            point(
                "b", ("bf16",), 1, 0.189, 8.25, 0.9903, change=interval(0, -0.001, 0.001), certified=True, payback_calls=90_000
            ),
            point(
                "c", quantised, 1, 0.15, 10.41, 0.9889, change=sure, certified=True, payback_calls=81_000, artefact="points/c"
            ),
            point("d", ("prune ratio=0.5", *quantised), 1, 0.094, 16.65, 0.9917, change=unsure, reason=labels),
            point(
                "c", quantised, 32, 0.061, 17.1, 0.9889, change=sure, certified=True, payback_calls=150_000, artefact="points/c"
            ),
        ),
        rejected=(
            rejected("int8_dynamic", "dearer: 2.2 times the cost", cost=3.37, quality=0.9917),
            rejected("majority", "another was surer", cost=0.0004, quality=0.1),
            Rejected(chain=("compile",), reason="'torch' is not installed; pip install 'vatio[torch]'", status="not available"),
        ),
        chosen={"1": "c-b1", "32": "c-b32"},
        search=FrontSearch(energy_j=Quantity.absent("energy"), cpu_s=312.4, trials=34),
        metric="accuracy",
        max_loss=0.01,
        confidence=0.95,
        run="0199aa-0000",
        model="digits:network",
        calls_per_day=400_000.0,
        days=365.0,
        notes=("the search ended: nothing left promised to repay what trying it costs",),
    )


def rejected(chain: str, reason: str, *, cost: float, quality: float) -> Rejected:
    return Rejected(chain=(chain,), reason=reason, status="tried", batch=1, cpu_s_per_1000=measured(cost), quality=quality)


def kept_front() -> Front:
    whole = chosen_front()
    return replace(whole, baseline=whole.baseline[:1], points=whole.points[2:3], chosen={}, calls_per_day=None)


def hostile_front() -> Front:
    whole = chosen_front()
    points = tuple(replace(each, chain=(HOSTILE,), artefact=f"points/{HOSTILE}'", reason=HOSTILE) for each in whole.points)
    left = (Rejected(chain=(HOSTILE * 20,), reason=HOSTILE * 50, status=HOSTILE),)
    return replace(whole, points=points, rejected=left, model=HOSTILE, metric=HOSTILE, notes=(HOSTILE,), run=HOSTILE)


def counted_front() -> Front:
    """Give a front whose joules a sensor counted, of a metric that is no ratio and below 0."""
    whole = chosen_front()
    joules = {
        "energy_per_1000_j": measured(12.0),
        "quality": {"neg_root_mean_squared_error": interval(-53.2, -55.0, -51.0)},
        "change": interval(-0.4, -0.9, 0.2),
    }
    return replace(
        whole,
        baseline=tuple(replace(each, **{**joules, "change": None}) for each in whole.baseline),
        points=tuple(replace(each, **joules) for each in whole.points),
        search=FrontSearch(energy_j=measured(5400.0), cpu_s=312.4, trials=1),
        metric="neg_root_mean_squared_error",
        max_loss=1.5,
    )
