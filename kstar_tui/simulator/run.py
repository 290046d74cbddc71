"""The simulator on its own, until it is told to end: the `simulate` command."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TextIO

from kstar_tui.clock import Clock
from kstar_tui.protocol.fields import Value
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.simulator.server import Simulator

_QUARTER = timedelta(minutes=15)


async def run_simulator(
    options: SimulatorOptions,
    clock: Clock | None = None,
    *,
    verbose: bool = False,
    out: TextIO | None = None,
) -> int:
    """Serve until cancelled, and say where on `out` (stderr); OSError where a port is taken.

    `clock` is the one that the options ask for unless given. `verbose` adds a line each quarter of
    an hour of that clock. Cancelling closes every socket and is passed on.
    """
    out = sys.stderr if out is None else out
    clock = options.clock() if clock is None else clock
    async with Simulator(options, clock) as simulator:
        out.write(_greeting(simulator))
        out.flush()
        while True:
            now = simulator.house.time
            due = _quarter(now) + _QUARTER
            await clock.sleep((due - now).total_seconds())
            # Unasked for hours at a high speed, the next request would wait for the whole catch-up.
            simulator.advance()
            if verbose:
                # Of a busy machine that is too late for one, the last that has passed.
                at = max(due, _quarter(simulator.house.time))
                out.write(_line(f"{at:%H:%M}", simulator.house.values()))
                out.flush()


def _quarter(at: datetime) -> datetime:
    """The last quarter of an hour that has begun."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // _QUARTER * _QUARTER


def _greeting(simulator: Simulator) -> str:
    options, where = simulator.options, simulator.address
    kind = "GoodWe (C0)" if options.goodwe_address else "KStar"
    lines = [
        f"{options.model} {options.serial_number}, a simulated {kind} inverter, "
        f"answers on {where.host} port {where.port}"
    ]
    if (discovery := simulator.discovery_address) is not None:
        lines.append(f"discovered on port {discovery.port} as {options.name}")
    if options.frames:
        lines.append(f"serving {len(options.frames)} given frames in turn")
    else:
        lines.append(
            f"a {options.day} day from {simulator.house.time:%H:%M} on, "
            f"{options.speed:g} times as fast, seed {options.seed}"
        )
    return "".join(f"{line}\n" for line in lines)


def _line(time: str, values: dict[str, Value]) -> str:
    # The direction stands in front of it.
    grid = str(values["grid_power"]).removeprefix("-")
    return (
        f"{time}  PV {values['energy_today']} kWh today  house {values['load_power']} W  "
        f"grid {values['grid_direction']} {grid} W  "
        f"battery {values['battery_mode']} {values['battery_soc']} %\n"
    )
