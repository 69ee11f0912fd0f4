"""A physical quantity carries its unit in its name: ``energy_j``, never ``energy``."""

import ast
import re

import pytest

UNIT = re.compile(
    r"(^|_)(j|s|h|seconds|days|years|w|g|l|eur|cpus|bytes|hz|celsius|ratio|mb|gb|gib|mib|cm2|ms|px|kwh|w_per_gib|g_per_kwh|eur_per_kwh|l_per_kwh|per_\w+|\w+_per_\w+)$"
)
# Numbers without a dimension, or of any: a value of some unit that stands beside it, the ends of an interval, a probability.
FREE = {
    "bound", "effect_size", "error", "reach", "spread", "step",
    "t", "df", "a", "b", "shift", "new", "minute", "last", "rest",
    "allowed", "better", "change", "fresh", "loss", "max_class_loss", "of", "score", "seen", "worse",
    "after", "alpha", "amount", "baseline", "before", "candidate", "confidence", "cores", "cost", "count",
    "cpus_granted", "devices", "embodied", "margin", "max_loss", "rtol", "statistic",
    "original", "replay",
    "eta_squared", "pays_after", "predict", "quality_change", "spearman", "train",
    "factor", "first", "flop", "high", "highest", "known", "least", "left", "level", "limit", "load", "low", "lowest",
    "magnitude", "maximum", "mean", "minimum", "most", "now", "number", "operational", "operational_market", "p", "part",
    "peak", "position", "priority", "pue", "quantile", "quantity", "resolution", "right", "scale", "second", "share", "shares",
    "size", "start", "threads", "times", "total", "utilisation", "value", "values", "weight", "whole", "width", "x", "y", "z",
}  # fmt: skip
NUMBERS = {"float", "Quantity"}


def is_number(annotation):
    if annotation is None:
        return False
    parts = {part.strip() for part in ast.unparse(annotation).replace('"', "").split("|")} - {"None"}
    return bool(parts) and parts <= NUMBERS | {"int"} and bool(parts & NUMBERS)


def numbers(tree):
    """Name each dataclass field and each parameter that is annotated as a number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and is_number(item.annotation):
                    yield f"{node.name}.{item.target.id}", item.target.id
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                if is_number(argument.annotation):
                    yield f"{node.name}({argument.arg})", argument.arg


def carries_unit(name):
    bare = name.strip("_")
    return (
        bool(UNIT.search(bare))
        or bare in FREE
        or bare.rpartition("_")[2] in {"low", "high", "value", "pue", "share", "provenance", "p", "f1", "quality"}
    )


def test_every_physical_number_carries_its_unit(modules):
    named = [(f"{module.name}: {where}", name) for module in modules for where, name in numbers(module.tree)]
    bare = [where for where, name in named if not carries_unit(name)]
    print(f"{len(named)} numbers, {len(named) - len(bare)} with their unit or without a dimension")
    assert bare == []


@pytest.mark.parametrize("name", ["energy_j", "duration_s", "price_eur_per_kwh", "idle_w_per_gib", "reserved_ratio"])
def test_a_name_with_a_unit_is_recognised(name):
    assert carries_unit(name)


@pytest.mark.parametrize("name", ["energy", "duration", "power", "energy_mj", "timeout"])
def test_a_name_without_a_unit_is_found(name):
    assert not carries_unit(name)
