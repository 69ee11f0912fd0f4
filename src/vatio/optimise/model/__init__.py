"""Make a model cheaper at equal quality: chains of techniques, each measured, the best certified on cases not seen before."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model._form import ANSWERS as ANSWERS
    from vatio.optimise.model._form import Form as Form
    from vatio.optimise.model._form import Predictor as Predictor
    from vatio.optimise.model._form import Runtime as Runtime
    from vatio.optimise.model._request import ModelOptions as ModelOptions
    from vatio.optimise.model._request import ModelProgress as ModelProgress
    from vatio.optimise.model._request import ModelRequest as ModelRequest
    from vatio.optimise.model._task import Cases as Cases
    from vatio.optimise.model._task import Parted as Parted
    from vatio.optimise.model._task import Task as Task
    from vatio.optimise.model._task import part as part
    from vatio.optimise.model._task import take as take
    from vatio.optimise.model._technique import REACHES as REACHES
    from vatio.optimise.model._technique import Offer as Offer
    from vatio.optimise.model._technique import Technique as Technique
    from vatio.optimise.model.artefact import Model as Model
    from vatio.optimise.model.artefact import load_model as load_model
    from vatio.optimise.model.artefact import rebuild as rebuild
    from vatio.optimise.model.climb import optimise_model as optimise_model
    from vatio.optimise.model.judging import Agreement as Agreement
    from vatio.optimise.model.judging import Certificate as Certificate
    from vatio.optimise.model.judging import Quality as Quality
    from vatio.optimise.model.judging import agreement as agreement
    from vatio.optimise.model.judging import certify as certify
    from vatio.optimise.model.judging import check_quality as check_quality
    from vatio.optimise.model.judging import foreseen_low as foreseen_low
    from vatio.optimise.model.judging import read_loss as read_loss
    from vatio.optimise.model.judging import read_quality as read_quality
    from vatio.optimise.model.reading import Baseline as Baseline
    from vatio.optimise.model.reading import read_cases as read_cases
    from vatio.optimise.model.reading import read_model as read_model
    from vatio.optimise.model.runtimes.texts import TextClassifier as TextClassifier

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_form": "ANSWERS Form Predictor Runtime",
        "_request": "ModelOptions ModelProgress ModelRequest",
        "_task": "Cases Parted Task part take",
        "_technique": "Offer REACHES Technique",
        "vatio.optimise.model.artefact": "Model load_model rebuild",
        "vatio.optimise.model.climb": "optimise_model",
        "vatio.optimise.model.judging": (
            "Agreement Certificate Quality agreement certify check_quality foreseen_low read_loss read_quality"
        ),
        "vatio.optimise.model.reading": "Baseline read_cases read_model",
        "vatio.optimise.model.runtimes.texts": "TextClassifier",
    },
)
