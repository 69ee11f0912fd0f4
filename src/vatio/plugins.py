"""Find what a name stands for: a static table for our own parts, entry points for everybody else's.

A scan of the installed entry points costs 0.045 CPU-seconds, so it happens only for a name that the table does not have.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

from vatio.errors import MissingExtra, UnknownName, UsageError

BUILT_IN: dict[str, dict[str, str]] = {
    "meters": {
        "rapl": "vatio.measure.meters._rapl:RaplMeter",
        "nvml": "vatio.measure.meters.nvml._nvml:NvmlMeter",
        "hwmon": "vatio.measure.meters._hwmon:HwmonMeter",
        "command": "vatio.measure.meters._command:CommandMeter",
        "cpu-model": "vatio.measure.meters.models._cpu_model:CpuModelMeter",
        "dram-model": "vatio.measure.meters.models._dram_model:DramModelMeter",
        "gpu-model": "vatio.measure.meters.models._gpu_model:GpuModelMeter",
    },
    # Each takes `config=` and gives a list of Check; a room that is not named here is not asked.
    "checks": {"measure": "vatio.measure:checks", "ledger": "vatio.ledger:checks", "catalog": "vatio.catalog:checks"},
    "formats": {
        "codecarbon": "vatio.interop.formats:CodeCarbon",
        "boamps": "vatio.interop.formats:BoAmps",
        "huggingface": "vatio.interop.formats:HuggingFace",
        "green-algorithms": "vatio.interop.formats:GreenAlgorithms",
        "impact-framework": "vatio.interop.formats:ImpactFramework",
        "mlco2": "vatio.interop.formats:MlCo2",
        "openmetrics": "vatio.interop.formats:OpenMetrics",
        "zeus": "vatio.interop.formats:Zeus",
        "parquet": "vatio.interop.formats:Parquet",
    },
    # Those of a service take an ``Access`` (its key, its cache); "file" takes a path, "annual" nothing.
    "intensity": {
        "file": "vatio.account:FileSource",
        "annual": "vatio.account:AnnualSource",
        "electricity-maps": "vatio.adapters:ElectricityMaps",
        "uk": "vatio.adapters:UkCarbonIntensity",
    },
    "engines": {
        "local": "vatio.plan.engines:LocalEngine",
        "slurm": "vatio.plan.engines:SlurmEngine",
    },
    "ledgers": {"sqlite": "vatio.ledger._sqlite:SqliteBackend"},
    # What runs, saves and loads the forms of a model, by their kind.
    "runtimes": {
        "sklearn": "vatio.optimise.model.runtimes._sklearn:SklearnRuntime",
        "onnx": "vatio.optimise.model.runtimes._onnx:OnnxRuntime",
        "treelite": "vatio.optimise.model.runtimes._treelite:TreeliteRuntime",
        "linear": "vatio.optimise.model.runtimes._linear:LinearRuntime",
        "rule": "vatio.optimise.model.runtimes._rule:RuleRuntime",
        "cached": "vatio.optimise.model.runtimes._cached:CachedRuntime",
        "torch": "vatio.optimise.model.runtimes._torch:TorchRuntime",
        "openvino": "vatio.optimise.model.runtimes._openvino:OpenVinoRuntime",
        "text": "vatio.optimise.model.runtimes.texts._text:TextRuntime",
        "static": "vatio.optimise.model.runtimes.texts._static:StaticRuntime",
    },
    # What makes a model cheaper, from cheap to costly.
    "techniques": {
        "cache": "vatio.optimise.model.techniques._cache:Cache",
        "linear": "vatio.optimise.model.techniques.estimators._linear:Linear",
        "precision": "vatio.optimise.model.techniques.estimators._precision:Precision",
        "onnx": "vatio.optimise.model.techniques.estimators._onnx:Onnx",
        "treelite": "vatio.optimise.model.techniques.estimators._treelite:Treelite",
        "graph": "vatio.optimise.model.techniques.graphs._graph:Graph",
        "half": "vatio.optimise.model.techniques.graphs._half:Half",
        "fewer_trees": "vatio.optimise.model.techniques.estimators._fewer_trees:FewerTrees",
        "int8_dynamic": "vatio.optimise.model.techniques.graphs._int8:Int8Dynamic",
        "int8_static": "vatio.optimise.model.techniques.graphs._int8:Int8Static",
        "tournament": "vatio.optimise.model.techniques.estimators._tournament:Tournament",
        "export": "vatio.optimise.model.techniques.graphs._export:Export",
        "openvino": "vatio.optimise.model.techniques.graphs._openvino:OpenVino",
        "int8": "vatio.optimise.model.techniques.graphs._openvino:Int8",
        "layout": "vatio.optimise.model.techniques.networks._torch_format:Layout",
        "torch_bf16": "vatio.optimise.model.techniques.networks._torch_format:Bf16",
        "transfer": "vatio.optimise.model.techniques.networks._transfer:Transfer",
        "sparsity": "vatio.optimise.model.techniques.networks._sparsity:Sparsity",
        "prune": "vatio.optimise.model.techniques.networks._prune:Prune",
        "coarser": "vatio.optimise.model.techniques.networks._coarser:Coarser",
        "shallower": "vatio.optimise.model.techniques.networks._shallower:Shallower",
        "distil": "vatio.optimise.model.techniques.networks._distil:Distil",
        "text_onnx": "vatio.optimise.model.techniques.texts._onnx:TextOnnx",
        "text_words": "vatio.optimise.model.techniques.texts._asking:TextWords",
        "text_groups": "vatio.optimise.model.techniques.texts._asking:TextGroups",
        "text_length": "vatio.optimise.model.techniques.texts._asking:TextLength",
        "static_fold": "vatio.optimise.model.techniques.texts._static:StaticFold",
        "text_tfidf": "vatio.optimise.model.techniques.texts._tfidf:TextTfidf",
        "text_openvino": "vatio.optimise.model.techniques.texts._openvino:TextOpenVino",
        "text_int8": "vatio.optimise.model.techniques.texts._openvino:TextInt8",
        "text_layers": "vatio.optimise.model.techniques.texts._layers:TextLayers",
        "text_static": "vatio.optimise.model.techniques.texts._static:TextStatic",
    },
}


def names(kind: str) -> tuple[str, ...]:
    """List the built-in names of one kind, in the order in which they are tried."""
    return tuple(BUILT_IN[kind])


def installed(kind: str) -> tuple[str, ...]:
    """List every name of one kind: the built-in ones and those of other packages, which costs the scan."""
    return tuple(dict.fromkeys((*BUILT_IN.get(kind, {}), *_entry_points(kind))))


def load(kind: str, name: str) -> Any:
    """Import the part that ``name`` stands for.

    Raises:
        UnknownName: neither the table nor an entry point of the group ``vatio.<kind>`` has the name.
    """
    target = BUILT_IN.get(kind, {}).get(name) or _entry_points(kind).get(name)
    if target is None:
        raise UnknownName.among(kind.rstrip("s"), name, [*BUILT_IN.get(kind, {}), *_entry_points(kind)])
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def require(module: str, *, extra: str) -> Any:
    """Import an optional library, or say which extra brings it.

    Raises:
        MissingExtra: the library is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingExtra(f"{module!r} is not installed", hint=f"pip install 'vatio[{extra}]'") from error


def load_own(name: str) -> Any:
    """Import what ``module:name`` names; modules of the folder that one is in are found too.

    Raises:
        UsageError: the text names nothing so, or there is no such module or name in it.
    """
    module, _, path = name.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), *path.split("."))):
        raise UsageError(f"{name!r} is not module:function", hint="name a function of a module in this folder")
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise UsageError(f"cannot find {name}: {error}", hint="name a function of a module in this folder") from error
    return found


def _entry_points(kind: str) -> dict[str, str]:
    from importlib.metadata import entry_points

    return {point.name: point.value for point in entry_points(group=f"vatio.{kind}")}
