"""A user's own function is found in the folder one is in, and nowhere that it should not be."""

from __future__ import annotations

import pytest

from vatio.errors import UsageError
from vatio.plugins import load_own


def test_a_function_of_the_folder_is_found(tmp_path, monkeypatch):
    (tmp_path / "own_place.py").write_text("class Room:\n    @staticmethod\n    def size():\n        return 3\n")
    monkeypatch.chdir(tmp_path)
    assert load_own("own_place:Room.size")() == 3
    for name in ("own_place:door", "own_place:Room.door", "no_own_place:f"):
        with pytest.raises(UsageError, match="cannot find"):
            load_own(name)


@pytest.mark.parametrize("name", ["", ":", "own_place", "own_place:", ":f", "own place:f", "../own:f", "own:f()", "a:b:c"])
def test_what_names_nothing_is_refused(name):
    with pytest.raises(UsageError, match="is not module:function"):
        load_own(name)


def test_a_module_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    (tmp_path / "broken_place.py").write_text("def f(:\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="cannot find broken_place:f: "):
        load_own("broken_place:f")
