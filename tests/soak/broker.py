"""The broker's side of a soak: a real Mosquitto that dies, hangs, throws out and lies."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

CLIENT_ID = "kstar-tui-soak"
_WAYS = ("killed", "ended", "hangs", "thrown out", "lies", "killed often")


class Broker:
    """Mosquitto on one port of 127.0.0.1, and all that is published there, judged as it comes."""

    def __init__(self, seed: int, folder: Path, say: Callable[[str], None]) -> None:
        self._chance = random.Random(f"broker/{seed}")
        self._say = say
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        path = "/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin"
        self._program = shutil.which("mosquitto", path=path) or "mosquitto"
        self._process: subprocess.Popen[bytes] | None = None
        self.done: Counter[str] = Counter()
        self.messages: Counter[str] = Counter()
        """By the last level of their topic."""
        self.energy: dict[str, float] = {}
        """The last of each counter, kWh."""
        self.fell: list[str] = []
        """Lifetime counters that went backwards: there must be none."""
        self._listener = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="soak-listener")
        self._listener.on_connect = lambda client, *_: client.subscribe("kstar/#")
        self._listener.on_message = lambda _client, _data, message: self._hear(message)

    async def __aenter__(self) -> Broker:
        self._start()
        await asyncio.sleep(1.0)
        self._listener.reconnect_delay_set(1, 5)
        self._listener.connect_async("127.0.0.1", self.port, keepalive=20)
        self._listener.loop_start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.loop_stop()
        self._end(signal.SIGKILL)

    async def fail_for(self, seconds: float) -> None:
        """One fault by chance; fine again afterwards."""
        what = self._chance.choice(_WAYS)
        self.done[what] += 1
        self._say(f"broker: {what}, {seconds:.0f} s")
        match what:
            case "killed" | "ended":
                self._end(signal.SIGKILL if what == "killed" else signal.SIGTERM)
                await asyncio.sleep(seconds)
                self._start()
            case "killed often":
                for _ in range(5):
                    self._end(signal.SIGKILL)
                    await asyncio.sleep(1.0)
                    self._start()
                    await asyncio.sleep(seconds / 5)
            case "hangs":
                assert self._process is not None
                self._process.send_signal(signal.SIGSTOP)
                await asyncio.sleep(seconds)
                self._process.send_signal(signal.SIGCONT)
            case "thrown out":
                for _ in range(3):
                    self._throw_out()
                    await asyncio.sleep(seconds / 3)
            case _:
                self._lie()
                await asyncio.sleep(seconds)

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", self._config],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def _throw_out(self) -> None:
        """Another client of the same name: the broker keeps the newer one."""
        rival = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=CLIENT_ID)
        rival.on_connect = lambda client, *_: client.disconnect()
        rival.connect_async("127.0.0.1", self.port)
        rival.loop_start()
        # Its thread ends with its connection.

    def _lie(self) -> None:
        """What anybody at the broker can say, on what the daemon listens to."""
        for topic in list(self.messages):
            self._listener.publish(f"kstar/{topic}", self._chance.randbytes(200), retain=True)
        self._listener.publish("homeassistant/status", "online")
        self._listener.publish("homeassistant/status", self._chance.randbytes(100_000))

    def _hear(self, message: mqtt.MQTTMessage) -> None:
        topic = message.topic.removeprefix("kstar/")
        self.messages[topic] += 1
        if not topic.endswith("/energy"):
            return
        try:
            told = json.loads(message.payload)
        except ValueError:
            return
        if not isinstance(told, dict):
            return
        for name, value in told.items():
            if name.endswith("_total") and value is not None:
                if value < self.energy.get(name, 0.0):
                    self.fell.append(f"{name}: {self.energy[name]} to {value}")
                self.energy[name] = value
