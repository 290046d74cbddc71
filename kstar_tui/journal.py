"""How a line of the log is written: for people, or for the system's journal."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import datetime
from typing import TextIO


def formatter(environ: Mapping[str, str], stream: TextIO | None) -> logging.Formatter:
    """The one for whoever reads what is written to this stream; None where it is closed."""
    return _JournalFormatter() if _is_journal(environ, stream) else _PlainFormatter()


def _is_journal(environ: Mapping[str, str], stream: TextIO | None) -> bool:
    # The variable is inherited by all that a service or a desktop starts, also where standard
    # error has become a file or a terminal since: it names the stream that it means.
    if stream is None:
        return False
    try:
        info = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{info.st_dev}:{info.st_ino}"


class _PlainFormatter(logging.Formatter):
    """Local time, then the level where it is a warning or worse."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, a traceback on lines of its own."""
        at = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        return f"{at} {level}{super().format(record)}"


class _JournalFormatter(logging.Formatter):
    """The journal knows the time; it takes the priority from the front of every line."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, each of its lines with its priority."""
        levels = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (0, 7))
        priority = next(number for level, number in levels if record.levelno >= level)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())
