"""Write the expressions of a loop as expressions over arrays, whose axes are the loops around them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

_MATH = {name: name for name in ("sqrt", "exp", "log", "log2", "log10", "sin", "cos", "tan", "tanh", "hypot", "log1p", "expm1")}
_MATH |= {"fabs": "abs", "atan": "arctan", "asin": "arcsin", "acos": "arccos", "atan2": "arctan2", "isnan": "isnan"}
_SIMPLE = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vec:
    """Hold code that gives an array over ``axes``, ascending, or a plain value where there are none.

    ``whole`` is the slice that stands for it as an index; ``mask`` names the condition that it is cut down to.
    """

    code: str
    axes: tuple[int, ...] = ()
    whole: str = ""
    mask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Hold an array whose first dimensions are indexed by loops."""

    array: str
    index: tuple[Vec, ...] = ()


Summed = Callable[[ast.GeneratorExp, "Scope"], Vec]


class Scope:
    """Hold what the names of a nest of loops stand for while it is translated."""

    __slots__ = ("arrays", "before", "carried", "env", "lengths", "mask", "np", "summed", "taken", "written")

    def __init__(self, carried: frozenset[str], summed: Summed, *, np: str, taken: set[str], written: set[str]) -> None:
        self.carried, self.summed, self.np, self.taken, self.written = carried, summed, np, taken, written
        self.env: dict[str, Vec | Rows] = {}
        self.arrays: dict[str, str] = {}
        self.lengths: list[str] = []
        self.before: list[str] = []
        self.mask = ""

    def inner(self) -> Scope:
        """Give a scope for one more loop, whose names and axis end with it."""
        made = Scope(self.carried, self.summed, np=self.np, taken=self.taken, written=self.written)
        made.env, made.lengths = dict(self.env), list(self.lengths)
        made.arrays, made.before = self.arrays, self.before
        return made

    def fresh(self, name: str) -> str:
        """Give a name that the function does not use."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def simple(code: str) -> str:
    """Put code in brackets unless it binds closely already.

    >>> simple("a + b"), simple("a[0]")
    ('(a + b)', 'a[0]')
    """
    return code if isinstance(ast.parse(code, mode="eval").body, _SIMPLE) else f"({code})"


def aligned(vec: Vec, axes: Iterable[int]) -> str:
    """Give code whose dimensions broadcast over ``axes``.

    >>> aligned(Vec(code="x", axes=(0,)), (0, 1)), aligned(Vec(code="x", axes=(1,)), (0, 1))
    ('x[:, None]', 'x')
    """
    parts = [":" if axis in vec.axes else "None" for axis in axes]
    while parts and parts[0] == "None":
        parts.pop(0)
    return f"{simple(vec.code)}[{', '.join(parts)}]" if "None" in parts else vec.code


def union(*vecs: Vec) -> tuple[int, ...]:
    """Give the axes of several vectors, ascending."""
    return tuple(sorted({axis for vec in vecs for axis in vec.axes}))


def joined(form: str, *vecs: Vec, mask: str = "") -> Vec:
    """Fill a form with vectors that are aligned with one another."""
    axes = union(*vecs)
    return Vec(code=form.format(*(simple(aligned(vec, axes)) for vec in vecs)), axes=axes, mask=mask if axes else "")


def vector(node: ast.expr, scope: Scope) -> Vec:
    """Translate one expression of a loop's body.

    Raises:
        ValueError: there is no such expression over arrays; the message says why.
    """
    if not _names(node) & set(scope.env) and not _calls_back(node, scope):
        return Vec(code=ast.unparse(node))
    translate = _FORMS.get(type(node))
    if translate is None:
        raise ValueError(f"`{ast.unparse(node)}` has no counterpart over arrays")
    return translate(node, scope)


def rows(node: ast.expr, scope: Scope) -> Rows | None:
    """Give the array and the indices that a chain of subscripts stands for, or nothing where it is not one."""
    if isinstance(node, ast.Name):
        known = scope.env.get(node.id)
        if isinstance(known, Vec) or node.id in scope.carried - set(scope.env):
            return None
        return known or Rows(array=array_of(node.id, scope))
    if not isinstance(node, ast.Subscript) or (inner := rows(node.value, scope)) is None:
        return None
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if any(isinstance(part, ast.Slice) for part in parts):
        return None
    return replace(inner, index=(*inner.index, *(_unmasked(part, scope) for part in parts)))


def array_of(name: str, scope: Scope) -> str:
    """Name the array that stands for a variable; its conversion is written before the loop.

    Raises:
        ValueError: the loop writes into it too.
    """
    if name in scope.written:
        raise ValueError(f"`{name}` is read and written in the same loop: rows depend on rows before them")
    return scope.arrays.setdefault(name, name)


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _calls_back(node: ast.AST, scope: Scope) -> bool:
    if left := _names(node) & (scope.carried - set(scope.env)):
        raise ValueError(f"`{min(left)}` is carried from one row to the next")
    return any(isinstance(part, ast.Call) and not _is_len(part) for part in ast.walk(node))


def _is_len(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in ("len", "float", "int", "abs")


def _unmasked(node: ast.expr, scope: Scope) -> Vec:
    """Translate an index; one that is a loop's own variable stays whole, and is cut down with the array."""
    if isinstance(node, ast.Name) and isinstance(known := scope.env.get(node.id), Vec) and known.whole:
        return known
    return vector(node, scope)


def _cut(vec: Vec, scope: Scope) -> Vec:
    if not scope.mask or not vec.axes or vec.mask == scope.mask:
        return vec
    if vec.mask:
        raise ValueError("a value of one branch is read in another")
    return Vec(code=f"{simple(vec.code)}[{scope.mask}]", axes=vec.axes, mask=scope.mask)


def _name(node: ast.Name, scope: Scope) -> Vec:
    known = scope.env.get(node.id)
    if isinstance(known, Rows):
        return read(known, scope)
    if known is None:
        return Vec(code=node.id)
    if known.mask and known.mask != scope.mask:
        raise ValueError(f"`{node.id}` is set in a branch and read outside it")
    return _cut(known, scope)


def read(found: Rows, scope: Scope) -> Vec:
    """Give the elements that indices point at: by slices where they can, else one by one."""
    whole = [vec for vec in found.index if vec.whole]
    axes = tuple(axis for vec in whole for axis in vec.axes)
    if all(vec.whole or not vec.axes for vec in found.index) and len(set(axes)) == len(axes):
        parts = [_slice(vec, found.array, at) for at, vec in enumerate(found.index)]
        while parts and parts[-1] == ":":
            parts.pop()
        code = f"{found.array}[{', '.join(parts)}]" if parts else found.array
        if axes != tuple(sorted(axes)):
            if len(axes) > 2:
                raise ValueError(f"the dimensions of `{found.array}` are taken in another order")
            code = f"{code}.T"
        return _cut(Vec(code=code, axes=tuple(sorted(axes))), scope)
    index = [_cut(vec, scope) for vec in found.index]
    over = union(*index)
    mask = scope.mask if over else ""
    return Vec(code=f"{found.array}[{', '.join(aligned(vec, over) for vec in index)}]", axes=over, mask=mask)


def _slice(vec: Vec, array: str, at: int) -> str:
    alike = (f":{array}.shape[{at}]", f":len({array})" if at == 0 else "")
    return ":" if vec.whole in alike else vec.whole or vec.code


def _subscript(node: ast.Subscript, scope: Scope) -> Vec:
    found = rows(node, scope)
    if found is None:
        raise ValueError(f"`{ast.unparse(node)}` is no element of an array")
    return read(found, scope)


def _binary(node: ast.BinOp, scope: Scope) -> Vec:
    sign = ast.unparse(ast.BinOp(left=ast.Name(id="a"), op=node.op, right=ast.Name(id="b")))[2:-2]
    return joined("{} " + sign + " {}", vector(node.left, scope), vector(node.right, scope), mask=scope.mask)


def _unary(node: ast.UnaryOp, scope: Scope) -> Vec:
    sign = {ast.USub: "-", ast.UAdd: "+", ast.Not: "~", ast.Invert: "~"}[type(node.op)]
    return joined(sign + "{}", vector(node.operand, scope), mask=scope.mask)


def _compare(node: ast.Compare, scope: Scope) -> Vec:
    sides = [node.left, *node.comparators]
    found = [
        joined("{} " + _sign(op) + " {}", vector(a, scope), vector(b, scope), mask=scope.mask)
        for op, a, b in zip(node.ops, sides, sides[1:], strict=False)
    ]
    return found[0] if len(found) == 1 else joined(" & ".join(["{}"] * len(found)), *found, mask=scope.mask)


def _sign(op: ast.cmpop) -> str:
    if isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
        raise ValueError("`is` and `in` have no counterpart over arrays")
    return ast.unparse(ast.Compare(left=ast.Name(id="a"), ops=[op], comparators=[ast.Name(id="b")]))[2:-2]


def _bool(node: ast.BoolOp, scope: Scope) -> Vec:
    if not all(isinstance(value, (ast.Compare, ast.BoolOp, ast.UnaryOp)) for value in node.values):
        raise ValueError(f"`{ast.unparse(node)}` joins what are no comparisons")
    sign = " & " if isinstance(node.op, ast.And) else " | "
    return joined(sign.join(["{}"] * len(node.values)), *(vector(value, scope) for value in node.values), mask=scope.mask)


def _choice(node: ast.IfExp, scope: Scope) -> Vec:
    parts = (vector(part, scope) for part in (node.test, node.body, node.orelse))
    return joined(f"{scope.np}.where({{}}, {{}}, {{}})", *parts, mask=scope.mask)


def _call(node: ast.Call, scope: Scope) -> Vec:
    name = ast.unparse(node.func)
    if node.keywords:
        raise ValueError(f"`{ast.unparse(node)}` has no counterpart over arrays")
    if name == "sum" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        return scope.summed(node.args[0], scope)
    if name == "len":
        return _length(node.args[0], scope)
    form = _form(name, len(node.args), scope)
    return joined(form, *(vector(argument, scope) for argument in node.args), mask=scope.mask)


def _length(node: ast.expr, scope: Scope) -> Vec:
    found = rows(node, scope)
    if found is None:
        raise ValueError(f"`len({ast.unparse(node)})` differs from row to row")
    return Vec(code=f"{found.array}.shape[{len(found.index)}]" if found.index else f"len({found.array})")


def _form(name: str, arguments: int, scope: Scope) -> str:
    module, _, last = name.rpartition(".")
    if module in ("math", scope.np) and last in _MATH:
        return f"{scope.np}.{_MATH[last]}({', '.join(['{}'] * arguments)})"
    if name in ("max", "min") and arguments == 2:
        # As Python has it, NaN and all: the first stays unless the second is surely beyond.
        return f"{scope.np}.where({{1}} {'>' if name == 'max' else '<'} {{0}}, {{1}}, {{0}})"
    known = {"abs": f"{scope.np}.abs({{}})", "int": "{}.astype(int)", "float": "{}.astype(float)"}
    if name in known and arguments == 1:
        return known[name]
    raise ValueError(f"calls {name}(), whose effect is not known")


_FORMS: dict[type[ast.expr], Callable[..., Vec]] = {
    ast.Name: _name,
    ast.Subscript: _subscript,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _bool,
    ast.IfExp: _choice,
    ast.Call: _call,
}
