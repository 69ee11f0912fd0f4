"""``vatio plan tune``."""

from __future__ import annotations

from typing import Any

import click

from vatio.cli._rim import Rim
from vatio.cli._run_options import RunOption
from vatio.cli._shared import as_json, shared, with_options
from vatio.cli._terminal import put_json, put_lines

_OPTIONS = (
    RunOption("--knob", "knobs", "NAME=V,V", True, "{NAME} in the command, or a variable in capitals; unset: threads."),
    RunOption("--work-unit", "work_unit", "UNIT", False, "Compare costs by the work that the workload tells of."),
    RunOption("--max-time", "max_time", "TIME", False, "Stop after this long: 5m."),
    RunOption("--write", "write", None, False, "Write the setting into [workload] of the project's vatio.toml."),
)


@click.command("tune", context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="[--] [COMMAND]...", nargs=-1, type=click.UNPROCESSED)
@with_options(_OPTIONS)
@as_json
@shared
def command(rim: Rim, *, words: tuple[str, ...], write: bool, as_json: bool, **options: Any) -> None:
    """Find the threads, processes or batch size under which a workload costs least, by short paired probes.

    Settings are measured in shuffled blocks; what is surely dearer than the best drops out, and the default is kept unless
    another setting is surely cheaper. Every probe is a run in the ledger, and the search says what it cost.
    """
    from vatio.cli.planning import keep_in, project_file, setting_lines, tuned, tuned_json, tuned_lines

    found = tuned(rim, words, options)
    if write and setting_lines(found):
        path = project_file(rim)
        keep_in(path, found)
        rim.note(f"written to {path}")
    if as_json:
        put_json(tuned_json(found))
    else:
        put_lines(tuned_lines(found))
