"""Say what of a form's settings stays true when another form is made from it, and whether it is the model as it was given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Cases, Task

# How cases are laid out for it, and where the classes have their columns.
_STAYS = ("flat", "places")
_CHANGED = frozenset(("made_by", "exported_from", "precision", "layout", "compiled"))


def carried(form: Form) -> dict[str, Any]:
    """Give the settings that another form of the same model has too."""
    return {name: form.settings[name] for name in _STAYS if name in form.settings}


def is_original(form: Form) -> bool:
    """Tell whether nothing has been done to a model yet: what replaces it whole need not be tried again after each step."""
    return not _CHANGED.intersection(form.settings) and form.kind not in ("cached", "linear", "rule")


def as_laid_out(task: Task, form: Form) -> Task:
    """Give a task's cases as a form lays them out: as rows, where it takes images so."""
    if not form.settings.get("flat"):
        return task
    return replace(task, fit=_rows(task.fit), select=_rows(task.select))


def _rows(cases: Cases) -> Cases:
    return Cases(x=cases.x.reshape(len(cases), -1), y=cases.y)
