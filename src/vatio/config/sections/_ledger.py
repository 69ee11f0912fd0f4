"""Where runs are kept."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.config._setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerConfig:
    """Say where runs are kept and whether their entries are signed."""

    path: str | None = setting(
        "path",
        "Ledger file; else `.vatio/ledger.sqlite` in the project, else in the user's data folder.",
        option="--ledger",
        example='"~/runs/ledger.sqlite"',
    )
    backend: str = setting(
        "word", "What stores the ledger.", default="sqlite", plugins="ledgers", choices=(), example='"sqlite"'
    )
    sign: bool = setting("flag", "Sign each entry; unset: whenever there is a key.", default=False, example="true")
    key: str | None = setting(
        "path", "File of the private key; unset: `key` in vatio's user configuration folder.", example='"~/.config/vatio/key"'
    )
