"""What a reader sees, kept as files: ``make golden`` rewrites them and the diff is read."""

from collections.abc import Callable

from tests.report._examples import (
    HEAD,
    footprint,
    partly_missing,
    second_samples,
    second_training,
    training,
    training_samples,
    without_sensor,
)

from vatio import __version__
from vatio.report import receipt, to_html, to_markdown

Golden = Callable[[str, str], None]


def test_the_receipt_of_a_full_run(golden: Golden) -> None:
    lines = receipt(
        training(),
        change="-3.1 % on 7 earlier runs, not significant (exact permutation test)",
        head=HEAD,
        next_command="vatio report @1 --html report.html",
    )
    golden("receipt.txt", "\n".join(lines) + "\n")


def test_the_receipt_of_a_run_without_a_sensor(golden: Golden) -> None:
    golden("receipt-without-sensor.txt", "\n".join(receipt(without_sensor())) + "\n")


def test_the_receipt_of_a_run_that_lacks_parts(golden: Golden) -> None:
    golden("receipt-partly-missing.txt", "\n".join(receipt(partly_missing())) + "\n")


def test_the_page_of_a_full_run(golden: Golden) -> None:
    run = training()
    page = to_html([run], {run.id: training_samples()}, footprints={run.id: footprint(run)}, head=HEAD)
    golden("report.html", page.replace(f"vatio {__version__}", "vatio VERSION"))


def test_the_page_of_two_runs_in_spanish(golden: Golden) -> None:
    runs = [training(), second_training()]
    page = to_html(runs, {runs[0].id: training_samples(), runs[1].id: second_samples()}, language="es")
    golden("report-two-runs.html", page.replace(f"vatio {__version__}", "vatio VERSION"))


def test_the_markdown_of_a_full_run(golden: Golden) -> None:
    run = training()
    written = to_markdown([run], footprints={run.id: footprint(run)}, head=HEAD)
    golden("report.md", written.replace(f"vatio {__version__}", "vatio VERSION"))
