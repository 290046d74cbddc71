"""The program as a process of its own, and what it talks to: everything on loopback."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from kstar_tui.simulator.days import day_clock
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.server import Simulator, SimulatorOptions

OURS = ("KSTAR_", "IP_ADDRESS_INVERTER", "MQTT_CONNECTION_STRING", "SILENT_MODE", "XDG_")
PATIENCE = 30.0
"""Seconds after which a process that has not ended is a failure."""


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it wrote."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Program:
    """`kstar-tui` as users start it, with a home folder and an environment of its own."""

    home: Path

    def environment(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        return inherited | {"HOME": str(self.home)} | (extra or {})

    async def start(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        out: int = asyncio.subprocess.PIPE,
    ) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kstar_tui",
            *arguments,
            stdin=pipe,
            stdout=out,
            stderr=pipe,
            env=self.environment(environment),
        )

    async def __call__(
        self, *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None
    ) -> Ended:
        process = await self.start(*arguments, environment=environment)
        try:
            async with asyncio.timeout(PATIENCE):
                out, err = await process.communicate(stdin)
        except TimeoutError:
            process.kill()
            out, err = await process.communicate()
            pytest.fail(f"{arguments} did not end; it wrote {out!r} and {err!r}")
        assert process.returncode is not None
        assert b"Traceback" not in err, err.decode()
        return Ended(process.returncode, out.decode(), err.decode())


def simulator(
    faults: Faults | None = None,
    *,
    bind: str = "127.0.0.1",
    port: int = 0,
    discovery_port: int = 0,
) -> Simulator:
    """An inverter on loopback; its serial number ends like its address."""
    options = SimulatorOptions(
        bind=bind,
        port=port,
        discovery_port=discovery_port,
        faults=faults or Faults(),
        seed=int(bind.rpartition(".")[2]),
    )
    return Simulator(options, day_clock("clear"))


def at(inverter: Simulator) -> list[str]:
    """The arguments that name it."""
    return ["--host", inverter.address.host, "--port", str(inverter.address.port)]


def around(inverter: Simulator) -> list[str]:
    """The arguments by which a search finds it."""
    assert inverter.discovery_address is not None
    return [
        *("--broadcast", "127.255.255.255"),
        *("--port", str(inverter.address.port)),
        *("--discovery-port", str(inverter.discovery_address.port)),
    ]
