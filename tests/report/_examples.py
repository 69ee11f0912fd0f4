"""Runs to show: one that has everything, and the ways in which a run can lack something."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from vatio.records import (
    Accelerator,
    Channel,
    Component,
    Distribution,
    Emissions,
    EntryRef,
    Environment,
    Factor,
    FileDigest,
    Footprint,
    Gap,
    Git,
    Host,
    Intensity,
    Overhead,
    Phase,
    Processor,
    Quantity,
    RunRecord,
    difference,
    product,
    scaled,
    total,
)

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HEAD = "9f3c2a61d4b07e58c1aa90f4e2d7b36518c4f09be7725d31a6640c8fb2915e07"


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Samples as the ledger gives them."""

    channels: tuple[Channel, ...]
    times_s: array[float]
    columns: tuple[array[float], ...]


CHANNELS = (
    Channel(name="package-0", unit="j", component="cpu", device="package-0", meter="rapl", low_ratio=0.97, high_ratio=1.03),
    Channel(
        name="dram",
        unit="j",
        component="dram",
        device="dram",
        meter="dram-model",
        provenance="modelled",
        source="64 GiB installed x 0.28 W/GiB",
        low_ratio=0.7,
        high_ratio=1.4,
    ),
    Channel(name="gpu-0", unit="j", component="gpu", device="gpu-0", meter="nvml", low_ratio=0.975, high_ratio=1.025),
    Channel(name="cpu.busy_s", unit="s"),
)


def training_power_w(t_s: float) -> tuple[float, float, float]:
    """Draw like a fine-tuning: load from disk, tokenize on the CPU, three epochs on the GPU, evaluate after each."""
    wobble = math.sin(t_s * 1.7) + 0.6 * math.sin(t_s * 5.3 + 1.0) + 0.4 * math.sin(t_s * 0.31)
    if t_s < 24.0:
        return 58.0 + 4.0 * wobble, 17.0 + 0.3 * wobble, 31.0
    if t_s < 62.0:
        return 142.0 + 6.0 * wobble, 20.5 + 0.4 * wobble, 31.0 + 0.5 * wobble
    epoch_s = (t_s - 62.0) % 80.0
    if t_s >= 302.0:
        return 66.0 + 2.0 * wobble, 17.5 + 0.2 * wobble, 36.0 + wobble
    if epoch_s < 66.0:
        warm = min(1.0, epoch_s / 5.0)
        return 88.0 + 5.0 * wobble, 21.0 + 0.5 * wobble, 40.0 + warm * (232.0 + 9.0 * wobble)
    return 73.0 + 4.0 * wobble, 19.0 + 0.3 * wobble, 128.0 + 7.0 * wobble


def training_samples(*, end_s: float = 312.0, step_s: float = 1.0) -> Samples:
    """Accumulate the draw as counters, with nothing read from second 180 to 187."""
    columns: tuple[array[float], ...] = (array("d", [0.0]), array("d", [0.0]), array("d", [0.0]), array("d", [0.0]))
    times_s = array("d", [0.0])
    sums = [0.0, 0.0, 0.0]
    for count in range(1, round(end_s / step_s) + 1):
        powers_w = training_power_w((count - 0.5) * step_s)
        sums = [joules + power_w * step_s for joules, power_w in zip(sums, powers_w, strict=True)]
        lost = 180.0 < count * step_s < 187.0
        times_s.append(count * step_s)
        for column, value in zip(columns, [*sums, count * step_s * 3.5], strict=True):
            column.append(math.nan if lost else value)
    return Samples(channels=CHANNELS, times_s=times_s, columns=columns)


def second_samples() -> Samples:
    """Stretch the training to 341 s, with 0.86 of its joules."""
    first = training_samples()
    return replace(
        first,
        times_s=array("d", (time_s * 341.0 / 312.0 for time_s in first.times_s)),
        columns=tuple(array("d", (value * 0.86 for value in column)) for column in first.columns),
    )


def _components(samples: Samples, duration_s: float) -> tuple[Component, ...]:
    idle_w = {
        "package-0": Quantity.around(38.0, 36.8, 39.2, provenance="measured", source="baseline of 2026-11-02, 60 s"),
        "dram": Quantity.around(14.0, 10.0, 19.0, provenance="modelled", source="64 GiB installed"),
        "gpu-0": Quantity.around(29.0, 28.2, 29.8, provenance="measured", source="baseline of 2026-11-02, 60 s"),
    }
    sources = {"package-0": "powercap intel-rapl:0", "dram": "64 GiB x 0.28 W/GiB", "gpu-0": "total energy counter"}
    components = []
    for channel, column in zip(samples.channels[:3], samples.columns, strict=False):
        value_j = column[-1]
        energy_j = Quantity.around(
            value_j,
            value_j * channel.low_ratio,
            value_j * channel.high_ratio,
            provenance=channel.provenance,
            source=sources[channel.name],
        )
        components.append(
            Component(
                component=channel.component or "other",
                device=channel.device,
                host="h-41c7",
                meter=channel.meter,
                energy_j=energy_j,
                idle_j=scaled(idle_w[channel.name], duration_s),
                workload_j=scaled(energy_j, 0.94),
            )
        )
    core = Component(
        component="cpu",
        device="core-0",
        host="h-41c7",
        meter="rapl",
        part_of="package-0",
        energy_j=scaled(components[0].energy_j, 0.71),
        idle_j=Quantity.absent("core-0", source="a part of package-0"),
    )
    return (*components, core)


def _phase(name: str, start_s: float, end_s: float, energy_j: float, parent: str | None = None) -> Phase:
    return Phase(
        name=name,
        parent=parent,
        rank=0,
        start_s=start_s,
        duration_s=end_s - start_s,
        energy_j=Quantity.around(energy_j, energy_j * 0.95, energy_j * 1.05, provenance="modelled"),
        cpu_s=(end_s - start_s) * 2.4,
    )


def _phases() -> tuple[Phase, ...]:
    epochs = []
    for count in range(3):
        start_s = 62.0 + 80.0 * count
        epochs.append(_phase(f"epoch {count + 1}", start_s, start_s + 80.0, 27_900.0, "train"))
        epochs.append(_phase("evaluate", start_s + 66.0, start_s + 80.0, 3_080.0, f"epoch {count + 1}"))
    return (
        _phase("load", 0.0, 24.0, 2_540.0),
        _phase("tokenize", 24.0, 62.0, 7_350.0),
        _phase("train", 62.0, 302.0, 83_700.0),
        *epochs,
        _phase("save", 302.0, 312.0, 1_195.0),
    )


def _environment() -> Environment:
    names = (
        "accelerate datasets evaluate huggingface-hub numpy packaging pandas pyarrow safetensors tokenizers torch transformers"
    )
    return Environment(
        argv=("python", "finetune.py", "--epochs", "3", "--token", "<redacted>"),
        cwd="~/sms-spam",
        git=Git(commit="4be1f0c2a9d7", dirty_sha256="77aa", remote="https://example.org/sms-spam.git"),
        python={"version": "3.12.7", "abi": "cp312"},
        distributions=tuple(
            Distribution(name=name, version=f"{2 + at}.{at}.1", record_sha256=f"{at:064x}")
            for at, name in enumerate(names.split())
        ),
        os="Debian GNU/Linux 12",
        kernel="6.1.0-28-amd64",
        libc="glibc 2.36",
        cpu=Processor(model="Intel Xeon Gold 6338", cores=32, governor="performance", isa="avx512"),
        memory_bytes=64 * 1024**3,
        gpus=(Accelerator(model="NVIDIA A40", uuid="GPU-5d1c", driver="550.127", cuda="12.4", memory_bytes=48 * 1024**3),),
        seeds={"PYTHONHASHSEED": "0", "torch": "7"},
        determinism={"torch.use_deterministic_algorithms": "true"},
        inputs=(FileDigest(path="corpus/spam.tsv", sha256="c0ffee" * 10 + "c0ff", bytes=477_907),),
        outputs=(FileDigest(path="model.safetensors", sha256="beef" * 16, bytes=267_832_560),),
        locks=(FileDigest(path="requirements.lock", sha256="1234" * 16, bytes=20_480),),
    )


def training() -> RunRecord:
    """Build a run that has everything."""
    samples = training_samples()
    components = _components(samples, 312.0)
    energy_j = total(component.energy_j for component in components if component.part_of is None)
    above_j = difference(energy_j, total(component.idle_j for component in components if component.part_of is None))
    workload_j = scaled(energy_j, 0.94)
    intensity = Quantity.around(107.0, 96.0, 121.0, provenance="measured", source="Ember, Yearly Electricity Data (CC BY 4.0)")
    pue = Quantity.around(1.2, 1.1, 1.4, provenance="default", source="[site] pue in vatio.toml")
    operational = scaled(product(product(workload_j, pue), intensity), 1 / 3.6e6)
    embodied = Quantity.around(0.52, 0.31, 0.98, provenance="default", source="class default: server with one GPU, 5 years")
    return RunRecord(
        id="019a9f6e-1c80-7a41-9d3e-5b2f60c7e184",
        name="fine-tune",
        project="sms-spam",
        series="5e2d" * 16,
        job=None,
        command=("python", "finetune.py", "--epochs", "3", "--token", "<redacted>"),
        status="finished",
        sealed=True,
        exit_code=0,
        signal=None,
        started_at=START,
        ended_at=START + timedelta(seconds=312),
        duration_s=312.0,
        paused_s=0.0,
        interval_s=1.0,
        start_monotonic_s=81_234.5,
        gaps=(Gap(start_s=180.0, end_s=187.0, reason="the meter did not answer: NVML timeout"),),
        stage="training",
        tags={"model": "distilbert", "dataset": "sms-spam"},
        within=None,
        parents=(),
        plan=None,
        hosts=(Host(host="h-41c7", boot="b-77", ranks=(0,), energy_j=energy_j, cpu_s=742.1),),
        energy_j=energy_j,
        workload_energy_j=workload_j,
        cpu_s=742.1,
        basis="workload",
        above_idle_j=above_j,
        complete=True,
        components=components,
        emissions_g=Emissions(
            operational=operational,
            operational_market=Quantity.absent("operational_market", source="no market-based intensity is configured"),
            embodied=embodied,
            total=total([operational, embodied]),
        ),
        intensity_g_per_kwh=Intensity(g_per_kwh=intensity, zone="ES", year=2024),
        renewable_ratio=Quantity.exact(0.566, provenance="measured", source="Ember 2024"),
        pue=pue,
        water_l=Quantity.absent("water", source="no wue_l_per_kwh is configured"),
        cost_eur=Quantity.around(0.0055, 0.0050, 0.0065, provenance="modelled", source="[site] price_eur_per_kwh = 0.18"),
        footprints=("f1",),
        work={"samples": 13_377.0},
        flop=Quantity.absent("flop"),
        metrics={"accuracy": 0.9883, "loss": 0.0412},
        phases=_phases(),
        utilisation={"cpu": {"mean_ratio": 0.31, "peak_ratio": 0.93}, "gpu": [{"mean_ratio": 0.72, "peak_ratio": 0.99}]},
        peak_memory_bytes=6_120_000_000,
        peak_gpu_memory_bytes=19_400_000_000,
        bytes_read=812_000_000,
        bytes_written=301_000_000,
        bytes_sent=120_000,
        bytes_received=4_100_000,
        overhead=Overhead(cpu_s=0.084, energy_j=Quantity.around(1.3, 1.1, 1.5, provenance="modelled")),
        environment=_environment(),
        entries=(
            EntryRef(origin="o-1", seq=40, hash="1b" * 32, kind="started"),
            EntryRef(origin="o-1", seq=41, hash="2c" * 32, kind="ended"),
            EntryRef(origin="o-1", seq=42, hash=HEAD, kind="footprint"),
        ),
    )


def footprint(record: RunRecord) -> Footprint:
    """Name the factors of a run's account."""
    intensity = record.intensity_g_per_kwh
    factors = (
        Factor(
            name="lifetime", value=Quantity.exact(5.0, provenance="default"), unit="years", source="class default", year=2024
        ),
        Factor(
            name="GPU embodied",
            value=Quantity.around(150_000.0, 100_000.0, 250_000.0, provenance="default"),
            unit="g",
            source="Boavizta, GPU class default",
            year=2023,
        ),
    )
    return Footprint(
        run=record.id,
        accounted_at=START,
        basis=record.basis,
        energy_j=record.workload_energy_j,
        emissions_g=record.emissions_g,
        intensity_g_per_kwh=intensity,
        pue=record.pue,
        water_l=record.water_l,
        cost_eur=record.cost_eur,
        renewable_ratio=record.renewable_ratio,
        factors=factors,
    )


def without_sensor() -> RunRecord:
    """Build a run of a machine where nothing could be read."""
    reason = "powercap: permission denied; `vatio doctor` has the line that mends it"
    none = Quantity.absent("cpu", "dram", source=reason)
    return replace(
        training(),
        name="blind",
        components=(),
        hosts=(),
        energy_j=none,
        workload_energy_j=none,
        above_idle_j=none,
        emissions_g=Emissions(operational=none, operational_market=none, embodied=none, total=none),
        intensity_g_per_kwh=None,
        cost_eur=none,
        phases=(),
        gaps=(),
        complete=False,
        environment=None,
        metrics={},
        work={},
        basis="machine",
        entries=(),
        overhead=Overhead(cpu_s=0.08, energy_j=none),
    )


def partly_missing() -> RunRecord:
    """Build a run whose DRAM has no value and whose GPU was lost."""
    record = training()
    gpu = replace(record.components[2], energy_j=Quantity.absent("gpu-0", source="NVML: device lost after 41 s"))
    cpu_j = record.components[0].energy_j
    energy_j = total([cpu_j, Quantity.absent("dram"), gpu.energy_j])
    return replace(
        record,
        name="gpu lost",
        status="failed",
        exit_code=137,
        signal=9,
        components=(record.components[0], gpu),
        energy_j=energy_j,
        workload_energy_j=Quantity.absent("workload", source="idle power is not known"),
        above_idle_j=Quantity.absent("idle"),
        basis="machine",
        complete=False,
        notes=("1 of 2 hosts measured",),
    )


ATTACK = '</title><script>alert(\'x\')</script>\x1b[31m\u202e"onload="x" ]]>&amp;\udcff<!--'


def hostile_samples() -> Samples:
    """Name the devices of the training's samples as the hostile run does."""
    first = training_samples()
    return replace(first, channels=tuple(replace(one, device=one.device + ATTACK, meter=ATTACK) for one in first.channels))


def hostile() -> RunRecord:
    """Build a run whose every text attacks the page or the terminal."""
    record = training()
    environment = replace(_environment(), argv=(ATTACK,), cwd=ATTACK, variables={ATTACK: ATTACK})
    return replace(
        record,
        name=ATTACK,
        project=ATTACK,
        command=(ATTACK,),
        tags={ATTACK: ATTACK},
        notes=(ATTACK,),
        gaps=(Gap(start_s=1.0, end_s=2.0, reason=ATTACK),),
        phases=tuple(
            replace(phase, name=ATTACK + phase.name, parent=phase.parent and ATTACK + phase.parent) for phase in record.phases
        ),
        components=tuple(replace(component, device=component.device + ATTACK, meter=ATTACK) for component in record.components),
        environment=environment,
        work={ATTACK: 3.0},
        metrics={ATTACK: 1.0},
    )


def second_training() -> RunRecord:
    """Build the same training with a lower power limit: longer, and fewer joules."""
    record = training()
    components = tuple(replace(part, energy_j=scaled(part.energy_j, 0.86)) for part in record.components)
    energy_j = scaled(record.energy_j, 0.86)
    idle_j = total(part.idle_j for part in components if part.part_of is None)
    operational = scaled(record.emissions_g.operational, 0.86)
    return replace(
        record,
        id="019a9f7a-33b0-7c09-8f11-0d6e2b7a9c55",
        name="fine-tune, 200 W limit",
        started_at=START + timedelta(minutes=20),
        ended_at=START + timedelta(minutes=20, seconds=341),
        duration_s=341.0,
        components=components,
        energy_j=energy_j,
        workload_energy_j=scaled(record.workload_energy_j, 0.86),
        above_idle_j=difference(energy_j, idle_j),
        emissions_g=replace(
            record.emissions_g, operational=operational, total=total([operational, record.emissions_g.embodied])
        ),
        tags={"model": "distilbert", "dataset": "sms-spam", "power": "200 W"},
        environment=replace(_environment(), git=Git(commit="c19aa72e51f0")),
        entries=(EntryRef(origin="o-1", seq=45, hash="ab" * 32, kind="ended"),),
    )
