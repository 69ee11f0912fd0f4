"""What runs a model: one runtime a file, each found by its name (``plugins`` kind ``runtimes``)."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.runtimes._cached import case_digest as case_digest
    from vatio.optimise.model.runtimes._onnx import feeder as feeder
    from vatio.optimise.model.runtimes._onnx import numbers_output as numbers_output
    from vatio.optimise.model.runtimes._onnx import session as session
    from vatio.optimise.model.runtimes._openvino import BF16 as BF16
    from vatio.optimise.model.runtimes._openvino import F32 as F32
    from vatio.optimise.model.runtimes._openvino import compiled as compiled
    from vatio.optimise.model.runtimes._openvino import core as core
    from vatio.optimise.model.runtimes._openvino import has_bf16 as has_bf16
    from vatio.optimise.model.runtimes._openvino import imported as imported
    from vatio.optimise.model.runtimes._openvino import scores_of as scores_of
    from vatio.optimise.model.runtimes._sklearn import sklearn_form as sklearn_form
    from vatio.optimise.model.runtimes._skops import packed as packed
    from vatio.optimise.model.runtimes._skops import unpacked as unpacked
    from vatio.optimise.model.runtimes._structure import difference as difference
    from vatio.optimise.model.runtimes._structure import head as head
    from vatio.optimise.model.runtimes._structure import put as put
    from vatio.optimise.model.runtimes._structure import sizes as sizes
    from vatio.optimise.model.runtimes._torch import answer as answer
    from vatio.optimise.model.runtimes._torch import formatted as formatted
    from vatio.optimise.model.runtimes._torch import input_dtype as input_dtype
    from vatio.optimise.model.runtimes._torch import made as made
    from vatio.optimise.model.runtimes._vouched import is_vouched as is_vouched

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_cached": "case_digest",
        "_onnx": "feeder numbers_output session",
        "_openvino": "BF16 F32 compiled core has_bf16 imported scores_of",
        "_sklearn": "sklearn_form",
        "_skops": "packed unpacked",
        "_structure": "difference head put sizes",
        "_torch": "answer formatted input_dtype made",
        "_vouched": "is_vouched",
    },
)
