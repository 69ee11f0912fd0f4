"""Write a nest of loops over rows as statements over whole arrays."""

from __future__ import annotations

import ast
from dataclasses import replace

from vatio.optimise.code._axes import bind, summed
from vatio.optimise.code._extremes import extreme
from vatio.optimise.code._state import Nest, name_it
from vatio.optimise.code._vector import Rows, Scope, Vec, aligned, joined, read, rows, simple, vector

_SIGNS = {ast.Add: ("+", "sum"), ast.Sub: ("-", "sum"), ast.Mult: ("*", "prod")}


def translated(loop: ast.For, function: ast.FunctionDef, *, np: str = "np") -> list[str]:
    """Give the lines that take the place of a loop.

    Raises:
        ValueError: it has no counterpart over arrays that is known here; the message says why.
    """
    carried = frozenset(_stored(loop))
    _check_after(loop, function, carried)
    taken = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    scope = Scope(carried, summed, np=np, taken=taken, written=_written(loop))
    nest = Nest(scope, plain=_lists(loop, function))
    _loop(loop, nest)
    before = [f"{array} = {np}.asarray({array})" for array in scope.arrays]
    lines = [*before, *scope.before, *nest.lines]
    if not nest.lines:
        raise ValueError("it leaves nothing behind")
    return ast.unparse(ast.parse("\n".join(lines))).splitlines()


def _stored(loop: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _written(loop: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            base: ast.expr = node
            while isinstance(base, ast.Subscript):
                base = base.value
            if isinstance(base, ast.Name):
                found.add(base.id)
    return found


def _check_after(loop: ast.For, function: ast.FunctionDef, carried: frozenset[str]) -> None:
    """Refuse where a name that the loop sets anew in each row is read after it, before it is set again."""
    totals = {
        node.target.id for node in ast.walk(loop) if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    before = _stored_before(loop, function)
    own = {
        id(part)
        for node in ast.walk(function)
        if isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp))
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and part.id in {name for one in node.generators for name in _stored(one.target)}
    }
    after: dict[str, ast.Name] = {}
    named = (node for node in ast.walk(function) if isinstance(node, ast.Name) and id(node) not in own)
    for node in sorted(named, key=lambda one: (one.lineno, one.col_offset)):
        if node.lineno > (loop.end_lineno or 0):
            after.setdefault(node.id, node)
    for name in sorted(carried & set(after)):
        if isinstance(after[name].ctx, ast.Load) and name not in (totals | before):
            raise ValueError(f"`{name}` is read after the loop as its last row left it")


def _stored_before(loop: ast.For, function: ast.FunctionDef) -> set[str]:
    named = (node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return {node.id for node in named if node.lineno < loop.lineno}


def _lists(loop: ast.For, function: ast.FunctionDef) -> frozenset[str]:
    """Name the variables that are made as lists before the loop, and so stay lists."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.lineno < loop.lineno:
            value = node.value.left if isinstance(node.value, ast.BinOp) else node.value
            if isinstance(value, (ast.List, ast.ListComp)):
                found.add(node.targets[0].id)
    return frozenset(found)


def _loop(loop: ast.For, nest: Nest) -> None:
    if loop.orelse:
        raise ValueError("its `else` depends on how it ends")
    if nest.where is not None or nest.scope.mask:
        raise ValueError("a loop stands in a branch of another")
    bind(loop.target, loop.iter, nest.scope)
    _body(loop.body, nest)
    nest.scope.lengths.pop()


def _body(body: list[ast.stmt], nest: Nest) -> None:
    for at, statement in enumerate(body):
        if isinstance(statement, ast.If) and [type(part) for part in statement.body] == [ast.Continue] and not statement.orelse:
            _branch(ast.UnaryOp(op=ast.Not(), operand=statement.test), body[at + 1 :], nest)
            return
        _statement(statement, nest)


def _statement(statement: ast.stmt, nest: Nest) -> None:
    if isinstance(statement, ast.For):
        _loop(statement, nest)
    elif isinstance(statement, ast.If):
        if extreme(statement, nest):
            return
        _branch(statement.test, statement.body, nest)
        if statement.orelse:
            _branch(ast.UnaryOp(op=ast.Not(), operand=statement.test), statement.orelse, nest)
    elif isinstance(statement, ast.AugAssign):
        _add(statement, nest)
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        _assign(statement.targets[0], statement.value, nest)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        _append(statement.value, nest)
    elif not isinstance(statement, ast.Pass):
        word = {ast.Break: "break", ast.Return: "return", ast.While: "while"}.get(type(statement), ast.unparse(statement))
        raise ValueError(f"`{word.splitlines()[0]}` in a loop has no counterpart over arrays")


def _branch(test: ast.expr, body: list[ast.stmt], nest: Nest) -> None:
    """Translate what is done for some rows only: rows are cut down in a single loop, values set to nothing in a nest."""
    scope = nest.scope
    outer, where = scope.mask, nest.where
    scope.mask = ""
    condition = vector(test, scope)
    if not condition.axes:
        raise ValueError(f"`{ast.unparse(test)}` is the same for every row")
    if nest.depth == 1:
        scope.mask = scope.fresh("keep")
        code = f"{simple(outer)} & {simple(condition.code)}" if outer else condition.code
        nest.lines.append(f"{scope.mask} = {code}")
    else:
        nest.where = condition if where is None else joined("{} & {}", where, condition)
    _body(body, nest)
    scope.mask, nest.where = outer, where


def _assign(target: ast.expr, value: ast.expr, nest: Nest) -> None:
    scope = nest.scope
    if isinstance(target, ast.Subscript):
        _store(target, value, nest)
        return
    is_branch = bool(scope.mask) or nest.where is not None
    if isinstance(target, ast.Name) and is_branch and target.id in scope.env:
        _choose(target.id, value, nest)
        return
    if not isinstance(target, ast.Name) or nest.where is not None:
        raise ValueError(f"`{ast.unparse(target)}` is set in a way that has no counterpart")
    if isinstance(value, ast.List) and not value.elts:
        nest.lists[target.id] = Vec(code="")
        nest.made[target.id] = nest.depth
        return
    known = rows(value, scope) if isinstance(value, (ast.Name, ast.Subscript)) else None
    if isinstance(known, Rows) and known.index:
        scope.env[target.id] = known  # a row by another name
    else:
        name_it(target.id, vector(value, scope), nest)
    nest.made[target.id] = nest.depth


def _choose(name: str, node: ast.expr, nest: Nest) -> None:
    """Translate a name that is set again for some rows: they get the new value, the others keep theirs."""
    scope = nest.scope
    condition = nest.where or Vec(code=scope.mask, axes=(0,))
    mask, scope.mask = scope.mask, ""
    old, new = scope.env[name], vector(node, scope)
    before = read(old, scope) if isinstance(old, Rows) else old
    if before.mask:
        raise ValueError(f"`{name}` is set in a branch and read outside it")
    name_it(name, joined(f"{scope.np}.where({{}}, {{}}, {{}})", condition, new, before), nest)
    scope.mask = mask


def _add(statement: ast.AugAssign, nest: Nest) -> None:
    if type(statement.op) not in _SIGNS:
        raise ValueError(f"`{ast.unparse(statement)}` has no counterpart over arrays")
    sign, fold = _SIGNS[type(statement.op)]
    if isinstance(statement.target, ast.Subscript):
        _scatter(statement, sign, nest)
        return
    if not isinstance(statement.target, ast.Name):
        raise ValueError(f"`{ast.unparse(statement.target)}` is no name")
    name, scope = statement.target.id, nest.scope
    depth = nest.made.get(name, 0)
    value = _where(vector(statement.value, scope), nest, "0" if fold == "sum" else "1")
    start = scope.env.get(name)
    if depth == nest.depth and isinstance(start, Vec):
        name_it(name, joined(f"{{}} {sign} {{}}", start, value, mask=scope.mask), nest)
        return
    over = tuple(range(depth, nest.depth))
    folded = _folded(value, over, fold, nest)
    if depth == 0 and name not in nest.made:
        nest.lines.append(f"{name} {sign}= {_plain(folded.code, scope)}")
    elif isinstance(start, Vec):
        is_neutral = start.code in (("0", "0.0") if sign == "+" else ("1", "1.0"))
        name_it(name, folded if is_neutral else joined(f"{{}} {sign} {{}}", start, folded), nest)
    else:
        raise ValueError(f"`{name}` is carried from one row to the next")


def _plain(code: str, scope: Scope) -> str:
    return f"{code}.item()" if code.startswith((f"{scope.np}.sum(", f"{scope.np}.prod(")) else code


def _where(value: Vec, nest: Nest, neutral: str) -> Vec:
    if nest.where is None:
        return value
    return joined(f"{nest.scope.np}.where({{}}, {{}}, {neutral})", nest.where, value)


def _folded(value: Vec, over: tuple[int, ...], fold: str, nest: Nest) -> Vec:
    scope = nest.scope
    lengths = [scope.lengths[axis] for axis in over if axis not in value.axes]
    if scope.mask and not value.axes:
        lengths = [f"{scope.np}.count_nonzero({scope.mask})"]
    inner = [axis for axis in value.axes if axis in over]
    code, kept = value.code, tuple(axis for axis in value.axes if axis not in over)
    if inner:
        places = tuple(range(-len(inner), 0))
        axis = "" if not kept else f", axis={places if len(places) > 1 else -1}"
        code = f"{scope.np}.{fold}({code}{axis})"
    for length in lengths:
        one = code in ("1", "1.0") and fold == "sum"
        code = length if one else f"{simple(code)} {'*' if fold == 'sum' else '**'} {simple(length)}"
    return Vec(code=code, axes=kept)


def _store(target: ast.Subscript, value: ast.expr, nest: Nest) -> None:
    """Translate ``out[i] = ...``: whole where the index is the loops' own, else element by element."""
    scope = nest.scope
    name, index = _base(target, scope)
    axes = tuple(range(nest.depth))
    found = vector(value, scope)
    if nest.where is not None:
        raise ValueError(f"`{name}` is set in a branch of a nest")
    over = tuple(axis for vec in index for axis in vec.axes)
    if over != axes:
        raise ValueError(f"`{ast.unparse(target)}` is set more than once")
    is_whole = all(vec.whole for vec in index) and not scope.mask
    places = [vec.whole if is_whole else aligned(_masked(vec, scope), axes) for vec in index]
    if name not in nest.plain:
        nest.lines.append(f"{name}[{', '.join(places)}] = {found.code}")
        return
    if not is_whole or found.axes != axes:
        raise ValueError(f"`{name}` is a list that is set here and there")
    place = places[0] if len(places) == 1 else ":"  # a list of lists is set whole, or its check fails
    nest.lines.append(f"{name}[{place}] = {simple(found.code)}.tolist()")


def _masked(vec: Vec, scope: Scope) -> Vec:
    return replace(vec, code=f"{simple(vec.code)}[{scope.mask}]") if scope.mask and vec.mask != scope.mask else vec


def _base(target: ast.expr, scope: Scope) -> tuple[str, list[Vec]]:
    if isinstance(target, ast.Name):
        return target.id, []
    if not isinstance(target, ast.Subscript):
        raise ValueError(f"`{ast.unparse(target)}` is no array")
    name, index = _base(target.value, scope)
    parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    found = []
    for part in parts:
        known = scope.env.get(part.id) if isinstance(part, ast.Name) else None
        found.append(known if isinstance(known, Vec) and known.whole else vector(part, scope))
    return name, [*index, *found]


def _scatter(statement: ast.AugAssign, sign: str, nest: Nest) -> None:
    """Translate ``bins[k] += ...`` of a single loop: weights are added up bin by bin."""
    scope = nest.scope
    name, index = _base(statement.target, scope)
    if len(index) != 1 or nest.depth != 1 or sign == "*" or not index[0].axes:
        raise ValueError(f"`{ast.unparse(statement.target)}` is added to in a way that has no counterpart")
    at = _masked(index[0], scope).code
    value = vector(statement.value, scope)
    counted = f"{scope.np}.bincount({at}, minlength=len({name}))"
    if value.axes:
        counted = f"{scope.np}.bincount({at}, weights={value.code}, minlength=len({name}))"
    elif value.code not in ("1", "1.0"):
        counted = f"{simple(value.code)} * {counted}"
    added = f"{scope.np}.asarray({name}) {sign} {counted}"
    nest.lines.append(f"{name}[:] = ({added}).tolist()" if name in nest.plain else f"{name}[:] = {added}")


def _append(call: ast.Call, nest: Nest) -> None:
    """Translate ``out.append(...)``, row by row in the order of the loops."""
    func, scope = call.func, nest.scope
    if not (
        isinstance(func, ast.Attribute) and func.attr == "append" and isinstance(func.value, ast.Name) and len(call.args) == 1
    ):
        raise ValueError(f"calls {ast.unparse(call.func)}(), whose effect is not known")
    name = func.value.id
    if nest.where is not None:
        raise ValueError(f"`{name}` grows in a branch of a nest")
    argument = call.args[0]
    inner = nest.lists.get(argument.id) if isinstance(argument, ast.Name) else None
    value = inner if inner is not None and inner.code else vector(argument, scope)
    depth = nest.made.get(name, 0)
    if name in nest.lists:
        if nest.depth != depth + 1:
            raise ValueError(f"`{name}` grows in several loops")
        nest.lists[name] = value
        return
    axes = tuple(range(nest.depth))
    if value.axes[: len(axes)] != axes:
        raise ValueError(f"what is appended to `{name}` is the same in every row")
    rest = "" if len(axes) == 1 else ".ravel()"
    nest.lines.append(f"{name}.extend({simple(value.code)}{rest}.tolist())")
