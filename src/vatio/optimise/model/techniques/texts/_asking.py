"""Ask the same classifier of texts in another way: its tokens looked up, its texts grouped by length, or cut."""

from __future__ import annotations

from dataclasses import replace

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes.texts import WORDS, cutter, why_not_words
from vatio.optimise.model.techniques.texts._encoder_graph import is_text
from vatio.plugins import require

_SPARE_TOKENS = (4, 48)
_SHARES = (0.5, 0.8)


class TextWords:
    """Cut texts by a look-up of words in place of the tokeniser's library: the same tokens, sooner."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it where the tokeniser is of BERT's kind."""
        del task
        if not (is_text(form) or form.kind == "static") or form.settings.get("cut") or form.model.tokenizer is None:
            return ()
        if reason := why_not_words(form.model.tokenizer):
            raise NotApplicable(reason)
        return (Offer(params={}, cost_cpu_s=0.3, times=1.5 if form.kind == "static" else 1.04, is_exact=True),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Check on all fit cases that the same tokens come out."""
        del offer
        both = cutter(form.model.tokenizer), cutter(form.model.tokenizer, how=WORDS)
        if any(both[0](text) != both[1](text) for text in task.fit.x):
            raise NotApplicable("looking words up gives other tokens than its tokeniser")
        return replace(form, settings={**form.settings, "cut": WORDS})


class TextGroups:
    """Ask texts of like length together, so that less of a call is padding."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it where calls hold several texts."""
        if not is_text(form) or "spare_tokens" in form.settings or max(task.batches) == 1:
            return ()
        times = 1.3 if min(task.batches) > 1 else 1.2
        return tuple(Offer(params={"spare_tokens": each}, cost_cpu_s=0.1, times=times, is_exact=True) for each in _SPARE_TOKENS)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Say so."""
        del task
        return replace(form, settings={**form.settings, "spare_tokens": offer.params["spare_tokens"]})


class TextLength:
    """Read only the beginning of long texts."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer the lengths that half, and four fifths, of the fit cases have."""
        if not is_text(form):
            return ()
        numpy = require("numpy", extra="text")
        cut = cutter(form.model.tokenizer)
        sizes = [len(cut(text)) for text in task.examples(256)]
        found = sorted({int(numpy.quantile(sizes, share)) for share in _SHARES})
        return tuple(
            Offer(
                params={"max_length": size},
                cost_cpu_s=0.1,
                times=max(sum(sizes) / sum(min(s, size) for s in sizes), 1.05),
                reach="network",
            )
            for size in found
            if 2 < size < max(sizes)
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Cut them there."""
        del task
        return replace(form, model=replace(form.model, max_length=offer.params["max_length"]))
