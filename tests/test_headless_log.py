"""What the daemon says in its log, and when."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal

import pytest

from kstar_tui import assembly, headless
from kstar_tui.clock import SystemClock
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.settings import Settings


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


@pytest.mark.parametrize(
    ("closed_in", "advice"),
    [
        (False, "no inverter found yet: a search reaches neither past a router nor out of a"),
        (True, "no inverter found yet: this container has a network of its own, out of which no"),
    ],
)
async def test_advice_for_where_it_runs(
    closed_in: bool, advice: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(headless, "is_closed_in", lambda: closed_in)
    give = headless._Help()
    now = SystemClock().now()
    searching = Update(LinkState.SEARCHING, since=now, at=now, at_monotonic=0.0)
    give(searching)
    assert caplog.messages == []
    for _ in range(2):
        give(searching._replace(error="no network to search on"))
    (said,) = caplog.messages
    assert said.startswith(advice)
    assert "--host ADDRESS" in said
    assert ("KSTAR_HOST" in said) == ("network_mode: host" in said) == closed_in
