"""Behind the screen the same runs as in the daemon: alerts and metrics."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from contextlib import suppress
from pathlib import Path

from kstar_tui.clock import SystemClock
from kstar_tui.settings import Settings
from kstar_tui.simulator.days import day_clock
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.session import Session

PATIENCE = 20


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def fetched(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


async def test_a_session_tells_and_is_measured(tmp_path: Path) -> None:
    told, port = tmp_path / "told", free_port()
    settings = Settings(
        history="off",
        metrics_listen=f"127.0.0.1:{port}",
        alerts_command=("sh", "-c", 'echo "$KSTAR_ALERT_TEXT" >"$1"', "tell", str(told)),
    )
    options = SimulatorOptions(port=0, discovery_port=None, faults=Faults(error=1 << 18))
    async with Simulator(options, day_clock()) as inverter:
        session = Session(
            settings,
            SystemClock(),
            inverter.address,
            on_update=lambda _: None,
            on_mqtt=lambda: None,
        )
        running = asyncio.create_task(session.run())
        async with asyncio.timeout(PATIENCE):
            while not told.exists() or not told.read_text():
                await asyncio.sleep(0.01)
            while "kstar_faults" not in (text := await asyncio.to_thread(fetched, port)):
                await asyncio.sleep(0.01)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert told.read_text() == "fault: isolation\n"
    assert 'kstar_fault_active{fault="isolation",' in text
    # With the session its server ends.
    assert await asyncio.to_thread(fetched, port) == ""
