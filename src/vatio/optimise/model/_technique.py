"""What a technique is: it says what it could do to a form, and does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task

# How much of the model a technique changes, least first: its format (runtime, numbers), the network itself (smaller, trained
# anew from it), or everything: another algorithm, another head.
REACHES = ("format", "network", "algorithm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Hold one thing that a technique could do to a form.

    ``params`` are JSON and say all that ``apply`` needs, so that a recipe can repeat it. ``cost_cpu_s`` is a rough guess of
    what applying it costs, ``times`` of how many times cheaper its result answers: they order the search, never judge.
    ``is_exact`` where answers change by rounding only. ``needs_fit`` where it learns from labels of the fit cases.
    """

    params: Mapping[str, Any] = field(default_factory=dict)
    cost_cpu_s: float = 1.0
    times: float = 2.0
    reach: str = "format"
    is_exact: bool = False
    needs_fit: bool = False


class Technique(Protocol):
    """Turn one form of a model into another; registered under ``techniques`` by its name.

    A technique sees the fit cases and never those by which it is judged. It is a plain value: state lives in ``params``.
    """

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Say what it could do to a form; quick, without doing it. None where it has nothing to offer for such a form.

        Raises:
            NotApplicable: it is meant for such forms, and this one cannot be done, with the reason.
            MissingExtra: its library is not installed.
        """
        ...

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Make the new form; the same form, offer and task give the same one, bit for bit, on the same machine.

        Raises:
            NotApplicable: it turned out that it cannot be done, with the reason.
        """
        ...
