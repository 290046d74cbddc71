"""A screen on another machine: what a daemon publishes to a real broker is heard, and no more."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from answering import answering
from home_world import Home, Start, energy
from mqtt_helpers import INFO, SERIAL, Mosquitto, Subscriber
from terminal import Terminal

from kstar_tui.feed.watching import SETTLE, Watcher
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import Request, build_reply

PATIENCE = 30.0


class Screen:
    """One that watches, in the house's time."""

    def __init__(self, house: Home, port: int, wanted: str | None) -> None:
        self.clock = house.clock
        self.told: list[Update] = []
        self.seen = 0
        self.words: list[str] = []
        broker = Broker("127.0.0.1", port, "mqtt", "mqtt")
        self.connection = MqttConnection(broker, self.clock, retry=(0.02, 0.05))
        self.watcher = Watcher(
            self.connection,
            self.clock,
            "kstar",
            interval=5.0,
            wanted=wanted,
            told=self.words.append,
        )
        self.running = asyncio.ensure_future(self.watcher.run(self.told.append))

    async def until(self, condition: Callable[[Update], object]) -> Update:
        """Until an update is so, of those since the last one that was; returns it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                while self.seen < len(self.told):
                    self.seen += 1
                    if condition(self.told[self.seen - 1]):
                        return self.told[self.seen - 1]
                await asyncio.sleep(0.005)

    async def settled(self, published: int = 1) -> Update:
        """It has heard of so many inverters, taken one, and heard what is retained of it."""
        async with asyncio.timeout(PATIENCE):
            while len(self.watcher._published) < published:
                await asyncio.sleep(0.005)
        await self.clock.advance(SETTLE)
        return await self.until(lambda update: update.info)

    async def end(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)


Watch = Callable[..., Awaitable[Screen]]


@pytest.fixture
async def watch(mosquitto: Mosquitto) -> AsyncIterator[Watch]:
    made: list[Screen] = []

    async def start(house: Home, wanted: str | None = None) -> Screen:
        made.append(Screen(house, mosquitto.port, wanted))
        return made[-1]

    yield start
    for one in made:
        await one.end()


async def test_it_shows_what_is_published_and_says_nothing(
    home: Start, watch: Watch, mosquitto: Mosquitto
) -> None:
    house = await home()
    await house.introduced()
    screen = await watch(house)
    waiting = await screen.settled()
    assert waiting.info is not None
    assert waiting.info.serial == SERIAL
    assert waiting.state is LinkState.CONNECTING
    await house.poll(2)
    told = await screen.until(lambda update: update.reading and update.reading.load_power == 2)
    assert told.state is LinkState.ONLINE
    assert told.info == INFO
    assert screen.watcher.key == SERIAL
    house.tell(3, energy=energy(6.0))
    told = await screen.until(lambda update: update.energy and update.energy.today)
    assert told.energy is not None
    assert set(told.energy.today.values()) == {6.0}
    said = await house.said()
    await screen.end()
    assert {one.topic.partition("/")[0] for one in said} <= {"kstar", "homeassistant", "sensor"}
    assert screen.connection.messages == 0
    # It has no will either: the inverter stays online for all others.
    assert "offline" not in [one.payload for one in await house.said()]


async def test_it_tells_who_is_away_and_comes_back(
    home: Start, watch: Watch, mosquitto: Mosquitto
) -> None:
    house = await home()
    await house.introduced()
    screen = await watch(house)
    await screen.settled()
    await house.poll(1)
    await screen.until(lambda update: update.fresh)
    house.tell(1, state=LinkState.OFFLINE, fresh=False)
    told = await screen.until(lambda update: update.state is LinkState.OFFLINE)
    assert "does not answer" in (told.error or "")
    assert told.reading is not None
    house.tell(3)
    await screen.until(lambda update: update.state is LinkState.ONLINE)
    await mosquitto.stop()
    told = await screen.until(lambda update: update.state is LinkState.OFFLINE)
    assert told.error is not None
    assert told.error.startswith("MQTT: ")
    house.watcher.expect_restart()
    await mosquitto.start()
    await screen.until(lambda update: update.error is None or "MQTT" not in update.error)
    await house.watcher.ready()
    await house.connected()
    await house.clock.advance(3)
    await house.poll(1)
    await screen.until(lambda update: update.fresh and update.state is LinkState.ONLINE)
    await house.publisher.stop()
    told = await screen.until(lambda update: update.state is LinkState.OFFLINE)
    assert told.error == "the kstar-tui that publishes it has ended, or lost the broker"


async def test_readings_that_cease_make_it_stale(home: Start, watch: Watch) -> None:
    house = await home()
    await house.introduced()
    screen = await watch(house)
    await screen.settled()
    await house.poll(1)
    await screen.until(lambda update: update.fresh)
    await house.clock.advance(40)
    await screen.until(lambda update: update.state is LinkState.STALE)


@pytest.mark.parametrize("wanted", [None, "other"])
async def test_of_several_it_takes_one_and_says_so(
    home: Start, watch: Watch, wanted: str | None
) -> None:
    house, other = await home(), await home(instance="other")
    await house.introduced()
    other.tell(7, info=INFO._replace(serial="OTHER"))
    await other.connected()
    await other.clock.advance(3)
    await other.said()
    screen = await watch(house, wanted)
    await screen.settled(2)
    # People copy it from a label without care for capitals.
    assert screen.watcher.key == ("OTHER" if wanted else SERIAL)
    assert screen.words == (
        [] if wanted else [f"2 inverters are published: {SERIAL}, OTHER; showing {SERIAL}."]
    )
    await house.poll(1)
    other.tell(9, info=INFO._replace(serial="OTHER"))
    told = await screen.until(lambda update: update.fresh)
    assert told.reading is not None
    assert told.reading.load_power == (9 if wanted else 1)


async def test_one_that_is_published_later_is_waited_for(
    home: Start, watch: Watch, mosquitto: Mosquitto
) -> None:
    house = await home()
    screen = await watch(house)
    told = await screen.until(lambda update: update.error and "looking for" in update.error)
    assert told.error == "looking for an inverter under kstar/"
    await screen.clock.advance(SETTLE)
    await house.introduced()
    await screen.until(lambda update: update.info)


async def test_a_broker_that_is_not_there(home: Start, watch: Watch, mosquitto: Mosquitto) -> None:
    house = await home()
    await mosquitto.stop()
    screen = await watch(house)
    told = await screen.until(lambda update: update.error and "MQTT: " in update.error)
    assert told.state is LinkState.CONNECTING
    house.watcher.expect_restart()


ANSWERS = {
    Request.RUNNING_DATA.frame: build_reply(
        0x86, encode_running_data({"load_power": 1530, "battery_voltage": 51.2, "battery_soc": 64})
    ),
    Request.DEVICE_INFO.frame: build_reply(
        0x82, encode_device_info(model="KSE4000", serial="SIM0000005678")
    ),
    Request.SETTINGS.frame: build_reply(0x89, encode_settings({"battery_capacity": 200})),
}


@pytest.mark.parametrize(
    ("user", "why"), [("mqtt:hunter2", "wrong user"), ("mqtt:mqtt", "looking")]
)
async def test_a_screen_that_hears_nothing_says_what_helps(
    user: str, why: str, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    await mosquitto.start()
    where = f"127.0.0.1:{mosquitto.port}"
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "kstar_tui", "--attach", f"mqtt://{user}@{where}"]
    with Terminal([*command, "--mqtt-base", "solar"], 80, 24, environment) as screen:
        await asyncio.to_thread(screen.wait_for, why)
        await asyncio.to_thread(screen.wait_for, f"Nothing heard from {where} yet")
        assert " · attach holds the broker's address, user and password" in screen.text
        assert " · a kstar-tui must run that publishes there, in solar/" in screen.text
        assert "press s" not in screen.text
        assert "hunter2" not in screen.text
        screen.send("q")
        assert await asyncio.to_thread(screen.wait_end) == 0


async def test_a_screen_and_a_daemon_as_processes(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """On two machines, as far as they can tell: nothing is shared but the broker."""
    await mosquitto.start()
    broker = f"mqtt://mqtt:mqtt@127.0.0.1:{mosquitto.port}"
    subscriber = Subscriber(mosquitto.port, ("kstar/#",))
    await subscriber.ready()
    asked: list[bytes] = []
    with answering(ANSWERS, asked) as port:
        kept = {"PATH": os.environ["PATH"], "TZ": "UTC"}
        daemon = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kstar_tui", "--headless", "--mqtt", broker),
            *("--host", "127.0.0.1", "--port", str(port), "--interval", "2"),
            env={**kept, "HOME": str(tmp_path / "there"), "XDG_RUNTIME_DIR": str(tmp_path / "a")},
            stderr=asyncio.subprocess.DEVNULL,
        )
        await subscriber.until("kstar/SIM0000005678/availability", "online")
        here = tmp_path / "here"
        environment = {"HOME": str(here), "XDG_RUNTIME_DIR": str(tmp_path / "b")}
        command = [sys.executable, "-m", "kstar_tui", "--attach", broker]
        with Terminal(command, 100, 30, environment) as screen:
            await asyncio.to_thread(screen.wait_for, "1 530 W")
            assert f"KSE4000 …5678  ● online  now  via 127.0.0.1:{mosquitto.port}" in screen.text
            assert "mqtt:mqtt" not in screen.text
            screen.send("2")
            await asyncio.to_thread(screen.wait_for, "The history stays on the machine")
            screen.send("1")
            daemon.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(daemon.wait(), PATIENCE) == 0
            questions = len(asked)
            await asyncio.to_thread(screen.wait_for, "✕ offline")
            await asyncio.to_thread(screen.wait_for, "the kstar-tui that publishes it has ended")
            screen.send("q")
            assert await asyncio.to_thread(screen.wait_end) == 0
        assert len(asked) == questions
    assert not here.exists(), "nothing is written"
    subscriber.stop()
