"""Make each call of a function a run: plain functions, coroutines, generators and asynchronous generators."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from functools import wraps
from typing import Any, TypeVar, cast

from vatio.measure.block._current import switch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from vatio.measure.block._run import Run

F = TypeVar("F", bound=Callable[..., Any])


def tracked(function: F, new: Callable[[], AbstractContextManager[Run]]) -> F:
    """Wrap ``function`` so that each call is a run; a generator's run lasts from its first step to its end."""
    from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction

    kinds = ((iscoroutinefunction, _coroutine), (isasyncgenfunction, _async_generator), (isgeneratorfunction, _generator))
    wrap = next((wrap for is_kind, wrap in kinds if is_kind(function)), _plain)
    return cast("F", wrap(function, new))


def _plain(function: Any, new: Callable[[], AbstractContextManager[Run]]) -> Any:
    @wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        with new():
            return function(*args, **named)

    return call


def _coroutine(function: Any, new: Callable[[], AbstractContextManager[Run]]) -> Any:
    @wraps(function)
    async def call(*args: Any, **named: Any) -> Any:
        with new():
            return await function(*args, **named)

    return call


def _generator(function: Any, new: Callable[[], AbstractContextManager[Run]]) -> Any:
    @wraps(function)
    def call(*args: Any, **named: Any) -> Generator[Any, Any, Any]:
        with new() as run:
            steps = function(*args, **named)
            # Between two steps the caller goes on: there the innermost run is the caller's again.
            around = switch(run.outer)
            step, given = steps.send, None
            try:
                while True:
                    switch(run)
                    try:
                        item = step(given)
                    except StopIteration as done:
                        return done.value
                    finally:
                        switch(around if around is not run else run.outer)
                    step, given = yield from _hand_over(item, steps)
            finally:
                switch(run)

    return call


def _hand_over(item: Any, steps: Generator[Any, Any, Any]) -> Generator[Any, Any, tuple[Callable[[Any], Any], Any]]:
    """Give an item to the caller, and say how the generator goes on: with a value, or with an exception."""
    try:
        given = yield item
    except GeneratorExit:
        steps.close()
        raise
    except BaseException as error:  # noqa: BLE001  it is the caller's, and goes where the caller threw it
        return steps.throw, error
    return steps.send, given


def _async_generator(function: Any, new: Callable[[], AbstractContextManager[Run]]) -> Any:
    @wraps(function)
    async def call(*args: Any, **named: Any) -> AsyncGenerator[Any, Any]:
        with new() as run:
            items = function(*args, **named)
            try:
                async for item in items:
                    switch(run.outer)
                    try:
                        yield item
                    finally:
                        switch(run)
            finally:
                await items.aclose()

    return call
