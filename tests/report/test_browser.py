"""In a real Chromium: no barrier that axe-core knows, no complaint in the console, no request to any host."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.report._browser import Browser, axe_source, chromium, opened
from tests.report._examples import (
    footprint,
    hostile,
    hostile_samples,
    partly_missing,
    second_samples,
    second_training,
    training,
    training_samples,
    without_sensor,
)
from tests.report._fronts import chosen_front, hostile_front, kept_front

from vatio.report import to_html
from vatio.report.front import front_html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    one, two = training(), second_training()
    written = {
        "one": to_html([one], {one.id: training_samples()}, footprints={one.id: footprint(one)}),
        "spanish": to_html([one], {one.id: training_samples()}, language="es"),
        "several": to_html([one, two], {one.id: training_samples(), two.id: second_samples()}),
        "blind": to_html([without_sensor()]),
        "partly": to_html([partly_missing()], {one.id: training_samples()}),
        "front": front_html(chosen_front()),
        "front-kept": front_html(kept_front(), language="es"),
        "front-hostile": front_html(hostile_front()),
        "hostile": to_html([hostile()], {one.id: hostile_samples()}),
    }
    for name, text in written.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in written}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "name", ["one", "spanish", "several", "blind", "partly", "front", "front-kept", "front-hostile", "hostile"]
)
def test_nothing_is_wrong_with_a_page(browser: Browser, pages: dict[str, Path], name: str, width: int, dark: bool) -> None:
    with opened(browser, pages[name], width=width, dark=dark) as page:
        assert page.complaints() == []
        assert page.requests() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        axe = axe_source()
        if not axe:
            pytest.skip("axe-core is not installed (locks/browser.txt)")
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        assert page.violations(axe) == []


def test_the_checks_do_find_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text("<html><title>x</title><img src='http://127.0.0.1:9/a.png'><script>console.error('no')</script>")
    with opened(browser, bad) as page:
        assert page.requests() == ["http://127.0.0.1:9/a.png"]
        assert page.complaints()
        if axe_source():
            assert len(page.violations(axe_source())) >= 2


def test_a_hostile_page_runs_no_foreign_script(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["hostile"]) as page:
        assert page.evaluate("document.querySelectorAll('script').length") == 2
        assert page.evaluate("document.querySelectorAll('[onload],[onclick]').length") == 0


def test_the_slider_reads_the_curve(browser: Browser, pages: dict[str, Path]) -> None:
    move = "const s = document.querySelector('.reader input'); s.value = 9; s.dispatchEvent(new Event('input'));"
    with opened(browser, pages["one"]) as page:
        page.evaluate(f"{{{move}}}")
        assert " W (" in page.evaluate("document.querySelector('.reader output').value")
        assert page.evaluate("document.querySelector('.cursor').getAttribute('visibility')") == "visible"


def test_a_layer_is_hidden_by_its_box(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["one"]) as page:
        page.evaluate("document.querySelector('.show-parts').click()")
        assert page.evaluate("getComputedStyle(document.querySelector('.area')).display") == "none"


def test_without_javascript_everything_but_the_slider_is_there(
    browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    with opened(browser, pages["one"], script=False) as page:
        page.call("Emulation.setScriptExecutionDisabled", value=False)
        assert page.evaluate("getComputedStyle(document.querySelector('.reader')).display") == "none"
        assert page.evaluate("document.querySelectorAll('.plot path').length") >= 5


def test_it_prints_on_a_few_pages_of_a4(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    with opened(browser, pages["one"], dark=True) as page:
        page.pdf(tmp_path / "one.pdf")
    written = (tmp_path / "one.pdf").read_bytes()

    assert written.startswith(b"%PDF")
    assert 2 <= written.count(b"/Type /Page\n") <= 8
    assert b"[0 0 594.95" in written
