"""``vatio doctor``."""

from __future__ import annotations

from collections.abc import Mapping

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Quantity


@click.command("doctor")
@click.option(
    "--baseline",
    metavar="[TIME]",
    is_flag=False,
    flag_value="60s",
    help="Measure idle watts for so long (60s), while the machine rests, and keep them for this host.",
)
@as_json
@shared
def command(rim: Rim, *, baseline: str | None, as_json: bool) -> int:
    """Say what can be measured here, how well, and the line that mends the rest.

    Exit code 1 says that a sensor is there and may not be read; the line to mend it stands below it.
    """
    from vatio.cli._checkup import check_lines, checked

    config = rim.config()
    idle_w = _baseline(rim, baseline) if baseline else {}
    checks = checked(config)
    if as_json:
        put_json({"schema": "vatio.doctor/1", "checks": checks, "idle_w": idle_w})
    else:
        put_lines(check_lines(checks, idle_w))
    return 1 if any(check.state == "denied" for check in checks) else 0


def _baseline(rim: Rim, text: str) -> Mapping[str, Quantity]:
    from vatio.cli._checkup import keep_baseline
    from vatio.units import parse_duration_s

    duration_s = parse_duration_s(text)
    rim.note(f"measuring the idle machine for {duration_s:g} s: leave it alone")
    return keep_baseline(rim.config(), duration_s, rim.environ)
