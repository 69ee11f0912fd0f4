"""What `vatio init` writes of this machine: facts that need no question and no network."""

from __future__ import annotations

import os

_ZONE = "Which grid feeds this machine? A country code such as ES; vatio never looks up where you are."


def found_here(ledger: str | None) -> dict[str, str]:
    """Give the values that can be set without asking."""
    from vatio.config import git_root

    try:
        here = os.getcwd()
    except FileNotFoundError:  # the folder was deleted: writing will say so
        here = ""
    name = os.path.basename((git_root(here) if here else None) or here)
    found = {"project.name": name} if name.strip() and name.isprintable() else {}
    return {**found, "ledger.path": ledger} if ledger else found


def remarks() -> dict[str, str]:
    """Give the lines that say what was found, by section or key."""
    from vatio.config import MetersConfig
    from vatio.measure import open_meters, surroundings
    from vatio.units import BYTES_PER_GIB

    around = surroundings(os.environ)
    opened = open_meters(around, MetersConfig())
    opened.close()
    read = [f"{meter.name} ({', '.join(channel.name for channel in meter.channels)})" for meter in opened.meters]
    lines = [f"Found here: {'; '.join(read) or 'none'}.", *(f"Not used: {name}: {why}." for name, why in opened.refused)]
    memory = f", {around.memory_bytes / BYTES_PER_GIB:.0f} GiB" if around.memory_bytes else ""
    machine = f"This machine: {around.cpu_model or 'unknown CPU'}, {around.cpus} CPUs{memory}."
    return {"meters": "\n".join(lines), "site.zone": _ZONE, "site.hardware": machine}
