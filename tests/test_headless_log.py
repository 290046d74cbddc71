"""What the daemon says in its log, and when."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

import pytest

from kstar_tui import assembly, headless
from kstar_tui.clock import SystemClock
from kstar_tui.daemon import signals
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.settings import Settings


async def run_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    during: str,
    settings: Settings | None = None,
) -> tuple[int, str]:
    """Run with a monitor that says this in the log, then end it by SIGTERM."""

    class Talkative(Monitor):
        async def run(self) -> None:
            log = logging.getLogger("kstar_tui.monitor")
            log.info("not for the daemon's log")
            log.warning("%s", during)
            if during == "fail":
                raise RuntimeError("a bug")
            if during == "hang up":
                os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(assembly, "Monitor", Talkative)
    usual = Settings(host="127.0.0.1", mqtt_url="mqtt://me:tops3cret@127.0.0.1:1")
    settings = settings or usual
    with (tmp_path / "journal").open("w+") as stderr:
        info = os.fstat(stderr.fileno())
        environ = {
            "JOURNAL_STREAM": f"{info.st_dev}:{info.st_ino}",
            "RUNTIME_DIRECTORY": str(tmp_path),
        }
        status = await headless.run_headless(
            settings, SystemClock(), environ=environ, stderr=stderr
        )
        stderr.seek(0)
        return status, stderr.read()


async def test_only_warnings_stand_between_the_start_and_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, text = await run_for_a_moment(monkeypatch, tmp_path, "the inverter is offline")
    lines = text.splitlines()
    assert status == 0
    assert [line[:3] for line in lines] == ["<6>", "<4>", "<6>"]
    assert lines[1] == "<4>the inverter is offline"
    assert "tops3cret" not in text
    assert not [one for one in logging.getLogger().handlers if str(tmp_path) in repr(one)]


async def test_a_bug_ends_it_with_status_1_and_a_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, text = await run_for_a_moment(monkeypatch, tmp_path, "fail")
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


async def test_without_sources_there_is_nothing_to_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(signals, "_terminal", lambda: False)
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    status, text = await run_for_a_moment(monkeypatch, tmp_path, "hang up")
    signal.signal(signal.SIGHUP, before)
    assert status == 0
    assert "<6>SIGHUP: a demonstration has no settings to read again" in text


async def test_alerts_that_nobody_gets_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(host="127.0.0.1", alerts_mqtt=True)
    _, text = await run_for_a_moment(monkeypatch, tmp_path, "something", settings)
    assert text.splitlines()[1] == "<4>alerts.mqtt is on, but MQTT is off: nobody is told there"
