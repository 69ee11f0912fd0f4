"""The front's strings in English."""

STRINGS = {
    "front_kicker": "Optimised model",
    "front_title": "{model}: {headline}",
    "front_keep": "Keep the model as it is",
    "front_times": "{times} times cheaper",
    "front_times_at": "{times} times cheaper at batch {batch}",
    "front_loss_none": (
        "Chosen so that no {metric} is lost, certified with {confidence} confidence on cases that the search has not seen."
    ),
    "front_loss": (
        "Chosen so that at most {loss} of {metric} is lost, certified with {confidence} confidence on cases that the "
        "search has not seen."
    ),
    "front_keep_why": (
        "Nothing cheaper could be certified to lose at most {loss} of {metric} with {confidence} confidence; the notes say why."
    ),
    "front_unit_j": "Costs are joules that a sensor counted, measured in turn with the model as it is.",
    "front_unit_cpu_s": (
        "Costs are CPU-seconds, measured in turn with the model as it is; they stand for energy, since no sensor counts "
        "joules here."
    ),
    "front_search": "The search itself cost {cost} in {trials} trials",
    "front_search_one": "The search itself cost {cost} in one trial",
    "front_repaid": ", repaid after {calls} answers at batch {batch}.",
    "front_repaid_in": ", repaid after {calls} answers at batch {batch}: {time} at the {rate} a day that were declared.",
    "front_batch": "Batch {batch}",
    "front_batch_one": "One case a call",
    "front_batch_many": "{batch} cases a call",
    "front_tile_keep": "no change",
    "front_tile_why": "nothing cheaper was certified",
    "front_tile_search": "The search itself",
    "front_tile_trials": "{trials} trials",
    "front_tile_payback": "Repaid after",
    "front_tile_answers": "answers",
    "front_never": "never",
    "front_chain_none": "the model as it is",
    "front_picture_title": "Cost against quality",
    "front_picture_name": "{metric} against the cost of 1 000 answers, batch {batch}",
    "front_axis_j": "J for 1 000 answers (logarithmic)",
    "front_axis_cpu_s": "CPU-s for 1 000 answers (logarithmic)",
    "front_as_it_is": "as it is",
    "front_limit": "at most {loss} lost",
    "front_key_baseline": "the model as it is",
    "front_key_certified": "certified",
    "front_key_chosen": "chosen",
    "front_key_open": "not certified",
    "front_key_rejected": "tried and left",
    "front_picture_note": (
        "Left is cheaper, up is better. Numbers are those of the table. The upright bar is the interval of the change of "
        "quality against the model as it is, on the cases that certify; the level one that of the cost. Grey crosses "
        "were tried and left: their quality is that of the cases that select. A triangle lies beyond the edge."
    ),
    "front_spoken": "{name}: {cost}, {metric} {quality}, {state}.",
    "front_points_title": "The points",
    "front_chain": "Model",
    "front_cost_j": "J / 1 000",
    "front_cost_cpu_s": "CPU-s / 1 000",
    "front_times_head": "Times cheaper",
    "front_change": "Change",
    "front_state": "State",
    "front_size": "Size",
    "front_latency": "Latency p50 / p99",
    "front_payback": "Repaid after",
    "front_rejected_title": "Tried and left, or not to be tried",
    "front_rejected_note": "What did not pay is kept too: on another machine, or at another batch, it may.",
    "front_rejected_more": "{count} more are in the JSON.",
    "front_reason": "Reason",
    "front_figure": "Figure",
    "front_batch_head": "Batch",
    "front_use_title": "Use it",
    "front_use_note": (
        "The folder is checked when it is opened; on another processor or library its answers are compared first."
    ),
    "front_rule_title": "How this is known",
    "front_rule_metric": "Quality",
    "front_rule_loss": "May be lost",
    "front_rule_confidence": "Confidence",
    "front_rule_search": "Search",
    "front_rule_calls": "Declared answers",
    "front_rule_calls_value": "{rate} a day for {days} days",
    "front_rule_run": "Run",
    "front_rule_unit": "Compared",
    "front_notes_title": "Notes",
    "front_run_title": "The search as a run",
    "front_run_note": "Every trial is a run of its own in the ledger, within this one.",
    "front_points_unit": "{value} pt",
    "front_certified": "certified",
    "front_open": "not certified",
    "front_chosen": "chosen",
    "front_baseline": "baseline",
    "tried": "tried",
    "not applicable": "not applicable",
    "not available": "not available",
    "not tried": "not tried",
    "failed": "failed",
    "stopped": "stopped",
}
