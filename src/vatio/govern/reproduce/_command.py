"""Give back the command of a run: names that were hidden, secrets given anew, paths that lead into the scratch copy."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from vatio.errors import UsageError
from vatio.govern.reproduce._request import SEED, ReproduceRequest
from vatio.measure import surroundings
from vatio.measure.snapshot import REDACTED, Veil, local_salt, redact_variables

_PSEUDONYM = re.compile(r"\b(?:user|host)-[0-9a-f]{8}\b")


class Command(NamedTuple):
    """Hold the words of a command as they were typed, and what of them is not known."""

    words: tuple[str, ...]
    missing: tuple[str, ...]


def veil_of(environ: Mapping[str, str]) -> Veil:
    """Give the veil that this user's runs on this machine were recorded through."""
    return Veil(environ, hostname=surroundings(environ).hostname, salt=local_salt(environ))


def restored(argv: Sequence[str], *, arguments: Mapping[int, str], veil: Veil) -> Command:
    """Give back the words of a recorded command; ``arguments`` puts values in the place of words, by position from 0.

    Raises:
        UsageError: there is no word at such a position.
    """
    for at in arguments:
        if not 0 <= at < len(argv):
            raise UsageError(f"--arg {at}: the command has the words 0 to {len(argv) - 1}", hint=" ".join(argv))
    words = tuple(arguments.get(at, veil.bare(word)) for at, word in enumerate(argv))
    missing = tuple(
        f"word {at} of the command was not kept ({_said(argv, at)}): give it by --arg {at}=VALUE"
        for at, word in enumerate(words)
        if at not in arguments and (REDACTED in word or _PSEUDONYM.search(word))
    )
    return Command(words, missing)


def with_seed(words: Sequence[str], seed: int, *, given: Collection[int]) -> tuple[str, ...]:
    """Put a seed where ``{seed}`` stands in the words that were given; a command may say it for reasons of its own.

    >>> with_seed(["train.py", "--out={seed}", "--seed={seed}"], 3, given=[2])
    ('train.py', '--out={seed}', '--seed=3')
    """
    return tuple(word.replace(SEED, str(seed)) if at in given else word for at, word in enumerate(words))


def secrets_given(argv: Sequence[str], *, request: ReproduceRequest) -> tuple[str, ...]:
    """List what must not be kept of what a replay prints: values given for hidden words, and secret variables.

    >>> secrets_given(["t.py", "--key=***"], request=ReproduceRequest(run="", environ={}, arguments={1: "--key=abc"}))
    ('--key=abc', 'abc')
    """
    environ = request.environ
    hidden = redact_variables(environ)
    found = [value for name, value in environ.items() if hidden[name] != value]
    for at, value in request.arguments.items():
        before, mark, after = argv[at].partition(REDACTED) if at < len(argv) else ("", "", "")
        if mark:
            found += [value, value.removeprefix(before).removesuffix(after)]
    return tuple(sorted({secret for secret in found if secret}, key=len, reverse=True))


def concealed(text: str, secrets: Sequence[str], *, veil: Veil) -> str:
    """Take secrets and names out of a line that a workload has printed."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return veil.url(text)


def anchored(word: str, *, folder: str, root: str) -> str:
    """Write out a relative path that leads out of the run's code: from the scratch copy it would lead elsewhere.

    >>> anchored("../venv/bin/python", folder="/home/a/p", root="/home/a/p"), anchored("../b", folder="/p/sub", root="/p")
    ('/home/a/venv/bin/python', '../b')
    """
    if not word.startswith(os.pardir + os.sep):
        return word
    path = os.path.normpath(os.path.join(folder, word))
    return word if path == root or path.startswith(root.rstrip(os.sep) + os.sep) else path


def moved(text: str, places: Mapping[str, str]) -> str:
    """Replace the paths that stand in a word or variable, the deepest first, where they end as paths do.

    >>> moved("--data=/home/a/x.csv:/home/ab", {"/home/a": "/scratch"})
    '--data=/scratch/x.csv:/home/ab'
    """
    olds = sorted((old for old in places if old not in ("", os.sep)), key=len, reverse=True)
    if not olds:
        return text
    either = "|".join(map(re.escape, olds))
    # In one go: what a path was replaced by is not looked at again.
    return re.sub(rf"(?<![\w./-])({either})(?=$|[/:;,\s\"'])", lambda match: places[match[1]], text)


def _said(argv: Sequence[str], at: int) -> str:
    before = argv[at - 1] if at else ""
    return f"{before} {argv[at]}" if before.startswith("-") and not argv[at].startswith("-") else argv[at]
