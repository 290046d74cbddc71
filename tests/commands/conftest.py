from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from program_talk import Program, simulator

from kstar_tui.simulator.server import Simulator


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
async def inverter() -> AsyncIterator[Simulator]:
    async with simulator() as running:
        yield running
