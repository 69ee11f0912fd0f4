"""What the tests of formats share: files made of text, and ledgers of their own."""

from pathlib import Path

import pytest

from vatio.interop import Problem, format_of
from vatio.ledger import Finished
from vatio.testing import ledger_in


@pytest.fixture
def file(tmp_path: Path):
    """Write a file and give its path."""

    def written(content: str | bytes, name: str = "file") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return written


@pytest.fixture
def ledger(tmp_path: Path):
    """Give an empty ledger."""
    with ledger_in(str(tmp_path)) as made:
        yield made


@pytest.fixture
def told(file):
    """Give the runs and the problems that a text tells of."""

    def read(content: str | bytes, format: str | None = None):
        path = file(content)
        items = list(format_of(path, format).read(path))
        problems = [item for item in items if isinstance(item, Problem)]
        return [item for item in items if not isinstance(item, (Problem, Finished))], problems

    return read


@pytest.fixture
def interop_data(shared_data: Path) -> Path:
    """Give the folder of other tools' own files."""
    return shared_data / "interop"
