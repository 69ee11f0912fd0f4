"""What the ledger adds up is what the rule of CONTRACT.md 5 says, however runs are written, grouped or asked for."""

from __future__ import annotations

import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vatio.account import share_out, sum_runs
from vatio.errors import UnknownName, UsageError
from vatio.ledger import Finished, GroupSum, Ledger, new_id, since_utc, time_zone, total_of
from vatio.records import Component, Ended, Footprint, Quantity, parse_rfc3339
from vatio.testing import a_footprint, a_run, a_start, an_end, ledger_in

GROUPINGS = ("project", "stage", "month", "host", "tag:team")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with ledger_in(str(tmp_path)) as opened:
        yield opened


def sums(ledger: Ledger, by: str = "project", **more: Any) -> tuple[GroupSum, ...]:
    return ledger.overview.sums(by, share_out=share_out, **more)


def whole(ledger: Ledger, **more: Any) -> GroupSum:
    return total_of(sums(ledger, **more))


def near(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= 1e-9 * max(abs(one), abs(other)))


def end(own_j: float, energy_j: float, *, host: str, **more: Any) -> Ended:
    part = Component(
        component="cpu",
        device="package-0",
        host=host,
        meter="replay",
        energy_j=Quantity.around(energy_j, 0.9 * energy_j, 1.1 * energy_j, provenance="measured"),
        idle_j=Quantity.exact(energy_j / 3.0),
        workload_j=Quantity.around(own_j, 0.8 * own_j, 1.2 * own_j, provenance="modelled"),
    )
    return an_end(energy_j, components=(part,), workload_energy_j=part.workload_j, **more)


def footprint(run: str, rng: random.Random) -> Footprint:
    price = Quantity.absent("price") if rng.random() < 0.3 else Quantity.exact(rng.random())
    return replace(a_footprint(run, operational_g=rng.random()), cost_eur=price)


def crowd(seed: int, size: int) -> list[Finished]:
    """Make runs that overlap, nest and fail, of several projects, hosts and months."""
    rng = random.Random(seed)
    made: list[Finished] = []
    for at in range(size):
        host, start_s, length_s = rng.choice(("a", "b")), rng.randrange(60) * 1.0, rng.randrange(12) * 1.0
        outer = rng.choice(made).started.id if made and rng.random() < 0.4 else None
        started = a_start(
            f"run {at}",
            project=rng.choice("xyz"),
            stage=rng.choice(("training", "data")),
            host=host,
            boot=f"boot {host}",
            start_monotonic_s=start_s,
            within=outer,
            tags={"team": rng.choice(("red", "blue"))} if rng.random() < 0.5 else {},
        )
        energy_j = rng.random() * 100.0
        ended = end(
            energy_j * rng.random(),
            energy_j,
            host=host,
            status=rng.choice(("finished", "failed", "interrupted")),
            duration_s=length_s,
            ended_at=NEW_YEAR + timedelta(minutes=rng.randrange(60 * 24 * 90)),
        )
        account = footprint(started.id, rng) if rng.random() < 0.9 else None
        made.append(Finished(started, ended, account, None, {"tool": "test"}))
    return made


def rule_holds(ledger: Ledger) -> None:
    right, runs = sum_runs(ledger.runs(0)), len(ledger.runs(0))
    for by in GROUPINGS:
        groups = sums(ledger, by)
        found = total_of(groups)
        assert (found.runs, found.nested) == (runs, right.nested)
        for one, other in (
            (found.runs_j, right.runs_j),
            (found.overlap_j, right.overlap_j),
            (found.energy_j, right.energy_j),
            (found.host_j, right.host_j),
            (found.total_g, right.emissions_g.total),
            (found.cost_eur, right.cost_eur),
        ):
            assert near(one.value, other.value)
            assert near(one.low, other.low)
            assert near(one.high, other.high)
            assert one.missing == other.missing
        assert near(found.cpu_s, right.cpu_s)
        for group in groups:  # runs - overlap = energy, + unattributed = host, in each group too
            assert near(group.runs_j.value, (group.overlap_j.value or 0.0) + (group.energy_j.value or 0.0))
            assert near(group.host_j.value, (group.energy_j.value or 0.0) + (group.unattributed_j.value or 0.0))


@settings(max_examples=40, deadline=None)
@example(seed=517901, size=2)  # a run without a price, and within it one that has a price and adds nothing
@given(seed=st.integers(0, 2**32), size=st.integers(1, 12))
def test_every_grouping_parts_one_total_and_that_is_the_rules(
    tmp_path_factory: pytest.TempPathFactory, seed: int, size: int
) -> None:
    with ledger_in(str(tmp_path_factory.mktemp("crowd"))) as ledger:
        ledger.take_finished(crowd(seed, size))
        rule_holds(ledger)
        assert ledger.verify(rebuild=True, share_out=share_out).findings == ()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), order=st.randoms(use_true_random=False))
def test_the_order_in_which_runs_are_written_and_asked_for_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, seed: int, order: random.Random
) -> None:
    made = crowd(seed, 8)
    with ledger_in(str(tmp_path_factory.mktemp("one"))) as one, ledger_in(str(tmp_path_factory.mktemp("other"))) as other:
        one.take_finished(made)
        order.shuffle(made)
        for run in made:
            other.take_finished([run])
            if order.random() < 0.5:
                sums(other)  # what was settled is unsettled again by the next run that touches it
        for first, second in zip(sums(one, "month"), sums(other, "month"), strict=True):
            assert (first.group, first.runs) == (second.group, second.runs)
            assert near(first.energy_j.value, second.energy_j.value)
            assert near(first.total_g.value, second.total_g.value)


def test_a_run_alone_is_added_at_once(ledger: Ledger) -> None:
    a_run(ledger)
    settled = ledger._backend.query("SELECT min(fresh) FROM stretch UNION ALL SELECT min(fresh) FROM tally")

    assert settled == [(1,), (1,)]
    assert whole(ledger).energy_j.value == 30.0


def test_runs_of_another_tool_which_know_no_boot_are_alone(ledger: Ledger) -> None:
    for _ in range(2):
        started = a_start(boot="", start_monotonic_s=0.0)
        ledger.take_finished([Finished(started, an_end(5.0), None, None, {})])

    assert whole(ledger).energy_j.value == 10.0
    assert sum_runs(ledger.runs(0)).energy_j.value == 10.0


def test_a_run_that_goes_on_is_in_no_sum_yet(ledger: Ledger) -> None:
    ledger.start(a_start())
    a_run(ledger)

    assert whole(ledger).runs == 1


def test_a_container_that_ends_covers_its_trials(ledger: Ledger) -> None:
    outer = a_start("search", start_monotonic_s=0.0)
    ledger.start(outer)
    for at in range(3):
        trial = a_start("trial", start_monotonic_s=1.0 + at, within=outer.id)
        ledger.take_finished([Finished(trial, an_end(7.0, duration_s=0.5), a_footprint(trial.id), None, {})])
    assert whole(ledger).energy_j.value == 21.0

    ledger.seal(outer.id, an_end(100.0, duration_s=10.0), footprint=a_footprint(outer.id))

    assert whole(ledger).energy_j.value == 100.0
    assert (whole(ledger).nested, whole(ledger).total_g.value) == (3, 2.0)


def test_a_link_between_a_run_and_its_container_may_be_written_last_and_erased(ledger: Ledger) -> None:
    outer = a_start("outer", start_monotonic_s=0.0)
    link = a_start("link", start_monotonic_s=0.0, boot="elsewhere", host="elsewhere", within=outer.id)
    inner = a_start("inner", start_monotonic_s=2.0, within=link.id)
    for started, length_s in ((outer, 10.0), (inner, 3.0)):
        ledger.take_finished([Finished(started, an_end(30.0, duration_s=length_s), None, None, {})])
    assert whole(ledger).nested == 0

    ledger.take_finished([Finished(link, an_end(5.0, duration_s=1.0), None, None, {})])
    assert (whole(ledger).nested, whole(ledger).energy_j.value) == (1, 35.0)

    ledger.erase(link.id, why="a test", by="me")
    assert whole(ledger).nested == 0
    assert ledger.verify(rebuild=True, share_out=share_out).findings == ()


def test_a_new_account_changes_the_sum_and_not_the_joules(ledger: Ledger) -> None:
    first, second = a_run(ledger, start_monotonic_s=0.0), a_run(ledger, start_monotonic_s=50.0)
    ledger.account([a_footprint(first, operational_g=10.0)])

    assert whole(ledger).operational_g.value == 12.0
    assert whole(ledger).energy_j.value == sum_runs([ledger.run(first), ledger.run(second)]).energy_j.value
    assert ledger.verify(rebuild=True, share_out=share_out).findings == ()


def test_what_is_erased_is_in_no_sum_and_its_neighbours_are_shared_out_anew(ledger: Ledger) -> None:
    made = [Finished(a_start(start_monotonic_s=at * 5.0), an_end(30.0, duration_s=8.0), None, None, {}) for at in range(3)]
    ledger.take_finished(made)
    assert whole(ledger).overlap_j.value

    ledger.erase(made[1].started.id, why="a test", by="me")

    assert whole(ledger).runs == 2
    assert whole(ledger).overlap_j.value == 0.0
    assert ledger.verify(rebuild=True, share_out=share_out).findings == ()


def test_a_sum_read_only_is_right_and_writes_nothing(tmp_path: Path) -> None:
    with ledger_in(str(tmp_path)) as ledger:
        ledger.take_finished(crowd(3, 12))
        right = sum_runs(ledger.runs(0)).energy_j.value
    before = Path(ledger.path).read_bytes()

    with ledger_in(str(tmp_path), readonly=True) as ledger:
        assert near(whole(ledger).energy_j.value, right)
        assert near(whole(ledger, by="month").energy_j.value, right)

    assert Path(ledger.path).read_bytes() == before
    assert os.listdir(tmp_path) == ["ledger.sqlite"]


def test_tables_of_an_older_vatio_are_made_anew_and_read_as_they_lie(tmp_path: Path) -> None:
    with ledger_in(str(tmp_path)) as ledger:
        ledger.take_finished(crowd(5, 6))
        right = whole(ledger)
    made_older(ledger.path)

    with ledger_in(str(tmp_path), readonly=True) as ledger:
        assert near(whole(ledger).energy_j.value, right.energy_j.value)
        assert len(ledger.overview.listed()) == 6
    assert sqlite3.connect(ledger.path).execute("PRAGMA user_version").fetchone() == (1,)

    with ledger_in(str(tmp_path)) as ledger:
        assert near(whole(ledger).energy_j.value, right.energy_j.value)
        assert ledger.verify(rebuild=True, share_out=share_out).findings == ()


def made_older(path: str) -> None:
    with sqlite3.connect(path) as connection:
        for table in ("booking", "stretch", "tally", "tag"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("ALTER TABLE run DROP COLUMN emissions_g")
        connection.execute("PRAGMA user_version = 1")
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE booking SET kept_j = kept_j * 2 WHERE rowid = 1",
        "UPDATE booking SET total_g = total_g + 1 WHERE rowid = 1",
        "UPDATE booking SET slot = '2020-01' WHERE rowid = 1",
        "DELETE FROM booking WHERE rowid = 1",
        "UPDATE tally SET claimed_j = claimed_j + 1",
        "DELETE FROM tally",
        "UPDATE stretch SET end_s = end_s + 100 WHERE rowid = 1",
        "INSERT INTO stretch VALUES ('x', 'boot', 0, 1, 1, 1)",
        "INSERT INTO tag VALUES ('x', 'team', 'red')",
        "UPDATE run SET emissions_g = 0",
    ],
)
def test_a_changed_projection_is_found(ledger: Ledger, statement: str) -> None:
    ledger.take_finished(crowd(7, 8))
    whole(ledger)
    with ledger._backend.transaction() as execute:
        execute(statement)

    assert ledger.verify(rebuild=True, share_out=share_out).findings
    ledger.rebuild()
    assert ledger.verify(rebuild=True, share_out=share_out).findings == ()


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32), zone=st.sampled_from(["Asia/Tokyo", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"])
)
def test_a_run_is_booked_in_the_month_of_its_end_where_one_asks(
    tmp_path_factory: pytest.TempPathFactory, seed: int, zone: str
) -> None:
    rng = random.Random(seed)
    ends = [datetime(2026, 2, rng.choice((1, 28)), rng.randrange(24), rng.randrange(60), tzinfo=UTC) for _ in range(12)]
    with ledger_in(str(tmp_path_factory.mktemp("zone"))) as ledger:
        ledger.take_finished([alone(at, ended_at) for at, ended_at in enumerate(ends)])
        found = {group.group: group.runs for group in sums(ledger, "month", zone=time_zone(zone))}

    assert found == Counter(f"{end.astimezone(ZoneInfo(zone)):%Y-%m}" for end in ends)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), minute=st.integers(0, 60 * 24 * 59), by=st.sampled_from(GROUPINGS))
def test_since_takes_what_ended_then_or_later(
    tmp_path_factory: pytest.TempPathFactory, seed: int, minute: int, by: str
) -> None:
    rng = random.Random(seed)
    ends = [NEW_YEAR + timedelta(minutes=rng.randrange(60 * 24 * 59)) for _ in range(8)]
    since = f"{NEW_YEAR + timedelta(minutes=minute):%Y-%m-%dT%H:%M:00.000000Z}"
    with ledger_in(str(tmp_path_factory.mktemp("since"))) as ledger:
        ledger.take_finished([alone(at, ended_at) for at, ended_at in enumerate(ends)])

        assert whole(ledger, by=by, since=since).runs == sum(end >= parse_rfc3339(since) for end in ends)


def alone(at: int, ended_at: datetime) -> Finished:
    started = a_start(start_monotonic_s=100.0 * at)
    return Finished(started, an_end(ended_at=ended_at), a_footprint(started.id), None, {})


def test_runs_without_a_tag_are_a_group_of_their_own(ledger: Ledger) -> None:
    a_run(ledger, tags={"team": "red"}, start_monotonic_s=0.0)
    a_run(ledger, start_monotonic_s=50.0)

    assert [(group.group, group.runs) for group in sums(ledger, "tag:team")] == [("", 1), ("red", 1)]


def test_a_sum_of_a_project_is_of_that_project(ledger: Ledger) -> None:
    a_run(ledger, project="one", start_monotonic_s=0.0)
    a_run(ledger, project="two", start_monotonic_s=50.0)

    assert whole(ledger, by="month", project="one").runs == 1


def test_what_some_runs_add_is_their_part_of_the_whole(ledger: Ledger) -> None:
    made = crowd(11, 10)
    ledger.take_finished(made)
    ids = [run.started.id for run in made]
    parts = [ledger.overview.sum_of(some, share_out=share_out) for some in (ids[:4], ids[4:])]

    assert near(total_of(parts).energy_j.value, whole(ledger).energy_j.value)


def test_an_unknown_grouping_or_zone_is_named(ledger: Ledger) -> None:
    with pytest.raises(UnknownName, match="grouping"):
        sums(ledger, "weather")
    with pytest.raises(UnknownName, match="time zone"):
        time_zone("Mars/Olympus")


@pytest.mark.parametrize("text", ["yesterday", "2026-13", "26", "2026-02-30", ""])
def test_a_date_that_is_none_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="not a date"):
        since_utc(text, None)


def test_a_date_begins_in_its_time_zone() -> None:
    assert since_utc("2026-03", ZoneInfo("Europe/Madrid")) == "2026-02-28T23:00:00.000000Z"
    assert since_utc("2026-03-01T10:00+02:00", None) == "2026-03-01T08:00:00.000000Z"


def test_a_long_search_costs_each_of_its_trials_little(ledger: Ledger) -> None:
    outer = a_start("search", start_monotonic_s=0.0)
    trials = [a_start("trial", start_monotonic_s=at * 1.0, within=outer.id, id=new_id()) for at in range(300)]
    ledger.take_finished([Finished(outer, an_end(duration_s=300.0), None, None, {})])
    ledger.take_finished([Finished(trial, an_end(duration_s=0.9), None, None, {}) for trial in trials])
    names: Sequence[Any] = ledger._backend.query("SELECT DISTINCT stretch FROM booking")

    assert names == [(outer.id,)]
    assert whole(ledger).energy_j.value == 30.0
