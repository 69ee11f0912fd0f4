"""Draw the pictures of the documentation from the tests' example run: ``python -m docs.images.draw``.

``receipt.svg`` and ``comparison.svg`` need nothing else; the PNGs of the report need Chromium.
"""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path

from tests.report._browser import chromium, opened
from tests.report._examples import HEAD, footprint, training, training_samples
from tests.report._verdicts import failed, ratios

from vatio.report import receipt, to_html
from vatio.report.verdict import comparison_svg

HERE = Path(__file__).parent
ADVANCE, LEADING, PAD = 8.4, 21, 22

STYLE = """
text { font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #191c20; white-space: pre; }
.paper { fill: #fcfcfa; stroke: #d9d9d2; } .key { fill: #0b6e62; }
@media (prefers-color-scheme: dark) {
  text { fill: #eceae4; } .paper { fill: #121517; stroke: #2b3034; } .key { fill: #5cc9b8; }
}
"""


def example_receipt() -> tuple[str, ...]:
    """Write the receipt of the example run."""
    change = "-3.1 % on 7 earlier runs, not significant (exact permutation test)"
    return receipt(training(), change=change, head=HEAD, next_command="vatio report @1 --html report.html")


def receipt_svg(lines: tuple[str, ...]) -> str:
    """Draw a receipt as the terminal shows it, with letters that stay letters."""
    width = round(80 * ADVANCE + 2 * PAD)
    height = round((len(lines) + 2) * LEADING + 2 * PAD)
    rows = [f'<text class="key" x="{PAD}" y="{PAD + 14}">$ vatio run -- python finetune.py --epochs 3</text>']
    for at, line in enumerate(lines):
        y = PAD + 14 + (at + 2) * LEADING
        label, rest = escape(line[:11]), escape(line[11:])
        rows.append(
            f'<text x="{PAD}" y="{y}" textLength="{len(line) * ADVANCE:.1f}"><tspan class="key">{label}</tspan>{rest}</text>'
        )
    title = "A receipt of vatio run: " + "; ".join(lines[:2])
    paper = f'<rect class="paper" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="10"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n{paper}\n" + "\n".join(rows) + "\n</svg>\n"
    )


def example_comparison() -> str:
    """Draw the comparison of the example gate."""
    return comparison_svg(failed(), ratios=ratios(0.05))


def draw_report() -> None:
    """Take pictures of the top of the report, in the light and in the dark."""
    run = training()
    page = to_html([run], {run.id: training_samples()}, footprints={run.id: footprint(run)}, head=HEAD)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = Path(folder, "report.html")
        path.write_text(page, encoding="utf-8")
        for dark, name in ((False, "report.png"), (True, "report-dark.png")):
            with opened(browser, path, width=1200, dark=dark) as shown:
                shown.call("Emulation.setDeviceMetricsOverride", width=1200, height=1310, deviceScaleFactor=1, mobile=False)
                shown.picture(HERE / name, whole=False)


if __name__ == "__main__":
    (HERE / "receipt.svg").write_text(receipt_svg(example_receipt()), encoding="utf-8")
    (HERE / "comparison.svg").write_text(example_comparison(), encoding="utf-8")
    draw_report()
