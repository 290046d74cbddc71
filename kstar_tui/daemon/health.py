"""Whether a daemon has fresh data, in a word and in a line, from what it has left.

A health check must not wait for it: hardly anything is loaded.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kstar_tui.daemon.barred import Barred
from kstar_tui.daemon.state import DaemonState, Left, states_in
from kstar_tui.runtime import folders

AT_LEAST = 60.0
"""Seconds for which a reading is fresh, however short the interval."""
INTERVALS = 3
"""Intervals for which it is, where those are longer: so many lost polls are an outage."""


class Health(NamedTuple):
    """One daemon's, or that there is none."""

    fresh: bool
    why: str
    """One line for people."""
    state: DaemonState | None = None
    age: float | None = None
    """Seconds since the last accepted reading; not every one is written down, so it may be less."""


def look_around(environ: Mapping[str, str]) -> list[Left]:
    """What the daemons of this user and of the system have left."""
    return [left for folder in folders(environ) for left in states_in(folder)]


def health_of(
    found: Iterable[Left],
    now: float,
    *,
    max_age: float | None = None,
    inverter: str | None = None,
    barred: Barred | None = None,
) -> list[Health]:
    """How the daemons are at `now` (`uptime`), at least one answer.

    What a daemon has left that ended counts only where none lives, and one that is `barred` only
    where no other is meant.
    """
    meant = [left for left in found if inverter in (None, left.state.inverter)]
    alive = [left.state for left in meant if left.alive]
    if alive:
        return [_judged(state, now, max_age) for state in alive]
    if barred is not None:
        return [Health(False, f"not known: {barred.what}; {barred.advice}")]
    if meant:
        last = max((left.state for left in meant), key=lambda state: state.started)
        return [Health(False, f"not running: process {last.pid} ended without a goodbye", last)]
    of_it = "" if inverter is None else f" of {inverter}"
    return [Health(False, f"not running: there is no daemon{of_it}")]


def _judged(state: DaemonState, now: float, max_age: float | None) -> Health:
    age = None if state.taken is None else max(0.0, now - state.taken)
    who = state.inverter or (f"inverter at {state.address}" if state.address else None)
    if not state.available or age is None:
        said = f"{who}: {state.state}" if who else "searching for an inverter"
        reason = f": {state.error}" if state.error else ""
        return Health(False, f"not fresh: {said} since {_when(state.since)}{reason}", state, age)
    allowed = max(AT_LEAST, INTERVALS * state.interval) if max_age is None else max_age
    if age - state.lag > allowed:
        why = f"not fresh: {who} was last read {age:.0f} s ago, allowed are {allowed:g} s"
        return Health(False, why, state, age)
    return Health(True, f"fresh: {who} was read {age:.0f} s ago", state, age)


def _when(moment: float) -> str:
    """Local time; with the day where that is not today."""
    at, today = time.localtime(moment), time.localtime()
    same = (at.tm_year, at.tm_yday) == (today.tm_year, today.tm_yday)
    return time.strftime("%H:%M" if same else "%Y-%m-%d %H:%M", at)
