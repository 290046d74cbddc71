"""How the program ends, for whoever started it."""

from __future__ import annotations

from enum import IntEnum

DEMO_WANTED = 64
"""What the screen ends with where the user asked for the demo; no exit status of the program."""


class Status(IntEnum):
    """The exit statuses of the program."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_INVERTER = 3
    INTERRUPTED = 130
