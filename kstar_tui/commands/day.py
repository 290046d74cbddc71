"""The options of a simulated day, for `simulate` and `--demo`."""

from __future__ import annotations

import math
from argparse import Namespace
from typing import Any

from kstar_tui.clock import ScaledClock
from kstar_tui.commands.context import CommandError
from kstar_tui.simulator.days import parse_start
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.status import Status

SLOWEST, FASTEST = 0.1, 3600.0
_MAX_PORT = 65535
_MAX_SEED = 2**32


def simulated_day(
    options: Namespace, *, start: str | None = None, speed: str = "1", **rest: Any
) -> tuple[SimulatorOptions, ScaledClock]:
    """What to simulate and the clock to do it by; CommandError names the option that is wrong.

    `start` and `speed` stand in for options not given; a day chosen without a start has its own.
    """
    day = getattr(options, "day", None)
    started = getattr(options, "start", None if day else start)
    values: dict[str, Any] = {"speed": _speed(getattr(options, "speed", speed))}
    if day is not None:
        values["day"] = day
    if (seed := getattr(options, "seed", None)) is not None:
        values["seed"] = whole_number("--seed", seed, _MAX_SEED)
    try:
        if started is not None:
            values["start"] = parse_start(started)
        chosen = SimulatorOptions(**values, **rest)
    except ValueError as error:
        raise usage_error(str(error)) from error
    return chosen, chosen.clock()


def usage_error(text: str) -> CommandError:
    """An argument that cannot be used, as a sentence."""
    return CommandError(f"{text[:1].upper()}{text[1:]}.", Status.USAGE)


def whole_number(option: str, text: str, highest: int) -> int:
    """A number from 0 to `highest` from digits; CommandError for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and int(text) <= highest):
        raise usage_error(f"{option} is {text!r}; allowed is a whole number from 0 to {highest}")
    return int(text)


def port_number(option: str, text: str) -> int:
    """A UDP port, 0 for any free one."""
    return whole_number(option, text, _MAX_PORT)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not SLOWEST <= speed <= FASTEST:
        raise usage_error(
            f"--speed is {text!r}; allowed is a number from {SLOWEST:g} to {FASTEST:g}"
        )
    return speed
