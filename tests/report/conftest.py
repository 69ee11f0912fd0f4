"""Golden files: what a report looked like when somebody last read it. ``make golden`` rewrites them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent.parent / "golden" / "report"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with its golden file, or rewrite the file when VATIO_TEST_GOLDEN says so."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("VATIO_TEST_GOLDEN") == "rewrite":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare
