"""The resolved configuration: one frozen value for each section, built when it is first asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config.sections import (
        BudgetsConfig,
        GateConfig,
        LedgerConfig,
        MetersConfig,
        PlanConfig,
        ProjectConfig,
        RecordConfig,
        SiteConfig,
        WorkloadConfig,
    )

# A new section is a file in sections/ named as it is, a line here, and its type below.
SECTIONS = {
    "workload": "WorkloadConfig",
    "project": "ProjectConfig",
    "site": "SiteConfig",
    "meters": "MetersConfig",
    "ledger": "LedgerConfig",
    "record": "RecordConfig",
    "budgets": "BudgetsConfig",
    "plan": "PlanConfig",
    "gate": "GateConfig",
}


class Config:
    """Hold the configuration of one command or run. It never changes; a section costs nothing until it is read.

    ``root`` is the project's folder. ``origins`` maps "site.zone" to where its value came from (a file with its line, a
    variable, an option); a key that is not in it has its default. ``notes`` says what was found and not used.
    """

    __slots__ = ("_built", "_given", "notes", "origins", "root")

    root: str
    origins: Mapping[str, str]
    notes: tuple[str, ...]
    workload: WorkloadConfig
    project: ProjectConfig
    site: SiteConfig
    meters: MetersConfig
    ledger: LedgerConfig
    record: RecordConfig
    budgets: BudgetsConfig
    plan: PlanConfig
    gate: GateConfig

    def __init__(
        self,
        given: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        root: str | None = None,
        origins: Mapping[str, str] | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        fixed = {
            "_built": {},
            "_given": given or {},
            "notes": notes,
            "origins": origins or {},
            "root": root if root is not None else os.getcwd(),
        }
        for name, value in fixed.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in SECTIONS:
            raise AttributeError(f"there is no section {name!r}")
        built: dict[str, object] = self._built
        if name not in built:
            built[name] = section(name)(**self._given.get(name, {}))
        return built[name]

    def gives(self, section: str) -> bool:
        """Tell whether anything is set in a section, without building it."""
        return bool(self._given.get(section))

    def having(self, **sections: Mapping[str, Any]) -> Config:
        """Give this configuration with some values of its sections replaced: ``config.having(record={"code": "copy"})``."""
        given = {name: {**self._given.get(name, {}), **values} for name, values in sections.items()}
        return Config({**self._given, **given}, root=self.root, origins=self.origins, notes=self.notes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a configuration does not change: {name}")

    def __repr__(self) -> str:
        return f"Config({self._given!r}, root={self.root!r})"


def section(name: str) -> type[Any]:
    """Import the dataclass of one section."""
    kind: type[Any] = getattr(import_module(f"vatio.config.sections._{name}"), SECTIONS[name])
    return kind
