"""The tables of a ledger, and how older files get them. Facts are never migrated: a migration touches projections only."""

from __future__ import annotations

VERSION = 1

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
]
PROJECTIONS = (
    """CREATE TABLE run (
        id TEXT PRIMARY KEY, name TEXT, project TEXT, series TEXT, job TEXT, within TEXT, stage TEXT, started_at TEXT,
        boot TEXT, host TEXT, started_origin TEXT, started_seq INTEGER, ended_origin TEXT, ended_seq INTEGER,
        footprint_origin TEXT, footprint_seq INTEGER, status TEXT, duration_s REAL, basis TEXT, complete INTEGER,
        energy_j REAL, workload_energy_j REAL, cpu_s REAL) STRICT""",
    "CREATE INDEX run_started ON run (started_at)",
    "CREATE INDEX run_series ON run (series, started_at)",
    "CREATE INDEX run_name ON run (name)",
    "CREATE INDEX run_open ON run (id) WHERE ended_seq IS NULL",
)
