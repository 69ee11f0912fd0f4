"""What can be turned on a workload without changing its answer: threads, processes, workers, batch size."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vatio.errors import UsageError
from vatio.measure import Arm

# Each library reads one of these; all of them together are "the number of threads".
THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS", "RAYON_NUM_THREADS", "LOKY_MAX_CPU_COUNT",
)  # fmt: skip
MOST_SETTINGS = 64
AS_IT_IS = "as it is"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """Hold one thing to turn. Its value goes into ``variables`` of the environment, and for ``{name}`` in the command.

    Raises:
        UsageError: it has no name that can be written, or no values.
    """

    name: str
    values: tuple[str, ...]
    variables: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(f"a knob is named {self.name!r}", hint="letters, digits, underscores: batch, OMP_NUM_THREADS")
        if not self.values or len(set(self.values)) < len(self.values) or not all(self.values):
            raise UsageError(f"knob {self.name} has the values {self.values!r}", hint="two or more that differ: batch=16,32,64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Hold one value for each knob that is turned; the empty setting is the workload as it is."""

    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name the setting.

        >>> Setting(values={"threads": "2"}).name
        'threads=2'
        """
        return " ".join(f"{knob}={value}" for knob, value in self.values.items()) or AS_IT_IS


def thread_knob(cpus: int) -> Knob:
    """Make the knob of threads: powers of two up to the CPUs that are granted.

    >>> thread_knob(6).values
    ('1', '2', '4', '6')
    """
    counts = sorted({*(2**power for power in range(cpus.bit_length()) if 2**power <= cpus), max(1, cpus)})
    return Knob(name="threads", values=tuple(map(str, counts)), variables=THREAD_VARIABLES)


def read_knob(text: str) -> Knob:
    """Read a knob: ``batch=16,32`` goes for {batch} in the command, ``NAME=1,2`` in capitals into the environment.

    Raises:
        UsageError: it is no knob.
    """
    name, equals, values = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} is no knob", hint="--knob batch=16,32,64")
    chosen = tuple(value.strip() for value in values.split(","))
    return Knob(name=name.strip(), values=chosen, variables=(name.strip(),) if name.isupper() else ())


def settings_of(knobs: Sequence[Knob], command: Sequence[str]) -> tuple[Setting, ...]:
    """Give every combination, the workload as it is first; for a placeholder in its command the first value stands.

    Raises:
        UsageError: there are no knobs, two of one name, too many combinations, or a knob that turns nothing.
    """
    if not knobs:
        raise UsageError("there is nothing to turn", hint="--knob batch=16,32,64 with {batch} in the command")
    names = [knob.name for knob in knobs]
    if len(set(names)) < len(names):
        raise UsageError(f"two knobs are named {max(names, key=names.count)}", hint="give all values of a knob at once")
    for knob in knobs:
        if not knob.variables and not any(f"{{{knob.name}}}" in word for word in command):
            raise UsageError(
                f"knob {knob.name} turns nothing", hint=f"write {{{knob.name}}} where its value goes in the command"
            )
    combined = [dict(zip(names, values, strict=True)) for values in itertools.product(*(knob.values for knob in knobs))]
    if len(combined) > MOST_SETTINGS:
        raise UsageError(f"{len(combined)} settings are more than {MOST_SETTINGS}", hint="tune fewer knobs or values at once")
    needed = {knob.name: knob.values[0] for knob in knobs if not knob.variables}
    default = Setting(values=needed)
    return (default, *(Setting(values=values) for values in combined if values != needed))


def arm_of(setting: Setting, knobs: Sequence[Knob], command: Sequence[str]) -> Arm:
    """Make the arm that runs the command under a setting."""
    environ = {
        variable: setting.values[knob.name] for knob in knobs if knob.name in setting.values for variable in knob.variables
    }
    return Arm(name=setting.name, command=tuple(filled(command, setting)), environ=environ)


def filled(command: Sequence[str], setting: Setting) -> list[str]:
    """Put a setting's values into a command; braces that name no knob stay.

    >>> filled(["train", "--batch={batch}", "{x}"], Setting(values={"batch": "32"}))
    ['train', '--batch=32', '{x}']
    """
    words = list(command)
    for knob, value in setting.values.items():
        words = [word.replace(f"{{{knob}}}", value) for word in words]
    return words
