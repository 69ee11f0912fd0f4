"""What runs a model: one runtime a file, each found by its name (``plugins`` kind ``runtimes``)."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.runtimes._cached import case_digest as case_digest
    from vatio.optimise.model.runtimes._onnx import feeder as feeder
    from vatio.optimise.model.runtimes._onnx import session as session
    from vatio.optimise.model.runtimes._sklearn import sklearn_form as sklearn_form
    from vatio.optimise.model.runtimes._skops import packed as packed
    from vatio.optimise.model.runtimes._skops import unpacked as unpacked

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_cached": "case_digest",
        "_onnx": "feeder session",
        "_sklearn": "sklearn_form",
        "_skops": "packed unpacked",
    },
)
