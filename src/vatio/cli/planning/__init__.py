"""Plan from a terminal: options, files and sources to a question, plans to lines; and carry plans out."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.cli.planning._doing import run_when as run_when
    from vatio.cli.planning._emitting import emit as emit
    from vatio.cli.planning._fleet_json import document as document
    from vatio.cli.planning._fleeting import fleeted as fleeted
    from vatio.cli.planning._forecasting import foretold as foretold
    from vatio.cli.planning._forecasting import is_plain_chart as is_plain_chart
    from vatio.cli.planning._plan_options import JOB_OPTIONS as JOB_OPTIONS
    from vatio.cli.planning._planning import planned as planned
    from vatio.cli.planning._plans_shown import cancel_plan as cancel_plan
    from vatio.cli.planning._plans_shown import list_plans as list_plans
    from vatio.cli.planning._simulating import shown as shown
    from vatio.cli.planning._simulating import simulated as simulated
    from vatio.cli.planning._tuning import keep_in as keep_in
    from vatio.cli.planning._tuning import project_file as project_file
    from vatio.cli.planning._tuning import setting_lines as setting_lines
    from vatio.cli.planning._tuning import tuned as tuned
    from vatio.cli.planning._tuning import tuned_json as tuned_json
    from vatio.cli.planning._tuning import tuned_lines as tuned_lines
    from vatio.cli.planning._weighing import weighed as weighed
    from vatio.cli.planning._weighing import weighed_lines as weighed_lines
    from vatio.cli.planning._when_options import WHEN_OPTIONS as WHEN_OPTIONS
    from vatio.cli.planning._when_options import is_asked as is_asked

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_doing": "run_when",
        "_emitting": "emit",
        "_fleet_json": "document",
        "_fleeting": "fleeted",
        "_forecasting": "foretold is_plain_chart",
        "_plan_options": "JOB_OPTIONS",
        "_planning": "planned",
        "_plans_shown": "cancel_plan list_plans",
        "_simulating": "shown simulated",
        "_tuning": "keep_in project_file setting_lines tuned tuned_json tuned_lines",
        "_weighing": "weighed weighed_lines",
        "_when_options": "WHEN_OPTIONS is_asked",
    },
)
