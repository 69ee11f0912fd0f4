"""When and where jobs may run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vatio.config._setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanConfig:
    """Say where a job may run, how long it may wait, what moving and resuming it costs, and what is to be least."""

    zones: tuple[str, ...] = setting(
        "texts",
        "Zones in which a job may run, the one where its data lies first; unset: the site's.",
        default=(),
        option="--zone",
        example='["DE", "FR"]',
    )
    curves: tuple[str, ...] = setting(
        "texts",
        "Files of intensity curves: FILE, or ZONE=FILE.",
        default=(),
        option="--curve",
        example='["DE=de.csv", "FR=fr.csv"]',
    )
    source: str | None = setting(
        "text",
        "What is asked for a forecast where no curve reaches so far: electricity-maps, uk, or a file; annual or file: nobody.",
        option="--source",
        example='"uk"',
    )
    patience_s: float = setting(
        "duration",
        "How long a service is waited for in vain, over all tries, before a plan is made without it.",
        default=15.0,
        low=1.0,
        high=600.0,
        example='"15s"',
    )
    history: tuple[str, ...] = setting(
        "texts",
        "Files of what zones have emitted, to forecast from: FILE, or ZONE=FILE; unset: the site's grid.",
        default=(),
        option="--history",
        example='["ES=es.csv"]',
    )
    objective: str = setting(
        "word",
        "What is to be least: grams, energy that is not renewable, or the price.",
        default="carbon",
        choices=("carbon", "renewable", "price"),
        option="--objective",
        example='"price"',
    )
    slack_s: float | None = setting(
        "duration", "Time that a job may wait beyond its own length.", low=0.0, option="--slack", example='"24h"'
    )
    interruptible: bool = setting("flag", "Jobs may be paused and resumed.", default=False, example="true")
    resume_cost_s: float = setting(
        "duration",
        "What a resume burns, as time of the job's own energy: checkpoint, loading, warming up.",
        default=0.0,
        low=0.0,
        option="--resume-cost",
        example='"0.5h"',
    )
    max_slowdown_ratio: float = setting(
        "ratio",
        "How much longer a power cap may make a job.",
        default=0.05,
        unit="ratio",
        low=0.0,
        high=10.0,
        option="--max-slowdown",
        example="0.1",
    )
    residency: tuple[str, ...] = setting(
        "texts",
        "Zones that the data may go to, or what their names begin with; unset: all.",
        default=(),
        example='["DE", "FR"]',
    )
    move_gb: float = setting(
        "number", "Data to carry to another zone.", default=0.0, unit="GB", low=0.0, option="--move-gb", example="250.0"
    )
    move_j_per_gb: float = setting(
        "number",
        "Energy of carrying a gigabyte over the network: 0.06 kWh in 2015, halved every two years (Aslan et al. 2018).",
        default=6750.0,
        unit="J/GB",
        low=0.0,
        high=3.6e6,
        option="--move-j-per-gb",
        example="6750.0",
    )
    latency_ms: Mapping[str, str] = setting(
        "table", "Round trip to each zone, in milliseconds.", option="--latency", example='{ FR = "9", SE = "31" }'
    )
    max_latency_ms: float | None = setting(
        "number", "The longest round trip that a job bears.", unit="ms", low=0.0, option="--max-latency-ms", example="40.0"
    )
