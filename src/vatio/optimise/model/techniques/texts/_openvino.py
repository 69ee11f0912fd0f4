"""Run a text encoder in OpenVINO: in f32, in bf16, or in int8 with ranges calibrated on the fit cases (NNCF)."""

from __future__ import annotations

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import BF16, F32, has_bf16, imported
from vatio.optimise.model.techniques.graphs import converted, quantised, quantiser
from vatio.optimise.model.techniques.texts._encoder_graph import (
    graph_of,
    is_exportable,
    require_alike,
    samples_of,
    with_encoder,
)

_SAMPLES = 160


class TextOpenVino:
    """Convert the encoder; what it is computed in is named, and not what the machine would choose."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer f32, and bf16 where the processor computes in it."""
        del task
        if not is_exportable(form):
            return ()
        imported()
        offers = [Offer(params={"precision": F32}, cost_cpu_s=2.5, times=2.4, is_exact=True)]
        if has_bf16():
            offers.append(Offer(params={"precision": BF16}, cost_cpu_s=2.5, times=4.0))
        return tuple(offers)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Export, convert, and check it in f32."""
        encoder = converted(graph_of(form, task))
        require_alike(form, with_encoder(form, encoder, precision=F32), task)
        return with_encoder(form, encoder, precision=offer.params["precision"])


class TextInt8:
    """Quantise the encoder as a transformer: weights by channel, activations by calibrated ranges, smoothed."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it with what is left in floats in f32, and in bf16 where the processor computes in it."""
        del task
        if not is_exportable(form):
            return ()
        quantiser()
        kinds = (F32, BF16) if has_bf16() else (F32,)
        return tuple(Offer(params={"samples": _SAMPLES, "precision": each}, cost_cpu_s=9.0, times=6.5) for each in kinds)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Export, convert, check in f32, calibrate."""
        encoder = converted(graph_of(form, task))
        require_alike(form, with_encoder(form, encoder, precision=F32), task)
        small = quantised(encoder, samples_of(form, task, offer.params["samples"]), is_transformer=True)
        return with_encoder(form, small, precision=offer.params["precision"])
