"""The tables of a ledger, and how older files get them. Facts are never migrated: a migration touches projections only."""

from __future__ import annotations

VERSION = 2

# The chain: what is proven. `kind`, `run` and `hash` repeat what the header says, to be found by; verify compares them.
FACTS = (
    """CREATE TABLE entry (
        origin TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, run TEXT, hash TEXT NOT NULL,
        header BLOB NOT NULL, signature BLOB, PRIMARY KEY (origin, seq)) STRICT""",
    """CREATE TABLE payload (
        origin TEXT NOT NULL, seq INTEGER NOT NULL, salt BLOB NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (origin, seq)) STRICT""",
    "CREATE TABLE blob (sha256 TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT",
    "CREATE TABLE samples (run TEXT PRIMARY KEY, layout BLOB NOT NULL, aggregates BLOB NOT NULL) STRICT",
    "CREATE TABLE chunk (run TEXT NOT NULL, part INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (run, part)) STRICT",
    # Which file on which machine writes which origin.
    """CREATE TABLE origin (
        origin TEXT PRIMARY KEY, machine TEXT NOT NULL, inode TEXT NOT NULL, born INTEGER NOT NULL) STRICT""",
    "CREATE INDEX entry_run ON entry (run)",
    "CREATE INDEX entry_kind ON entry (kind, origin, seq) WHERE kind NOT IN ('started', 'ended', 'footprint')",
)

# The projection: what is fast. Rebuilt from the facts and compared by `ledger verify --rebuild`.
RUN_COLUMNS = [
    "id",
    "name",
    "project",
    "series",
    "job",
    "within",
    "stage",
    "started_at",
    "boot",
    "host",
    "started_origin",
    "started_seq",
    "ended_origin",
    "ended_seq",
    "footprint_origin",
    "footprint_seq",
    "status",
    "duration_s",
    "basis",
    "complete",
    "energy_j",
    "workload_energy_j",
    "cpu_s",
    "ended_at",
    "energy_low_j",
    "energy_high_j",
    "workload_low_j",
    "workload_high_j",
    "emissions_g",
    "emissions_low_g",
    "emissions_high_g",
    "tail",
]
# What sums add, each with its value and its two ends: joules claimed, kept and drawn by the devices, then a footprint's.
CLAIMS = ("claimed_j", "kept_j", "device_j")
ACCOUNTED = ("operational_g", "market_g", "embodied_g", "total_g", "water_l", "cost_eur")
FIGURES = tuple(f"{name}{end}" for name in (*CLAIMS, *ACCOUNTED) for end in ("", "_low", "_high"))
# Runs that are alike in these are added up beforehand. A slot is a month (UTC), but a quarter of an hour near its ends,
# where another time zone may have another month; a remark says of each figure how well it is known.
BUCKET = ("slot", "project", "stage", "host", "remark")
BOOKING_COLUMNS = (
    *("run", *BUCKET, "ended_at", "boot", "start_s", "end_s", "stretch"),
    *("ratio", "counting_ratio", "nested", "machine", "cpu_s"),
    *FIGURES,
)
# What a run adds: its joules as they are kept, the rest in the proportion in which they are.
TERMS = {
    "runs": "1",
    "nested": "nested",
    "machine": "machine",
    "cpu_s": "cpu_s * counting_ratio",
    **{name: name if name.startswith(CLAIMS) else f"{name} * ratio" for name in FIGURES},
}
SUMS = ", ".join(f"sum({term})" for term in TERMS.values())
_FIGURES = ", ".join(f"{name} REAL" for name in FIGURES)

PROJECTIONS = (
    """CREATE TABLE run (
        id TEXT PRIMARY KEY, name TEXT, project TEXT, series TEXT, job TEXT, within TEXT, stage TEXT, started_at TEXT,
        boot TEXT, host TEXT, started_origin TEXT, started_seq INTEGER, ended_origin TEXT, ended_seq INTEGER,
        footprint_origin TEXT, footprint_seq INTEGER, status TEXT, duration_s REAL, basis TEXT, complete INTEGER,
        energy_j REAL, workload_energy_j REAL, cpu_s REAL, ended_at TEXT,
        energy_low_j REAL, energy_high_j REAL, workload_low_j REAL, workload_high_j REAL,
        emissions_g REAL, emissions_low_g REAL, emissions_high_g REAL, tail TEXT) STRICT""",
    "CREATE INDEX run_tail ON run (tail)",
    "CREATE INDEX run_started ON run (started_at, id)",
    "CREATE INDEX run_series ON run (series, started_at)",
    "CREATE INDEX run_name ON run (name)",
    "CREATE INDEX run_open ON run (id) WHERE ended_seq IS NULL",
    # One row for each run that has ended: the month it is booked in, and what it adds there. `stretch` names the runs of
    # one boot that touch one another in time: a joule that several of them claim counts once.
    f"""CREATE TABLE booking (
        run TEXT PRIMARY KEY, slot TEXT NOT NULL, project TEXT NOT NULL, stage TEXT NOT NULL, host TEXT NOT NULL,
        remark TEXT NOT NULL, ended_at TEXT NOT NULL, boot TEXT NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,
        stretch TEXT NOT NULL, ratio REAL NOT NULL, counting_ratio REAL NOT NULL, nested INTEGER NOT NULL,
        machine INTEGER NOT NULL, cpu_s REAL,
        {_FIGURES}) STRICT""",
    "CREATE INDEX booking_bucket ON booking (slot, project, stage, host, remark)",
    "CREATE INDEX booking_stretch ON booking (stretch)",
    """CREATE TABLE stretch (
        id TEXT PRIMARY KEY, boot TEXT NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL, runs INTEGER NOT NULL,
        fresh INTEGER NOT NULL) STRICT""",
    "CREATE INDEX stretch_end ON stretch (boot, end_s)",
    "CREATE INDEX stretch_stale ON stretch (id) WHERE fresh = 0",
    f"""CREATE TABLE tally (
        slot TEXT NOT NULL, project TEXT NOT NULL, stage TEXT NOT NULL, host TEXT NOT NULL, remark TEXT NOT NULL,
        fresh INTEGER NOT NULL, runs INTEGER NOT NULL, nested INTEGER NOT NULL, machine INTEGER NOT NULL,
        cpu_s REAL, {_FIGURES},
        PRIMARY KEY (slot, project, stage, host, remark)) STRICT""",
    "CREATE INDEX tally_stale ON tally (slot) WHERE fresh = 0",
    "CREATE TABLE tag (run TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) STRICT",
    "CREATE INDEX tag_key ON tag (key, value)",
    "CREATE INDEX run_within ON run (within) WHERE within IS NOT NULL",
)
