from pathlib import Path

import pytest

from vatio.errors import MeterAbsent
from vatio.measure import Surroundings
from vatio.measure.meters import HwmonMeter
from vatio.testing import FakeClock, MeterContract


class Board:
    """A fake /sys/class/hwmon."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock, self.count = root, FakeClock(), 0

    def add(self, driver: str, **files: object) -> Path:
        folder = self.root / "sys/class/hwmon" / f"hwmon{self.count}"
        folder.mkdir(parents=True)
        self.count += 1
        self.write(folder, name=driver, **files)
        return folder

    def write(self, folder: Path, **files: object) -> None:
        for name, value in files.items():
            path = folder / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{value}\n")

    def open(self, **around: object) -> HwmonMeter:
        return HwmonMeter.open(Surroundings(root=str(self.root), **around), clock=self.clock)  # type: ignore[arg-type]


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def places(meter: HwmonMeter) -> dict[str, tuple[str | None, str | None]]:
    return {channel.name: (channel.component, channel.part_of) for channel in meter.channels if channel.unit == "j"}


class TestContract(MeterContract):
    @pytest.fixture(autouse=True)
    def _board(self, board: Board) -> None:
        self.board = board
        self.card = board.add("amdgpu", power1_average=100_000_000, power1_cap=300_000_000, freq1_input=10**9)

    def meter(self) -> HwmonMeter:
        return self.board.open()

    def advance(self, meter: object) -> None:
        self.board.clock.advance(0.1)

    def break_sensor(self, meter: object) -> bool:
        (self.card / "power1_average").write_text("")
        return True


def test_an_amd_card_is_integrated_with_its_gauges(board: Board) -> None:
    card = board.add("amdgpu", power1_average=100_000_000, power1_cap=1, temp1_input=55_000, device__gpu_busy_percent=80)
    meter = board.open()
    board.clock.advance(1.0)
    board.write(card, power1_average=200_000_000)
    values = dict(zip((channel.name for channel in meter.channels), meter.read(), strict=True))
    assert values["gpu-0"] == pytest.approx(150.0)
    assert values["gpu-0.utilisation_ratio"] == pytest.approx(0.8)
    assert values["gpu-0.temperature_celsius"] == pytest.approx(55.0)
    assert values["gpu-0.clock_hz"] is None
    assert meter.poll_s == 0.1


def test_graphics_inside_a_cpu_are_part_of_its_package(board: Board) -> None:
    board.add("amdgpu", power1_average=10_000_000)
    assert places(board.open()) == {"gpu-0": ("gpu", "package-0")}


def test_only_visible_amd_cards_are_read(board: Board) -> None:
    for _ in range(3):
        board.add("amdgpu", power1_average=1, power1_cap=1)
    assert list(places(board.open(visible_amd_gpus=("2",)))) == ["gpu-2"]
    assert list(places(board.open(nvidia=True))) == ["gpu-amd-0", "gpu-amd-1", "gpu-amd-2"]


def test_an_energy_counter_is_read_as_it_is(board: Board) -> None:
    chip = board.add(
        "amd_energy", energy1_input=5_000_000, energy1_label="Ecore000", energy2_input=7_000_000, energy2_label="Esocket0"
    )
    meter = board.open()
    assert places(meter) == {"package-0": ("cpu", None)}
    board.write(chip, energy2_input=9_500_000)
    assert meter.read() == [pytest.approx(9.5)]
    assert meter.poll_s is None
    assert meter.counter_ranges_j == {"package-0": None}


def test_a_jetson_multiplies_volts_and_amperes_and_does_not_add_its_input(board: Board) -> None:
    rails = {"in1": "VDD_IN", "in2": "VDD_CPU_GPU_CV", "in3": "VDD_SOC"}
    files = {f"{stem}_label": label for stem, label in rails.items()} | {f"{stem}_input": 5000 for stem in rails}
    board.add("ina3221", **files, curr1_input=2000, curr2_input=1000, curr3_input=500)
    meter = board.open()
    assert places(meter) == {
        "ina3221-vdd_in": ("platform", None),
        "cpu-gpu-0": ("other", None),
        "soc-0": ("other", None),
    }
    board.clock.advance(2.0)
    assert meter.read() == [pytest.approx(20.0), pytest.approx(10.0), pytest.approx(5.0)]


def test_a_grace_socket_has_its_rails_as_parts(board: Board) -> None:
    labels = ("Module Power Socket 0", "Grace Power Socket 0", "CPU Power Socket 0", "SysIO Power Socket 0")
    for label in labels:
        board.add("power_meter", power1_average=1_000_000, power1_oem_info=label)
    found = places(board.open())
    assert found["package-0"] == ("cpu", None)
    assert found["cpu-rail-0"] == ("cpu", "package-0")
    assert found["sysio-0"] == ("cpu", "package-0")
    assert [component for component, _ in found.values()].count("platform") == 1


def test_what_is_not_known_is_shown_and_not_added(board: Board) -> None:
    board.add("corsairpsu", power1_input=300_000_000, power1_label="power total")
    board.add("BAT0", power1_input=20_000_000)
    board.add("nvme", temp1_input=40_000)
    assert [component for component, _ in places(board.open()).values()] == ["platform"]


def test_a_board_without_sensors_is_absent(board: Board) -> None:
    with pytest.raises(MeterAbsent):
        board.open()
