"""Whether the history is kept, and if not, why not."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Keeping(StrEnum):
    """How the history is kept; the value is the word that people read."""

    WAITING = "waiting"
    WRITING = "writing"
    READING = "reading only"
    FAILING = "failing"


class HistoryStatus(NamedTuple):
    """How the keeping goes."""

    keeping: Keeping
    path: str
    pid: int | None = None
    """The process that writes, where it is another one."""
    error: str | None = None
    since: float | None = None
    """s since 1970 since when it fails."""
    rows: int = 0
    """Minutes, frames and events written since the start."""
    set_aside: Path | None = None
    """The damaged or foreign file that was found in the place of the database."""
