"""The daemons of this machine: whether there is one, and whether this user may attach to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kstar_tui.daemon.barred import barred_folder
from kstar_tui.daemon.health import health_of, look_around
from kstar_tui.doctor.finding import Finding, note, ok, warning
from kstar_tui.doctor.world import World
from kstar_tui.link.interface import DATA_PORT, Address
from kstar_tui.protocol.text import same_serial
from kstar_tui.uptime import uptime


class Reader(NamedTuple):
    """A daemon with fresh data, and where it has that from."""

    pid: int
    inverter: str
    address: Address


def reader(world: World, serial: str | None = None) -> Reader | None:
    """The first one that this user may attach to, and that does not read another inverter than
    the one with this serial number; None where there is none."""
    alive = [left for left in look_around(world.environ) if left.alive]
    for health in health_of(alive, uptime()) if alive else ():
        state = health.state
        if health.fresh and state is not None and state.address:
            if serial and state.inverter and not same_serial(state.inverter, serial):
                continue
            host, _, port = state.address.partition(":")
            if not port or port.isdecimal():
                address = Address(host, int(port or DATA_PORT))
                return Reader(state.pid, state.inverter or "an inverter", address)
    return None


def examine_daemons(world: World, watched: str | None = None) -> Iterator[Finding]:
    """A line for each that runs, and one for what may not be looked at; `watched` is the broker
    that a screen hears instead."""
    barred = barred_folder(world.environ)
    alive = [left for left in look_around(world.environ) if left.alive]
    for health in health_of(alive, uptime()) if alive else ():
        state = health.state
        if state is None:
            continue
        screens = f"a screen watches {watched} instead" if watched else "screens attach to it"
        text = f"process {state.pid} runs as a daemon, and {screens}: {health.why}"
        tell = ok if health.fresh else note
        yield tell("daemon", text, pid=state.pid, inverter=state.inverter, fresh=health.fresh)
    if watched:
        if not alive:
            text = f"no daemon runs here, and none is needed: a screen watches {watched}"
            yield note("daemon", text, pid=None)
    elif barred is not None:
        facts = {"path": str(barred.path), "group": barred.group, "user": barred.user}
        yield warning("barred", barred.what, barred.advice, **facts)
    elif not alive:
        yield note("daemon", "no daemon runs here: a screen asks the inverter itself", pid=None)
