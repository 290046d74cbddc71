"""How the daemon's log is written: for people and for the journal."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys

import pytest

from kstar_tui import assembly, headless
from kstar_tui.clock import SystemClock
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.settings import Settings


def record(level: int, text: str, *, failed: bool = False) -> logging.LogRecord:
    info = None
    if failed:
        try:
            raise RuntimeError("the cause")
        except RuntimeError:
            info = sys.exc_info()
    return logging.LogRecord("kstar_tui.x", level, "x.py", 1, text, None, info)


def test_the_journal_gets_a_priority_on_every_line_and_no_time() -> None:
    formatter = headless._formatter({"JOURNAL_STREAM": "8:42"})
    for level, priority in (
        (logging.CRITICAL, 3),
        (logging.ERROR, 3),
        (logging.WARNING, 4),
        (logging.INFO, 6),
        (logging.DEBUG, 7),
    ):
        assert formatter.format(record(level, "a\nb")) == f"<{priority}>a\n<{priority}>b"
    lines = formatter.format(record(logging.ERROR, "it failed", failed=True)).splitlines()
    assert lines[0] == "<3>it failed"
    assert lines[-1] == "<3>RuntimeError: the cause"
    assert all(line.startswith("<3>") for line in lines)


@pytest.mark.parametrize("environ", [{}, {"JOURNAL_STREAM": ""}])
def test_people_get_the_time_and_the_level_of_what_is_wrong(environ: dict[str, str]) -> None:
    formatter = headless._formatter(environ)
    at, _, text = formatter.format(record(logging.INFO, "started")).partition(" ")
    assert text == "started"
    assert len(at) == len("2026-11-22T22:30:01+01:00")
    assert " warning: gone" in formatter.format(record(logging.WARNING, "gone"))
    assert " error: broken" in formatter.format(record(logging.ERROR, "broken"))


async def run_for_a_moment(monkeypatch: pytest.MonkeyPatch, during: str) -> tuple[int, str]:
    """Run with a monitor that says this in the log, then end it by SIGTERM."""

    class Talkative(Monitor):
        async def run(self) -> None:
            log = logging.getLogger("kstar_tui.monitor")
            log.info("not for the daemon's log")
            log.warning("%s", during)
            if during == "fail":
                raise RuntimeError("a bug")
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(assembly, "Monitor", Talkative)
    stderr = io.StringIO()
    settings = Settings(host="127.0.0.1", mqtt_url="mqtt://me:tops3cret@127.0.0.1:1")
    status = await headless.run_headless(
        settings, SystemClock(), environ={"JOURNAL_STREAM": "1:2"}, stderr=stderr
    )
    return status, stderr.getvalue()


async def test_only_warnings_stand_between_the_start_and_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, text = await run_for_a_moment(monkeypatch, "the inverter is offline")
    lines = text.splitlines()
    assert status == 0
    assert [line[:3] for line in lines] == ["<6>", "<4>", "<6>"]
    assert lines[1] == "<4>the inverter is offline"
    assert "tops3cret" not in text
    assert not [one for one in logging.getLogger().handlers if "StringIO" in repr(one)]


async def test_a_bug_ends_it_with_status_1_and_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, text = await run_for_a_moment(monkeypatch, "fail")
    assert status == 1
    assert "<3>the monitor failed\n" in text
    assert "<3>RuntimeError: a bug\n" in text
    assert text.splitlines()[-1].startswith("<6>kstar-tui stopped (the monitor failed)")


async def test_the_daemons_threads_run_work_and_hand_back_what_comes_of_it() -> None:
    loop = asyncio.get_running_loop()
    pool = headless._DaemonThreads()
    assert await loop.run_in_executor(pool, int, "7") == 7
    with pytest.raises(ValueError, match="invalid literal"):
        await loop.run_in_executor(pool, int, "x")
