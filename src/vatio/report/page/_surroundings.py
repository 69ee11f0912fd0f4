"""Show where a run ran, and what differs between the surroundings of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vatio.records import Environment, FileDigest, RunRecord
from vatio.report._sentences import label
from vatio.report._words import Words
from vatio.report.page._html import NOTHING, Html, join, table, tag, text, user

_DISTRIBUTIONS = 200
_DIFFERENCES = 40


def about(record: RunRecord, words: Words) -> Html:
    """List the command, when it ran and what surrounded it."""
    items = [*_run(record, words), *(_environment(record.environment, words) if record.environment else ())]
    pairs = (tag("div", tag("dt", text(name)), tag("dd", user(value))) for name, value in items if value)
    listed = tag("dl", *pairs, class_="facts")
    if record.environment is None:
        return join([listed, tag("p", text(words.say("environment_off")), class_="note")])
    return join([listed, _distributions(record.environment, words)])


def differences(records: Sequence[RunRecord], words: Words) -> Html:
    """List the fields in which the runs' commands, tags or surroundings differ, one column a run."""
    flat = [_flat(record, words) for record in records]
    fields = [
        name for name in dict.fromkeys(name for one in flat for name in one) if len({one.get(name, "") for one in flat}) > 1
    ]
    if not fields:
        return tag("p", text(words.say("differs_none")))
    rows = [(text(name), *(user(one.get(name, "")) for one in flat)) for name in fields[:_DIFFERENCES]]
    head = [text(words.say("field")), *(user(label(record, records)) for record in records)]
    return table(text(words.say("differs_title")), head, rows, numeric=99)


def _run(record: RunRecord, words: Words) -> list[tuple[str, str]]:
    return [
        (words.say("command"), " ".join(record.command)),
        (words.say("project"), record.project),
        (words.say("stage"), record.stage),
        (words.say("tags"), _pairs(record.tags)),
        (words.say("started"), f"{record.started_at:%Y-%m-%d %H:%M:%S} UTC"),
        (words.say("ended"), f"{record.ended_at:%Y-%m-%d %H:%M:%S} UTC" if record.ended_at else ""),
        (words.say("status"), words.name(record.status)),
        (words.say("interval_s"), words.duration(record.interval_s)),
        (words.say("run_id"), record.id),
    ]


def _environment(found: Environment, words: Words) -> list[tuple[str, str]]:
    cpu = found.cpu
    cores = words.say("cores", count=str(cpu.cores)) if cpu and cpu.cores else ""
    gpus = "; ".join(" ".join(filter(None, (gpu.model, gpu.driver, gpu.cuda and f"CUDA {gpu.cuda}"))) for gpu in found.gpus)
    return [
        (words.say("git"), _commit(found, words)),
        (words.say("python"), " ".join(found.python.values())),
        (words.say("os"), ", ".join(filter(None, (found.os, found.kernel, found.libc)))),
        (words.say("processor"), ", ".join(filter(None, (cpu.model, cores, cpu.governor))) if cpu else ""),
        (words.say("memory"), words.exact(found.memory_bytes, "bytes") if found.memory_bytes else ""),
        (words.say("accelerator"), gpus),
        (words.say("container"), found.container or ""),
        (words.say("seeds"), _pairs(found.seeds)),
        (words.say("determinism"), _pairs(found.determinism)),
        (words.say("variables"), _pairs(found.variables)),
        (words.say("inputs"), _files(found.inputs)),
        (words.say("outputs"), _files(found.outputs)),
        (words.say("locks"), _files(found.locks)),
    ]


def _commit(found: Environment, words: Words) -> str:
    if found.git is None or not found.git.commit:
        return ""
    return words.say("git_dirty", commit=found.git.commit) if found.git.dirty_sha256 else found.git.commit


def _distributions(found: Environment, words: Words) -> Html:
    if not found.distributions:
        return NOTHING
    shown = found.distributions[:_DISTRIBUTIONS]
    listed = ", ".join(f"{item.name}\u00a0{item.version}" for item in shown)
    more = len(found.distributions) - len(shown)
    count = words.say("distributions", count=str(len(found.distributions)))
    tail = text(" " + words.say("more", count=str(more))) if more else NOTHING
    return tag("details", tag("summary", text(count)), tag("p", user(listed), tail, class_="list"))


def _pairs(items: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in items.items())


def _files(items: Sequence[FileDigest]) -> str:
    return ", ".join(f"{item.path} ({item.sha256[:12]})" if item.sha256 else item.path for item in items)


def _flat(record: RunRecord, words: Words) -> dict[str, str]:
    """Lay a run's surroundings out as one level of names and values; what always differs is left out."""
    always = {words.say(key) for key in ("started", "ended", "run_id")}
    flat = {name: value for name, value in _run(record, words) if name not in always}
    if record.environment is None:
        return flat
    flat |= dict(_environment(record.environment, words))
    return flat | {item.name: item.version for item in record.environment.distributions}
