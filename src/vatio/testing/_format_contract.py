"""The contract of a file format: subclass it for your own, as vatio's nine do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vatio.errors import UsageError
from vatio.interop import ForeignRun, Format, Problem, WholeRun
from vatio.ledger import run_record
from vatio.records import Accelerator, Component, Emissions, Environment, Footprint, Intensity, Processor, Quantity, RunRecord
from vatio.testing._runs import a_start, an_end

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_record(name: str = "train", *, whole_j: float = 7.2e6, duration_s: float = 3600.0, **changed: Any) -> RunRecord:
    """Make a whole run as it is shown: CPU, memory and a GPU for an hour, with grams by a zone, a PUE and hardware."""
    parts = {"cpu": ("package-0", 0.3), "dram": ("dram-0", 0.1), "gpu": ("gpu-0", 0.6)}
    components = tuple(
        Component(
            component=kind,
            device=device,
            host="host",
            meter="replay",
            energy_j=Quantity.around(whole_j * share, whole_j * share * 0.95, whole_j * share * 1.05, provenance="measured"),
            idle_j=Quantity.exact(whole_j * share / 4.0),
        )
        for kind, (device, share) in parts.items()
    )
    started = a_start(name, started_at=_NOON, tags={"family": "text"})
    ended = an_end(
        ended_at=_NOON + timedelta(seconds=duration_s),
        duration_s=duration_s,
        components=components,
        basis="machine",
        workload_energy_j=Quantity.absent("workload"),
        work={"requests": 1000.0},
        complete=True,
    )
    footprint = _footprint(started.id, sum(part.energy_j.value or 0.0 for part in components))
    environment = Environment(
        argv=("python", "train.py"),
        cwd="/src",
        os="Linux",
        python={"version": "3.12.1"},
        cpu=Processor(model="AMD EPYC 7763", cores=64),
        memory_bytes=64 * 1024**3,
        gpus=(Accelerator(model="NVIDIA A100", memory_bytes=40 * 1024**3),),
    )
    record = run_record(started, ended, footprint=footprint, environment=environment, footprints=("f" * 64,))
    return replace(record, **changed)


def _footprint(run: str, energy_j: float) -> Footprint:
    operational, embodied = energy_j / 3.6e6 * 1.25 * 200.0, Quantity.exact(33.25, provenance="default")
    grams = Quantity.around(operational, operational * 0.9, operational * 1.1, provenance="modelled")
    return Footprint(
        run=run,
        accounted_at=_NOON,
        basis="machine",
        energy_j=Quantity.exact(energy_j),
        emissions_g=Emissions(
            operational=grams, operational_market=Quantity.absent("market"), embodied=embodied, total=Quantity.absent("sum")
        ),
        intensity_g_per_kwh=Intensity(g_per_kwh=Quantity.exact(200.0, provenance="modelled"), zone="ES", year=2025),
        pue=Quantity.exact(1.25, provenance="modelled"),
        water_l=Quantity.exact(0.75, provenance="modelled"),
        cost_eur=Quantity.absent("price"),
        renewable_ratio=Quantity.absent("renewable"),
    )


class FormatContract:
    """Check a format: name it in ``format``; ``carries`` lists what survives a round trip (joules, operational, embodied)."""

    format: Format
    carries: Sequence[str] = ("joules", "operational")

    def test_it_recognises_what_it_writes(self, tmp_path: Any) -> None:
        path = self.written(tmp_path, [a_record()])
        with open(path, "rb") as file:
            assert self.format.recognises(file.read(8192).decode("utf-8", "replace"), path)

    def test_totals_survive_a_round_trip(self, tmp_path: Any) -> None:
        record = a_record()
        (told,) = self.told(self.written(tmp_path, [record]))
        for figure in self.carries:
            before, after = _figure(record, figure), _told(told, figure)
            assert abs(after - before) <= 1e-9 * before, figure

    def test_it_says_what_it_leaves_out(self) -> None:
        left_out = self.format.write([a_record()]).left_out
        assert left_out
        assert all(text.strip() for text in left_out)

    def test_what_is_no_such_file_is_a_clear_error(self, tmp_path: Any) -> None:
        for count, data in enumerate((b"", b"\0\xff\xfe\x00", b"{", b"a,b\n1\n", b"---\n- [\n", "ñ;€\n".encode("utf-16"))):
            path = os.path.join(tmp_path, f"strange-{count}")
            with open(path, "wb") as file:
                file.write(data)
            with suppress(UsageError):
                assert all(isinstance(item, Problem) for item in self.format.read(path))

    def written(self, folder: Any, records: Sequence[RunRecord]) -> str:
        """Write runs into a file of a folder."""
        path = os.path.join(folder, "written")
        with open(path, "wb") as file:
            file.write(self.format.write(records).data)
        return path

    def told(self, path: str) -> list[ForeignRun | WholeRun]:
        """Read the runs of a file that has no problems."""
        found = list(self.format.read(path))
        assert not [item for item in found if isinstance(item, Problem)], found
        return [item for item in found if not isinstance(item, Problem)]


def _figure(record: RunRecord, figure: str) -> float:
    known = {"joules": record.energy_j, "operational": record.emissions_g.operational, "embodied": record.emissions_g.embodied}
    return known[figure].value or 0.0


def _told(told: ForeignRun | WholeRun, figure: str) -> float:
    if isinstance(told, WholeRun):
        return _figure(told.record, figure)
    known = {"operational": told.operational_g, "embodied": told.embodied_g}
    if figure == "joules":
        return sum(part.energy_j.value or 0.0 for part in told.parts)
    return known[figure].value or 0.0
