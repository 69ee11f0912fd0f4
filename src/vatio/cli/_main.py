"""The one way in: every command starts here, and every failure ends here as a message, a hint and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from vatio.errors import UsageError, VatioError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import click

_COMPLETE = "_VATIO_COMPLETE"
# Before there is a child, whatever stops `vatio run` is a refusal (CONTRACT.md 6).
_REFUSED = 125


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _write_anything()
    try:
        code = _guarded(given)
        _flush()
    except BrokenPipeError:
        _drop_stdout()
        return 0
    except OSError as error:
        # Only the flush of stdout comes here: a full disk behind `> file`.
        _drop_stdout()
        return _told(VatioError(f"cannot write: {error.strerror}"), given)
    return code


def _guarded(given: list[str]) -> int:
    try:
        return _dispatched(given)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        raise
    except VatioError as error:
        return _told(error, given)
    except Exception as error:  # noqa: BLE001  one of the two addresses where everything is caught
        return _told(_internal(error), given)


def _dispatched(given: list[str]) -> int:
    if _COMPLETE not in os.environ:
        if not given or given in (["--help"], ["-h"]):
            from vatio.cli._words import help_text

            sys.stdout.write(help_text())
            return 0
        if given == ["--version"]:
            from vatio import __version__

            sys.stdout.write(f"vatio {__version__}\n")
            return 0
    import click

    from vatio.cli._group import group

    if _COMPLETE in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(group, {}, "vatio", _COMPLETE, os.environ[_COMPLETE])
    try:
        with group.make_context("vatio", given) as context:
            done = group.invoke(context)
    except click.exceptions.Exit as left:  # --help of a command
        return left.exit_code
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        raise _explained(error) from error
    return done if isinstance(done, int) else 0


def _explained(error: click.ClickException) -> UsageError:
    """Turn click's words into ours."""
    context = getattr(error, "ctx", None)
    said = " ".join(error.format_message().split()).rstrip(".")
    return UsageError(said[:1].lower() + said[1:], hint=f"{context.command_path if context else 'vatio'} --help")


def _internal(error: Exception) -> VatioError:
    if os.environ.get("VATIO_DEBUG"):
        import traceback

        traceback.print_exception(error)
    return VatioError(
        f"internal error: {type(error).__name__}: {error}",
        hint="this is a fault of vatio: run again with VATIO_DEBUG=1 and report what it prints",
    )


def unharmed(action: Callable[[], None]) -> None:
    """Do what comes after a child has ended and must not change its exit code: a fault is a line on stderr."""
    try:
        action()
    except KeyboardInterrupt:
        return
    except VatioError as error:
        _told(error, [])
    except Exception as error:  # noqa: BLE001  the receipt of a run must not cost the child's exit code
        _told(_internal(error), [])


def _told(error: VatioError, given: list[str]) -> int:
    from vatio.cli._terminal import tell

    tell(error)
    return _REFUSED if given[:1] == ["run"] else error.exit_code


def _write_anything() -> None:
    """Let a terminal that knows only ASCII show a name with an accent as an escape, not as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _drop_stdout() -> None:
    """Send what is still buffered nowhere, so that Python's own last flush stays quiet."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return
