"""Translate the search for the greatest or the least of many rows, with its place."""

from __future__ import annotations

import ast

from vatio.optimise.code._state import Nest, name_it
from vatio.optimise.code._vector import Vec, simple, vector


def extreme(statement: ast.If, nest: Nest) -> bool:
    """Translate ``if x > best: best, at = x, i``; tell whether it was one."""
    test = statement.test
    scope = nest.scope
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Lt, ast.Gt))):
        return False
    sets = {
        part.targets[0].id: part.value
        for part in statement.body
        if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name)
    }
    sides = [test.left, test.comparators[0]]
    for best, other in (sides, sides[::-1]):
        is_best = isinstance(best, ast.Name) and best.id in sets and ast.unparse(sets[best.id]) == ast.unparse(other)
        if not is_best or len(sets) != len(statement.body) or statement.orelse or scope.mask or nest.where is not None:
            continue
        assert isinstance(best, ast.Name)
        is_greatest = isinstance(test.ops[0], ast.Gt) == (other is test.left)
        value = vector(other, scope)
        if nest.depth == 1 and best.id not in nest.made and value.axes == (0,):
            _best_of_all(best.id, value, sets, is_greatest=is_greatest, nest=nest)
        else:
            _best_of_row(best.id, value, sets, is_greatest=is_greatest, nest=nest)
        return True
    return False


def _best_of_all(best: str, value: Vec, sets: dict[str, ast.expr], *, is_greatest: bool, nest: Nest) -> None:
    scope, np = nest.scope, nest.scope.np
    values, at = scope.fresh("values"), scope.fresh("at")
    # NaN is never beyond anything, as in the loop.
    least = f"-{np}.inf" if is_greatest else f"{np}.inf"
    safe = f"{np}.nan_to_num({values}, nan={least}, posinf={np}.inf, neginf=-{np}.inf)"
    nest.lines += [
        f"{values} = {np}.asarray({value.code})",
        f"if len({values}):",
        f"    {at} = int({np}.{'argmax' if is_greatest else 'argmin'}({safe}))",
        f"    if {values}[{at}] {'>' if is_greatest else '<'} {best}:",
        f"        {best} = {values}[{at}].item()",
    ]
    for name, node in sets.items():
        if name != best:
            found = vector(node, scope)
            code = at if found.whole == f":{scope.lengths[0]}" else f"{simple(found.code)}[{at}].item()"
            nest.lines.append(f"        {name} = {code if found.axes else found.code}")


def _best_of_row(best: str, value: Vec, sets: dict[str, ast.expr], *, is_greatest: bool, nest: Nest) -> None:
    """Translate the best of each row of a nest: the inner axis goes, and ties stay with the first."""
    scope, np = nest.scope, nest.scope.np
    start, inner = scope.env.get(best), nest.depth - 1
    if nest.made.get(best) != inner or not isinstance(start, Vec) or start.axes or inner not in value.axes:
        raise ValueError(f"`{best}` is carried from one row to the next")
    values = scope.fresh("values")
    nest.lines.append(f"{values} = {value.code}")
    axes = value.axes[:-1]
    for name, node in sets.items():
        if name == best:
            continue
        known, first = scope.env.get(node.id) if isinstance(node, ast.Name) else None, scope.env.get(name)
        is_index = isinstance(known, Vec) and known.axes == (inner,) and known.whole == f":{scope.lengths[inner]}"
        if not is_index or not isinstance(first, Vec) or first.axes:
            raise ValueError(f"`{name}` follows the best of a row in a way that has no counterpart")
        least = f"-{np}.inf" if is_greatest else f"{np}.inf"
        safe = f"{np}.nan_to_num({values}, nan={least}, posinf={np}.inf, neginf=-{np}.inf)"
        is_beyond = f"({values} {'>' if is_greatest else '<'} {start.code}).any(axis=-1)"
        arg = f"{np}.{'argmax' if is_greatest else 'argmin'}({safe}, axis=-1)"
        name_it(name, Vec(code=f"{np}.where({is_beyond}, {arg}, {first.code})", axes=axes), nest)
    fold = "fmax" if is_greatest else "fmin"
    name_it(best, Vec(code=f"{np}.{fold}.reduce({values}, axis=-1, initial={start.code})", axes=axes), nest)
