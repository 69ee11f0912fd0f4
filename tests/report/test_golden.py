"""What a reader sees, kept as files: ``make golden`` rewrites them and the diff is read."""

from collections.abc import Callable

from tests.report._examples import HEAD, partly_missing, training, without_sensor

from vatio.report import receipt

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
