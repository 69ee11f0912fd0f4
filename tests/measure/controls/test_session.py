import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import MeterAbsent, MeterDenied, Refused
from vatio.measure import Surroundings
from vatio.measure.controls import LimitSession, knobs, left_over, limit_checks, open_limits, restore_limits
from vatio.testing import FakeGpu, FakeNvml, FakePowercap, Trace

BOOT = "boot-1"


def powercap(root, *, watts=95.0):
    tree = FakePowercap(str(root))
    tree.add("intel-rapl:0", "package-0")
    tree.limit("intel-rapl:0", watts, highest_w=105.0)
    return tree, Surroundings(root=str(root), boot=BOOT)


def limit_of(tree):
    with open(f"{tree.folder}/intel-rapl:0/constraint_0_power_limit_uw", encoding="ascii") as file:
        return int(file.read()) / 1e6


def nvml(*gpus):
    return FakeNvml(list(gpus), clock=lambda: 0.0)


def gpu(**given):
    return FakeGpu(**{"trace": Trace.constant(100.0), "power_limits_w": (100.0, 300.0), **given})


def test_a_limit_holds_within_the_session_and_not_after(tmp_path):
    tree, around = powercap(tmp_path / "root")
    with open_limits(around, folder=str(tmp_path / "limits")) as session:
        session.set(60.0)
        assert limit_of(tree) == 60.0
        session.set(70.0)
        assert limit_of(tree) == 70.0
    assert limit_of(tree) == 95.0
    assert not os.path.exists(tmp_path / "limits")


def test_a_limit_is_put_back_when_the_block_raises(tmp_path):
    tree, around = powercap(tmp_path / "root")

    def work():
        with open_limits(around, folder=str(tmp_path / "limits")) as session:
            session.set(60.0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert limit_of(tree) == 95.0


def test_visible_gpus_are_limited_rather_than_the_packages(tmp_path):
    tree, around = powercap(tmp_path / "root")
    first, second = gpu(), gpu(uuid="GPU-1")
    seen = Surroundings(root=around.root, boot=BOOT, visible_gpus=("1",))
    with open_limits(seen, folder=str(tmp_path / "limits"), library=nvml(first, second)) as session:
        session.set(200.0)
        assert (first.power_limit_w, second.power_limit_w, limit_of(tree)) == (300.0, 200.0, 95.0)
    assert second.power_limit_w == 300.0


def test_a_gpu_that_is_shared_out_in_slices_is_never_limited():
    sliced = gpu(slices=("MIG-a",), slice_counts=(3,))
    around = Surroundings(boot=BOOT, root="/nonexistent", visible_gpus=("MIG-a",))
    assert knobs(around, library=nvml(sliced)) == ()


@pytest.mark.parametrize(
    ("watts", "given", "said"),
    [(50.0, {}, "100 to 300 W"), (200.0, {"may_set": False}, "root"), (200.0, {"power_limits_w": None}, "no GPU and no CPU")],
    ids=["out of range", "no rights", "no limit"],
)
def test_what_cannot_be_set_is_refused_politely_and_nothing_stays_changed(tmp_path, watts, given, said):
    card = gpu(**given)
    before_w = card.power_limit_w
    around = Surroundings(boot=BOOT, root=str(tmp_path))
    with pytest.raises(Refused) as caught:
        open_limits(around, folder=str(tmp_path / "limits"), library=nvml(card)).set(watts)
    assert said in f"{caught.value} {caught.value.hint}"
    assert card.power_limit_w == before_w
    assert left_over(str(tmp_path / "limits")) == ()


def test_two_devices_are_limited_both_or_not_at_all(tmp_path):
    willing, refusing = gpu(), gpu(uuid="GPU-1", may_set=False)
    around = Surroundings(boot=BOOT, root=str(tmp_path))
    with pytest.raises(Refused):
        open_limits(around, folder=str(tmp_path / "limits"), library=nvml(willing, refusing)).set(200.0)
    assert willing.power_limit_w == 300.0


def test_a_second_run_on_the_same_device_is_refused_while_the_first_lasts(tmp_path):
    tree, around = powercap(tmp_path / "root")
    folder = str(tmp_path / "limits")
    with open_limits(around, folder=folder) as first:
        first.set(60.0)
        with pytest.raises(Refused, match="another run limits package-0"):
            open_limits(around, folder=folder).set(80.0)
        assert limit_of(tree) == 60.0
    with open_limits(around, folder=folder) as second:
        second.set(80.0)
    assert limit_of(tree) == 95.0


KILLED = """
import sys, time
from vatio.measure import Surroundings
from vatio.measure.controls import open_limits
root, folder = sys.argv[1:]
session = open_limits(Surroundings(root=root, boot="boot-1"), folder=folder)
session.set(60.0)
print("set", flush=True)
time.sleep(60)
"""


def killed_after_setting(root, folder):
    child = subprocess.Popen([sys.executable, "-c", KILLED, root, folder], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"set\n"
    assert left_over(folder) == ()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()


def test_what_a_killed_run_left_is_put_back_at_the_next_start(tmp_path):
    tree, around = powercap(tmp_path / "root")
    folder = str(tmp_path / "limits")
    killed_after_setting(around.root, folder)
    assert limit_of(tree) == 60.0
    done = restore_limits(around, folder=folder)
    assert [(result.device, result.power_limit_w, result.why) for result in done] == [("package-0", 95.0, "")]
    assert limit_of(tree) == 95.0
    assert restore_limits(around, folder=folder) == ()


def test_doctor_puts_back_what_a_killed_run_left_and_tells_the_range(tmp_path):
    tree, around = powercap(tmp_path / "root")
    folder = str(tmp_path / "limits")
    killed_after_setting(around.root, folder)
    told = [check.found for check in limit_checks(around, folder=folder, library=nvml())]
    assert "put back to 95 W" in told[0]
    assert "26.25 to 105 W" in told[1]
    assert limit_of(tree) == 95.0


def test_a_limit_that_somebody_else_has_set_since_stays_theirs(tmp_path):
    tree, around = powercap(tmp_path / "root")
    folder = str(tmp_path / "limits")
    killed_after_setting(around.root, folder)
    tree.limit("intel-rapl:0", 80.0, highest_w=105.0)
    (result,) = restore_limits(around, folder=folder)
    assert "somebody else" in result.why
    assert limit_of(tree) == 80.0


def test_a_journal_of_another_boot_is_forgotten(tmp_path):
    tree, around = powercap(tmp_path / "root")
    folder = str(tmp_path / "limits")
    killed_after_setting(around.root, folder)
    assert restore_limits(Surroundings(root=around.root, boot="boot-2"), folder=folder) == ()
    assert limit_of(tree) == 60.0  # the new boot has set it
    assert left_over(folder) == ()


def test_a_journal_that_cannot_be_carried_out_is_kept(tmp_path):
    _, around = powercap(tmp_path / "root")
    folder = str(tmp_path / "limits")
    killed_after_setting(around.root, folder)
    gone = Surroundings(root=str(tmp_path / "other"), boot=BOOT)
    (result,) = restore_limits(gone, folder=folder)
    assert result.why == "cannot be reached"
    assert len(left_over(folder)) == 1


@given(st.binary(max_size=200))
def test_no_journal_however_broken_stops_anybody(tmp_path_factory, text):
    root = tmp_path_factory.mktemp("root")
    tree, around = powercap(root)
    place = root / "limits" / "some"
    place.mkdir(parents=True)
    (place / "found.json").write_bytes(text)
    assert restore_limits(around, folder=str(root / "limits")) == ()
    assert limit_of(tree) == 95.0


def test_an_unreadable_limit_is_an_error_that_says_so(tmp_path):
    tree, around = powercap(tmp_path / "root")
    os.remove(f"{tree.folder}/intel-rapl:0/constraint_0_power_limit_uw")
    assert knobs(around, library=nvml()) == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_is_denied(tmp_path):
    tree, around = powercap(tmp_path / "root")
    os.chmod(f"{tree.folder}/intel-rapl:0/constraint_0_power_limit_uw", 0o444)
    (knob,) = knobs(around, library=nvml())
    with pytest.raises(MeterDenied):
        knob.write_w(50.0)


def test_a_session_that_was_closed_twice_puts_back_once(tmp_path):
    tree, around = powercap(tmp_path / "root")
    session = open_limits(around, folder=str(tmp_path / "limits"))
    session.set(60.0)
    session.close()
    tree.limit("intel-rapl:0", 50.0, highest_w=105.0)
    session.close()
    assert limit_of(tree) == 50.0


def test_a_device_that_is_not_there_is_named(tmp_path):
    _, around = powercap(tmp_path / "root")
    with pytest.raises(Refused, match="gpu-7"), open_limits(around, folder=str(tmp_path / "limits")) as session:
        session.set(60.0, devices=["gpu-7"])


def test_a_package_without_a_limit_is_an_absent_meter(tmp_path):
    tree, around = powercap(tmp_path / "root")
    (knob,) = knobs(around, library=nvml())
    os.remove(f"{tree.folder}/intel-rapl:0/constraint_0_power_limit_uw")
    with pytest.raises(MeterAbsent):
        knob.read_w()
    assert isinstance(LimitSession([knob], folder=str(tmp_path / "limits"), boot=BOOT).close(), tuple)
