"""What runs classifiers of texts: tokens, encoders of three libraries, and tables of tokens."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.runtimes.texts._classifier import ONNX as ONNX
    from vatio.optimise.model.runtimes.texts._classifier import TORCH as TORCH
    from vatio.optimise.model.runtimes.texts._classifier import TextClassifier as TextClassifier
    from vatio.optimise.model.runtimes.texts._encoders import IDS as IDS
    from vatio.optimise.model.runtimes.texts._encoders import MASK as MASK
    from vatio.optimise.model.runtimes.texts._encoders import fed_by as fed_by
    from vatio.optimise.model.runtimes.texts._encoders import inputs_of as inputs_of
    from vatio.optimise.model.runtimes.texts._static import MEAN as MEAN
    from vatio.optimise.model.runtimes.texts._static import ROOT as ROOT
    from vatio.optimise.model.runtimes.texts._static import UNIT as UNIT
    from vatio.optimise.model.runtimes.texts._static import WORD as WORD
    from vatio.optimise.model.runtimes.texts._static import StaticTexts as StaticTexts
    from vatio.optimise.model.runtimes.texts._text import TextRuntime as TextRuntime
    from vatio.optimise.model.runtimes.texts._text import pooled_by as pooled_by
    from vatio.optimise.model.runtimes.texts._text import tokens_of as tokens_of
    from vatio.optimise.model.runtimes.texts._text import vectors_of as vectors_of
    from vatio.optimise.model.runtimes.texts._tokens import LIBRARY as LIBRARY
    from vatio.optimise.model.runtimes.texts._tokens import WORDS as WORDS
    from vatio.optimise.model.runtimes.texts._tokens import cutter as cutter
    from vatio.optimise.model.runtimes.texts._tokens import ends_of as ends_of
    from vatio.optimise.model.runtimes.texts._tokens import why_not_words as why_not_words

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_classifier": "ONNX TORCH TextClassifier",
        "_encoders": "IDS MASK fed_by inputs_of",
        "_static": "MEAN ROOT StaticTexts UNIT WORD",
        "_text": "TextRuntime pooled_by tokens_of vectors_of",
        "_tokens": "LIBRARY WORDS cutter ends_of why_not_words",
    },
)
