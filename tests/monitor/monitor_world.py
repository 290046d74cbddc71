"""A world for the monitor that the test owns: its time, its inverters and its network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from owned_clock import OwnedClock

from kstar_tui.link.events import Asked, Found, SearchEvent, Target
from kstar_tui.link.interface import Address, LinkCounters, LinkError
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.device import DeviceInfo, DeviceSettings, decode_settings
from kstar_tui.protocol.encode import encode_running_data, encode_settings
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

HOME = Address("192.168.1.50")
TARGET = Target("wlan0", "192.168.1.2", "192.168.1.255")
VALUES = {
    "pv1_voltage": 162.1,
    "battery_voltage": 50.6,
    "battery_soc": 71,
    "grid_voltage": 235.1,
    "grid_frequency": 49.92,
    "load_power": 315,
    "energy_total": 1347.5,
    "load_energy_total": 1665.6,
    "hours_total": 3911,
    "temperature": 30.1,
}


def reading(**values: float) -> Reading:
    """A reading as it would come in a frame, with some values changed."""
    payload = encode_running_data({**VALUES, **values})
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


def zeros() -> Reading:
    """What an inverter sends when it powers up or down."""
    return decode_running_data(parse_frame(build_reply(0x86, bytes(83))))


def info(serial: str) -> DeviceInfo:
    return DeviceInfo("1.0", "KSE4000", "KSTAR", serial, "", 2, "Germany")


def found(serial: str = "KSE1", host: str = HOME.host, mac: str | None = None) -> Found:
    return Found(Address(host), mac, "Solar-WiFi1", info(serial), None)


class World:
    """Inverters by address; every question is noted with its second."""

    def __init__(self, clock: OwnedClock) -> None:
        self.clock = clock
        self.serials: dict[Address, str] = {HOME: "KSE1"}
        self.readings: list[Reading | Exception] = []
        """Answered in turn, then the usual one."""
        self.down = False
        self.nameless = False
        self.unset = False
        self.delay = 0.0
        self.delays: dict[str, float] = {}
        """Seconds that a certain question takes instead."""
        self.asked: list[tuple[float, str, str]] = []
        self.searches: list[list[SearchEvent]] = []
        self.searched: list[float] = []
        self.woken: list[tuple[float, str]] = []
        self.counters: dict[Address, LinkCounters] = {}

    def connect(self, address: Address) -> WorldLink:
        return WorldLink(self, address)

    async def find(self) -> AsyncIterator[SearchEvent]:
        self.searched.append(self.clock.time - 1000)
        events = self.searches.pop(0) if self.searches else [Asked(TARGET, None)]
        for event in events:
            yield event

    async def wake(self, host: str) -> None:
        self.woken.append((self.clock.time - 1000, host))

    def times(self, what: str) -> list[float]:
        """Seconds since the start at which this was asked."""
        return [when for when, question, _ in self.asked if question == what]


class WorldLink:
    """What the monitor holds of one inverter of the world."""

    def __init__(self, world: World, address: Address) -> None:
        self.world = world
        self.address = address
        self.counters = world.counters.setdefault(address, LinkCounters())

    async def _ask(self, what: str) -> None:
        world = self.world
        world.asked.append((world.clock.time - 1000, what, self.address.host))
        if delay := world.delays.get(what, world.delay):
            await world.clock.sleep(delay)
        if world.down or self.address not in world.serials:
            raise LinkError(f"3 tries of 1.5 s to {self.address.host}:8899: no answer")

    async def identify(self) -> DeviceInfo:
        await self._ask("identify")
        if self.world.nameless:
            raise LinkError("no name")
        return info(self.world.serials[self.address])

    async def read(self) -> Reading:
        await self._ask("read")
        answer = self.world.readings.pop(0) if self.world.readings else reading()
        if isinstance(answer, Exception):
            raise answer
        self.counters.latency = 0.25
        return answer

    async def settings(self) -> DeviceSettings:
        await self._ask("settings")
        if self.world.unset:
            raise LinkError("no settings")
        payload = encode_settings({"battery_capacity": 200})
        return decode_settings(parse_frame(build_reply(0x89, payload)))


class Watched:
    """A monitor that runs, and every update that it published."""

    def __init__(self, world: World, monitor: Monitor) -> None:
        self.world = world
        self.monitor = monitor
        self.updates: list[Update] = []
        monitor.subscribe(self.updates.append)
        self.task = asyncio.create_task(monitor.run())

    @property
    def states(self) -> list[str]:
        """The states in their order, each once in a row."""
        states: list[str] = []
        for update in self.updates:
            if not states or states[-1] != update.state:
                states.append(str(update.state))
        return states

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
