"""What the MQTT tests and the daemon's tests share: a Mosquitto, a subscriber, readings."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from kstar_tui.clock import SystemClock
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.frame import parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

PATIENCE = 30.0
"""Seconds after which something awaited has failed."""
QUICK = 5.0
"""Seconds that what waits for nobody takes at the most, on however busy a machine."""

SERIAL = "KSE4000X12345678"
INFO = DeviceInfo(
    firmware="04041",
    model="KSE4000",
    manufacturer="KSTAR",
    serial=SERIAL,
    software="410-01",
    country_code=0,
    country="Italy",
)


def free_port() -> int:
    """A TCP port of loopback that nobody listens on now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def running_data(payload: bytes = bytes(81)) -> bytes:
    """A whole reply frame around this payload."""
    frame = bytes.fromhex("aa557fb00186") + bytes([len(payload)]) + payload
    return frame + (sum(frame) & 0xFFFF).to_bytes(2, "big")


def make_reading(**values: Any) -> Reading:
    """A reading of zeros but for these values."""
    return replace(decode_running_data(parse_frame(running_data())), **values)


HOUSE = {
    "pv_power": 1234.56,
    "grid_power": -250,
    "grid_import_power": 0,
    "grid_export_power": 250,
    "load_power": 480,
    "temperature": 41.5,
    "energy_today": 7.0,
}
HOUSE_MESSAGES = {
    "sensor/inverter/pvpower": "1234.56",
    "sensor/inverter/grid": "-250",
    "sensor/inverter/grid/import": "0",
    "sensor/inverter/grid/export": "250",
    "sensor/inverter/load": "480",
    "sensor/inverter/temp": "42",
    "sensor/inverter/etoday": "7.0",
}


def update_with(reading: Reading | None, *, age: float = 0.0, fresh: bool = True) -> Update:
    """What the monitor says when it has taken this reading `age` seconds ago."""
    now = SystemClock().monotonic()
    return Update(
        state=LinkState.ONLINE,
        since=datetime.now(UTC),
        at=datetime.now(UTC),
        at_monotonic=now,
        fresh=fresh,
        reading=reading,
        taken_monotonic=now - age,
        address=Address("127.0.0.1"),
        info=INFO,
    )


def load_update(load: int, *, age: float = 0.0) -> Update:
    """An update whose reading is told from others by its load."""
    return update_with(make_reading(load_power=load), age=age)


def mosquitto_binaries() -> tuple[str, str] | None:
    """The broker and its password tool, if this machine has both."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    broker = shutil.which("mosquitto", path=path)
    password_tool = shutil.which("mosquitto_passwd", path=path)
    return (broker, password_tool) if broker and password_tool else None


class Mosquitto:
    """A real broker of this test alone; start and stop it as often as needed."""

    def __init__(self, folder: Path, binary: str, password_tool: str) -> None:
        self.port = free_port()
        self._lines: list[str] = []
        self._binary = binary
        self._password_tool = password_tool
        self._passwords = folder / "passwords"
        self._config = folder / "mosquitto.conf"
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._grown = asyncio.Condition()
        self.set_password("mqtt", "mqtt")
        self.listen()

    @property
    def log(self) -> str:
        """What the broker has logged so far."""
        return "".join(self._lines)

    def listen(self, *lines: str) -> None:
        """Configure the one listener; more lines belong to it."""
        self._config.write_text(
            f"user {getpass.getuser()}\npassword_file {self._passwords}\nallow_anonymous false\n"
            f"log_dest stderr\nlog_type all\nconnection_messages true\n"
            f"listener {self.port} 127.0.0.1\n" + "".join(f"{line}\n" for line in lines)
        )

    def set_password(self, user: str, password: str) -> None:
        """Make this the only user beside the subscriber's; a running broker is told."""
        for option, name, word in (("-c", "watcher", "watcher"), (None, user, password)):
            command = [self._password_tool, "-b", option, str(self._passwords), name, word]
            subprocess.run([part for part in command if part], check=True, capture_output=True)
        self._passwords.chmod(0o600)
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    async def start(self) -> None:
        """Run it and return when it takes connections."""
        running = self.log.count(" running\n")
        self._process = await asyncio.create_subprocess_exec(
            self._binary,
            "-c",
            str(self._config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reader = asyncio.create_task(self._read(self._process))
        await self.logged(" running\n", running + 1)

    async def ensure(self) -> None:
        """Run it unless it runs."""
        if self._process is None:
            await self.start()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            async with self._grown:
                self._lines.append(line.decode())
                self._grown.notify_all()

    async def logged(self, text: str, count: int = 1) -> None:
        """Return once the broker's log has this text that many times."""
        seen = looked = 0

        def there() -> bool:
            nonlocal seen, looked
            # A flood of lines is looked at once only.
            seen += sum(line.count(text) for line in self._lines[looked:])
            looked = len(self._lines)
            return seen >= count

        try:
            async with asyncio.timeout(PATIENCE), self._grown:
                await self._grown.wait_for(there)
        except TimeoutError:
            raise AssertionError(f"{text!r} is not {count} times in\n{self.log}") from None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def stop(self, *, saving: bool = False) -> None:
        """End it and wait for its end; nothing if it does not run. What it retains is lost, unless
        it is `saving` it where it was told to."""
        if self._process is None or self._reader is None:
            return
        if saving:
            self._process.terminate()
        else:
            self._process.kill()
        await self._process.wait()
        await self._reader
        self._process = None


@asynccontextmanager
async def mosquitto_in(folder: Path) -> AsyncIterator[Mosquitto]:
    """A broker that is not started yet, on a free port, for user and password `mqtt`; the test is
    skipped where there is none to be had."""
    binaries = mosquitto_binaries()
    if binaries is None:
        pytest.skip("no mosquitto with mosquitto_passwd is installed")
    broker = Mosquitto(folder, *binaries)
    try:
        yield broker
    finally:
        await broker.stop()


LEGACY = ("sensor/#", "marker")
"""kstar.sharp's topics, and a test's own."""


class Subscriber:
    """Another client that sees what is published, as (topic, payload, QoS, retained)."""

    def __init__(self, port: int, topics: tuple[str, ...] = LEGACY) -> None:
        self._loop = asyncio.get_running_loop()
        self._subscribed = asyncio.Event()
        self._messages: asyncio.Queue[tuple[str, str, int, bool]] = asyncio.Queue()
        self._client = client = Client(CallbackAPIVersion.VERSION2)
        client.username_pw_set("watcher", "watcher")
        client.reconnect_delay_set(1, 1)
        client.on_connect = lambda *_: client.subscribe([(topic, 1) for topic in topics])
        client.on_subscribe = lambda *_: self._loop.call_soon_threadsafe(self._subscribed.set)
        client.on_message = lambda _c, _u, message: self._loop.call_soon_threadsafe(
            self._messages.put_nowait,
            (message.topic, message.payload.decode(), message.qos, message.retain),
        )
        client.connect_async("127.0.0.1", port)
        client.loop_start()

    async def ready(self) -> None:
        """Return once it is subscribed; after `forget`, once it is so again."""
        await asyncio.wait_for(self._subscribed.wait(), PATIENCE)

    def expect_restart(self) -> None:
        """From now on `ready` waits for the next subscription."""
        self._subscribed.clear()

    async def take(self, count: int) -> list[tuple[str, str, int, bool]]:
        """The next messages: topic, payload, QoS, retained."""
        async with asyncio.timeout(PATIENCE):
            return [await self._messages.get() for _ in range(count)]

    async def until(self, topic: str, payload: str) -> list[tuple[str, str, int, bool]]:
        """Messages up to this one, it included."""
        seen = []
        async with asyncio.timeout(PATIENCE):
            while True:
                seen.append(await self._messages.get())
                if seen[-1][:2] == (topic, payload):
                    return seen

    async def settled(self) -> list[tuple[str, str, int, bool]]:
        """What was retained when it subscribed."""
        word = os.urandom(4).hex()
        self.publish("marker", word)
        return (await self.until("marker", word))[:-1]

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Publish a message of the test's own."""
        self._client.publish(topic, payload, retain=retain)

    def stop(self) -> None:
        """Disconnect and end."""
        self._client.disconnect()
        self._client.loop_stop()
