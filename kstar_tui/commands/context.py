"""What a command is handed, and how it ends."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, TextIO

from kstar_tui.clock import Clock
from kstar_tui.settings import ConfigFile, Given
from kstar_tui.settings.load import Load
from kstar_tui.status import Status


class CommandError(Exception):
    """A command cannot go on; the message says in a sentence or two what to do."""

    def __init__(self, message: str, status: Status = Status.FAILED) -> None:
        super().__init__(message)
        self.status = status


class Context(NamedTuple):
    """One call of the program. Data goes to `out`, everything else to `err`."""

    options: Namespace
    """The command's own options."""
    given: frozenset[str]
    """Keys of the settings that were given as arguments."""
    load: Load
    """The settings in force; raises SettingsError."""
    config: ConfigFile
    clock: Clock
    stdin: TextIO
    out: TextIO
    err: TextIO
    arguments: Mapping[str, Given] = MappingProxyType({})
    """The settings that were given as arguments, by key, as they were written."""
    environ: Mapping[str, str] = MappingProxyType({})

    def say(self, text: str) -> None:
        """One line beside the data, at once."""
        self.err.write(f"{text}\n")
        self.err.flush()

    def emit(self, text: str) -> None:
        """One line of data."""
        self.out.write(f"{text}\n")

    def emit_json(self, value: Mapping[str, object]) -> None:
        """One JSON object on a line of its own."""
        import json

        self.emit(json.dumps(value, allow_nan=False))
