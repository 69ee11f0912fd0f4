from pathlib import Path

import pytest

from vatio.measure import Job, surroundings
from vatio.measure._granted import cpus_in
from vatio.measure._job import job

X86 = "processor\t: 0\nmodel name\t: Xeon 9\nphysical id\t: 0\nflags\t\t: fpu hypervisor\n\nprocessor\t: 1\nphysical id\t: 1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "proc/cpuinfo", X86)
    write(tmp_path, "proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n")
    write(tmp_path, "etc/machine-id", "0123456789abcdef\n")
    write(tmp_path, "proc/sys/kernel/random/boot_id", "boot-1\n")
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def cgroup_v2(root: Path, path: str, **files: str) -> None:
    write(root, "proc/self/cgroup", f"0::{path}\n")
    write(root, "proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
    for name, text in files.items():
        write(root, f"sys/fs/cgroup{path}/{name.replace('__', '.')}", text)
    write(root, f"sys/fs/cgroup{path}/cgroup.procs", "1\n")


def test_the_machine_is_described_by_the_kernels_words(root: Path) -> None:
    found = surroundings({}, root=str(root))
    assert (found.cpu_model, found.cpus, found.packages) == ("Xeon 9", 2, 2)
    assert found.memory_bytes == 16 * 2**30
    assert found.boot == "boot-1"
    assert found.vm == "hypervisor"
    assert found.cpus_granted is None
    assert found.reserved_ratio is None


def test_the_host_is_a_pseudonym(root: Path) -> None:
    found = surroundings({}, root=str(root))
    assert len(found.host) == 12
    assert "0123456789" not in found.host
    assert found.host == surroundings({}, root=str(root)).host


def test_a_quota_of_cgroup_v2_is_what_is_granted(root: Path) -> None:
    cgroup_v2(root, "/app.slice/job", cpu__max="50000 100000\n", memory__max="1073741824\n")
    found = surroundings({}, root=str(root))
    assert found.cpus_granted == 0.5
    assert found.reserved_ratio == 0.25
    assert found.memory_granted_bytes == 2**30


def test_a_quota_on_a_group_above_holds_too(root: Path) -> None:
    cgroup_v2(root, "/slice", cpu__max="100000 100000\n")
    cgroup_v2(root, "/slice/job", cpu__max="max 100000\n")
    assert surroundings({}, root=str(root)).cpus_granted == 1.0


def test_a_cpuset_is_a_grant(root: Path) -> None:
    cgroup_v2(root, "/job", cpuset__cpus__effective="1\n")
    assert surroundings({}, root=str(root)).cpus_granted == 1.0


def test_quota_and_memory_of_cgroup_v1(root: Path) -> None:
    write(root, "proc/self/cgroup", "4:memory:/docker/x\n2:cpu,cpuacct:/docker/x\n")
    mounts = ("cpu,cpuacct", "memory")
    lines = [f"3{n} 30 0:3{n} / /sys/fs/cgroup/{name} rw - cgroup cgroup rw,{name}" for n, name in enumerate(mounts)]
    write(root, "proc/self/mountinfo", "\n".join(lines))
    write(root, "sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us", "150000\n")
    write(root, "sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000\n")
    write(root, "sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "2147483648\n")
    found = surroundings({}, root=str(root))
    assert found.cpus_granted == 1.5
    assert found.memory_granted_bytes == 2**31
    assert found.container == "docker"


def test_no_limit_is_no_grant(root: Path) -> None:
    cgroup_v2(root, "/", cpu__max="max 100000\n", memory__max="max\n")
    found = surroundings({}, root=str(root))
    assert (found.cpus_granted, found.memory_granted_bytes, found.container) == (None, None, None)


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({"container": "podman"}, "podman"),
        ({"APPTAINER_CONTAINER": "x.sif"}, "apptainer"),
        ({}, None),
    ],
)
def test_containers_are_known_by_their_marks(root: Path, environ: dict[str, str], kind: str | None) -> None:
    assert surroundings(environ, root=str(root)).container == kind


@pytest.mark.parametrize(
    ("environ", "visible", "given"),
    [
        ({}, None, None),
        ({"CUDA_VISIBLE_DEVICES": ""}, (), None),
        ({"CUDA_VISIBLE_DEVICES": "1,-1,0"}, ("1",), None),
        ({"CUDA_VISIBLE_DEVICES": "GPU-a, MIG-b"}, ("GPU-a", "MIG-b"), None),
        ({"NVIDIA_VISIBLE_DEVICES": "all"}, None, None),
        ({"NVIDIA_VISIBLE_DEVICES": "void"}, None, ()),
        ({"NVIDIA_VISIBLE_DEVICES": "none"}, None, ()),
        ({"NVIDIA_VISIBLE_DEVICES": "0,2", "CUDA_VISIBLE_DEVICES": "1"}, ("1",), ("0", "2")),
    ],
)
def test_visible_gpus_are_those_that_the_runtimes_would_show(
    root: Path, environ: dict[str, str], visible: tuple[str, ...] | None, given: tuple[str, ...] | None
) -> None:
    found = surroundings(environ, root=str(root))
    assert (found.visible_gpus, found.container_gpus) == (visible, given)


def test_a_driver_is_found_without_loading_it(root: Path) -> None:
    assert not surroundings({}, root=str(root)).nvidia
    write(root, "libs/libnvidia-ml.so.1", "")
    assert surroundings({"LD_LIBRARY_PATH": f":{root}/libs"}, root=str(root)).nvidia
    write(root, "dev/nvidiactl", "")
    assert surroundings({}, root=str(root)).nvidia


@pytest.mark.parametrize(
    ("supplies", "on_battery"),
    [
        ({"AC/online": "0", "BAT0/status": "Discharging"}, True),
        ({"AC/online": "1", "BAT0/status": "Charging"}, False),
        ({"BAT0/status": "Discharging"}, True),
        ({}, None),
    ],
)
def test_a_battery_is_noticed(root: Path, supplies: dict[str, str], on_battery: bool | None) -> None:
    for path, text in supplies.items():
        write(root, f"sys/class/power_supply/{path}", f"{text}\n")
    assert surroundings({}, root=str(root)).on_battery is on_battery


def test_arm_cores_without_a_name_are_named_by_their_numbers(root: Path) -> None:
    write(root, "proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n")
    assert surroundings({}, root=str(root)).cpu_model == "arm 0x41 0xd0c"


def test_nothing_at_all_is_not_an_error(tmp_path: Path) -> None:
    found = surroundings({}, root=str(tmp_path / "void"))
    assert found.cpus >= 1
    assert found.boot == ""


SLURM = {"SLURM_JOB_ID": "12", "SLURM_STEP_ID": "0", "SLURM_PROCID": "3", "SLURM_NTASKS": "8", "SLURM_NNODES": "2"}


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({"VATIO_RUN": "abc", **SLURM}, "7:vatio:abc"),
        (SLURM, "7:slurm:12.0"),
        ({"SLURM_JOB_ID": "12"}, "7:slurm:12.batch"),
        ({"TORCHELASTIC_RUN_ID": "rdzv", "RANK": "1"}, "7:torchrun:rdzv"),
        ({"TORCHELASTIC_RUN_ID": "none", "MASTER_ADDR": "h", "MASTER_PORT": "1"}, "7:torchrun:h:1:start"),
        ({"MASTER_ADDR": "h", "MASTER_PORT": "1", "RANK": "0"}, "7:torchrun:h:1:start"),
        ({"OMPI_MCA_ess_base_jobid": "99", "OMPI_COMM_WORLD_RANK": "1"}, "7:mpi:99"),
        ({"PMI_RANK": "1", "PMI_SIZE": "4"}, "7:mpi:start"),
        ({}, None),
    ],
)
def test_a_job_is_known_by_its_launcher(environ: dict[str, str], key: str | None) -> None:
    found = job(environ, uid=7, launcher_start="start")
    assert (found and found.key) == key


def test_a_slurm_task_knows_its_rank_and_what_is_expected() -> None:
    more = {"SLURM_ARRAY_JOB_ID": "10", "SLURM_RESTART_COUNT": "2", "SLURM_LOCALID": "1"}
    assert job({**SLURM, **more}, uid=7) == Job(
        key="7:slurm:12.0", launcher="slurm", rank=3, local_rank=1, ranks_expected=8, hosts_expected=2, array="10", requeues=2
    )


def test_kernel_lists_are_counted() -> None:
    assert [cpus_in(text) for text in ("0-3,8\n", "5", "", "0-127")] == [5, 1, 0, 128]
