"""`kstar-tui healthcheck`: whether the daemon has fresh data, for containers and monitoring.

It is asked every few seconds, on small machines: hardly anything is loaded.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from kstar_tui.daemon.barred import barred_folder
from kstar_tui.daemon.health import Health, health_of, look_around
from kstar_tui.status import Status
from kstar_tui.uptime import uptime

if TYPE_CHECKING:
    from kstar_tui.commands.context import Context


def run(context: Context) -> int:
    """Say it; FAILED unless all daemons that are meant have fresh data."""
    options = context.options
    max_age = None
    if options.max_age is not None:
        max_age = seconds(options.max_age)
        if max_age is None:
            from kstar_tui.commands.context import CommandError

            raise CommandError(
                f"argument --max-age: {options.max_age!r} is no number of seconds above 0.",
                Status.USAGE,
            )
    found, text = _check(max_age, options.inverter, as_json=options.json)
    context.emit(text)
    return found


def at_once(words: Sequence[str]) -> int | None:
    """The same for the arguments behind the command, without the time that it takes to load what
    reads arguments; None for those that are not plainly understood."""
    max_age: float | None = None
    inverter: str | None = None
    as_json = False
    rest = iter(words)
    for word in rest:
        if word == "--json":
            as_json = True
        elif word == "--max-age":
            max_age = seconds(next(rest, ""))
            if max_age is None:
                return None
        elif word == "--inverter":
            inverter = next(rest, "")
            if not inverter or inverter.startswith("-"):
                return None
        else:
            return None
    status, text = _check(max_age, inverter, as_json=as_json)
    if sys.stdout is not None:
        # Past its buffer, over which Python would complain at the exit: the status is what counts.
        with suppress(OSError, ValueError):
            encoding = sys.stdout.encoding or "utf-8"
            os.write(sys.stdout.fileno(), f"{text}\n".encode(encoding, "replace"))
    return status


def seconds(text: str) -> float | None:
    """A time above 0 s; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < math.inf else None


def _check(max_age: float | None, inverter: str | None, *, as_json: bool) -> tuple[Status, str]:
    all_of_them = health_of(
        look_around(os.environ),
        uptime(),
        max_age=max_age,
        inverter=inverter,
        barred=barred_folder(os.environ),
    )
    # What is wrong comes first: monitoring often shows one line only.
    all_of_them.sort(key=lambda health: health.fresh)
    fresh = all(health.fresh for health in all_of_them)
    status = Status.DONE if fresh else Status.FAILED
    if not as_json:
        return status, "\n".join(health.why for health in all_of_them)
    import json

    found = {"fresh": fresh, "daemons": [_as_dict(health) for health in all_of_them]}
    return status, json.dumps(found, allow_nan=False)


def _as_dict(health: Health) -> dict[str, object]:
    state, age = health.state, health.age
    if state is None:
        return {"fresh": health.fresh, "why": health.why}
    return {
        "fresh": health.fresh,
        "why": health.why,
        "pid": state.pid,
        "version": state.version,
        "inverter": state.inverter,
        "host": state.address,
        "state": state.state,
        "since": state.since,
        "age": None if age is None else round(age, 1),
        "error": state.error,
    }
