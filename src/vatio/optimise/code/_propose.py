"""Propose what may take the place of a function's loops over rows."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable

from vatio.optimise.code._nest import translated
from vatio.optimise.code._patterns import comprehension, patterned
from vatio.optimise.code._source import Proposal, Source, numpy_name, rewritten, with_import

Rewrite = Callable[[ast.For], list[str]]


def proposals(source: Source) -> tuple[tuple[Proposal, ...], tuple[str, ...]]:
    """Give the proposals, and why a loop has none; the first of them changes most."""
    refused = _refusal(source)
    if refused:
        return (), (refused,)
    loops = _outermost(source.function.body)
    if not loops:
        return (), (f"{source.name} has no `for` loop over rows",)
    reasons: list[str] = []
    np = numpy_name(source.tree)
    imports = "" if np else "import numpy as np"
    found: list[Proposal] = []

    def vectorised(loop: ast.For) -> list[str]:
        known = patterned(loop, source.function, np=np or "np")
        return translated(loop, source.function, np=np or "np") if known is None else known

    def built(loop: ast.For) -> list[str]:
        lines = comprehension(loop, source.function)
        if lines is None:
            raise ValueError("it is no list or text that is built row by row")
        return lines

    inner = [part for loop in loops for part in _outermost(loop.body)]
    for name, how, chosen, rewrite, imported in (
        ("numpy", "numpy over whole arrays", loops, vectorised, imports),
        ("numpy-inner", "numpy for the inner loops, the outer loop kept", inner, vectorised, imports),
        ("comprehension", "lists and texts built at once", loops, built, ""),
    ):
        changes = _changes(chosen, rewrite, reasons if name == "numpy" else [])
        if changes:
            found.append(Proposal(name=name, how=how, text=rewritten(source, changes, imports=imported)))
    found.append(_compiled(source))
    return tuple(found), tuple(reasons)


def diff_of(source: Source, proposal: Proposal) -> str:
    """Give the change as a unified diff, as `patch -p0` takes it."""
    old, new = source.text.splitlines(keepends=True), proposal.text.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, fromfile=source.path, tofile=source.path)
    # A file may end without a newline; the next line of the diff must not run on.
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _refusal(source: Source) -> str:
    for node in ast.walk(source.function):
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return f"{source.name} is a generator: it gives rows one by one, and its caller may stop at any"
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            return f"{source.name} changes {', '.join(node.names)} outside itself: equal results would not be an equal effect"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == source.name:
            return f"{source.name} calls itself: its rows depend on one another"
    return ""


def _outermost(body: list[ast.stmt]) -> list[ast.For]:
    """Give the loops of some statements that stand in no other loop."""
    found: list[ast.For] = []
    for statement in body:
        if isinstance(statement, ast.For):
            found.append(statement)
        elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for part in ("body", "orelse", "finalbody"):
                found += _outermost(getattr(statement, part, []))
    return found


def _changes(loops: list[ast.For], rewrite: Rewrite, reasons: list[str]) -> dict[ast.For, list[str]]:
    changes = {}
    for loop in loops:
        try:
            changes[loop] = rewrite(loop)
        except ValueError as why:
            reasons.append(f"the loop of line {loop.lineno} is kept: {why}")
    return changes


def _compiled(source: Source) -> Proposal:
    ending = "\r\n" if "\r\n" in source.text else "\n"
    lines = source.text.splitlines(keepends=True)
    lines[source.function.lineno - 1 : source.function.lineno - 1] = [f"@numba.njit{ending}"]
    return Proposal(name="numba", how="compiled by Numba", text="".join(with_import(source, lines, "import numba", ending)))
