"""What each value of the field table is called at Prometheus, and in which unit. Pure."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.monitor.energy import FLOWS, JOULES_PER_KWH, Flow
from kstar_tui.protocol.fields import Field, Source
from kstar_tui.protocol.reading import FIELDS

PREFIX = "kstar"

_UNITS: dict[str, tuple[str, float]] = {
    "W": ("watts", 1),
    "V": ("volts", 1),
    "A": ("amperes", 1),
    "Hz": ("hertz", 1),
    "°C": ("celsius", 1),
    "%": ("ratio", 0.01),
    "kWh": ("joules", JOULES_PER_KWH),
    "h": ("seconds", 3600),
}
"""By the table's unit: Prometheus' base unit and how many of it one is."""
_STEMS = {
    # The inverter's own counters, beside those that are guarded.
    "energy_today": "inverter_energy_today",
    "energy_total": "inverter_energy",
    "load_energy_today": "inverter_load_energy_today",
    "load_energy_total": "inverter_load_energy",
    "hours_total": "inverter_running",
    # It is not the battery's.
    "temperature": "inverter_temperature",
}
_FLOW_WORDS = {
    Flow.PV: "from the panels",
    Flow.LOAD: "used by the house",
    Flow.IMPORT: "bought from the grid",
    Flow.EXPORT: "fed into the grid",
    Flow.CHARGE: "into the battery",
    Flow.DISCHARGE: "out of the battery",
}


class Metric(NamedTuple):
    """One family without its value. `name` has its unit at the end, but no `_total`."""

    name: str
    help: str
    field: str
    """In the field table, or of `Energy.values`."""
    factor: float = 1.0
    """What a value of the table is multiplied with."""
    counter: bool = False

    def value(self, known: float) -> float:
        """The value in Prometheus' unit."""
        # 57 % is 0.57, and not 0.5700000000000001; rounding never makes a counter fall.
        return round(known * self.factor, 6)


def _of(name: str, row: Field) -> Metric:
    unit, factor = _UNITS[row.unit or ""]
    doubt = f" ({row.source})" if row.source is Source.GOODWE else ""
    told = "from 0 to 1" if unit == "ratio" else f"in {unit}"
    return Metric(
        f"{PREFIX}_{_STEMS.get(name, name)}_{unit}",
        f"{row.label} {told}{doubt}",
        name,
        factor,
        counter=name.endswith("_total"),
    )


MEASURED = tuple(_of(name, row) for name, row in FIELDS.items() if row.unit in _UNITS)
"""Every field with a unit."""

ENERGY = tuple(
    Metric(
        f"{PREFIX}_{flow.energy}{'_today' if today else ''}_joules",
        f"Energy {_FLOW_WORDS[flow]} in joules{', so far today' if today else ''}",
        f"{flow.energy}_{'today' if today else 'total'}",
        JOULES_PER_KWH,
        counter=not today,
    )
    for today in (False, True)
    for flow in FLOWS
)
"""The accounts of energy as they are on disk."""

STATES = tuple(
    (f"{PREFIX}_{name}", row)
    for name, row in FIELDS.items()
    if row.codes is not None and row.blank is None
)
"""Fields that are one word of a few, with their rows; those of further batteries are left out."""
