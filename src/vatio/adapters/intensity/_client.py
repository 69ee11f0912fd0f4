"""Ask a service over HTTP: patiently, not too often, and not twice for what is still fresh."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from vatio.account import Access
from vatio.errors import MeasureError, UnknownName
from vatio.files import regular, write_whole
from vatio.plugins import require

_TRIES = 3
_FIRST_WAIT_S = 0.5
# A service that says "come back in an hour" is not waited for: a plan is made without it.
_LONGEST_WAIT_S = 10.0
_TIMEOUT_S = 10.0
_MOST_BYTES = 8 << 20
_PASSING = (429, 500, 502, 503, 504)


class Client:
    """Get JSON from one service; its answers are kept on disk under a digest of what was asked, never of the key."""

    def __init__(
        self,
        service: str,
        base_url: str,
        access: Access,
        *,
        headers: Mapping[str, str] | None = None,
        transport: Any = None,
        wait: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._service, self._base_url, self._access = service, (access.base_url or base_url).rstrip("/"), access
        self._headers, self._transport, self._wait, self._now = dict(headers or {}), transport, wait, now
        self._asked_at = float("-inf")

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Give the parsed answer.

        Raises:
            UnknownName: the service knows no such zone.
            MeasureError: it refuses, cannot be reached, or answers what is no JSON.
            MissingExtra: httpx is not installed.
        """
        asked = f"{self._base_url}{path}" + (f"?{urlencode(sorted((query or {}).items()))}" if query else "")
        kept = self._kept(asked)
        if kept is not None and self._now() - kept[0] < self._access.fresh_s:
            return kept[1]
        try:
            answer = self._ask(asked)
        except MeasureError:
            if kept is not None and self._now() - kept[0] < self._access.stale_s:
                return kept[1]
            raise
        self._keep(asked, answer)
        return answer

    def _ask(self, asked: str) -> Any:
        httpx = require("httpx", extra="carbon")
        wait_s = _FIRST_WAIT_S
        with httpx.Client(timeout=_TIMEOUT_S, transport=self._transport, follow_redirects=False) as client:
            for left in reversed(range(_TRIES)):
                self._keep_apart()
                try:
                    reply = client.get(asked, headers=self._headers)
                except httpx.HTTPError as error:
                    if not left:
                        raise self._failed(f"cannot be reached: {type(error).__name__}") from None
                else:
                    if reply.status_code not in _PASSING:
                        return self._read(reply)
                    wait_s = max(wait_s, _asked_to_wait_s(reply.headers.get("retry-after")))
                    if not left or wait_s > _LONGEST_WAIT_S:
                        raise self._failed(f"answers {reply.status_code}", hint="try again later, or give --curve FILE")
                self._wait(wait_s)
                wait_s *= 2.0
        raise self._failed("does not answer")

    def _read(self, reply: Any) -> Any:
        if reply.status_code in (401, 403):
            hint = "is its key set, and is this zone part of your plan with them?"
            raise self._failed(f"refuses ({reply.status_code})", hint=hint)
        if reply.status_code == 404:
            raise UnknownName(f"{self._service} knows nothing of this zone or time", hint="vatio catalog list zones")
        if reply.status_code != 200:
            raise self._failed(f"answers {reply.status_code}")
        if len(reply.content) > _MOST_BYTES:
            raise self._failed(f"answers more than {_MOST_BYTES >> 20} MiB")
        try:
            answer = reply.json()
        except (ValueError, RecursionError):
            answer = None
        if not answer:  # an empty body, {} or [] under a 200 is this field's usual failure
            raise self._failed("answers 200 and nothing", hint="try again later, or give --curve FILE")
        return answer

    def _failed(self, what: str, *, hint: str = "") -> MeasureError:
        return MeasureError(f"{self._service} {what}", hint=hint or "give --curve FILE, or plan without it")

    def _keep_apart(self) -> None:
        gap_s = self._access.least_gap_s - (self._now() - self._asked_at)
        if 0.0 < gap_s <= self._access.least_gap_s:
            self._wait(gap_s)
        self._asked_at = self._now()

    def _path(self, asked: str) -> str | None:
        if self._access.cache is None:
            return None
        return os.path.join(self._access.cache, f"{hashlib.sha256(asked.encode()).hexdigest()[:32]}.json")

    def _kept(self, asked: str) -> tuple[float, Any] | None:
        path = self._path(asked)
        try:
            with open(path or "", "rb", opener=regular) as file:
                held = json.loads(file.read(_MOST_BYTES))
            return float(held["at"]), held["answer"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def _keep(self, asked: str, answer: Any) -> None:
        path = self._path(asked)
        if path is None:
            return
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_whole(path, json.dumps({"asked": asked, "at": self._now(), "answer": answer}).encode())
        except OSError:
            return  # a cache that cannot be written is no cache


def _asked_to_wait_s(text: str | None) -> float:
    try:
        return float(text or 0.0)
    except ValueError:
        return 0.0  # a date: the doubling wait will do
