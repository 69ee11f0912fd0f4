"""Classify texts by their words: TF-IDF and logistic regression, folded into one table of what each term says for each class.

Source: TF-IDF as scikit-learn 1.9 has it, ``binary``: idf = ln((1 + n) / (1 + n with the term)) + 1, rows at unit length.
"""

from __future__ import annotations

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes.texts import ROOT, WORD, StaticTexts
from vatio.optimise.model.techniques.texts._encoder_graph import is_text
from vatio.optimise.model.techniques.texts._head import fitted_head
from vatio.plugins import require

_CPU_S_PER_TEXT = 0.0005


class TextTfidf:
    """Leave the network for its words."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer words, and words with pairs of them."""
        if not is_text(form) or not task.is_classes:
            return ()
        require("sklearn", extra="optimise")
        cost_cpu_s = 1.0 + _CPU_S_PER_TEXT * len(task.fit)
        return tuple(
            Offer(
                params={"words": words}, cost_cpu_s=cost_cpu_s * words, times=150.0 / words, reach="algorithm", needs_fit=True
            )
            for words in (1, 2)
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Weigh the terms, fit the head, and fold it."""
        numpy = require("numpy", extra="optimise")
        text = require("sklearn.feature_extraction.text", extra="optimise")
        weigh = text.TfidfVectorizer(ngram_range=(1, offer.params["words"]), token_pattern=WORD, binary=True)
        try:
            vectors = weigh.fit_transform(task.fit.x)
        except ValueError as error:
            raise NotApplicable(f"the texts have no words: {error}") from error
        weight, bias = fitted_head(vectors, task)
        # The last column is the square of a term's weight: its sum's root is the length that a text is divided by.
        table = numpy.concatenate([weight.T * weigh.idf_[:, None], weigh.idf_[:, None] ** 2], axis=1)
        terms = tuple(weigh.get_feature_names_out().tolist())
        model = StaticTexts(table=table.astype(numpy.float32), bias=bias, scale=ROOT, terms=terms)
        return Form(kind="static", model=model, answers="logits")
