"""Ask a service over HTTP: patiently, not too often, and not twice for what is still fresh."""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple
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
# For so long it is waited for in silence.
_QUIET_S = 2.0
_MOST_BYTES = 8 << 20
_PASSING = (429, 500, 502, 503, 504)


class Reply(NamedTuple):
    """Hold what a service has answered."""

    status_code: int
    retry_after: str | None
    held: bytes


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
        self._left_s, self._told = access.patience_s, False

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
        begin_s = time.monotonic()
        try:
            return self._tried(asked, begin_s + self._left_s)
        except MeasureError:
            self._left_s -= time.monotonic() - begin_s
            raise

    def _tried(self, asked: str, until_s: float) -> Any:
        httpx = require("httpx", extra="carbon")
        wait_s = _FIRST_WAIT_S
        for left in reversed(range(_TRIES)):
            self._keep_apart()
            reply = self._reply(httpx, asked, until_s)
            if isinstance(reply, str):
                if not left:
                    raise self._failed(f"cannot be reached: {reply}")
            else:
                if reply.status_code not in _PASSING:
                    return self._read(reply)
                wait_s = max(wait_s, _asked_to_wait_s(reply.retry_after))
                if not left or wait_s > min(_LONGEST_WAIT_S, until_s - time.monotonic()):
                    raise self._failed(f"answers {reply.status_code}", hint="try again later, or give --curve FILE")
            self._wait(wait_s)
            wait_s *= 2.0
        raise self._failed("does not answer")

    def _reply(self, httpx: Any, asked: str, until_s: float) -> Reply | str:
        """Ask once, in a thread: a name that is not resolved and an answer that trickles know no time limit of their own.

        What went wrong comes back in a word.
        """
        found: SimpleQueue[Reply | str] = SimpleQueue()

        def fetch() -> None:
            answer: Reply | str = "it failed"
            try:
                with (
                    httpx.Client(timeout=_TIMEOUT_S, transport=self._transport, follow_redirects=False) as client,
                    client.stream("GET", asked, headers=self._headers) as reply,
                ):
                    answer = Reply(reply.status_code, reply.headers.get("retry-after"), _held(reply.iter_bytes(), until_s))
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
                answer = type(error).__name__
            finally:
                found.put(answer)

        left_s = until_s - time.monotonic()
        if left_s > 0.0:
            Thread(target=fetch, daemon=True).start()
            with suppress(Empty):
                return found.get(timeout=min(left_s, _QUIET_S))
            self._say(f"waits for {self._service}, at most {math.ceil(until_s - time.monotonic())} s more")
            with suppress(Empty):
                return found.get(timeout=max(0.0, until_s - time.monotonic()))
        raise self._failed(f"has not answered within {self._access.patience_s:g} s")

    def _say(self, text: str) -> None:
        if not self._told:
            self._told = True
            self._access.told(text)

    def _read(self, reply: Reply) -> Any:
        if reply.status_code in (401, 403):
            hint = "is its key set, and is this zone part of your plan with them?"
            raise self._failed(f"refuses ({reply.status_code})", hint=hint)
        if reply.status_code == 404:
            raise UnknownName(f"{self._service} knows nothing of this zone or time", hint="vatio catalog list zones")
        if reply.status_code != 200:
            raise self._failed(f"answers {reply.status_code}")
        if len(reply.held) > _MOST_BYTES:
            raise self._failed(f"answers more than {_MOST_BYTES >> 20} MiB")
        try:
            answer = json.loads(reply.held)
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


def _held(chunks: Iterable[bytes], until_s: float) -> bytes:
    """Read an answer as far as it may go on; one byte more than is allowed says that it is too long."""
    held = b""
    for chunk in chunks:
        held += chunk
        if len(held) > _MOST_BYTES or time.monotonic() > until_s:
            break
    return held


def _asked_to_wait_s(text: str | None) -> float:
    try:
        return float(text or 0.0)
    except ValueError:
        return 0.0  # a date: the doubling wait will do
