"""A comparison's page: the verdict, the picture, and the run that the repetitions lie within."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.report._browser import Browser, axe_source, chromium, opened
from tests.report._examples import hostile as hostile_run
from tests.report._examples import training, training_samples
from tests.report._verdicts import failed, hostile, passed, ratios, undecided, unmeasured, upgrade

from vatio.report.page import Material
from vatio.report.verdict import to_html

PAGES = {
    "fail": to_html(failed(), ratios=ratios(0.05)),
    "pass": to_html(passed(), ratios=ratios(0.006), language="es"),
    "open": to_html(undecided(), ratios=(*ratios(0.02, pairs=9), 1.9)),
    "none": to_html(unmeasured()),
    "upgrade": to_html(
        upgrade(),
        ratios=ratios(0.0),
        record=training(),
        material=Material(samples={training().id: training_samples()}, footprints={}, head="ab" * 32),
    ),
    "hostile": to_html(hostile(), ratios=ratios(0.05), record=hostile_run()),
}


def test_a_page_shows_verdict_picture_and_figures() -> None:
    page = PAGES["fail"]

    assert "<h1>Regression: CPU time changed by" in page
    assert page.count('class="dot"') == 20
    assert "git:main (4f2c9e1)" in page
    assert 'class="status fail"' in page


def test_a_page_of_a_kept_run_shows_it_too() -> None:
    assert "The comparison as a run" in PAGES["upgrade"]
    assert "vatio ledger verify --head" in PAGES["upgrade"]
    assert "The comparison as a run" not in PAGES["fail"]


def test_an_upgrade_says_approve_and_names_the_packages() -> None:
    assert "Upgrade: approve." in PAGES["upgrade"]
    assert "<bdi>numpy</bdi>" in PAGES["upgrade"]


def test_nothing_of_a_hostile_verdict_becomes_markup() -> None:
    assert "<script>alert" not in PAGES["hostile"]
    assert PAGES["hostile"].count("<script") == PAGES["fail"].count("<script")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wrong_with_a_page(browser: Browser, tmp_path: Path, name: str, width: int, dark: bool) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGES[name], encoding="utf-8")
    with opened(browser, path, width=width, dark=dark) as page:
        assert page.complaints() == []
        assert page.requests() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if not axe_source():
            pytest.skip("axe-core is not installed (locks/browser.txt)")
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        assert page.violations(axe_source()) == []
