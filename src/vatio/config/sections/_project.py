"""Whose runs they are."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.config._setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectConfig:
    """Name the project that the runs belong to."""

    name: str | None = setting(
        "text", "Name of the project; else that of the git root or folder.", option="--project", example='"my-project"'
    )
