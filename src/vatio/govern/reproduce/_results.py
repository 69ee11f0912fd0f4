"""Hold the results of two runs against each other: outputs bit by bit, else their numbers; metrics; exit codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from vatio.govern.reproduce._closeness import close_numbers, is_close, is_same
from vatio.govern.reproduce._numbers import LARGEST_BYTES, numbers_of
from vatio.records import FileDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Hold what a run came to. ``content`` reads an output's bytes, ``None`` where they are not to be had (any more)."""

    metrics: Mapping[str, float]
    outputs: Mapping[str, FileDigest]
    exit_code: int | None
    content: Callable[[str], bytes | None]


class Difference(NamedTuple):
    """Name a field in which the results differ. ``is_beyond``: by more than the tolerance, or it could not be told."""

    field: str
    original: object
    replay: object
    is_beyond: bool
    remark: str = ""

    @property
    def is_of_nothing(self) -> bool:
        """Tell whether neither run has the field."""
        return self.original is None and self.replay is None


class Compared(NamedTuple):
    """Say how two results were compared; ``is_equal``: bit by bit, or in their numbers."""

    told: str
    is_equal: bool


class Comparison(NamedTuple):
    """Hold what two results have in common: the tier, the differences (the first one first), and what was compared how."""

    tier: str | None
    differences: tuple[Difference, ...]
    compared: tuple[str, ...]

    @property
    def outputs_agree(self) -> bool:
        """Tell whether every output is the same bit by bit, and there is one."""
        outputs = any(line.startswith("output ") for line in self.compared)
        return outputs and not any(one.field.startswith("outputs.") for one in self.differences)


def compare_results(original: Results, replay: Results, *, rtol: float, metric: str | None = None) -> Comparison:
    """Give the tier that two results reach: L0 where all is the same bit by bit, L1 where all numbers are within ``rtol``.

    ``metric`` is the only one to be compared, where it is given. What is no numbers and differs is told of; L1 then rests on
    the numbers, of which there must be some.
    """
    differences: list[Difference] = []
    compared: list[Compared] = []
    if original.exit_code is not None and original.exit_code != replay.exit_code:
        differences.append(Difference("exit_code", original.exit_code, replay.exit_code, True))
    names = dict.fromkeys((*original.outputs, *replay.outputs))
    for name in names:
        differences += _output(name, original, replay, rtol, compared)
    differences += _metrics(original.metrics, replay.metrics, rtol, metric, compared)
    # What is beyond the tolerance says more than what is within it, and an output more than what is computed from it.
    ordered = (*(one for one in differences if one.is_beyond), *(one for one in differences if not one.is_beyond))
    return Comparison(_tier(ordered, compared), ordered, tuple(one.told for one in compared))


def _tier(differences: tuple[Difference, ...], compared: list[Compared]) -> str | None:
    if not compared:
        return None
    if not differences:
        return "L0"
    if any(one.is_beyond for one in differences):
        return None
    return "L1" if any(one.is_equal for one in compared) else None


def _output(name: str, original: Results, replay: Results, rtol: float, compared: list[Compared]) -> Iterator[Difference]:
    before, after = original.outputs.get(name), replay.outputs.get(name)
    field = f"outputs.{name}"
    a, b = before.sha256 if before else None, after.sha256 if after else None
    if a is None and b is None:
        compared.append(Compared(f"no digest of {name}: neither run has left it in a state that could be read", False))
        yield Difference(field, None, None, True, "neither run has a digest of it")
    elif a is None or b is None:
        yield Difference(field, a or "not there", b or "not there", True)
    elif a == b:
        compared.append(Compared(f"output {name}: bitwise", True))
    else:
        yield from _numeric(field, name, (a, b), (original.content(name), replay.content(name)), rtol, compared)


def _numeric(
    field: str,
    name: str,
    digests: tuple[str, str],
    contents: tuple[bytes | None, bytes | None],
    rtol: float,
    compared: list[Compared],
) -> Iterator[Difference]:
    a, b = contents
    if a is None or b is None:
        whose = "the original's" if a is None else "the replay's"
        yield Difference(field, *digests, True, f"{whose} bytes are not kept, so that its numbers cannot be compared")
        return
    first, second = numbers_of(name, a), numbers_of(name, b)
    if first is None or second is None:
        compared.append(Compared(f"output {name}: differs, and holds no numbers that may be read: left out of L1", False))
        yield Difference(field, *digests, not _may_be_opaque(name), "its numbers cannot be read without running code")
        return
    close = close_numbers(first, second, rtol=rtol)
    if close.first is None:
        compared.append(Compared(f"output {name}: within {close.worst_ratio:.1e} of its numbers", True))
        yield Difference(field, *digests, False, f"its numbers differ by at most {close.worst_ratio:.1e}")
    else:
        place = f"{field}:{close.first.place}" if close.first.place else field
        yield Difference(place, close.first.original, close.first.replay, True)


def _may_be_opaque(name: str) -> bool:
    """Tell whether a file is of a kind that differs from run to run although the result is the same: a pickle, a picture."""
    return name.endswith((".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".png", ".pdf", ".svg", ".log", ".gz", ".zip"))


def _metrics(
    original: Mapping[str, float], replay: Mapping[str, float], rtol: float, only: str | None, compared: list[Compared]
) -> Iterator[Difference]:
    for name in dict.fromkeys((*original, *replay)):
        if only is not None and name != only:
            continue
        a, b = original.get(name), replay.get(name)
        if a is None or b is None:
            yield Difference(f"metrics.{name}", a, b, True)
        elif is_same(a, b):
            compared.append(Compared(f"metric {name}: equal", True))
        else:
            beyond = not is_close(a, b, rtol=rtol)
            if not beyond:
                compared.append(Compared(f"metric {name}: within {abs(a - b) / max(abs(a), abs(b)):.1e}", True))
            yield Difference(f"metrics.{name}", a, b, beyond)


def reader(folder: str, paths: Mapping[str, FileDigest]) -> Callable[[str], bytes | None]:
    """Give what reads an output below a folder, if its bytes are still those of its digest."""
    from hashlib import sha256
    from os.path import join

    from vatio.files import regular

    def read(name: str) -> bytes | None:
        try:
            with open(join(folder, name), "rb", opener=regular) as file:
                content = file.read(LARGEST_BYTES + 1)
        except (OSError, ValueError):
            return None
        known = paths.get(name)
        same = known is not None and sha256(content).hexdigest() == known.sha256
        return content if same and len(content) <= LARGEST_BYTES else None

    return read
