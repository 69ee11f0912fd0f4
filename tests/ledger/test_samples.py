"""Samples survive whatever their writer dies of, and packing loses nothing."""

import math
import os
import random
from array import array
from contextlib import suppress
from math import fsum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import LedgerDamaged
from vatio.ledger import SAMPLES, Spool, SpoolHeader, read_spool
from vatio.ledger.samples import open_minutes, open_samples, pack_column, seal_rows, unpack_column
from vatio.records import Channel
from vatio.testing import a_start, spooled

CHANNELS = (
    Channel(name="package-0", unit="j", component="cpu", device="package-0", meter="replay"),
    Channel(name="cpu.clock_hz", unit="hz", kind="gauge"),
)

readings = st.one_of(
    st.floats(width=64),
    st.sampled_from([math.nan, 0.0, -0.0, math.inf, -math.inf, 5e-324, 1.7e308, 2.0**60]),
    st.integers(-(10**6), 10**6).map(lambda number: number / 1000),
    st.integers(0, 10**9).map(lambda number: number * 1e-6),
)
columns = st.one_of(
    st.lists(readings, min_size=1, max_size=50),
    st.lists(st.one_of(st.just(math.nan), st.integers(0, 10**6).map(lambda number: number / 1000)), min_size=1, max_size=50),
    st.lists(st.integers(0, 10**12), min_size=1, max_size=50)
    .map(sorted)
    .map(lambda counts: [count * 1e-6 for count in counts]),
)


@given(columns)
def test_a_packed_column_unpacks_to_the_same_bits(values: list[float]) -> None:
    column = array("d", values)

    assert unpack_column(pack_column(column), len(column)).tobytes() == column.tobytes()


@given(st.binary(max_size=200), st.integers(0, 100))
def test_bytes_that_are_no_column_are_refused_and_not_guessed(data: bytes, count: int) -> None:
    with suppress(LedgerDamaged):
        assert len(unpack_column(data, count)) == count


def test_noise_around_a_level_takes_two_and_a_half_bytes_at_most() -> None:
    noise = random.Random(1)
    values = [round(noise.gauss(300.0, 1.5), 3) for _ in range(4096)]

    assert len(pack_column(values)) / len(values) <= 2.5


def test_a_spool_is_read_as_it_was_written(tmp_path: Path) -> None:
    started = a_start()
    folder = spooled(str(tmp_path / "spool"), started, rows=3)

    run = read_spool(folder)

    assert run.header.started == started
    assert run.header.channels == CHANNELS
    assert run.rows == ((0.0, 0.0, 2.0e9), (1.0, 30.0, 2.0e9 + 1), (2.0, 60.0, 2.0e9 + 2))
    assert run.gaps == ()


def test_a_hole_stays_a_hole(tmp_path: Path) -> None:
    spool = Spool.create(str(tmp_path), SpoolHeader(started=a_start(), channels=CHANNELS))
    spool.append(0.0, [None, 1.0])
    spool.close()

    assert math.isnan(read_spool(str(tmp_path)).rows[0][1])


def test_a_spool_survives_being_cut_at_any_byte(tmp_path: Path) -> None:
    path = os.path.join(spooled(str(tmp_path), a_start(), rows=4), SAMPLES)
    data = Path(path).read_bytes()
    header = data.index(b"\n") + 1
    whole = read_spool(str(tmp_path)).rows

    for size in range(len(data)):
        Path(path).write_bytes(data[:size])
        if size < header:
            with pytest.raises(LedgerDamaged):
                read_spool(str(tmp_path))
        else:
            kept = (size - header) // ((len(data) - header) // 4)
            assert read_spool(str(tmp_path)).rows == whole[:kept]


def test_a_flipped_byte_in_a_row_becomes_a_gap_and_costs_one_row(tmp_path: Path) -> None:
    path = os.path.join(spooled(str(tmp_path), a_start(), rows=4), SAMPLES)
    data = bytearray(Path(path).read_bytes())
    start = data.index(b"\n") + 1
    size = (len(data) - start) // 4
    for at in range(start + size, start + 2 * size):
        data[at] ^= 0x10
        Path(path).write_bytes(data)
        data[at] ^= 0x10
        run = read_spool(str(tmp_path))

        assert [row[0] for row in run.rows] == [0.0, 2.0, 3.0]
        assert [(gap.start_s, gap.end_s) for gap in run.gaps] == [(0.0, 2.0)]


@given(st.binary(max_size=400))
def test_a_file_that_is_no_spool_is_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("spool")
    (folder / SAMPLES).write_bytes(data)

    with pytest.raises(LedgerDamaged):
        read_spool(str(folder))


def test_sealed_samples_open_to_the_rows_that_were_spooled() -> None:
    rows = [(float(at), at * 30.5, 2e9 if at % 7 else math.nan) for at in range(5000)]
    sealed = seal_rows(CHANNELS, [rows[:4096], rows[4096:]])

    samples = open_samples(sealed.layout, sealed.chunks)

    assert samples.channels == CHANNELS
    assert list(samples.times_s) == [row[0] for row in rows]
    assert list(samples.column("package-0")) == [row[1] for row in rows]
    assert [value for value in samples.column("cpu.clock_hz") if value == value] == [row[2] for row in rows if row[2] == row[2]]


@given(
    st.lists(st.tuples(st.floats(0.01, 40), st.one_of(st.just(math.nan), st.floats(-1e6, 1e6))), max_size=80),
    st.integers(1, 30),
)
def test_minutes_equal_what_the_raw_samples_give(steps: list[tuple[float, float]], block: int) -> None:
    rows, at_s = [], 0.0
    for number, (step_s, value) in enumerate(steps):
        rows.append((at_s, float(number), value))
        at_s += step_s
    sealed = seal_rows(CHANNELS, [rows[at : at + block] for at in range(0, len(rows), block)])

    minutes = open_minutes(sealed.layout, sealed.aggregates)

    starts = sorted({row[0] // 60 * 60 for row in rows})
    assert list(minutes.starts_s) == starts
    for at, start in enumerate(starts):
        part = [row for row in rows if row[0] // 60 * 60 == start]
        known = [row[2] for row in part if row[2] == row[2]]
        assert minutes.counts[at] == len(part)
        assert (minutes.lows[0][at], minutes.highs[0][at]) == (part[0][1], part[-1][1])
        assert not known or minutes.means[1][at] == fsum(known) / len(known)
        assert not known or (minutes.lows[1][at], minutes.highs[1][at]) == (min(known), max(known))
