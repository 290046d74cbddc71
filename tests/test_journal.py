"""How a line of the log is written: for people and for the journal."""

from __future__ import annotations

import io
import logging
import os
import sys
from pathlib import Path
from typing import TextIO

import pytest

from kstar_tui.journal import formatter


def record(level: int, text: str, *, failed: bool = False) -> logging.LogRecord:
    info = None
    if failed:
        try:
            raise RuntimeError("the cause")
        except RuntimeError:
            info = sys.exc_info()
    return logging.LogRecord("kstar_tui.x", level, "x.py", 1, text, None, info)


def journal(stream: TextIO) -> dict[str, str]:
    """What systemd sets where this stream leads to the journal."""
    info = os.fstat(stream.fileno())
    return {"JOURNAL_STREAM": f"{info.st_dev}:{info.st_ino}"}


def test_the_journal_gets_a_priority_on_every_line_and_no_time(tmp_path: Path) -> None:
    with (tmp_path / "stream").open("w") as stream:
        lines_of = formatter(journal(stream), stream)
    for level, priority in (
        (logging.CRITICAL, 3),
        (logging.ERROR, 3),
        (logging.WARNING, 4),
        (logging.INFO, 6),
        (logging.DEBUG, 7),
    ):
        assert lines_of.format(record(level, "a\nb")) == f"<{priority}>a\n<{priority}>b"
    lines = lines_of.format(record(logging.ERROR, "it failed", failed=True)).splitlines()
    assert lines[0] == "<3>it failed"
    assert lines[-1] == "<3>RuntimeError: the cause"
    assert all(line.startswith("<3>") for line in lines)


def test_a_file_is_not_the_journal_that_its_program_inherited(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w") as stream, (tmp_path / "log").open("w") as log:
        lines_of = formatter(journal(stream), log)
    assert not lines_of.format(record(logging.INFO, "started")).startswith("<")


@pytest.mark.parametrize("environ", [{}, {"JOURNAL_STREAM": ""}, {"JOURNAL_STREAM": "8:42"}])
def test_people_get_the_time_and_the_level_of_what_is_wrong(environ: dict[str, str]) -> None:
    lines_of = formatter(environ, io.StringIO())
    at, _, text = lines_of.format(record(logging.INFO, "started")).partition(" ")
    assert text == "started"
    assert len(at) == len("2026-11-22T22:30:01+01:00")
    assert " warning: gone" in lines_of.format(record(logging.WARNING, "gone"))
    assert " error: broken" in lines_of.format(record(logging.ERROR, "broken"))
