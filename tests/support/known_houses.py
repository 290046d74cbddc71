"""Houses that begin alike are lived through once: the morning of one costs a third of a second."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from kstar_tui.simulator.days import Day
from kstar_tui.simulator.house import House

_KNOWN: dict[object, House] = {}


def known_house(day: Day, start: datetime, **options: Any) -> House:
    """A house of its own for each who asks. It is a function of all that is given here."""
    key = day, start.replace(tzinfo=None), tuple(sorted(options.items()))
    if key not in _KNOWN:
        _KNOWN[key] = House(day, start, **options)
    return deepcopy(_KNOWN[key])
