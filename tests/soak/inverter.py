"""The inverter's side of a soak: a house that lives on while everything else about it fails."""

from __future__ import annotations

import asyncio
import random
import socket
from collections import Counter
from collections.abc import Callable
from datetime import time

from kstar_tui.link.interface import Address
from kstar_tui.simulator.faults import Faults, parse_fault
from kstar_tui.simulator.server import Simulator, SimulatorOptions

LINE = (
    "loss=0.3",
    "loss=0.8",
    "duplicate",
    "duplicate=0.5,late=1",
    "late=2",
    "late=8",
    "split",
    "join=0.5",
    "corrupt=0.3",
    "corrupt",
    "truncate",
    "noise",
    "echo",
    "foreign",
    "zeros=0.3",
    "zeros",
    "silent",
    "loss=0.3,corrupt=0.2,duplicate=0.5,noise=0.2,late=1,foreign=0.3",
)
"""What the WiFi does, in the simulator's words."""
HOUSE = ("blackout", "error=9", "error=17", "error=0x20002")
"""What the inverter itself goes through."""
_JUNK = 300
"""Datagrams of a flood."""


class _Flooding(Simulator):
    """Can also send what nobody asked for, to whoever asked last."""

    def _on_data(self, data: bytes, asker: tuple[str, int]) -> None:
        self._last = asker
        super()._on_data(data, asker)

    def flood(self, junk: bytes) -> None:
        """From the port that is trusted."""
        self._send(self._data, junk, self._last, 0.0)


class Inverter:
    """A simulated inverter on one port of 127.0.0.1; use as an async context manager."""

    def __init__(self, seed: int, say: Callable[[str], None]) -> None:
        self._chance = random.Random(f"inverter/{seed}")
        self._say = say
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = SimulatorOptions(
            day="cloudy",
            # Sun, clouds, a battery that fills: all that is counted moves.
            start=time(10, 30),
            seed=seed,
            port=port,
            discovery_port=None,
            faults=parse_fault("foreign"),
        )
        self.simulator = _Flooding(options, options.clock())
        self.address = Address("127.0.0.1", port)
        self.done: Counter[str] = Counter()

    async def __aenter__(self) -> Inverter:
        await self.simulator.__aenter__()
        self.simulator.misbehave(Faults())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.simulator.__aexit__(None, None, None)

    def counted(self) -> dict[str, float]:
        """kWh that the inverter's own lifetime counters show now."""
        self.simulator.advance()
        values = self.simulator.house.values()
        return {
            "pv_energy_total": float(values["energy_total"]),
            "load_energy_total": float(values["load_energy_total"]),
        }

    def flowed(self) -> dict[str, float]:
        """kWh that really flowed since midnight."""
        self.simulator.advance()
        account = self.simulator.house.account
        return {
            "grid_import": account.grid_import,
            "grid_export": account.grid_export,
            "battery_charge": account.battery_charge,
            "battery_discharge": account.battery_discharge,
        }

    async def fail_for(self, seconds: float) -> None:
        """One fault by chance; fine again afterwards."""
        what = self._chance.choice([*LINE, *HOUSE, "off", "off", "flood", "reboot"])
        self.done[what.partition("=")[0]] += 1
        self._say(f"inverter: {what} for {seconds:.0f} s")
        try:
            if what == "off":
                # Another than silence: the machine says that nobody listens there.
                await self.simulator.__aexit__(None, None, None)
                await asyncio.sleep(seconds)
                await self.simulator.__aenter__()
            elif what == "flood":
                await self._flood(seconds)
            elif what == "reboot":
                # A period that ends just now.
                self.simulator.misbehave(Faults(reboot=max(1.0, self.simulator.elapsed)))
                await asyncio.sleep(max(75.0, seconds))
            else:
                self.simulator.misbehave(parse_fault(what))
                await asyncio.sleep(seconds)
        finally:
            self.simulator.misbehave(Faults())

    async def _flood(self, seconds: float) -> None:
        """Junk to whoever asks, from the port that it trusts."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            for _ in range(_JUNK):
                self.simulator.flood(self._chance.randbytes(self._chance.randint(0, 1400)))
            await asyncio.sleep(1.0)
