"""Which fields are kept, and how: every measured value of the field table."""

from __future__ import annotations

from kstar_tui.monitor.energy import Flow
from kstar_tui.protocol.reading import FIELDS

_MEASURED = frozenset({"W", "V", "A", "Hz", "°C", "%"})
# Signed: each is the difference of two never-negative fields that are kept.
_SIGNED = frozenset({"grid_power", "battery_power"})

KEPT: tuple[str, ...] = tuple(
    name for name, row in FIELDS.items() if row.unit in _MEASURED and name not in _SIGNED
)
"""Fields with a mean, a minimum and a maximum for every bucket, in the table's order."""

INDEX: dict[str, int] = {name: index for index, name in enumerate(KEPT)}
SCALES: tuple[int, ...] = tuple(FIELDS[name].scale for name in KEPT)
"""Minima and maxima are kept as whole numbers of 1/scale units."""
FLOW_INDEX: tuple[int, ...] = tuple(INDEX[flow.value] for flow in Flow)
"""Where the six powers stand in `KEPT`, in the order of `Flow`."""
