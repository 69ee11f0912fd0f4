"""Run the components of a manifest: defaults, then each step of the pipeline over each observation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from vatio.errors import UnknownName, UsageError
from vatio.interop.manifest._steps import STEPS
from vatio.interop.text import lists, mapping, text_of

# Aliases let a short file name a tree without end: what is computed of it is bounded.
_DEEPEST, _MOST_LEAVES, _MOST_ROWS = 32, 100_000, 1_000_000

Row = Mapping[str, object]


class Leaf(NamedTuple):
    """Hold one component: its path in the tree, its observations, what was computed of them, and what of that was recorded.

    ``outputs`` are computed here; ``recorded`` are those that the file has from an earlier run. ``notes`` name what was
    taken from the recorded ones because it cannot be computed here.
    """

    path: str
    inputs: tuple[Row, ...]
    outputs: tuple[Row, ...]
    recorded: tuple[Row, ...]
    notes: tuple[str, ...]


class Fault(NamedTuple):
    """Name a component that cannot be computed, and why."""

    path: str
    what: str


class _Plugin(NamedTuple):
    name: str
    method: str
    config: Row


def run_manifest(manifest: object) -> tuple[Leaf, ...]:
    """Compute every component of a manifest.

    A step that would fetch something (a lookup in a table of the network) is not run: where the file has recorded outputs,
    its columns are taken from them and named in the notes.

    Raises:
        UsageError: it is no manifest, or a step cannot be computed.
    """
    found = tuple(leaves(manifest))
    for leaf in found:
        if isinstance(leaf, Fault):
            raise UsageError(f"component {leaf.path}: {leaf.what}")
    return tuple(leaf for leaf in found if isinstance(leaf, Leaf))


def leaves(manifest: object) -> Iterator[Leaf | Fault]:
    """Compute the components one after the other; one that cannot be does not keep the others back.

    Raises:
        UsageError: the manifest as a whole cannot be read.
    """
    whole = mapping(manifest, what="the manifest")
    if "tree" not in whole:
        raise UsageError("a manifest has a tree", hint="see greensoftware.foundation's Impact Framework")
    initialize = mapping(whole.get("initialize"), what="initialize")
    plugins = mapping(initialize.get("plugins"), what="plugins")
    known = {name: _plugin(name, mapping(said, what=f"plugin {name}")) for name, said in plugins.items()}
    rows = 0
    for count, (path, node) in enumerate(_nodes("", mapping(whole["tree"], what="tree"), {}, 0)):
        inputs = node.get("inputs")
        rows += len(inputs) if isinstance(inputs, list) else 0
        if count >= _MOST_LEAVES or rows > _MOST_ROWS:
            raise UsageError(f"more than {_MOST_LEAVES} components or {_MOST_ROWS} observations")
        try:
            yield _leaf(path, node, known)
        except UsageError as error:
            yield Fault(path or "tree", f"{error}{f' ({error.hint})' if error.hint else ''}")


def _plugin(name: str, said: Row) -> _Plugin:
    beside = [key for key in ("mapping", "parameter-metadata") if said.get(key)]
    config = mapping(said.get("config") or said.get("global-config"), what=f"config of {name}")
    return _Plugin(name, "" if "mapping" in beside else text_of(said.get("method")), config)


def _nodes(path: str, node: Row, inherited: Row, depth: int) -> Iterator[tuple[str, Row]]:
    """Walk to the components, which inherit pipeline, defaults and config from above."""
    if depth > _DEEPEST:
        raise UsageError(f"a tree deeper than {_DEEPEST}")
    defaults = {
        **mapping(inherited.get("defaults"), what="defaults"),
        **mapping(node.get("defaults"), what=f"defaults of {path}"),
    }
    own = {**inherited, **{key: node[key] for key in ("pipeline",) if key in node}, "defaults": defaults}
    children = mapping(node.get("children"), what=f"children of {path}")
    for name, child in children.items():
        yield from _nodes(f"{path}/{name}".lstrip("/"), mapping(child, what=name), own, depth + 1)
    if not children:
        yield path, {**node, **own}


def _leaf(path: str, node: Row, plugins: Mapping[str, _Plugin]) -> Leaf:
    inputs = tuple(mapping(row, what="an observation") for row in lists(node.get("inputs"), what="inputs"))
    recorded = tuple(mapping(row, what="an output") for row in lists(node.get("outputs"), what="outputs"))
    rows: list[dict[str, object]] = [{**_bare(node), **row} for row in inputs]
    # The framework writes the observation first and then the defaults; only the values matter here.
    notes: list[str] = []
    for name in _compute(node):
        plugin = _among(plugins, name)
        if plugin.method in STEPS:
            for row in rows:
                row.update(_stepped(plugin, row))
        else:
            notes.append(_from_recorded(plugin, rows, recorded))
    return Leaf(path or "tree", inputs, tuple(rows), recorded, tuple(notes))


def _stepped(plugin: _Plugin, row: Row) -> dict[str, object]:
    try:
        return STEPS[plugin.method](plugin.config, row)
    except UsageError as error:
        raise UsageError(f"step {plugin.name}: {error}", hint=error.hint) from error


def _from_recorded(plugin: _Plugin, rows: list[dict[str, object]], recorded: tuple[Row, ...]) -> str:
    """Take the columns that a step names as its outputs from the recorded rows."""
    output = plugin.config.get("output", plugin.config.get("output-parameter"))
    columns = [text_of(name) for name in (output if isinstance(output, list) else [output]) if text_of(name)]
    if len(recorded) != len(rows) or not columns:
        what = f"step {plugin.name}: {plugin.method or 'a plugin with a mapping'!r} is not run here"
        raise UsageError(what, hint=f"run the manifest with its outputs first; these run here: {', '.join(STEPS)}")
    for row, done in zip(rows, recorded, strict=True):
        row.update({column: done[column] for column in columns if column in done})
    return f"{', '.join(columns)} as recorded: {plugin.method} is not run here"


def _compute(node: Row) -> list[str]:
    pipeline = node.get("pipeline")
    if isinstance(pipeline, list):
        return [text_of(name) for name in pipeline]
    steps = mapping(pipeline, what="pipeline")
    beside = [kind for kind in ("observe", "regroup") if steps.get(kind)]
    if beside:
        raise UsageError(f"{' and '.join(beside)} of a pipeline are not run here")
    return [text_of(name) for name in lists(steps.get("compute"), what="compute")]


def _bare(node: Row) -> dict[str, object]:
    return dict(mapping(node.get("defaults"), what="defaults"))


def _among(plugins: Mapping[str, _Plugin], name: str) -> _Plugin:
    if name not in plugins:
        raise UnknownName.among("plugin", name, plugins)
    return plugins[name]
