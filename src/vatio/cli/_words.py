"""The words of the command line, as ``vatio --help`` groups them (CONTRACT.md 6). Only words that work stand here.

The table is what makes commands lazy: help reads it, and a command's module is imported only when the command runs.
"""

from __future__ import annotations

# Group -> word -> what it does. A word's module is commands/_<word>.py and its click command there is called `command`.
WORDS: dict[str, dict[str, str]] = {
    "set up": {
        "init": "Write a commented vatio.toml from what this machine has.",
        "config": "Show the configuration in force and where each value came from.",
        "doctor": "Say what can be measured here, how well, and the line that mends the rest.",
    },
    "measure": {
        "run": "Run a command, measure it, account for it and keep it.",
    },
    "record": {
        "runs": "List, show, compare and add up runs; account for them anew; import and export them.",
        "ledger": "Verify the ledger, make its key, prune its samples.",
    },
    "account": {
        "estimate": "Estimate energy, carbon, water and computation before anything runs.",
        "catalog": "Show what hardware draws and embodies, and what grids emit, with sources.",
    },
    "plan": {
        "plan": "Plan when, where, on what and at what power to run.",
    },
    "improve": {
        "profile": "Say what the layers of a model, or the functions and lines of a command, cost, and what set the pace.",
        "optimise": "Find the same answer for less: cheaper data, models, settings and code.",
    },
    "prove": {
        "gate": "Stop a change that costs more energy: compare it with a baseline, in turn, on this machine.",
        "reproduce": "Replay a run in a scratch copy and say how far both agree: bitwise, numerically, in a metric over seeds.",
    },
    "share": {
        "report": "Write runs as one HTML page, as Markdown or as JSON.",
    },
}

_HEAD = """\
Usage: vatio COMMAND [OPTIONS]

  Run AI on fewer watts, and prove it.
"""
_FOOT = """\

Start with `vatio run -- python train.py`; `vatio COMMAND --help` says more.
"""


def words() -> dict[str, str]:
    """Give every word with what it does, in the order of the help."""
    return {word: what for group in WORDS.values() for word, what in group.items()}


def help_text() -> str:
    """Write ``vatio --help``."""
    lines = [_HEAD]
    for group, members in WORDS.items():
        lines.append(group)
        lines += [f"  {word:<8} {what}" for word, what in members.items()]
    return "\n".join(lines) + "\n" + _FOOT
