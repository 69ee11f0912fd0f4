"""The report of a search's run shows the front that it has left, as long as that is what it wrote."""

import json
import sys

import pytest
from tests.report._fronts import chosen_front

from vatio.records import dumps

SEARCH = "import vatio; vatio.log_artifact('out/front.json')"


@pytest.fixture
def searched(shell):
    """Leave a front as a run's artefact, and give a function that reports the run."""
    path = shell.folder / "out" / "front.json"
    path.parent.mkdir()
    path.write_bytes(dumps(chosen_front()))
    done = shell("run", "-q", "--", sys.executable, "-c", SEARCH)
    assert done.returncode == 0, done.stderr

    def report(*options):
        return shell("report", "@1", *options)

    return report


def test_the_page_has_the_front_and_the_run(searched, shell):
    done = searched("--html", "out.html")
    page = (shell.folder / "out.html").read_text()

    assert done.returncode == 0, done.stderr
    assert "<h1>10.4 times cheaper at batch 1 and 17.1 times cheaper at batch 32" in page
    assert "The search as a run" in page
    assert "/out/points/c&#x27;)" in page


def test_the_page_is_written_in_spanish_too(searched, shell):
    searched("--html", "out.html", "--language", "es")
    assert "10,4 veces más barato" in (shell.folder / "out.html").read_text()


def test_the_markdown_begins_with_the_front(searched):
    done = searched()
    assert done.stdout.startswith("### 10.4 times cheaper")
    assert "energy report" in done.stdout


def test_the_json_has_the_front(searched):
    found = json.loads(searched("--json").stdout)
    assert found["front"]["schema"] == "vatio.front/1"
    assert found["front"]["chosen"] == {"1": "c-b1", "32": "c-b32"}


@pytest.mark.parametrize("text", [None, "{}", "no JSON"])
def test_a_front_that_is_not_what_was_written_is_not_shown_and_that_is_said(searched, shell, text):
    path = shell.folder / "out" / "front.json"
    path.unlink() if text is None else path.write_text(text)
    done = searched()

    assert done.returncode == 0
    assert "times cheaper" not in done.stdout
    assert "its front is not shown" in done.stderr


@pytest.mark.parametrize("content", [b"[]", b'{"schema": "other/1"}', b'{"schema": "vatio.front/1"}', b"[" * 9000, b"\xff"])
def test_another_file_of_that_name_is_no_front(shell, content):
    (shell.folder / "out").mkdir()
    (shell.folder / "out" / "front.json").write_bytes(content)
    shell("run", "-q", "--", sys.executable, "-c", SEARCH)
    done = shell("report", "@1")

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "times cheaper" not in done.stdout
