"""A file of a user's functions, and the call that looks for something cheaper."""

import os

import pytest

from vatio.config import load_config
from vatio.measure import PairedOptions
from vatio.optimise.code import optimise_code


@pytest.fixture
def look(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = load_config(options={"ledger.path": str(tmp_path / "ledger.db")}, environ=os.environ)

    def looked(text, name="f", arguments=None, **options):
        (tmp_path / "mine.py").write_text(text)
        asked = PairedOptions(environ=os.environ)
        return optimise_code(f"mine.py:{name}", config=config, options=asked, arguments=arguments, pairs=3, **options)

    return looked
