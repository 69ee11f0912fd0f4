"""Know whole loops by their form: running totals, sums by key, texts, lists built row by row."""

from __future__ import annotations

import ast

from vatio.optimise.code._axes import bind, summed
from vatio.optimise.code._vector import Scope, vector


def patterned(loop: ast.For, function: ast.FunctionDef, *, np: str = "np") -> list[str] | None:
    """Give the lines that take the place of a loop of a known form, or nothing."""
    for form in (_running, _grouped, _found):
        lines = form(loop, _scope(loop, function, np))
        if lines is not None:
            return ast.unparse(ast.parse("\n".join(lines))).splitlines()
    return None


def comprehension(loop: ast.For, function: ast.FunctionDef) -> list[str] | None:
    """Give a list built row by row as a comprehension, a text added up row by row as a join; or nothing."""
    body, tests = loop.body, ""
    while len(body) == 1 and isinstance(body[0], ast.If) and not body[0].orelse:
        tests += f" if {ast.unparse(body[0].test)}"
        body = body[0].body
    if len(body) != 1 or loop.orelse:
        return None
    rows = f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}{tests}"
    only = body[0]
    if isinstance(only, ast.Expr) and (appended := _appended(only)):
        return [f"{appended[0]}.extend([{ast.unparse(appended[1])} {rows}])"]
    if not (isinstance(only, ast.AugAssign) and isinstance(only.op, ast.Add) and isinstance(only.target, ast.Name)):
        return None
    if _is_text(only.target.id, loop, function):
        return [f"{only.target.id} += ''.join([{ast.unparse(only.value)} {rows}])"]
    return None


def _scope(loop: ast.For, function: ast.FunctionDef, np: str) -> Scope:
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    carried = {node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return Scope(frozenset(carried), summed, np=np, taken={node.id for node in names}, written=set())


def _lines(scope: Scope, *lines: str) -> list[str]:
    return [*(f"{array} = {scope.np}.asarray({array})" for array in scope.arrays), *scope.before, *lines]


def _running(loop: ast.For, scope: Scope) -> list[str] | None:
    """Know ``total += x`` followed by ``out.append(total)``."""
    if [type(part) for part in loop.body] != [ast.AugAssign, ast.Expr]:
        return None
    add, keep = loop.body
    appended = _appended(keep)
    if not (isinstance(add, ast.AugAssign) and isinstance(add.op, ast.Add) and isinstance(add.target, ast.Name) and appended):
        return None
    if ast.unparse(appended[1]) != add.target.id:
        return None
    bind(loop.target, loop.iter, scope)
    value = vector(add.value, scope)
    if not value.axes:
        return None
    total, steps = add.target.id, scope.fresh("totals")
    cumulated = f"{steps} = {total} + {scope.np}.cumsum({value.code})"
    last = f"if len({steps}):\n    {total} = {steps}[-1].item()"
    return _lines(scope, cumulated, f"{appended[0]}.extend({steps}.tolist())", last)


def _grouped(loop: ast.For, scope: Scope) -> list[str] | None:
    """Know ``sums[key] = sums.get(key, 0) + x``, with or without a first line that sets the key."""
    body = loop.body
    target: ast.expr
    if len(body) == 2 and isinstance(body[0], ast.If) and ast.unparse(body[0].test).count(" not in ") == 1:
        first = ast.unparse(body[0].body[0]) if len(body[0].body) == 1 and not body[0].orelse else ""
        if not isinstance(body[1], ast.AugAssign) or not first.startswith(f"{ast.unparse(body[1].target)} = 0"):
            return None
        target, value = body[1].target, body[1].value
        if not isinstance(body[1].op, ast.Add):
            return None
    elif len(body) == 1 and isinstance(body[0], ast.Assign) and isinstance(body[0].value, ast.BinOp):
        target, value = body[0].targets[0], body[0].value.right
        if not isinstance(target, ast.Subscript) or not isinstance(body[0].value.op, ast.Add):
            return None
        started = f"{ast.unparse(target.value)}.get({ast.unparse(target.slice)}, 0"
        if not ast.unparse(body[0].value.left).startswith(started):
            return None
    else:
        return None
    if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
        return None
    bind(loop.target, loop.iter, scope)
    key, added = vector(target.slice, scope), vector(value, scope)
    if not key.axes or (not added.axes and added.code != "1"):
        return None
    keys, at, sums = scope.fresh("keys"), scope.fresh("places"), target.value.id
    weights = f", weights={added.code}" if added.axes else ""
    split = f"{keys}, {at} = {scope.np}.unique({key.code}, return_inverse=True)"
    added_up = f"{scope.np}.bincount({at}{weights}, minlength=len({keys})).tolist()"
    one, amount = scope.fresh("key"), scope.fresh("amount")
    put = f"for {one}, {amount} in zip({keys}.tolist(), {added_up}):\n    {sums}[{one}] = {sums}.get({one}, 0) + {amount}"
    return _lines(scope, split, put)


def _found(loop: ast.For, scope: Scope) -> list[str] | None:
    """Know ``if test: return constant``."""
    only = loop.body[0]
    if len(loop.body) != 1 or not isinstance(only, ast.If) or only.orelse or [type(part) for part in only.body] != [ast.Return]:
        return None
    leave = only.body[0]
    if not isinstance(leave, ast.Return) or not isinstance(leave.value, ast.Constant):
        return None
    bind(loop.target, loop.iter, scope)
    test = vector(only.test, scope)
    if not test.axes:
        return None
    return _lines(scope, f"if {scope.np}.any({test.code}):\n    {ast.unparse(leave)}")


def _appended(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or len(call.args) != 1 or not isinstance(call.func, ast.Attribute):
        return None
    is_append = call.func.attr == "append" and isinstance(call.func.value, ast.Name)
    return (ast.unparse(call.func.value), call.args[0]) if is_append else None


def _is_text(name: str, loop: ast.For, function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Assign)
        and node.lineno < loop.lineno
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for node in ast.walk(function)
    )
