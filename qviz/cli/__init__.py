"""The same jobs from a shell: ``qviz [MODEL]`` opens the window, commands do without it.

Errors are one line on stderr; the exit code is 1, or 2 where the command itself was not understood,
or 3 where ``verify`` found values that differ, or 130 after Ctrl+C. What was asked for goes to
stdout or to files, progress to a terminal's stderr.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from qviz.cli.command_names import COMMANDS
from qviz.cli.window import open_window
from qviz.errors import QvizError, UntrustedCodeError

_ALLOW_CODE = "--allow-code"
_INTERRUPTED = 130
_BROKEN_PIPE = 141


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command line and exit.

    Parameters
    ----------
    arguments : list of str, optional
        Without the program's name; those of the process if not given.
    """
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    try:
        if _is_only_a_model(arguments):
            # The window's start does not wait for a parser that it does not need.
            return open_window(arguments[0] if arguments else None)
        code = _dispatch(arguments)
        sys.stdout.flush()
    except QvizError as error:
        # The sentence is that of the window too, which asks with a button.
        untrusted = isinstance(error, UntrustedCodeError) and _ALLOW_CODE not in arguments
        return complain(f"{error} That is {_ALLOW_CODE}." if untrusted else str(error), 1)
    except KeyboardInterrupt:
        return complain("stopped; nothing was left half-written.", _INTERRUPTED)
    except BrokenPipeError:
        # The reader has seen enough. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except MemoryError:
        return complain("there is not enough memory for this.", 1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return complain(f"{where}{error.strerror or error}.", 1)
    except Exception as error:
        if os.environ.get("QVIZ_TRACEBACK"):
            raise
        return complain(
            f"something went wrong inside qviz ({type(error).__name__}: {error}). With "
            f"QVIZ_TRACEBACK=1 in the environment it says where.",
            1,
        )
    return code


def _dispatch(arguments: list[str]) -> int:
    import typer

    from qviz.cli.commands import app

    try:
        result = app(args=arguments, prog_name="qviz", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # Errors of the parser; their class moves between versions of typer.
        if not hasattr(error, "format_message"):
            raise
        message = str(error.format_message()).rstrip(".")
        place = getattr(getattr(error, "ctx", None), "command_path", "qviz")
        return complain(f"{message}. See {place} --help.", 2)
    if result == _INTERRUPTED:
        # Some versions of typer turn Ctrl+C into this code without a word.
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def _is_only_a_model(arguments: list[str]) -> bool:
    if not arguments:
        return True
    return len(arguments) == 1 and arguments[0][:1] != "-" and arguments[0] not in COMMANDS


def complain(message: str, code: int) -> int:
    """Say one line on stderr; returns `code`."""
    line = " ".join(message.split())
    print(f"qviz: {line}", file=sys.stderr)  # noqa: T201
    return code
