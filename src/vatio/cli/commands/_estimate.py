"""``vatio estimate``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import SHARED_OPTIONS, RunOption
from vatio.cli._shared import as_json, with_options
from vatio.cli._terminal import put_json, put_lines

_WORK = (
    RunOption("--hardware", "hardware", "NAME:COUNT", True, "Hardware by name and count, such as H100:8; may be repeated."),
    RunOption("--hours", "hours", "H", False, "Hours for which each piece of it runs."),
    RunOption("--power-w", "power_w", "W", False, "Watts that one piece draws; else the catalog's."),
    RunOption("--pue", "pue", "P", False, "Power usage effectiveness of the building; else a class default."),
    RunOption("--zone", "zone", "Z", False, "Grid zone, such as ES; else the configured one, else the world average."),
    RunOption("--intensity", "intensity", "G_PER_KWH", False, "Grams of CO2e for each kWh, in place of a zone."),
    RunOption("--params", "params", "N", False, "Parameters of the whole model: 70b, 671e9."),
    RunOption("--active-params", "active_params", "N", False, "Parameters that one token meets, in a mixture of experts."),
    RunOption("--tokens", "tokens", "N", False, "Tokens to train on: 15t, 300e9."),
    RunOption(
        "--mfu", "mfu", "R", False, "Share of its peak that the hardware reaches in training; else that of published runs."
    ),
    RunOption(
        "--config", "configs", "FILE", True, "A model's config.json to count; or a vatio.toml in place of the project's."
    ),
    RunOption("--requests", "requests", "N", False, "Requests to answer."),
    RunOption("--prompt-tokens", "prompt_tokens", "N", False, "Tokens of a request's prompt."),
    RunOption("--output-tokens", "output_tokens", "N", False, "Tokens of a request's answer."),
    RunOption("--batch", "batch", "N", False, "Requests that are served at one time."),
    RunOption("--check", "published", "FIGURE", True, "Published figure to check, such as 12.9t or 433MWh; may be repeated."),
    RunOption("--catalog", "rows", "FILE", True, "Rows of your own, as CSV or TOML; may be repeated."),
)
_SHARED = tuple(option for option in SHARED_OPTIONS if option.name != "config")


@click.command("estimate")
@with_options(_WORK)
@as_json
@with_options(_SHARED)
def command(*, configs: tuple[str, ...], ledger: str | None, quiet: bool, as_json: bool, **options: Any) -> int:
    """Estimate energy, carbon, water and computation before anything runs.

    Say --hours of --hardware; or --params and --tokens to train; or --requests with --prompt-tokens and --output-tokens to
    answer. Every factor is named with its source. Exit code 1 says that a figure given to --check cannot be that of this work.
    """
    from vatio.account.estimates import check, estimate, parse_published
    from vatio.catalog import open_catalog
    from vatio.cli._estimating import asked, catalog_files, estimated, parted

    model, own = parted(configs)
    rim = Rim(ledger=ledger, config=own, quiet=quiet)
    config = rim.config()
    catalog = open_catalog(catalog_files(config, rim.environ, options["rows"]))
    figures = [parse_published(text) for text in options["published"]]
    question = asked(options, model)
    found = estimate(question, catalog=catalog, site=config.site)
    checks = [check(question, figure, catalog=catalog, site=config.site) for figure in figures]
    for note in found.notes:
        rim.note(note)
    if as_json:
        put_json(found.record)
        for outcome in checks:
            rim.note(outcome.message)
    else:
        put_lines([*estimated(found.record), *("" for _ in checks[:1]), *(outcome.message for outcome in checks)])
    return 0 if all(outcome.consistent for outcome in checks) else 1
