"""The daemon under a service manager: from ready to stopping, its watchdog, and new settings."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import socket
import sys
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from answering import an_inverter, answering
from daemon_talk import PATIENCE, Daemon, Daemons, daemons

sys.path.insert(0, str(Path(__file__).parent / "mqtt"))
from mqtt_helpers import Mosquitto, mosquitto_in

WATCHDOG = 0.3
"""Seconds after which a silent daemon would be ended."""
BITTEN = 3 * WATCHDOG


class Manager:
    """What systemd is to a service: a socket that hears how it goes."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)
        self.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": f"{WATCHDOG * 1e6:.0f}"}

    async def word(self, patience: float = PATIENCE) -> str:
        """The next one; TimeoutError where none comes."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(patience):
            return (await loop.sock_recv(self.socket, 4096)).decode()

    async def until(self, beginning: str) -> list[str]:
        """Words up to one that begins so."""
        seen = []
        async with asyncio.timeout(PATIENCE):
            while not seen or not seen[-1].startswith(beginning):
                seen.append(await self.word())
        return seen

    async def silence(self) -> None:
        """Return once nothing has come for so long that the watchdog would have bitten."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.word(BITTEN)
                except TimeoutError:
                    return


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "notify")
    yield made
    made.socket.close()


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Daemons]:
    async with daemons(tmp_path) as made:
        yield made


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    async with mosquitto_in(tmp_path) as broker:
        yield broker


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Settings in a file: an inverter that answers, no history."""
    path = tmp_path / "config.toml"
    with answering(an_inverter()) as port:
        path.write_text(
            "headless = true\nhistory.path = 'off'\n"
            f"inverter.host = '127.0.0.1'\ninverter.port = {port}\n"
        )
        yield path


def state(run: Daemons) -> dict[str, object]:
    """What the daemon has left for health checks."""
    (path,) = run.runtime.glob("*.json")
    found: dict[str, object] = json.loads(path.read_text())
    return found


async def test_from_ready_to_stopping(run: Daemons, manager: Manager, config: Path) -> None:
    daemon = await run("--config", str(config), **manager.environment)
    begun = await manager.until("READY=1")
    assert begun == ["STATUS=inverter at 127.0.0.1:" + begun[0].rpartition(":")[2], "READY=1"]
    assert begun[0].endswith("connecting")
    assert (await manager.until("STATUS="))[-1].endswith(" online")
    assert state(run)["state"] == "online"
    for _ in range(3):
        assert await manager.word() == "WATCHDOG=1"
    daemon.process.send_signal(signal.SIGHUP)
    words = await manager.until("RELOADING=1")
    assert "\nMONOTONIC_USEC=" in words[-1]
    assert "READY=1" in await manager.until("READY=1")
    assert await manager.word() == "WATCHDOG=1"
    daemon.process.send_signal(signal.SIGTERM)
    await manager.until("STOPPING=1")
    assert await daemon.end(None) == 0
    assert list(run.runtime.glob("*.json")) == []


async def test_ready_comes_without_an_inverter(
    run: Daemons, manager: Manager, config: Path
) -> None:
    """At night there is none, and the service starts all the same."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = str(deaf.getsockname()[1])
        daemon = await run("--config", str(config), "--port", port, **manager.environment)
        await manager.until("READY=1")
        for _ in range(5):
            assert await manager.word() == "WATCHDOG=1"
        assert state(run)["available"] is False
        assert await daemon.end(signal.SIGTERM) == 0


async def test_it_runs_where_standard_error_is_closed(
    run: Daemons, manager: Manager, config: Path
) -> None:
    daemon = await run("--config", str(config), before=lambda: os.close(2), **manager.environment)
    await manager.until("WATCHDOG=1")
    assert await daemon.end(signal.SIGTERM) == 0


async def test_the_watchdog_of_another_process_is_not_fed(
    run: Daemons, manager: Manager, config: Path
) -> None:
    await run("--config", str(config), WATCHDOG_PID="1", **manager.environment)
    assert (await manager.until("STATUS=KSE1"))[-1].endswith("online")
    with pytest.raises(TimeoutError):
        await manager.word(BITTEN)


async def test_a_daemon_that_is_stopped_feeds_nobody(
    run: Daemons, manager: Manager, config: Path
) -> None:
    daemon = await run("--config", str(config), **manager.environment)
    await manager.until("WATCHDOG=1")
    daemon.process.send_signal(signal.SIGSTOP)
    await manager.silence()
    daemon.process.send_signal(signal.SIGCONT)
    await manager.until("WATCHDOG=1")


HANGING = """
import asyncio, sys, time
from kstar_tui.cli import main
from kstar_tui.daemon import movement
from kstar_tui.link.client import InverterClient
movement.PATIENCE = 0.5
async def read(self):
    {hang}
InverterClient.read = read
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("hang", ["await asyncio.Event().wait()", "time.sleep(3600)"])
async def test_a_poll_or_a_loop_that_hangs_feeds_nobody(
    run: Daemons, manager: Manager, config: Path, hang: str
) -> None:
    daemon = await run(
        "--config", str(config), code=HANGING.format(hang=hang), **manager.environment
    )
    await manager.until("READY=1")
    if "await" in hang:
        await daemon.line("error: neither a poll nor a search has come to its end: something hangs")
    await manager.silence()
    # As the watchdog does: where everything stood is told.
    daemon.process.send_signal(signal.SIGABRT)
    assert await daemon.end(None) == -signal.SIGABRT
    log = "\n".join(daemon.lines)
    assert "Fatal Python error: Aborted" in log
    assert (" in read\n" in log) is ("await" not in hang)


async def changed(daemon: Daemon, config: Path, more: str, log: str) -> str:
    """Write more into the settings, have them read, and return what the log says of it."""
    config.write_text(config.read_text() + more)
    daemon.process.send_signal(signal.SIGHUP)
    return await daemon.line(log)


async def test_new_settings_reach_what_they_concern_and_nothing_else(
    run: Daemons, mosquitto: Mosquitto, config: Path
) -> None:
    await mosquitto.start()
    config.write_text(
        config.read_text() + f"mqtt.url = 'mqtt://mqtt:mqtt@127.0.0.1:{mosquitto.port}'\n"
    )
    daemon = await run("--config", str(config))
    await mosquitto.logged("kstar/KSE1/availability")
    line = await changed(daemon, config, "", "settings read again")
    assert line.endswith("changed: none")
    line = await changed(daemon, config, "battery.capacity = 9.6\n", "settings read again")
    assert line.endswith("changed: battery.capacity")
    assert mosquitto.log.count("as kstar-tui-KSE1-") == 1
    assert "disconnected" not in mosquitto.log
    await changed(
        daemon, config, "mqtt.base = 'solar'\n", "settings read again, changed: mqtt.base"
    )
    await mosquitto.logged("solar/KSE1/availability")
    assert mosquitto.log.count("as kstar-tui-KSE1-") == 2
    # Its polls count on: only what publishes is another one.
    assert await daemon.end(signal.SIGTERM) == 0
    assert " 1 polls, 0 lost;" in daemon.lines[-1]
    assert len(daemon.lines) == 5


async def test_what_is_changed_in_the_file_in_vain_is_told(run: Daemons, config: Path) -> None:
    daemon = await run("--config", str(config), "--mqtt-base", "solar")
    await daemon.line("started")
    line = await changed(daemon, config, "mqtt.base = 'roof'\n", "settings read again")
    assert line.endswith(
        "changed: none; in the file, but overridden: mqtt.base by argument --mqtt-base"
    )
    # Once is enough.
    line = await changed(daemon, config, "battery.capacity = 9.6\n", "changed: battery")
    assert line.endswith("changed: battery.capacity")
    assert await daemon.end(signal.SIGTERM) == 0


async def test_wrong_settings_are_told_without_secrets_and_the_old_ones_stay(
    run: Daemons, config: Path
) -> None:
    daemon = await run("--config", str(config))
    await daemon.line("started")
    line = await changed(daemon, config, "mqtt.password = 'tops3cret'\nmqtt.url = 7\n", "error:")
    assert "error: the settings stay as they were: " in line
    assert "mqtt.url" in line
    config.unlink()
    line = await changed_nothing(daemon)
    assert "there is no such file" in line
    assert await daemon.end(signal.SIGTERM) == 0
    assert "tops3cret" not in "\n".join(daemon.lines)
    assert daemon.lines[-1].rpartition(" kstar-tui ")[2].startswith("stopped (SIGTERM)")


async def changed_nothing(daemon: Daemon) -> str:
    """Have the settings read, and return what the log says of what is wrong."""
    daemon.process.send_signal(signal.SIGHUP)
    return await daemon.line("error:")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: the window's and the programs'."""
    window, line = os.openpty()
    os.set_inheritable(line, True)
    yield window, line
    for handle in (window, line):
        with suppress(OSError):
            os.close(handle)


async def test_a_terminal_that_closes_ends_what_runs_in_it(
    run: Daemons, config: Path, terminal: tuple[int, int]
) -> None:
    window, line = terminal
    daemon = await run(
        "--config", str(config), before=lambda: fcntl.ioctl(line, termios.TIOCSCTTY, 0)
    )
    await daemon.line("started")
    # While it is there the settings are read, as everywhere.
    daemon.process.send_signal(signal.SIGHUP)
    await daemon.line("settings read again")
    os.close(line)
    os.close(window)
    assert await daemon.end(None) == 0
    assert "stopped (SIGHUP)" in daemon.lines[-1]


async def test_under_nohup_it_stays_deaf(run: Daemons, config: Path) -> None:
    daemon = await run(
        "--config", str(config), before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    await daemon.line("started")
    daemon.process.send_signal(signal.SIGHUP)
    assert await daemon.end(signal.SIGTERM) == 0
    assert ["started" in line or "stopped" in line for line in daemon.lines] == [True, False, True]
