"""What a public grid promises at a house, by the country whose rules an inverter follows.

The inverter sends none of its own limits. Sources: EN 50160 (230 V ± 10 %, 50 Hz ± 1 %), in Great
Britain the ESQC regulations 2002 (230 V + 10 % - 6 %). Of other countries nothing is said here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple


class Band(NamedTuple):
    """What is usual, both ends included."""

    low: float
    high: float

    def beyond(self, value: float) -> str:
        """`high` or `low` where a value is outside; empty where it is not."""
        return "high" if value > self.high else "low" if value < self.low else ""


class Supply(NamedTuple):
    """Voltage in V and frequency in Hz."""

    voltage: Band
    frequency: Band


_EUROPE = Supply(Band(207.0, 253.0), Band(49.5, 50.5))
_BRITAIN = Supply(Band(216.2, 253.0), Band(49.5, 50.5))
# Italy, Czechia, Germany, Spain, Greece, Denmark, Belgium, Romania; France; Poland; Holland; French
# islands with 50 Hz; Holland again; Austria; Ireland. The numbers are those of docs/protocol.md.
_EUROPEAN = (*range(8), 10, 13, 20, 23, 27, 30, 35)
_SUPPLIES = MappingProxyType(dict.fromkeys(_EUROPEAN, _EUROPE) | dict.fromkeys((8, 21), _BRITAIN))


def supply_of(country_code: int | None) -> Supply | None:
    """By the code that the inverter sends; None where nothing is known for sure."""
    return None if country_code is None else _SUPPLIES.get(country_code)
