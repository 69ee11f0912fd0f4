"""What answering requests draws: a roofline of each step of decoding and of the prompt's prefill.

A step reads the weights that its batch meets and every request's cache, computes 2 FLOP for each parameter met, and pays a
time for each layer and for each request. The eight constants are fitted to measurements of ML.ENERGY v3 (2025, H100 and B200)
of Qwen 3 alone, and checked on those of Llama 3 and DeepSeek: docs/adr/0046-inference-is-a-roofline.md.
"""

from __future__ import annotations

from typing import NamedTuple

from vatio.account.estimates._asked import Asked
from vatio.account.estimates._hardware import Piece, peak_flop_per_s
from vatio.account.estimates._interval import Rule, between, given
from vatio.account.estimates._place import named_factor
from vatio.errors import UsageError
from vatio.records import Factor, Quantity, scaled

# Shares of the bandwidth that reading weights reaches, and of bandwidth and peak that caches and products reach.
_WEIGHTS_SHARE, _WORK_SHARE = 0.9, 0.4
# Seconds of a step for each request (scheduling, sampling), in dense models and mixtures.
_REQUEST_S, _REQUEST_MIXTURE_S = 24e-6, 39e-6
# Seconds of a step for each layer, by whether there are several chips and whether the model is a mixture.
_LAYER_S = {(False, False): 66e-6, (True, False): 13e-6, (False, True): 110e-6, (True, True): 270e-6}
_DRAWN = between(0.75, 0.5, 1.0, source="ML.ENERGY v3: mean power over the board's, .33 to .99, mean .75 (2025)")
_SPEED = between(1.0, 1.0 / 1.45, 1.45, source="this roofline against 49 measurements of ML.ENERGY v3 (2025)")
# Requests at one time where nobody says: a small service, between a lone user and a full server.
_BATCH = (256.0, 32.0, 4.0)
# Weights may fill so much of the memory; the rest is for caches.
_FILLED = 0.8
# Where a model's shape is not known: layers by size, a cache of grouped keys, and the share of a mixture met by every token.
_LAYERS_PER_ROOT, _CACHE_BYTES_PER_LAYER, _DENSE_SHARE = 16.0, 4096.0, 0.3


class Serving(NamedTuple):
    """Hold the joules of all requests, the seconds of all chips together, and the factors."""

    hardware_j: Quantity
    chip_s: Quantity
    flop: Quantity
    factors: tuple[Factor, ...]


class _Load(NamedTuple):
    """Hold a model as a step meets it."""

    parameters: int
    met: int
    experts_share: float
    expert_parameters: int
    layers: int
    cache_bytes: float
    weight_bytes: float
    mixture: bool


class _Chips(NamedTuple):
    """Hold the chips that serve one copy of the model."""

    number: float
    peak_flop_per_s: float
    bandwidth_bytes_per_s: float
    power_w: Quantity


def serving(asked: Asked, fleet: tuple[Piece, ...], rule: Rule) -> Serving:
    """Estimate the joules of requests, prefill and decode apart.

    Raises:
        UsageError: no model, no accelerator or no tokens are named, or the model does not fit in its memory.
    """
    chips, memory_bytes = _chips(asked, fleet)
    load = _load(asked, chips.number, memory_bytes)
    prompt, output = asked.prompt_tokens or 0, asked.output_tokens or 0
    if prompt + output == 0:
        raise UsageError("a request without tokens", hint="give --prompt-tokens N and --output-tokens N")
    prefill_s = 2.0 * load.met * prompt / (chips.peak_flop_per_s * chips.number * _WORK_SHARE)
    decode_s = _decode_s(load, chips, asked, context_tokens=prompt + output // 2)
    request_s, requests = _shifted(decode_s, prefill_s), asked.requests or 1
    per_request = 2.0 * load.met * (prompt + output)
    parts = {"prefill": given(prefill_s, "roofline"), "decode": decode_s}
    named = [
        named_factor(f"{name} energy per request", rule([part_s, _SPEED, chips.power_w]), "J") for name, part_s in parts.items()
    ]
    return Serving(
        hardware_j=scaled(rule([request_s, _SPEED, chips.power_w]), float(requests)),
        chip_s=scaled(rule([request_s, _SPEED]), chips.number * requests),
        flop=scaled(between(1.0, 0.95, 1.2, source="2 FLOP for each parameter met"), per_request * requests),
        factors=(*_assumed(asked, load), *named),
    )


def _decode_s(load: _Load, chips: _Chips, asked: Asked, *, context_tokens: int) -> Quantity:
    """Give the seconds of all steps of one request, shared among its batch; an unknown batch is a range."""
    low, value, high = (
        (asked.output_tokens or 0) * _step_s(load, chips, size, context_tokens) / size for size in _batches(asked)
    )
    return between(value, low, high, source="roofline" if asked.batch else "batch of 4 to 256")


def _batches(asked: Asked) -> tuple[float, ...]:
    return (float(asked.batch),) * 3 if asked.batch else _BATCH


def _assumed(asked: Asked, load: _Load) -> tuple[Factor, ...]:
    """Name what the roofline took for granted."""
    most, usual, least = _batches(asked)
    width = given(load.weight_bytes / load.parameters, _width_source(asked, load))
    return (
        named_factor("bytes per parameter", width, "bytes"),
        named_factor("drawn share of the board's power", _DRAWN, "ratio"),
        named_factor("speed of the roofline", _SPEED, "ratio"),
        named_factor("batch", between(usual, least, most, source="given" if asked.batch else "assumed"), "1"),
    )


def _chips(asked: Asked, fleet: tuple[Piece, ...]) -> tuple[_Chips, float]:
    served = [piece for piece in fleet if piece.accelerator is not None]
    if len(served) != 1 or served[0].accelerator is None:
        raise UsageError("inference on no known accelerator", hint="give one --hardware NAME:COUNT of `vatio catalog list`")
    row, count = served[0].accelerator, served[0].number * served[0].chips_per_piece
    peak = peak_flop_per_s(row)
    if peak is None or row.bandwidth_bytes_per_s is None:
        raise UsageError(f"the table has no peak or bandwidth of {row.name}", hint="add a row of your own: --catalog FILE")
    power_w = served[0].power_w if asked.power_w is not None else _times(_DRAWN, row.board_w)
    return _Chips(count, peak, row.bandwidth_bytes_per_s, scaled(power_w, count)), row.memory_bytes * count


def _times(ratio: Quantity, board_w: Quantity) -> Quantity:
    return scaled(ratio, board_w.value or 0.0)


def _load(asked: Asked, count: float, memory_bytes: float) -> _Load:
    whole, met = asked.whole_parameters, asked.met_parameters
    if whole is None or met is None:
        raise UsageError("requests without a model", hint="give --params N or --config FILE")
    shape = asked.model
    width = shape.bytes_per_parameter if shape is not None and shape.bytes_per_parameter else None
    if width is None:
        width = _fitting(whole, memory_bytes)
    if memory_bytes and whole * width > memory_bytes:
        need = f"{whole / 1e9:.3g} G parameters of {width:g} bytes do not fit in {memory_bytes / 1e9:.4g} GB"
        raise UsageError(need, hint="more chips: --hardware NAME:COUNT")
    mixture = met < 0.9 * whole
    if shape is not None:
        layers, cache, experts = shape.layers, shape.cache_bytes_per_token, shape.expert_parameters
        share = shape.experts_met / shape.experts if shape.experts else 1.0
    else:
        layers = max(1, round(_LAYERS_PER_ROOT * ((float(whole) * met) ** 0.5 / 1e9) ** (1.0 / 3.0)))
        cache, dense = layers * _CACHE_BYTES_PER_LAYER, round(_DENSE_SHARE * met)
        experts, share = (whole - dense, (met - dense) / (whole - dense)) if mixture else (0, 1.0)
    return _Load(whole, met, share, experts, layers, cache, whole * width, mixture)


def _fitting(parameters: int, memory_bytes: float) -> float:
    """Give the widest of 16, 8 and 4 bits at which the weights leave room for caches."""
    if not memory_bytes:
        return 2.0
    return next((width for width in (2.0, 1.0) if parameters * width <= _FILLED * memory_bytes), 0.5)


def _width_source(asked: Asked, load: _Load) -> str:
    if asked.model is not None and asked.model.bytes_per_parameter:
        return "config.json"
    return "16 bits" if load.weight_bytes >= 2.0 * load.parameters else "the widest that fits in the memory"


def _step_s(load: _Load, chips: _Chips, size: float, context_tokens: int) -> float:
    """Give the seconds in which each of a batch's requests gets one token."""
    met_share = 1.0 - (1.0 - load.experts_share) ** size if load.mixture else 1.0
    read = load.weight_bytes * (1.0 - load.expert_parameters / load.parameters * (1.0 - met_share))
    bandwidth, peak = chips.bandwidth_bytes_per_s * chips.number, chips.peak_flop_per_s * chips.number
    work_s = load.cache_bytes * context_tokens / bandwidth + 2.0 * load.met / peak
    waiting_s = _REQUEST_MIXTURE_S if load.mixture else _REQUEST_S
    layers_s = load.layers * _LAYER_S[(chips.number > 1.0, load.mixture)]
    return read / (bandwidth * _WEIGHTS_SHARE) + size * (work_s / _WORK_SHARE + waiting_s) + layers_s


def _shifted(quantity: Quantity, rest: float) -> Quantity:
    """Add an exact amount."""
    value, low, high = (float(end or 0.0) + rest for end in (quantity.value, quantity.low, quantity.high))
    return Quantity.around(value, low, high, provenance=quantity.provenance, source=quantity.source)
