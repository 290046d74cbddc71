"""The program's entry: arguments become settings, settings start one program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from io import BytesIO, TextIOWrapper
from typing import TextIO

from kstar_tui.clock import SystemClock
from kstar_tui.commands.arguments import UsageError, parse_arguments
from kstar_tui.commands.context import CommandError, Context
from kstar_tui.settings import SettingsError, load, locate_config
from kstar_tui.settings.errors import without_passwords
from kstar_tui.status import Status


def main(argv: Sequence[str] | None = None) -> int:
    """Run `kstar-tui` with these arguments (else the process's own) and return its exit status."""
    streams = _Streams()
    try:
        status = _run(sys.argv[1:] if argv is None else argv, streams)
        streams.flush()
    except SystemExit as done:
        # argparse, after help or version.
        status = done.code if isinstance(done.code, int) else Status.DONE
        streams.flush_quietly()
    except KeyboardInterrupt:
        status = Status.INTERRUPTED
        streams.flush_quietly()
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        status = Status.FAILED
        streams.abandon()
    except (UsageError, SettingsError, CommandError, OSError) as error:
        status = _fail(error, streams)
    return int(status)


def _run(argv: Sequence[str], streams: _Streams) -> int:
    line = parse_arguments(argv)
    config = locate_config(getattr(line.options, "config", None), os.environ)
    context = Context(
        options=line.options,
        given=frozenset(line.settings),
        load=partial(load, line.settings, os.environ, config),
        config=config,
        clock=SystemClock(),
        stdin=streams.stdin,
        out=streams.out,
        err=streams.err,
        arguments=line.settings,
        environ=os.environ,
    )
    return _program(line.command)(context)


def _program(command: str | None) -> Callable[[Context], int]:
    """What a command runs, from the module of its name. Each is loaded only when it is wanted."""
    run: Callable[[Context], int] = import_module(f"kstar_tui.commands.{command or 'start'}").run
    return run


def _fail(error: Exception, streams: _Streams) -> Status:
    status, hint = Status.FAILED, ""
    if isinstance(error, CommandError):
        status = error.status
    elif isinstance(error, UsageError):
        status, hint = Status.USAGE, " See kstar-tui --help."
    elif isinstance(error, SettingsError):
        status = Status.USAGE
    told = (error.strerror or str(error)) if isinstance(error, OSError) else error
    streams.flush_quietly()
    try:
        # Whatever was written in the wrong place may have been the broker's URL.
        streams.err.write(f"kstar-tui: {without_passwords(told)}{hint}\n")
        streams.err.flush()
    except OSError:
        streams.abandon()
    return status


class _Streams:
    """Standard input, output and error, any of which the caller may have closed."""

    def __init__(self) -> None:
        self.stdin: TextIO = sys.stdin or _nowhere()
        self.out: TextIO = sys.stdout or _nowhere()
        self.err: TextIO = sys.stderr or _nowhere()
        for stream in (self.out, self.err):
            # A terminal that cannot show a character gets a question mark, not a traceback.
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="replace")

    def flush(self) -> None:
        """Hand over what was written; OSError where nobody takes it."""
        self.out.flush()
        self.err.flush()

    def flush_quietly(self) -> None:
        """As `flush`, for a program that is ending anyway."""
        try:
            self.flush()
        except OSError:
            self.abandon()

    def abandon(self) -> None:
        """Let the interpreter's own flush at exit go nowhere instead of complaining."""
        for stream in (self.out, self.err):
            try:
                stream.flush()
            except OSError:
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)


def _nowhere() -> TextIO:
    return TextIOWrapper(BytesIO(), encoding="utf-8")
