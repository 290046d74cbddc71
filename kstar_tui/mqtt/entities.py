"""What Home Assistant is told of each value: its class, unit, precision and name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from kstar_tui.monitor.energy import FLOWS, Flow
from kstar_tui.protocol.codes import UNKNOWN
from kstar_tui.protocol.fields import Field, Group
from kstar_tui.protocol.reading import FIELDS

SENSOR = "sensor"
BINARY = "binary_sensor"

_SHOWN = frozenset(
    {
        "pv_power",
        "pv1_power",
        "pv1_voltage",
        "pv1_current",
        "pv2_power",
        "pv2_voltage",
        "pv2_current",
        "battery_power",
        "battery_charge_power",
        "battery_discharge_power",
        "battery_soc",
        "battery_voltage",
        "battery_current",
        "battery_mode",
        "grid_power",
        "grid_import_power",
        "grid_export_power",
        "grid_voltage",
        "grid_frequency",
        "load_power",
        "inverter_power",
        "temperature",
        "work_mode",
    }
)
"""Enabled from the start; all else waits for its user to enable it."""

_MAIN = frozenset(
    {name for name, row in FIELDS.items() if row.unit == "W"} | {"battery_soc", "temperature"}
)
"""What one looks at every day; all else is diagnostic."""

_CLASSES: Mapping[str, tuple[str, int]] = {
    "V": ("voltage", 1),
    "A": ("current", 1),
    "Hz": ("frequency", 2),
    "°C": ("temperature", 1),
}
"""By unit: the device class and the digits behind the point."""

_NAMES = {
    "battery_soc": "Battery state of charge",
    "battery_soh": "Battery state of health",
}
"""Names of fields whose label is understood only beside the battery's others, as on the screen."""

_ICONS = {
    "pv1_mode": "solar-panel",
    "pv2_mode": "solar-panel",
    "battery_mode": "battery-sync",
    "battery_2_mode": "battery-sync",
    "battery_3_mode": "battery-sync",
    "battery_4_mode": "battery-sync",
    "bms_status": "battery-outline",
    "battery_status": "battery-outline",
    "battery_soh": "battery-heart",
    "battery_warning_bits": "battery-alert",
    "grid_direction": "transmission-tower",
    "meter_status": "meter-electric",
    "load_mode": "home-lightning-bolt",
    "work_state": "state-machine",
    "work_mode": "state-machine",
    "effective_work_mode": "state-machine",
    "relay_bits": "electric-switch",
    "error_bits": "alert-circle-outline",
    "diagnosis_bits": "stethoscope",
}
"""Of what has no device class with an icon of its own: Home Assistant would draw an eye."""

_FLOW_NAMES = {
    Flow.PV: "PV energy",
    Flow.LOAD: "Load energy",
    Flow.IMPORT: "Grid import energy",
    Flow.EXPORT: "Grid export energy",
    Flow.CHARGE: "Battery charge energy",
    Flow.DISCHARGE: "Battery discharge energy",
}


class Topic(Enum):
    """Where an entity's value is read."""

    STATE = "state"
    """Momentary: it expires, and is gone while the inverter is."""
    ENERGY = "energy"
    """A counter: it stays as long as kstar-tui runs, through the night."""
    INVERTER = "inverter"


class Entity(NamedTuple):
    """One entity; `options` are Home Assistant's, without topics, ids and availability."""

    id: str
    """Its place in the device's message, and the end of its `unique_id`: never changes."""
    platform: str
    topic: Topic
    options: Mapping[str, Any]
    needs: str = ""
    """The field, or the counter by its `counter_name`, that has to be known for it to be
    announced; "" for none."""


@cache
def catalogue() -> Mapping[str, Entity]:
    """Every entity that this version can announce, by id."""
    entities = [_REACHABLE, _FAULT, *_counters()]
    entities += [_of_field(row) for name, row in FIELDS.items() if name != "errors"]
    return {entity.id: entity for entity in entities}


_REACHABLE = Entity(
    "reachable",
    BINARY,
    Topic.INVERTER,
    {
        "name": "Inverter reachable",
        "device_class": "connectivity",
        "entity_category": "diagnostic",
        "payload_on": "online",
        "payload_off": "offline",
    },
)
_FAULT = Entity(
    "fault",
    BINARY,
    Topic.STATE,
    {
        "name": "Fault",
        "device_class": "problem",
        "entity_category": "diagnostic",
        "value_template": "{{ 'ON' if value_json.errors else 'OFF' }}",
        "json_attributes_template": (
            "{{ {'errors': value_json.errors, 'error_bits': value_json.error_bits} | tojson }}"
        ),
    },
    "errors",
)


def counter_name(key: str) -> str:
    """A counter apart from a field of the same name, which is the inverter's own."""
    return f"energy/{key}"


def _counters() -> list[Entity]:
    counters = []
    for flow in FLOWS:
        for period, name in (("total", _FLOW_NAMES[flow]), ("today", f"{_FLOW_NAMES[flow]} today")):
            key = f"{flow.energy}_{period}"
            counters.append(
                Entity(
                    key,
                    SENSOR,
                    Topic.ENERGY,
                    {"name": name, **_energy(key)},
                    counter_name(key),
                )
            )
    return counters


def _of_field(row: Field) -> Entity:
    options: dict[str, Any] = {"name": _NAMES.get(row.name, row.label)}
    entity_id = row.name
    if row.group is Group.ENERGY:
        # The inverter's own counters are raw; those of the same name are guarded.
        entity_id = f"inverter_{row.name}"
        options["name"] = f"{row.label} (inverter)"
    if row.codes is not None:
        options |= {"device_class": "enum", "options": [*_words(row), UNKNOWN]}
    elif row.unit == "kWh":
        options |= _energy(row.name)
    else:
        options |= _measured(row)
    options["value_template"] = f"{{{{ value_json.{row.name} }}}}"
    if row.name in _ICONS:
        options["icon"] = f"mdi:{_ICONS[row.name]}"
    if row.name not in _MAIN:
        options["entity_category"] = "diagnostic"
    if row.name not in _SHOWN:
        options["enabled_by_default"] = False
    return Entity(entity_id, SENSOR, Topic.STATE, options, row.name)


def _words(row: Field) -> list[str]:
    return list(dict.fromkeys((row.codes or {}).values()))


def _measured(row: Field) -> dict[str, Any]:
    unit = row.unit or ""
    if unit == "W":
        return _measurement("power", "W", 0)
    if unit == "%":
        # A health of 60 % is no battery that runs low.
        kind = "battery" if row.name.endswith("_soc") else None
        return _measurement(kind, "%", 0)
    if unit == "h":
        return {
            "device_class": "duration",
            "unit_of_measurement": "h",
            "state_class": "total_increasing",
        }
    if unit in _CLASSES:
        kind, digits = _CLASSES[unit]
        return _measurement(kind, unit, digits)
    if row.name == "meter_power_factor":
        return {"device_class": "power_factor", "state_class": "measurement"}
    return {}


def _measurement(kind: str | None, unit: str, digits: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        "unit_of_measurement": unit,
        "state_class": "measurement",
        "suggested_display_precision": digits,
    }
    return options if kind is None else {"device_class": kind, **options}


def _energy(key: str) -> dict[str, Any]:
    return {
        "device_class": "energy",
        "unit_of_measurement": "kWh",
        "state_class": "total_increasing",
        "suggested_display_precision": 2,
        "value_template": f"{{{{ value_json.{key} }}}}",
    }
