from pathlib import Path

from vatio.config import Config
from vatio.measure import Surroundings, checks
from vatio.testing import FakePowercap


def test_each_sensor_is_found_or_missing_with_what_mends_it(tmp_path: Path) -> None:
    found = {check.name: check for check in checks(Surroundings(root=str(tmp_path), memory_bytes=2**34))}
    assert found["rapl"].state == "missing"
    assert "modprobe" in found["rapl"].fix
    assert found["cpu-model cpu"].state == "warning"
    assert (found["cpu-model cpu"].error_ratio or 0.0) > 0.0
    assert "noise" in found


def test_readable_counters_are_ok_with_their_expected_error(tmp_path: Path) -> None:
    tree = FakePowercap(str(tmp_path))
    tree.add("intel-rapl:0", "package-0")
    tree.add("intel-rapl-mmio:0", "package-0")
    found = {check.name: check for check in checks(Surroundings(root=str(tmp_path), memory_bytes=2**34), Config())}
    assert found["rapl package-0"].state == "ok"
    assert round(found["rapl package-0"].error_ratio or 0.0, 3) == 0.03
    assert "left out" in found["package-0 again"].found


def test_what_stands_between_is_named(tmp_path: Path) -> None:
    around = Surroundings(root=str(tmp_path), container="podman", vm="KVM", system="darwin", cpus=8, cpus_granted=2.0)
    found = {check.name: check for check in checks(around)}
    assert "unmask=" in found["container"].fix
    assert "KVM" in found["virtual machine"].found
    assert "2 of 8" in found["granted"].found
    assert "Linux" in found["system"].found
