"""Loops over rows and what takes their place give the same, whatever the rows."""

import ast
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.optimise.code._nest import translated
from vatio.optimise.code._patterns import comprehension, patterned
from vatio.optimise.code._propose import proposals
from vatio.optimise.code._same import differs
from vatio.optimise.code._source import read_source

floats = st.lists(st.floats(-1e3, 1e3), max_size=20)

LOOPS = {
    "a sum": "t = 0.0\nfor x in xs:\n    t += x * x\nreturn t",
    "a sum of some": "t = 0.0\nfor x in xs:\n    if x > 0:\n        t += math.sqrt(x)\nreturn t",
    "two branches": "t = 0.0\nfor x in xs:\n    if x > 0:\n        t += x\n    else:\n        t -= 2\nreturn t",
    "a value set again": "t = 0.0\nfor x in xs:\n    y = x\n    if x > 3:\n        y = x * 0.9\n    t += y\nreturn t",
    "a count": "n = 0\nfor x in xs:\n    if -1 < x <= 5:\n        n += 1\nreturn n",
    "rows left out": "t = 0.0\nfor x in xs:\n    if x < 0 or x > 100:\n        continue\n    t += x\nreturn t",
    "a choice": "out = []\nfor x in xs:\n    out.append(x if x > 0 else -x)\nreturn out",
    "the greatest": "b = -1e9\nk = -1\nfor i, x in enumerate(xs):\n    if x > b:\n        b = x\n        k = i\nreturn b, k",
    "the least": "b = 1e9\nfor x in xs:\n    if x < b:\n        b = x\nreturn b",
    "a running total": "t = 0.0\nout = []\nfor x in xs:\n    t += x\n    out.append(t)\nreturn out, t",
    "differences": "out = []\nfor i in range(len(xs) - 1):\n    out.append(xs[i + 1] - xs[i])\nreturn out",
    "a list set": "out = [0.0] * len(xs)\nfor i in range(len(xs)):\n    out[i] = xs[i] / 2\nreturn out",
    "bins": "h = [0] * 9\nfor x in xs:\n    h[int(abs(x)) % 9] += 1\nreturn h",
    "sums by key": "d = {}\nfor x in xs:\n    d[x > 0] = d.get(x > 0, 0) + x\nreturn d",
    "any": "for x in xs:\n    if x > 7:\n        return True\nreturn False",
    "a product": "t = 1.0\nfor x in xs:\n    t *= x / 1000\nreturn t",
    "two lists": "t = 0.0\nfor x, y in zip(xs, xs[1:]):\n    t += x * y\nreturn t",
    "all pairs": "t = 0.0\nfor a in xs:\n    for b in xs:\n        t += abs(a - b)\nreturn t",
}


def changed(text):
    """Give a function and the same with its loop replaced."""
    source = "def f(xs):\n" + "".join(f"    {line}\n" for line in text.splitlines())
    tree = ast.parse(source)
    function = tree.body[0]
    loop = next(node for node in function.body if isinstance(node, ast.For))
    lines = patterned(loop, function) or translated(loop, function)
    function.body[function.body.index(loop) : function.body.index(loop) + 1] = ast.parse("\n".join(lines)).body
    made = {}
    for name, code in (("old", source), ("new", ast.unparse(tree))):
        scope = {"np": np, "math": math}
        exec(code, scope)
        made[name] = scope["f"]
    return made["old"], made["new"]


@pytest.mark.slow
@pytest.mark.parametrize("text", LOOPS.values(), ids=LOOPS)
@given(xs=floats)
def test_a_loop_and_its_array_code_give_the_same(text, xs):
    old, new = changed(text)
    # A sum that cancels keeps the rounding of its terms, so it is compared against their size.
    expected, got = old(list(xs)), new(list(xs))
    if differs(expected, got, tolerance_ratio=1e-9):
        scale = max(1.0, sum(abs(x) for x in xs) ** 2)
        assert np.allclose(np.ravel(_numbers(expected)), np.ravel(_numbers(got)), rtol=1e-9, atol=1e-9 * scale)


def _numbers(value):
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    return np.hstack([np.ravel(part) for part in value]) if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("t = 0\nfor i in range(1, len(xs)):\n    xs[i] = xs[i - 1]\nreturn xs", "read and written"),
        ("for x in xs:\n    print(x)\nreturn 0", "print"),
        ("p = 0\nout = []\nfor x in xs:\n    out.append(x - p)\n    p = x\nreturn out", "carried from one row"),
        ("for x in xs:\n    y = x\nreturn y", "last row"),
        ("for x in xs:\n    if x > 3:\n        break\nreturn 0", "break"),
        ("t = 0\nfor x in xs:\n    for y in range(x):\n        t += y\nreturn t", "differs from row to row"),
        ("t = 0\nfor x in sorted(xs):\n    t += x\nreturn t", "sorted"),
    ],
)
def test_a_loop_without_a_counterpart_is_kept_with_its_reason(body, why, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def f(xs):\n" + "".join(f"    {line}\n" for line in body.splitlines()))
    found, reasons = proposals(read_source(f"{path}:f"))
    assert "numpy" not in [one.name for one in found]
    assert why in " ".join(reasons)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def f(xs):\n    for x in xs:\n        yield x\n", "generator"),
        ("def f(xs):\n    global n\n    for x in xs:\n        n = x\n", "outside itself"),
        ("def f(xs):\n    for x in xs:\n        f(x)\n", "calls itself"),
        ("def f(xs):\n    return sum(xs)\n", "no `for` loop"),
    ],
)
def test_a_function_that_is_not_touched_says_why(text, why, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(text)
    found, reasons = proposals(read_source(f"{path}:f"))
    assert found == ()
    assert why in reasons[0]


def test_a_text_added_up_row_by_row_becomes_a_join():
    function = ast.parse("def f(xs):\n    t = ''\n    for x in xs:\n        t += str(x)\n    return t").body[0]
    assert comprehension(function.body[1], function) == ["t += ''.join([str(x) for x in xs])"]


def test_a_file_keeps_its_line_ends_and_gets_one_import(tmp_path):
    path = tmp_path / "mine.py"
    path.write_bytes(
        b'"""Words."""\r\n\r\n\r\ndef f(xs):\r\n    t = 0.0\r\n    for x in xs:\r\n        t += x\r\n    return t\r\n'
    )
    found, _ = proposals(read_source(f"{path}:f"))
    assert found[0].text.count("import numpy as np\r\n") == 1
    assert found[0].text.count("\n") == found[0].text.count("\r\n")
    ast.parse(found[0].text)
