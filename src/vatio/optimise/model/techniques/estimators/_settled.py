"""Settle a graph: only what its scores need, and names by their order, so that the same conversion gives the same bytes."""

from __future__ import annotations

from typing import Any


def only_scores(model: Any, output: str) -> bytes:
    """Drop labels and what only they need, and name all that lies between inputs and scores by its place."""
    graph = model.graph
    needed, kept = {output}, []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(_read(node))
            kept.append(node)
    kept.reverse()
    _keep(graph, "node", kept)
    _keep(graph, "output", [each for each in graph.output if each.name == output])
    graph.ClearField("value_info")
    names = {each.name: each.name for each in (*graph.input, *graph.output)}
    _rename(graph, names)
    order = {name: at for at, name in enumerate(names.values())}
    held = [each for each in graph.initializer if each.name in order]
    _keep(graph, "initializer", sorted(held, key=lambda each: order[each.name]))
    return bytes(model.SerializeToString(deterministic=True))


def _read(node: Any) -> list[str]:
    """Give the names that a node reads, in the graphs within it too."""
    inner = [within for attribute in node.attribute for within in (attribute.g, *attribute.graphs)]
    return [*node.input, *(name for graph in inner for each in graph.node for name in _read(each))]


def _keep(graph: Any, field: str, left: list[Any]) -> None:
    copies = [type(each).FromString(each.SerializeToString()) for each in left]
    graph.ClearField(field)
    getattr(graph, field).extend(copies)


def _rename(graph: Any, names: dict[str, str]) -> None:
    """Name values in the order in which they are met; a graph within another sees the names outside it."""
    for each in (*graph.input, *graph.output):
        each.name = names.setdefault(each.name, f"v{len(names)}")
    for node in graph.node:
        node.ClearField("name")
        for field in (node.input, node.output):
            for at, name in enumerate(field):
                field[at] = names.setdefault(name, f"v{len(names)}") if name else ""
        for attribute in node.attribute:
            for within in (attribute.g, *attribute.graphs):
                if within.node:
                    within.name = "within"
                    _rename(within, names)
    for each in graph.initializer:
        if each.name in names:
            each.name = names[each.name]
