"""A call of the program as a command sees it, without a process of its own."""

from __future__ import annotations

import io
from pathlib import Path

from kstar_tui.clock import SystemClock
from kstar_tui.commands.arguments import parse_arguments
from kstar_tui.commands.context import Context
from kstar_tui.settings import ConfigFile, load


def context(*argv: str) -> Context:
    """A call with these arguments, without a file and an environment."""
    line = parse_arguments(argv)
    return Context(
        options=line.options,
        given=frozenset(line.settings),
        load=lambda: load(line.settings),
        config=ConfigFile(Path("/none")),
        clock=SystemClock(),
        stdin=io.StringIO(),
        out=io.StringIO(),
        err=io.StringIO(),
        arguments=line.settings,
    )


def said(call: Context) -> str:
    """What it has said to the user so far."""
    assert isinstance(call.err, io.StringIO)
    return call.err.getvalue()
