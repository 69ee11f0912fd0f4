"""Give the loops of a nest their axes: what is gone through, by which names, how far."""

from __future__ import annotations

import ast
from dataclasses import replace

from vatio.optimise.code._vector import Rows, Scope, Vec, joined, rows, simple, vector


def bind(target: ast.expr, iterable: ast.expr, scope: Scope) -> None:
    """Give one loop the next axis and its names their values.

    Raises:
        ValueError: what it goes through is no array, range, zip or enumeration that is the same for every row.
    """
    called = ast.unparse(iterable.func) if isinstance(iterable, ast.Call) else ""
    if isinstance(iterable, ast.Call) and called == "range":
        _bind_range(target, iterable, scope)
    elif isinstance(iterable, ast.Call) and called == "enumerate" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
        first = vector(iterable.args[1], scope).code if len(iterable.args) > 1 else "0"
        axis = len(scope.lengths)
        bind(target.elts[1], iterable.args[0], scope)
        _set(target.elts[0], _counted(axis, scope.lengths[axis], first, scope), scope)
    elif (
        isinstance(iterable, ast.Call)
        and called == "zip"
        and isinstance(target, ast.Tuple)
        and len(target.elts) == len(iterable.args)
    ):
        _bind_zip(target, iterable.args, scope)
    elif called:
        raise ValueError(f"goes through {called}(), which is no array")
    else:
        found = _gone_through(iterable, scope)
        scope.lengths.append(_length(found))
        _set(target, _next(found, len(scope.lengths) - 1, ":"), scope)


def summed(node: ast.GeneratorExp, scope: Scope) -> Vec:
    """Translate ``sum(... for ...)``: an axis of its own that is added up at once."""
    if len(node.generators) != 1 or scope.mask:
        raise ValueError("a sum of several loops, or in a branch, has no counterpart here")
    loop = node.generators[0]
    inner = scope.inner()
    axis = len(inner.lengths)
    bind(loop.target, loop.iter, inner)
    value = vector(node.elt, inner)
    for test in loop.ifs:
        value = joined(f"{scope.np}.where({{}}, {{}}, 0)", vector(test, inner), value)
    if axis not in value.axes:
        return replace(value, code=f"{simple(value.code)} * {inner.lengths[axis]}")
    over = "" if value.axes == (axis,) else ", axis=-1"
    return Vec(code=f"{scope.np}.sum({value.code}{over})", axes=value.axes[:-1])


def _bind_range(target: ast.expr, iterable: ast.Call, scope: Scope) -> None:
    bounds = [vector(argument, scope) for argument in iterable.args]
    if any(bound.axes for bound in bounds):
        raise ValueError("how far the inner loop goes differs from row to row")
    codes = [bound.code for bound in bounds]
    counted = f"{scope.np}.arange({', '.join(codes)})"
    # A slice ends where a range does only if neither bound can be negative.
    is_plain = (
        len(codes) < 3
        and (len(codes) == 1 or codes[0].isdigit())
        and (isinstance(iterable.args[-1], (ast.Name, ast.Constant)) or codes[-1].startswith("len(") or ".shape[" in codes[-1])
        and codes[-1].count(" ") == 0
    )
    whole = ":".join(codes if len(codes) == 2 else ["", codes[0]]) if is_plain else ""
    axis = len(scope.lengths)
    scope.lengths.append(codes[0] if len(codes) == 1 else f"len({counted})")
    _set(target, Vec(code=counted, axes=(axis,), whole=whole), scope)


def _bind_zip(target: ast.Tuple, iterables: list[ast.expr], scope: Scope) -> None:
    found = [_gone_through(one, scope) for one in iterables]
    lengths = list(dict.fromkeys(_length(one) for one in found))
    count = lengths[0]
    if len(lengths) > 1:
        count = scope.fresh("count")
        scope.before.append(f"{count} = min({', '.join(lengths)})")
    axis = len(scope.lengths)
    scope.lengths.append(count)
    for name, one in zip(target.elts, found, strict=True):
        _set(name, _next(one, axis, f":{count}"), scope)


def _gone_through(node: ast.expr, scope: Scope) -> Rows:
    found = rows(node, scope)
    if found is not None:
        return found
    plain = vector(node, scope)
    if plain.axes:
        raise ValueError(f"`{ast.unparse(node)}` has another length in every row")
    name = scope.fresh("rows")
    scope.before.append(f"{name} = {scope.np}.asarray({plain.code})")
    return Rows(array=name)


def _length(found: Rows) -> str:
    return f"{found.array}.shape[{len(found.index)}]" if found.index else f"len({found.array})"


def _next(found: Rows, axis: int, whole: str) -> Rows:
    index = Vec(code=f"arange({_length(found)})", axes=(axis,), whole=whole)
    return replace(found, index=(*found.index, index))


def _counted(axis: int, length: str, first: str, scope: Scope) -> Vec:
    if first == "0":
        return Vec(code=f"{scope.np}.arange({length})", axes=(axis,), whole=f":{length}")
    return Vec(code=f"{scope.np}.arange({first}, {first} + {length})", axes=(axis,))


def _set(target: ast.expr, value: Vec | Rows, scope: Scope) -> None:
    if isinstance(target, ast.Name):
        scope.env[target.id] = value
    elif isinstance(target, ast.Tuple) and isinstance(value, Rows):
        for at, part in enumerate(target.elts):
            _set(part, replace(value, index=(*value.index, Vec(code=str(at)))), scope)
    else:
        raise ValueError(f"`{ast.unparse(target)}` is not set from an array")
