"""What a search leaves to be deployed: a folder with the model, how it was made, and where it is known to answer alike."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.artefact._artefact import MODEL_FOLDER as MODEL_FOLDER
    from vatio.optimise.model.artefact._artefact import Artefact as Artefact
    from vatio.optimise.model.artefact._artefact import digests as digests
    from vatio.optimise.model.artefact._load import Model as Model
    from vatio.optimise.model.artefact._load import load_model as load_model
    from vatio.optimise.model.artefact._place import Place as Place
    from vatio.optimise.model.artefact._place import place_of as place_of
    from vatio.optimise.model.artefact._rebuild import rebuild as rebuild
    from vatio.optimise.model.artefact._recipe import Recipe as Recipe
    from vatio.optimise.model.artefact._recipe import read_recipe as read_recipe
    from vatio.optimise.model.artefact._write import unwritable as unwritable
    from vatio.optimise.model.artefact._write import write_artefact as write_artefact

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_artefact": "Artefact MODEL_FOLDER digests",
        "_load": "Model load_model",
        "_place": "Place place_of",
        "_rebuild": "rebuild",
        "_recipe": "Recipe read_recipe",
        "_write": "unwritable write_artefact",
    },
)
