"""The one way in: every command starts here, and every failure ends here as a message, a hint and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from vatio.cli._terminal import drop_stdout, flush, put, tell, write_anything
from vatio.errors import UsageError, VatioError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import click

_COMPLETE = "_VATIO_COMPLETE"
# Before there is a child, whatever stops `vatio run` is a refusal (CONTRACT.md 6).
_REFUSED = 125


def main(arguments: Sequence[str] | None = None, *, commands: click.Group | None = None) -> int:
    """Run the command line and give its exit code; ``commands`` may stand for vatio's own in a test."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    write_anything()
    try:
        code = _guarded(given, commands)
    except BrokenPipeError:  # the reader has seen enough
        drop_stdout()
        code = 0
    if arguments is None:
        _leave(given, code)
    return code


def _leave(given: list[str], code: int) -> None:
    """End a process that has only read at once: to tidy the interpreter up takes it longer than its answer did."""
    from vatio.cli._quick import is_quick

    if is_quick(given):
        flush()
        os._exit(code)


def _guarded(given: list[str], commands: click.Group | None) -> int:
    try:
        code = _at_once(given)
        code = _clicked(given, commands) if code is None else code
        flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        raise
    except VatioError as error:
        return _told(error, given)
    except Exception as error:  # noqa: BLE001  one of the two addresses where everything is caught
        return _told(_internal(error), given)


def _at_once(given: list[str]) -> int | None:
    """Do what needs no click, which costs 40 ms; ``None`` where it is needed."""
    if _COMPLETE in os.environ:
        return None
    if not given or given in (["--help"], ["-h"]):
        from vatio.cli._words import help_text

        put(help_text())
        return 0
    if given == ["--version"]:
        from vatio import __version__

        put(f"vatio {__version__}\n")
        return 0
    if given[0] != "run":
        from vatio.cli._quick import quick_command

        quick = quick_command(given)
        return None if quick is None else quick() or 0
    from vatio.cli._run_options import quick_parse

    parsed = quick_parse(given[1:])
    return None if parsed is None else _run(*parsed)


def _clicked(given: list[str], commands: click.Group | None) -> int:
    import click

    from vatio.cli._group import group

    chosen = group if commands is None else commands
    if _COMPLETE in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(chosen, {}, "vatio", _COMPLETE, os.environ[_COMPLETE])
    try:
        with chosen.make_context("vatio", given) as context:
            done = chosen.invoke(context)
    except click.exceptions.Exit as left:  # --help of a command
        return left.exit_code
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        raise _explained(error) from error
    return done if isinstance(done, int) else 0


def _run(words: tuple[str, ...], given: dict[str, Any]) -> int:
    from vatio.cli._rim import Rim
    from vatio.cli._running import run_words

    rim = Rim(ledger=given["ledger"], config=given["config"], quiet=given["quiet"])
    return run_words(rim, words, given, unharmed=unharmed)


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
        tell(error)
    except Exception as error:  # noqa: BLE001  the receipt of a run must not cost the child's exit code
        tell(_internal(error))


def _told(error: VatioError, given: list[str]) -> int:
    tell(error)
    drop_stdout()
    return _REFUSED if given[:1] == ["run"] else error.exit_code
