import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vatio.config import load_config
from vatio.ledger import Ledger, open_ledger
from vatio.measure import Arm, PairedDesign, PairedMeasurement, PairedOptions
from vatio.measure.paired._comparison import Asked
from vatio.measure.paired._design import checked_arms
from vatio.measure.paired._measure import compare

Measure = Callable[..., PairedMeasurement]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("VATIO_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    (folder / "vatio.toml").write_text('[meters]\ninterval_s = 0.1\n[record]\nenvironment = "off"\n')
    return folder


@pytest.fixture
def measure(project: Path) -> Measure:
    """Compare arms in a project of their own; what is not of the design is of the options."""

    def measured(
        *arms: Arm, stop: Any = None, progress: Any = None, open_meters: Any = None, **given: Any
    ) -> PairedMeasurement:
        known = {name: given.pop(name) for name in tuple(given) if name in PairedDesign.__slots__}
        design = PairedDesign(**{"pairs": 2, "pin": False, **known})
        options = PairedOptions(environ=dict(os.environ), **given)
        asked = Asked(checked_arms(arms), design, stop, progress)
        return compare(asked, config=load_config(environ=os.environ), options=options, open_meters=open_meters)

    return measured


@pytest.fixture
def ledger(project: Path) -> Callable[[], Ledger]:
    return lambda: open_ledger(str(project / ".vatio" / "ledger.sqlite"), readonly=True)
