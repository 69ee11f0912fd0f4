"""Read what is kept: lists, single runs, comparisons, sums; and carry runs in and out."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.cli.recording._accounting import account_runs as account_runs
    from vatio.cli.recording._budgeting import show_budgets as show_budgets
    from vatio.cli.recording._bundling import export_bundle_of as export_bundle_of
    from vatio.cli.recording._comparing import compare_runs as compare_runs
    from vatio.cli.recording._containing import export_container as export_container
    from vatio.cli.recording._exchange import import_json as import_json
    from vatio.cli.recording._exchange import import_lines as import_lines
    from vatio.cli.recording._exchange import progress_line as progress_line
    from vatio.cli.recording._exchange import remarks as remarks
    from vatio.cli.recording._exchange import write_bytes as write_bytes
    from vatio.cli.recording._listing import list_runs as list_runs
    from vatio.cli.recording._series import series_text as series_text
    from vatio.cli.recording._sharing import share_out as share_out
    from vatio.cli.recording._showing import plan_outcome as plan_outcome
    from vatio.cli.recording._showing import show_run as show_run
    from vatio.cli.recording._summing import sum_runs as sum_runs

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_accounting": "account_runs",
        "_budgeting": "show_budgets",
        "_bundling": "export_bundle_of",
        "_comparing": "compare_runs",
        "_containing": "export_container",
        "_exchange": "import_json import_lines progress_line remarks write_bytes",
        "_listing": "list_runs",
        "_series": "series_text",
        "_sharing": "share_out",
        "_showing": "plan_outcome show_run",
        "_summing": "sum_runs",
    },
)
