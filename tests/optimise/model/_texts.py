"""A small classifier of texts, made here: BERT's tokeniser over a few words, an encoder of two layers, a fitted head."""

from __future__ import annotations

from typing import Any

from vatio.optimise.model import Cases, TextClassifier, part
from vatio.optimise.model._task import Parted

WORDS = (
    *("matrix", "vector", "solve", "linear", "eigen", "value", "norm", "sparse"),
    *("table", "query", "column", "row", "select", "session", "commit", "engine"),
    *("graph", "node", "edge", "path", "short", "tree", "cycle", "clique"),
)
_FILL = ("the", "a", "of", "for", "with", "and", "return", "compute", "given", "from", ".", ",", "(", ")", "_", "-")
_PIECES = ("##s", "##ed", "##ing", "##est", "##d", "##1", "##2", "x", "##x", "y", "z")


def texts(count: int, *, seed: int = 0) -> tuple[list[str], list[int]]:
    """Make labelled texts of many lengths: most words are of their class."""
    import numpy

    draws = numpy.random.default_rng(seed)
    found, labels = [], []
    for at in range(count):
        label = at % 3
        words = []
        for _ in range(int(draws.integers(3, 24))):
            kind = label if draws.random() < 0.7 else int(draws.integers(3))
            word = WORDS[8 * kind + int(draws.integers(8))] if draws.random() < 0.6 else str(draws.choice(_FILL))
            words.append(word + str(draws.choice(["", "", "", "s", "ing", "qq"])) if word.isalpha() else word)
        found.append(" ".join(words).capitalize())
        labels.append(label)
    return found, labels


def tokenizer() -> Any:
    """Make a tokeniser of BERT's kind."""
    import tokenizers
    from tokenizers import models, normalizers, pre_tokenizers, processors

    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *_FILL, *WORDS, *_PIECES]
    made = tokenizers.Tokenizer(models.WordPiece({name: at for at, name in enumerate(names)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    made.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    return made


def encoder(layers: int = 3) -> Any:
    """Make an encoder with weights drawn by chance."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = {"vocab_size": 64, "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64}
    return BertModel(BertConfig(num_hidden_layers=layers, max_position_embeddings=64, **sizes)).eval()


def classifier() -> TextClassifier:
    """Make the whole, its head fitted on texts of its own."""
    from sklearn.linear_model import LogisticRegression

    from vatio.optimise.model.runtimes.texts._text import vectors_of

    x, y = texts(240, seed=7)
    made = TextClassifier(
        tokenizer=tokenizer(),
        encoder=encoder(),
        weight=[[0.0] * 32] * 3,
        bias=[0.0] * 3,
        classes=("algebra", "tables", "graphs"),
        max_length=48,
    )
    head = LogisticRegression(C=100.0, max_iter=2000).fit(vectors_of(made, x), y)
    return TextClassifier(
        tokenizer=made.tokenizer,
        encoder=made.encoder,
        weight=head.coef_,
        bias=head.intercept_,
        classes=made.classes,
        max_length=made.max_length,
    )


def parted(*, batches: tuple[int, ...] = (1, 8)) -> Parted:
    """Make its task."""
    import numpy

    cases = [Cases(x=x, y=numpy.array(y)) for x, y in (texts(300, seed=1), texts(300, seed=2))]
    return part(("algebra", "tables", "graphs"), cases[0], fit=cases[1], batches=batches)
