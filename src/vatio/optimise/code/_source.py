"""Read a function out of a file, and write what may take its place."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass

from vatio.errors import UnknownName, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Hold a file of Python and one function of it."""

    path: str
    name: str
    text: str
    tree: ast.Module
    function: ast.FunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Hold a changed file: ``text`` is all of it, ``how`` says what was done."""

    name: str
    how: str
    text: str


def read_source(target: str) -> Source:
    """Read ``FILE:FUNC``.

    Raises:
        UsageError: the file cannot be read, is no Python, or the function is none that is called and returns.
        UnknownName: it has no such function.
    """
    path, colon, name = target.rpartition(":")
    if not colon or not path or not name.isidentifier():
        raise UsageError(f"{target!r} names no function", hint="give FILE:FUNC, as in features.py:distances")
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        tree = ast.parse(text, path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="give FILE:FUNC") from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise UsageError(f"{path} is no Python{line}: {getattr(error, 'msg', error)}") from error
    functions = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    if name not in functions:
        raise UnknownName.among(f"function of {os.path.basename(path)}", name, functions)
    function = functions[name]
    if isinstance(function, ast.AsyncFunctionDef):
        raise UsageError(f"{name} is a coroutine: it is not called for a result")
    return Source(path=path, name=name, text=text, tree=tree, function=function)


def numpy_name(tree: ast.Module) -> str | None:
    """Give the name under which the file imports numpy, or nothing."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name == "numpy":
                    return one.asname or one.name
    return None


def rewritten(source: Source, changes: dict[ast.For, list[str]], *, imports: str) -> str:
    """Give the file's text with loops replaced, and an import where it is missing."""
    ending = "\r\n" if "\r\n" in source.text else "\n"
    lines = source.text.splitlines(keepends=True)
    for loop, new in sorted(changes.items(), key=lambda item: -item[0].lineno):
        indent = lines[loop.lineno - 1][: loop.col_offset]
        lines[loop.lineno - 1 : loop.end_lineno] = [f"{indent}{line}{ending}" for line in new]
    return "".join(with_import(source, lines, imports, ending)) if imports else "".join(lines)


def with_import(source: Source, lines: list[str], imports: str, ending: str) -> list[str]:
    """Put an import after the last one at the top of the file, or after its docstring."""
    at = 0
    for node in source.tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if not (is_docstring or isinstance(node, (ast.Import, ast.ImportFrom))):
            break
        at = node.end_lineno or at
    if at == 0:  # a first line that names the interpreter or the encoding stays the first
        while at < len(lines) and lines[at].startswith("#"):
            at += 1
    last = lines[at - 1] if at else ""
    gap = [ending] if at and not last.lstrip().startswith(("import", "from", ")")) else []
    after = [ending, ending] if at == 0 else []
    return [*lines[:at], *gap, f"{imports}{ending}", *after, *lines[at:]]
