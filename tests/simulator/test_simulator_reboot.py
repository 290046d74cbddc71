"""A restarting inverter as the monitor sees it: its zeros never reach anybody."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import pairwise

import pytest
from simulator_talk import HandClock

from kstar_tui.link.client import InverterClient
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.fields import Value
from kstar_tui.protocol.reading import Reading
from kstar_tui.simulator.faults import parse_fault
from kstar_tui.simulator.server import Simulator, SimulatorOptions

LIFETIME = ("energy_total", "load_energy_total", "hours_total")


@pytest.mark.parametrize("interval", [5, 2])
async def test_no_counter_ever_falls(interval: float, clock: HandClock) -> None:
    """Three restarts, each with 30 s of silence, 20 s of zeros, and 20 s without counters."""
    options = SimulatorOptions(port=0, discovery_port=None, faults=parse_fault("reboot=300"))
    updates: list[Update] = []
    readings: list[Reading] = []
    truths: list[Value] = []
    over = asyncio.Event()
    async with Simulator(options, clock) as simulator:
        monitor = Monitor(
            partial(InverterClient, timeout=0.1, tries=1),
            clock,
            interval=interval,
            address=simulator.address,
            find=None,
            wake=None,
        )

        def take(update: Update) -> None:
            updates.append(update)
            if update.fresh and update.reading is not None:
                readings.append(update.reading)
                simulator.advance()
                truths.append(simulator.house.values()["energy_total"])
            if clock.seconds > 1190:
                over.set()

        monitor.subscribe(take)
        task = asyncio.create_task(monitor.run())
        await over.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    rejected = updates[-1].rejected
    assert rejected["all values zero"] >= 3, "the restarts were seen"
    assert rejected["PV energy total fell to zero"] > 5
    assert len(readings) > 600 / interval
    assert [reading.energy_total for reading in readings] == truths
    for before, after in pairwise(readings):
        assert all(getattr(before, name) <= getattr(after, name) for name in LIFETIME)
    assert all(
        getattr(update.reading, name) > 0
        for update in updates
        if update.reading
        for name in LIFETIME
    )
    assert "offline" in {update.state for update in updates}
    assert updates[-1].state == "online"
