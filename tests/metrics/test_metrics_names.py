"""What each value is called at Prometheus: by its conventions, and each name once."""

from __future__ import annotations

import re

import pytest

from kstar_tui.metrics.names import ENERGY, MEASURED, STATES
from kstar_tui.protocol.reading import FIELDS

UNITS = {
    "W": "watts",
    "V": "volts",
    "A": "amperes",
    "Hz": "hertz",
    "°C": "celsius",
    "%": "ratio",
    "kWh": "joules",
    "h": "seconds",
}


def test_every_field_with_a_unit_has_one() -> None:
    assert [one.field for one in MEASURED] == [name for name, row in FIELDS.items() if row.unit]
    assert {row.unit for row in FIELDS.values() if row.unit} <= set(UNITS)


@pytest.mark.parametrize("one", MEASURED, ids=lambda one: one.field)
def test_the_unit_stands_at_the_end(one) -> None:  # type: ignore[no-untyped-def]
    unit = UNITS[FIELDS[one.field].unit or ""]
    assert re.fullmatch(rf"kstar_[a-z0-9_]+_{unit}", one.name)
    assert one.help.startswith(FIELDS[one.field].label)
    assert ("from 0 to 1" if unit == "ratio" else f"in {unit}") in one.help
    assert one.counter is one.field.endswith("_total")


def test_names_are_told_apart() -> None:
    names = [one.name for one in (*MEASURED, *ENERGY)] + [name for name, _ in STATES]
    assert len(names) == len(set(names))
    assert {
        "kstar_pv_power_watts",
        "kstar_battery_soc_ratio",
        "kstar_grid_voltage_volts",
        "kstar_inverter_temperature_celsius",
        "kstar_inverter_running_seconds",
        "kstar_inverter_energy_joules",
        "kstar_grid_import_energy_joules",
        "kstar_pv_energy_today_joules",
        "kstar_work_mode",
    } <= set(names)


@pytest.mark.parametrize(
    ("field", "known", "value"),
    [
        ("pv_power", 4025.45, 4025.45),
        ("battery_soc", 71, 0.71),
        ("battery_soc", 57, 0.57),
        ("battery_soc", 100, 1.0),
        ("energy_total", 5457.3, 19_646_280_000.0),
        ("hours_total", 3911, 14_079_600),
        ("temperature", -3.5, -3.5),
    ],
)
def test_values_in_base_units(field: str, known: float, value: float) -> None:
    (metric,) = (one for one in MEASURED if one.field == field)
    assert metric.value(known) == pytest.approx(value, rel=1e-12)
    if value < 2:
        # As people would write it.
        assert metric.value(known) == value
