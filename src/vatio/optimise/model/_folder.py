"""The folder of a search: whose it is, and which trials were opened to the certifying cases already."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vatio.errors import UsageError
from vatio.files import write_whole
from vatio.optimise.model._request import ModelOptions

_MARK, _OPENED = "search.json", "opened.json"


def claim(options: ModelOptions, digest: str) -> None:
    """Take the folder for this search.

    Raises:
        UsageError: it holds something else, or a search that is not to be gone on with.
    """
    mark = options.out / _MARK
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        held = json.loads(mark.read_bytes())["search"]
    except FileNotFoundError:
        if any(options.out.iterdir()):
            raise UsageError(f"{options.out} is not empty", hint="give a folder of its own: --out DIR") from None
        held = None
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"cannot read {mark}: {error}", hint="give another --out DIR") from error
    if held is not None and held != digest:
        raise UsageError(f"{options.out} holds a search for something else", hint="give another --out DIR")
    if held is not None and options.resume is None:
        raise UsageError(
            f"{options.out} holds this search already", hint="--resume RUN goes on with it; or give another --out DIR"
        )
    write_whole(str(mark), json.dumps({"search": digest}).encode())


def opened(options: ModelOptions) -> set[str]:
    """Name the trials that the certifying cases were opened to: they count in every later correction for several."""
    try:
        return set(json.loads((options.out / _OPENED).read_bytes()))
    except (OSError, ValueError):
        return set()


def keep_opened(options: ModelOptions, keys: Sequence[str]) -> None:
    """Keep which trials the certifying cases were opened to."""
    write_whole(str(options.out / _OPENED), json.dumps(sorted(keys)).encode())
