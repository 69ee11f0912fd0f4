"""Ask every technique what it could do to a form: one that fails, or ends the process, is listed and costs no other."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vatio.errors import MissingExtra, NotApplicable, UsageError, VatioError
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import REACHES, Offer
from vatio.optimise.model._theirs import theirs
from vatio.optimise.model.trials._node import Node, Offered, write_node
from vatio.plugins import load, names

_DEEPEST = 4
_GONE = "failed: it ended the process in which it was asked what it offers"


def with_offers(node: Node, form: Form, task: Task, *, techniques: Sequence[str], reach: str, folder: Path) -> Node:
    """Give a trial with what could be done to its form next, within ``reach``, and why a technique could not."""
    if len(node.chain) >= _DEEPEST:
        return node
    used, own = {step.technique for step in node.chain}, names("techniques")
    for name in techniques:
        if name in used:
            continue
        if name not in own:  # a stranger's: what it may end must not take the trial with it
            write_node(replace(node, refusals={**node.refusals, name: _GONE}), folder)
        offers, refusal = _asked(name, form, task)
        within = tuple(Offered(technique=name, offer=offer) for offer in offers if _is_within(offer.reach, reach))
        refusals = {**node.refusals, name: refusal} if refusal else node.refusals
        node = replace(node, offers=(*node.offers, *within), refusals=refusals)
    return node


def _asked(name: str, form: Form, task: Task) -> tuple[tuple[Offer, ...], str]:
    """Ask one technique; gives its offers, and why there are none."""
    try:
        with theirs("it cannot say what it offers", hint=""):
            offers = tuple(load("techniques", name)().offers(form, task))
            if not all(_is_offer(offer) for offer in offers):
                raise UsageError("what it offers is none: an Offer of numbers, with params that JSON can hold")
    except MissingExtra as error:
        return (), f"not available: {error}; {error.hint}"
    except NotApplicable as error:
        return (), f"not applicable: {error}"
    except VatioError as error:
        return (), f"failed: {error}"
    return offers, ""


def _is_offer(offer: Any) -> bool:
    if not isinstance(offer, Offer) or offer.reach not in REACHES or not isinstance(offer.params, dict):
        return False
    try:
        json.dumps(offer.params, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return all(math.isfinite(value) and value >= 0.0 for value in (offer.cost_cpu_s, offer.times))


def _is_within(reach: str, most: str) -> bool:
    return REACHES.index(reach) <= REACHES.index(most)
