from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from doctor_world import Simulate

from kstar_tui.simulator.days import day_clock
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.simulator.server import Simulator


@pytest.fixture
async def simulate() -> AsyncIterator[Simulate]:
    """Starts simulated inverters on loopback: `await simulate(loss=0.3)`."""
    running: list[Simulator] = []

    async def start(**faults: Any) -> Simulator:
        options = SimulatorOptions(port=0, discovery_port=0, faults=Faults(**faults))
        simulator = Simulator(options, day_clock("clear"))
        await simulator.__aenter__()
        running.append(simulator)
        return simulator

    yield start
    for one in running:
        await one.__aexit__(None, None, None)
