"""Drive a real Chromium over its DevTools pipe: open a page, count what goes wrong in it, run axe-core, take pictures."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def axe_source() -> str:
    """Read axe-core: as ``npm pack axe-core`` left it in .venvs, else as locks/browser.txt installs it; empty without."""
    for path in sorted((ROOT / ".venvs").glob("axe-core-*.tgz"), reverse=True):
        with tarfile.open(path) as package:
            found = package.extractfile("package/axe.min.js")
            return found.read().decode() if found else ""
    spec = find_spec("axe_playwright_python")
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0], "axe.min.js").read_text(encoding="utf-8") if folders else ""


class Browser:
    """One Chromium; ``call`` sends a command of the DevTools protocol and returns its result."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive, self._count, self._buffer = send, receive, 0, b""
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, *, session: str | None = None, **params: Any) -> Any:
        """Send one command and wait for its answer; events that come meanwhile are kept."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method: str, session: str) -> None:
        """Wait for one event of a page."""
        while not any(event.get("method") == method and event.get("sessionId") == session for event in self.events):
            self.events.append(self._read())

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            chunk = os.read(self._receive, 1 << 16)
            if not chunk:
                raise RuntimeError("Chromium went away")
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


class Page:
    """One open page of a browser."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **params: Any) -> Any:
        """Send a command about this page."""
        return self._browser.call(method, session=self._session, **params)

    def evaluate(self, expression: str) -> Any:
        """Evaluate JavaScript in the page, awaiting a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def violations(self, axe: str) -> list[str]:
        """Run axe-core for WCAG 2 A and AA; one line for each node that breaks a rule."""
        # Through the debugger, not as an element of the page: the page's own policy would rightly refuse it.
        self.call("Runtime.evaluate", expression=axe)
        found = self.evaluate(f"axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then(r => JSON.stringify(r.violations))")
        return [f"{item['id']}: {node['html'][:160]}" for item in json.loads(found) for node in item["nodes"]]

    def complaints(self) -> list[str]:
        """List the errors and warnings that the console shows, refusals by the page's policy too."""
        said = []
        for event in self._own():
            if event["method"] == "Runtime.exceptionThrown":
                said.append(str(event["params"]["exceptionDetails"]))
            if event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] in {"error", "warning"}:
                said.append(event["params"]["entry"]["text"])
            if event["method"] == "Runtime.consoleAPICalled" and event["params"]["type"] in {"error", "warning", "assert"}:
                said.append(str(event["params"]["args"]))
        return said

    def requests(self) -> list[str]:
        """List what the page asked for beside itself and what it carries inside."""
        urls = [event["params"]["request"]["url"] for event in self._own() if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith(("file:", "data:"))]

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Save what the page looks like as PNG."""
        answer = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole, **({} if not whole else self._clip())
        )
        path.write_bytes(base64.b64decode(answer["data"]))

    def pdf(self, path: Path) -> None:
        """Print the page on A4."""
        answer = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(base64.b64decode(answer["data"]))

    def _clip(self) -> dict[str, Any]:
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def _own(self) -> Iterator[dict[str, Any]]:
        # One round trip, so that everything the page has said until now has arrived.
        self.call("Runtime.evaluate", expression="0")
        return iter([event for event in self._browser.events if event.get("sessionId") == self._session])


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a Chromium with a profile of its own, and end it."""
    program = next(filter(None, map(shutil.which, PROGRAMS)))
    to_child, send = os.pipe()
    receive, from_child = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Chromium reads its commands from descriptor 3 and answers on 4.
        script = f'exec "$@" 3<&{to_child} 4>&{from_child}'
        process = subprocess.Popen(
            ["bash", "-c", script, "bash", program, *_FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(to_child, from_child),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(from_child)
        browser = Browser(send, receive)
        try:
            yield browser
            browser.call("Browser.close")
        finally:
            _end(process)
            os.close(send)
            os.close(receive)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1280, dark: bool = False, script: bool = True) -> Iterator[Page]:
    """Open a file in a fresh page of a width, in the light or the dark, with or without JavaScript."""
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    page = Page(browser, session)
    for domain in ("Page", "Runtime", "Log", "Network"):
        page.call(f"{domain}.enable")
    page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
    scheme = "dark" if dark else "light"
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.call("Emulation.setScriptExecutionDisabled", value=not script)
    page.call("Page.navigate", url=path.resolve().as_uri())
    browser.wait("Page.loadEventFired", session)
    time.sleep(0.05)  # the console's entries come after the load event, in a process of their own
    try:
        yield page
    finally:
        browser.call("Target.closeTarget", targetId=target)
