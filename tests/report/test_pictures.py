"""The documentation shows what the code prints today."""

from docs.images.draw import HERE, example_comparison, example_receipt, receipt_svg


def test_the_picture_of_the_receipt_is_todays_receipt() -> None:
    assert (HERE / "receipt.svg").read_text(encoding="utf-8") == receipt_svg(example_receipt()), (
        "run `python -m docs.images.draw`"
    )


def test_the_picture_of_a_comparison_is_todays() -> None:
    assert (HERE / "comparison.svg").read_text(encoding="utf-8") == example_comparison(), "run `python -m docs.images.draw`"


def test_the_pictures_of_the_report_are_small() -> None:
    assert {path.name for path in HERE.glob("*.png") if path.stat().st_size < 200_000} == {
        "report.png",
        "report-dark.png",
    }
