"""Write docs/reference/configuration.md and the JSON Schema of vatio.toml from the fields that read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from vatio.config import config_schema, configuration_reference


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give the page of settings and the schema."""
    yield "docs/reference/configuration.md", configuration_reference()
    yield "docs/reference/schemas/vatio.toml.json", json.dumps(config_schema(), indent=1, ensure_ascii=False)
