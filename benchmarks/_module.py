"""Run one module of a topic in a process of its own: ``python -m benchmarks._module run importing peers OUT``.

A module that breaks then takes no other figure with it, and finds neither the imports nor the memory of the one before.
"""

from __future__ import annotations

import importlib
import json
import sys

from benchmarks._row import to_json


def main(topic: str, name: str, peers: str, out: str) -> None:
    """Write the rows of ``benchmarks/<topic>/<name>.py`` to the file ``out``."""
    rows = importlib.import_module(f"benchmarks.{topic}.{name}").rows(peers=peers == "peers")
    with open(out, "w", encoding="utf-8") as file:
        json.dump([to_json(row) for row in rows], file, allow_nan=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
