"""The options of `vatio plan job`, which a run that follows a plan takes too, as a table that needs no click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vatio.cli._run_options import RunOption

JOB_OPTIONS = (
    RunOption("--duration", "duration", "TIME", False, "How long the job runs: 24h, 90m; else learnt from runs of COMMAND."),
    RunOption("--from", "earliest", "T", False, "Not before; else now. Local time: 20:00, tomorrow 08:00, 2026-01-31T08:00."),
    RunOption("--deadline", "deadline", "T", False, "When it must have finished; local time unless it has an offset."),
    RunOption("--slack", "slack", "TIME", False, "What it may wait beyond its own length, in place of a deadline: 24h."),
    RunOption("--interruptible", "interruptible", None, False, "It may be paused and resumed."),
    RunOption("--resume-cost", "resume_cost", "TIME", False, "What a resume burns, as time of the job's own energy: 0.5h."),
    RunOption("--power-w", "power_w", "W", False, "Watts that it draws; else learnt from runs of COMMAND."),
    RunOption("--power-profile", "profile", "FILE", False, "CSV of duration_s,power_w: its power as it goes on; or learnt."),
    RunOption(
        "--rates", "rates", "FILE", False, "CSV of throughput_ratio,power_w[,scale][,power_limit_w]: ways to run, usual first."
    ),
    RunOption("--max-slowdown", "max_slowdown", "R", False, "How much longer a power cap may make it; else 0.05."),
    RunOption("--curve", "curves", "FILE", True, "CSV of start,g_per_kwh; ZONE=FILE where there are several zones."),
    RunOption(
        "--source",
        "source",
        "NAME|FILE",
        False,
        "Ask for a forecast: electricity-maps, uk, or a file. annual: the table; file: --curve and --history alone.",
    ),
    RunOption(
        "--history", "history", "FILE", True, "CSV of start,g_per_kwh so far, to forecast from; ZONE=FILE for several zones."
    ),
    RunOption("--zone", "zones", "Z", True, "Zone where it may run, its data's first; may be repeated. Else the site's."),
    RunOption("--pue", "pue", "P", False, "Power usage effectiveness of the building; else the site's, else the usual one."),
    RunOption("--objective", "objective", "WHAT", False, "What is to be least: carbon (else), renewable, price."),
    RunOption("--price", "price", "EUR", False, "EUR for a kWh; else the site's tariff or price, or the curve's eur_per_kwh."),
    RunOption("--move-gb", "move_gb", "GB", False, "Data to carry to another zone."),
    RunOption("--move-j-per-gb", "move_j_per_gb", "J", False, "Energy of carrying a gigabyte; else 6750."),
    RunOption("--latency", "latency", "Z=MS", True, "Round trip to a zone; may be repeated."),
    RunOption("--max-latency-ms", "max_latency_ms", "MS", False, "The longest round trip that it bears."),
    RunOption("--residency", "residency", "Z", True, "Zone that its data may go to, or what their names begin with."),
)
_KEYS = {
    "zones": "plan.zones",
    "curves": "plan.curves",
    "source": "plan.source",
    "history": "plan.history",
    "objective": "plan.objective",
    "slack": "plan.slack_s",
    "resume_cost": "plan.resume_cost_s",
    "max_slowdown": "plan.max_slowdown_ratio",
    "move_gb": "plan.move_gb",
    "move_j_per_gb": "plan.move_j_per_gb",
    "latency": "plan.latency_ms",
    "max_latency_ms": "plan.max_latency_ms",
    "residency": "plan.residency",
    "pue": "site.pue",
    "price": "site.price_eur_per_kwh",
}


def configured(options: Mapping[str, Any]) -> dict[str, object]:
    """Name the options as configuration keys, leaving out what was not given."""
    given = {key: options.get(name) for name, key in _KEYS.items()}
    found: dict[str, object] = {key: value for key, value in given.items() if value not in (None, (), [])}
    return {**found, "plan.interruptible": True} if options["interruptible"] else found
