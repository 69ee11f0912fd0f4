"""Write the recipe of a container to run a run again in: Dockerfile, devcontainer, code, lock, digests of the data."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.container._recipe import Recipe as Recipe
    from vatio.govern.container._recipe import devcontainer as devcontainer
    from vatio.govern.container._recipe import dockerfile as dockerfile
    from vatio.govern.container._recipe import recipe_of as recipe_of
    from vatio.govern.container._write import Written as Written
    from vatio.govern.container._write import write_container as write_container

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_recipe": "Recipe devcontainer dockerfile recipe_of",
        "_write": "Written write_container",
    },
)
