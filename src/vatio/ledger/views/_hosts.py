"""Read a host's latest baseline from its entries."""

from __future__ import annotations

import json
from collections.abc import Mapping

from vatio.errors import InvalidRecord
from vatio.ledger._backend import Execute
from vatio.ledger.chain import as_bytes
from vatio.records import Quantity, from_json

_HOSTS = """SELECT p.body FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.kind = 'host' ORDER BY e.origin DESC, e.seq DESC"""


def read_host_idle(execute: Execute, host: str) -> Mapping[str, Quantity]:
    """Read the idle watts by device of a host's latest baseline; empty when it has none that can be read."""
    for (body,) in execute(_HOSTS):
        try:
            payload = json.loads(as_bytes(body))
            if payload.get("host") == host:
                return {device: from_json(Quantity, item) for device, item in payload["idle_w"].items()}
        except (ValueError, KeyError, AttributeError, InvalidRecord):
            continue
    return {}
