"""`kstar-tui simulate`: an inverter made of software, until it is told to end."""

from __future__ import annotations

import asyncio
import signal
from argparse import Namespace
from functools import reduce
from operator import or_
from pathlib import Path

from kstar_tui.clock import ScaledClock
from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.day import port_number, simulated_day, usage_error
from kstar_tui.simulator.faults import Faults, parse_fault
from kstar_tui.simulator.frames import parse_frames
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.simulator.run import run_simulator
from kstar_tui.status import Status


def run(context: Context) -> int:
    """Answer until Ctrl-C or SIGTERM; DONE after the latter."""
    given = context.options
    options, clock = simulated_day(
        given,
        bind=given.bind,
        port=port_number("--port", given.port),
        discovery_port=port_number("--discovery-port", given.discovery_port),
        frames=_frames(given.frames),
        faults=_faults(given),
        goodwe_address=given.goodwe,
    )
    if options.port and options.port == options.discovery_port:
        raise usage_error("--port and --discovery-port have to differ")
    try:
        return asyncio.run(_serve(context, options, clock, verbose=given.verbose))
    except OSError as error:
        raise CommandError(
            f"Cannot answer on {options.bind}, ports {options.port} and {options.discovery_port}: "
            f"{error.strerror}. Choose others with --bind, --port and --discovery-port."
        ) from error


async def _serve(
    context: Context, options: SimulatorOptions, clock: ScaledClock, *, verbose: bool
) -> int:
    serving = asyncio.create_task(run_simulator(options, clock, verbose=verbose, out=context.err))
    terminated = asyncio.Event()

    def terminate() -> None:
        terminated.set()
        serving.cancel()

    # As process 1 of a container nothing else would end it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
    try:
        await serving
    except asyncio.CancelledError:
        if not terminated.is_set():
            raise
    return Status.DONE


def _faults(given: Namespace) -> Faults:
    try:
        return reduce(or_, map(parse_fault, given.fault), Faults())
    except ValueError as error:
        raise usage_error(f"--fault {error}") from error


def _frames(name: str | None) -> tuple[bytes, ...]:
    if name is None:
        return ()
    try:
        return parse_frames(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise usage_error(f"--frames {name}: {error.strerror}") from error
    except ValueError as error:
        raise usage_error(f"--frames {name}: {error}") from error
