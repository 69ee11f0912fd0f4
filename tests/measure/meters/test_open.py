from dataclasses import replace
from pathlib import Path

import pytest

from vatio.config import MetersConfig
from vatio.errors import UnknownName
from vatio.measure import Surroundings, open_meters
from vatio.testing import FakePowercap


@pytest.fixture
def tree(tmp_path: Path) -> FakePowercap:
    found = FakePowercap(str(tmp_path))
    found.add("intel-rapl:0", "package-0")
    found.add("intel-rapl:0:0", "dram")
    found.add("intel-rapl:1", "psys")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/stat").write_text("cpu 0 0 0 0 0 0 0 0 0 0\n")
    return found


def around(tree: FakePowercap) -> Surroundings:
    return Surroundings(root=tree.root, memory_bytes=2**34, cpus=8)


def places(tree: FakePowercap, **settings: object) -> dict[str, str | None]:
    opened = open_meters(around(tree), MetersConfig(**settings))  # type: ignore[arg-type]
    found = {channel.name: channel.part_of for channel in opened.channels if channel.unit == "j"}
    opened.close()
    return found


def test_what_can_be_measured_is_not_modelled(tree: FakePowercap) -> None:
    assert places(tree) == {"package-0": None, "dram-0": None, "psys": None}


def test_memory_without_a_counter_is_modelled_beside_a_measured_package(tree: FakePowercap) -> None:
    tree.remove("intel-rapl:0:0")
    assert places(tree) == {"package-0": None, "psys": None, "dram": None}


def test_a_machine_without_sensors_is_modelled_and_says_why(tmp_path: Path) -> None:
    opened = open_meters(Surroundings(root=str(tmp_path), memory_bytes=2**34), MetersConfig())
    assert [channel.name for channel in opened.channels] == ["cpu", "dram"]
    assert "no energy counter" in opened.channels[0].source
    assert {name for name, _ in opened.refused} == {"rapl", "nvml", "hwmon"}


def test_a_device_that_two_meters_show_is_added_once(tree: FakePowercap) -> None:
    chip = Path(tree.root) / "sys/class/hwmon/hwmon0"
    chip.mkdir(parents=True)
    for name, text in (("name", "amd_energy"), ("energy1_input", "5"), ("energy1_label", "Esocket0")):
        (chip / name).write_text(text)
    assert places(tree)["package-0@hwmon"] == "package-0"


def test_the_platforms_meter_can_be_the_total(tree: FakePowercap) -> None:
    assert places(tree, total="platform") == {"package-0": "psys", "dram-0": "psys", "psys": None}


def test_only_the_named_meters_are_read(tree: FakePowercap) -> None:
    assert places(tree, use=("dram-model",)) == {"dram": None}


def test_a_named_meter_that_is_absent_is_refused_with_its_reason(tree: FakePowercap) -> None:
    opened = open_meters(around(tree), MetersConfig(use=("hwmon",)))
    assert opened.meters == ()
    assert [name for name, _ in opened.refused] == ["hwmon"]


def test_an_unknown_meter_names_the_nearest(tree: FakePowercap) -> None:
    with pytest.raises(UnknownName) as caught:
        open_meters(around(tree), replace(MetersConfig(), use=("rapel",)))
    assert "rapl" in caught.value.hint


def test_an_outside_meter_joins_the_others(tree: FakePowercap) -> None:
    assert "meter" in places(tree, command="while true; do echo 5; sleep 1; done")


def test_models_of_cpu_beside_a_sensor_of_it_are_not_added_twice(tree: FakePowercap) -> None:
    for use in (("rapl", "cpu-model"), ("cpu-model", "rapl")):
        assert places(tree, use=use) == {"package-0": None, "dram-0": None, "psys": None, "cpu": "package-0"}
