"""run-14: open the report in a real Chromium and count what is wrong with it.

Cases: one run, two runs, a run without a sensor and a hostile one; light and dark; 360 and 1280 pixels wide; all
``<details>`` open. Counted: nodes that break a WCAG 2 A or AA rule of axe-core, errors and warnings in the console
(refusals by the page's policy too), requests to any host.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.report import _examples as examples
from tests.report._browser import PROGRAMS, ROOT, Browser, axe_source, chromium, opened

from benchmarks._row import Row
from vatio.report import to_html

COMMAND = "make bench TOPIC=run"
WHAT = "the report in Chromium, light and dark, 360 and 1280 px: axe-core A/AA violations + console errors + off-host requests"
# mlflow 3.17's own first page by the same checks, measured in November 2026: 4 nodes that violate, 5 252 KB in 17 requests.
PEER = "mlflow 3.17"
PEER_NODES, PEER_BYTES = 4.0, 5_252_000.0
LIMIT_BYTES = 100_000


def rows(*, peers: bool) -> list[Row]:
    """Count once over all cases, and say how large the pages are."""
    written = pages()
    missing = _missing()
    return [
        Row(
            id="run-14",
            what=WHAT,
            relation="==",
            limit=0.0,
            got=None if missing else float(sum(faults(written).values())),
            unit="",
            peer=PEER,
            peer_got=PEER_NODES,
            command=COMMAND,
            why=missing,
        ),
        Row(
            id="run-14-bytes",
            what="largest of the report's pages of ordinary runs",
            relation="<=",
            limit=LIMIT_BYTES,
            got=float(max(len(text.encode()) for text in written.values())),
            unit="bytes",
            peer=PEER,
            peer_got=PEER_BYTES,
            command=COMMAND,
        ),
    ]


def pages() -> dict[str, str]:
    """Write the pages that are opened."""
    one, two = examples.training(), examples.second_training()
    samples = {one.id: examples.training_samples(), two.id: examples.second_samples()}
    return {
        "one": to_html([one], samples, footprints={one.id: examples.footprint(one)}),
        "several": to_html([one, two], samples),
        "blind": to_html([examples.without_sensor()]),
        "hostile": to_html([examples.hostile()], {one.id: examples.hostile_samples()}, language="es"),
    }


def faults(written: dict[str, str]) -> dict[str, int]:
    """Open every page in every way and count what is wrong, by page."""
    axe = axe_source()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        found = {}
        for name, text in written.items():
            path = Path(folder, f"{name}.html")
            path.write_text(text, encoding="utf-8")
            found[name] = sum(_count(browser, path, axe, width, dark) for width in (360, 1280) for dark in (False, True))
        return found


def _count(browser: Browser, path: Path, axe: str, width: int, dark: bool) -> int:
    with opened(browser, path, width=width, dark=dark) as page:
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        violations = page.violations(axe)
        return len(violations) + len(page.complaints()) + len(page.requests())


def _missing() -> str:
    """Say what is missing for the check; axe-core is fetched on first use and stays in .venvs."""
    if not any(map(shutil.which, PROGRAMS)):
        return "no Chromium is installed (Debian: apt-get install chromium)"
    if not axe_source() and shutil.which("npm"):
        folder = ROOT / ".venvs"
        folder.mkdir(exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", "axe-core@4"], cwd=folder, stdout=subprocess.DEVNULL, check=False)
    return "" if axe_source() else "axe-core could not be fetched (`cd .venvs && npm pack axe-core`)"
