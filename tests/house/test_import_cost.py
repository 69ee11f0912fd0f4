"""What is imported when: the cold path stays on the standard library, and on the light part of it."""

import json
import subprocess
import sys

import pytest

THIRD_PARTY_OF_BASE = {"click", "nacl", "rich", "cffi", "_cffi_backend", "pygments", "markdown_it", "mdurl", "pycparser"}
# Each of these costs milliseconds that no measurement needs; re and enum come with dataclasses and are paid for already.
HEAVY = {"pathlib", "subprocess", "importlib.metadata", "uuid", "csv", "logging", "asyncio", "tomllib", "shlex", "tempfile"}


def loaded_by(statement):
    """Run a statement in a bare interpreter and name the modules that it loads, with what it cost."""
    script = (
        "import sys, time\n"
        "before, begin_s = set(sys.modules), time.process_time()\n"
        f"{statement}\n"
        "cost_s = time.process_time() - begin_s\n"
        "import json; print(json.dumps([sorted(set(sys.modules) - before), cost_s]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    names, cost_s = json.loads(done.stdout.splitlines()[-1])
    print(f"{statement}: {len(names)} modules, {cost_s:.3f} CPU-s")
    return set(names)


def foreign(names):
    return {name for name in names if name.split(".")[0] not in sys.stdlib_module_names | {"vatio"}}


@pytest.mark.parametrize("statement", ["import vatio", "from vatio import track, phase, footprint"])
def test_importing_vatio_loads_the_standard_library_only(statement):
    assert foreign(loaded_by(statement)) == set()


def test_importing_vatio_loads_no_room():
    assert {name for name in loaded_by("import vatio") if name.startswith("vatio.")} == {"vatio._door"}


def test_the_cold_path_of_track_loads_nothing_heavy():
    assert loaded_by("from vatio import track, phase, footprint") & HEAVY == set()


def test_help_loads_click_and_nothing_else_from_outside():
    names = loaded_by("from vatio.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass")
    assert {name.split(".")[0] for name in foreign(names)} <= {"click"}


@pytest.mark.parametrize(
    "room",
    ["vatio.ledger", "vatio.measure", "vatio.report", "vatio.config", "vatio.catalog", "vatio.account", "vatio.plan.job"],
)
def test_no_rooms_door_loads_more_than_the_base_install(room):
    names = loaded_by(f"import {room} as room\nfor name in room.__all__: getattr(room, name)")
    assert {name.split(".")[0] for name in foreign(names)} <= THIRD_PARTY_OF_BASE
