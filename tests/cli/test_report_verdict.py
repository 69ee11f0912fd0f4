"""A comparison that was kept is shown with its verdict and its picture."""

import json
from dataclasses import replace

import pytest
from tests.report._verdicts import failed, hostile, ratios

from vatio.testing import a_start, an_end, ledger_in


@pytest.fixture
def kept(shell):
    """Keep a run with a verdict, and give a function that reports it."""

    def keep(verdict, *options):
        start = a_start("gate")
        with ledger_in(str(shell.folder)) as ledger:
            ledger.append("started", start, run=start.id)
            ledger.append("ended", an_end(), run=start.id)
            ledger.append("verdict", replace(verdict, run=start.id), run=start.id)
        return shell("report", start.id, "--ledger", "ledger.sqlite", *options)

    return keep


def test_the_page_of_a_comparison_has_its_picture_and_its_run(kept, shell):
    done = kept(replace(failed(), ratios=ratios(0.05)), "--html", "out.html")
    page = (shell.folder / "out.html").read_text()

    assert done.returncode == 0, done.stderr
    assert "<h1>Regression: CPU time changed by" in page
    assert page.count('class="dot"') == 20
    assert "The comparison as a run" in page


def test_its_markdown_begins_with_the_verdict(kept):
    done = kept(replace(failed(), ratios=ratios(0.05)))

    assert done.stdout.startswith("<!-- vatio gate -->\n\n### vatio gate: fail")
    assert "● " in done.stdout or "●─" in done.stdout
    assert "# gate: energy report" in done.stdout


def test_its_json_has_the_verdict(kept):
    found = json.loads(kept(failed(), "--json").stdout)

    assert found["verdict"]["schema"] == "vatio.verdict/1"
    assert found["verdict"]["outcome"] == "fail"


def test_a_hostile_verdict_is_shown_as_text(kept, shell):
    done = kept(hostile(), "--html", "out.html")

    assert done.returncode == 0, done.stderr
    assert "<script>alert" not in (shell.folder / "out.html").read_text()
