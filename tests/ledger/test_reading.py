"""Opening a ledger for a command that reads, and what doctor says of it."""

from pathlib import Path

import pytest

from vatio.config import Config
from vatio.errors import UnknownName
from vatio.ledger import checks, open_ledger, open_to_read


def test_where_there_is_no_ledger_none_is_made(tmp_path: Path) -> None:
    config = Config(root=str(tmp_path))

    with pytest.raises(UnknownName, match="there is no ledger yet"):
        open_to_read(config, environ={})
    assert [check.state for check in checks(config=config)] == ["ok", "ok", "ok"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_read_and_checked(tmp_path: Path) -> None:
    config = Config(root=str(tmp_path))
    with open_ledger(config=config, environ={}) as ledger:
        ledger.append("host", {"host": "h", "idle_w": {}})

    for settled in (True, False):
        with open_to_read(config, environ={}, settled=settled) as ledger:
            head = ledger.head()
            assert head is not None
            assert head.kind == "host"
    assert ": 1 entry, " in checks(config=config)[0].found


def test_a_file_that_is_no_ledger_is_a_check_and_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.sqlite").write_bytes(b"not a database at all")
    found = checks(config=Config({"ledger": {"path": str(tmp_path / "bad.sqlite")}}, root=str(tmp_path)))

    assert found[0].state == "denied"
