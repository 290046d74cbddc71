"""What Home Assistant is told of each value, written down a second time beside the catalogue.

The expectations are those that a real Home Assistant was found to take, not what the code says.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from home_world import energy
from mqtt_helpers import update_with

from kstar_tui.mqtt.entities import Entity, Topic, catalogue, counter_name
from kstar_tui.mqtt.payloads import energy_values, state_json
from kstar_tui.protocol.reading import FIELDS

NOT_ANNOUNCED = {"errors": "the fault tells whether there are any, and its attributes which"}
"""Fields without a sensor of their own, and why."""


class Expected(NamedTuple):
    """What Home Assistant must be told; None for what must not be said."""

    device_class: str | None = None
    unit: str | None = None
    state_class: str | None = None
    precision: int | None = None
    category: str | None = "diagnostic"


POWER = Expected("power", "W", "measurement", 0, None)
ENERGY = Expected("energy", "kWh", "total_increasing", 2, None)
INVERTERS_ENERGY = ENERGY._replace(category="diagnostic")
VOLTAGE = Expected("voltage", "V", "measurement", 1)
CURRENT = Expected("current", "A", "measurement", 1)
FREQUENCY = Expected("frequency", "Hz", "measurement", 2)
TEMPERATURE = Expected("temperature", "°C", "measurement", 1)
CHARGE = Expected("battery", "%", "measurement", 0)
HEALTH = Expected(None, "%", "measurement", 0)
MODE = Expected("enum")
BITS = Expected()

EXPECTED = {
    "reachable": Expected("connectivity"),
    "fault": Expected("problem"),
    "pv_power": POWER,
    "pv1_power": POWER,
    "pv2_power": POWER,
    "battery_power": POWER,
    "battery_charge_power": POWER,
    "battery_discharge_power": POWER,
    "grid_power": POWER,
    "grid_import_power": POWER,
    "grid_export_power": POWER,
    "load_power": POWER,
    "backup_power": POWER,
    "inverter_power": POWER,
    "pv_energy_total": ENERGY,
    "pv_energy_today": ENERGY,
    "load_energy_total": ENERGY,
    "load_energy_today": ENERGY,
    "grid_import_energy_total": ENERGY,
    "grid_import_energy_today": ENERGY,
    "grid_export_energy_total": ENERGY,
    "grid_export_energy_today": ENERGY,
    "battery_charge_energy_total": ENERGY,
    "battery_charge_energy_today": ENERGY,
    "battery_discharge_energy_total": ENERGY,
    "battery_discharge_energy_today": ENERGY,
    "inverter_energy_total": INVERTERS_ENERGY,
    "inverter_energy_today": INVERTERS_ENERGY,
    "inverter_load_energy_total": INVERTERS_ENERGY,
    "inverter_load_energy_today": INVERTERS_ENERGY,
    "inverter_hours_total": Expected("duration", "h", "total_increasing"),
    "battery_soc": CHARGE._replace(category=None),
    "battery_2_soc": CHARGE,
    "battery_3_soc": CHARGE,
    "battery_4_soc": CHARGE,
    "battery_soh": HEALTH,
    "pv1_voltage": VOLTAGE,
    "pv2_voltage": VOLTAGE,
    "battery_voltage": VOLTAGE,
    "battery_2_voltage": VOLTAGE,
    "battery_3_voltage": VOLTAGE,
    "battery_4_voltage": VOLTAGE,
    "grid_voltage": VOLTAGE,
    "backup_voltage": VOLTAGE,
    "pv1_current": CURRENT,
    "pv2_current": CURRENT,
    "battery_current": CURRENT,
    "battery_2_current": CURRENT,
    "battery_3_current": CURRENT,
    "battery_charge_limit": CURRENT,
    "battery_discharge_limit": CURRENT,
    "backup_current": CURRENT,
    "ac_output_current": CURRENT,
    "grid_frequency": FREQUENCY,
    "backup_frequency": FREQUENCY,
    "temperature": TEMPERATURE._replace(category=None),
    "battery_temperature": TEMPERATURE,
    "meter_power_factor": Expected("power_factor", None, "measurement"),
    "pv1_mode": MODE,
    "pv2_mode": MODE,
    "battery_mode": MODE,
    "battery_2_mode": MODE,
    "battery_3_mode": MODE,
    "battery_4_mode": MODE,
    "grid_direction": MODE,
    "load_mode": MODE,
    "work_state": MODE,
    "work_mode": MODE,
    "effective_work_mode": MODE,
    "bms_status": BITS,
    "battery_status": BITS,
    "battery_warning_bits": BITS,
    "meter_status": BITS,
    "relay_bits": BITS,
    "error_bits": BITS,
    "diagnosis_bits": BITS,
}

ENABLED = """
    reachable fault
    pv_power pv1_power pv2_power pv1_voltage pv2_voltage pv1_current pv2_current
    battery_power battery_charge_power battery_discharge_power battery_soc
    battery_voltage battery_current battery_mode
    grid_power grid_import_power grid_export_power grid_voltage grid_frequency
    load_power inverter_power temperature work_mode
    pv_energy_total pv_energy_today load_energy_total load_energy_today
    grid_import_energy_total grid_import_energy_today
    grid_export_energy_total grid_export_energy_today
    battery_charge_energy_total battery_charge_energy_today
    battery_discharge_energy_total battery_discharge_energy_today
"""

GUARDED = {one for one, expected in EXPECTED.items() if expected is ENERGY}

INVERTERS_OWN = {
    "inverter_energy_total": "energy_total",
    "inverter_energy_today": "energy_today",
    "inverter_load_energy_total": "load_energy_total",
    "inverter_load_energy_today": "load_energy_today",
    "inverter_hours_total": "hours_total",
}

BATTERY_WORDS = {
    "none",
    "standby",
    "discharging",
    "charging",
    "waiting to charge",
    "waiting to discharge",
    "unknown",
}
PV_WORDS = {"not connected", "no power", "producing", "unknown"}
WORK_WORDS = {
    "check",
    "wait",
    "on-grid",
    "off-grid",
    "flash",
    "fault",
    "battery standby",
    "charging",
    "discharging",
    "unknown",
}
WORDS = {
    "pv1_mode": PV_WORDS,
    "pv2_mode": PV_WORDS,
    "battery_mode": BATTERY_WORDS,
    "battery_2_mode": BATTERY_WORDS,
    "battery_3_mode": BATTERY_WORDS,
    "battery_4_mode": BATTERY_WORDS,
    "grid_direction": {"idle", "exporting", "importing", "unknown"},
    "load_mode": {"disconnected", "connected", "unknown"},
    "work_state": {"standby", "on", "abnormal", "severe fault", "unknown"},
    "work_mode": WORK_WORDS,
    "effective_work_mode": WORK_WORDS,
}

EVERY_ENTITY = pytest.mark.parametrize("entity", catalogue().values(), ids=lambda one: one.id)


def keys_read(entity: Entity) -> set[str]:
    """The keys that its templates look up in the message."""
    templates = [text for name, text in entity.options.items() if name.endswith("_template")]
    return set(re.findall(r"value_json\.(\w+)", " ".join(templates)))


def test_every_field_is_announced_or_it_is_known_why_not() -> None:
    announced = {
        entity.needs
        for entity in catalogue().values()
        if entity.topic is Topic.STATE and keys_read(entity) == {entity.needs}
    }
    assert announced | NOT_ANNOUNCED.keys() == FIELDS.keys()
    assert not announced & NOT_ANNOUNCED.keys()


def test_the_errors_are_in_the_fault_and_its_attributes() -> None:
    fault = catalogue()["fault"]
    assert (fault.platform, fault.topic, fault.needs) == ("binary_sensor", Topic.STATE, "errors")
    assert fault.options["value_template"] == "{{ 'ON' if value_json.errors else 'OFF' }}"
    attributes = fault.options["json_attributes_template"]
    assert "'errors': value_json.errors" in attributes
    assert "'error_bits': value_json.error_bits" in attributes
    assert attributes.endswith("| tojson }}")


def test_there_is_no_entity_but_those_written_here() -> None:
    assert catalogue().keys() == EXPECTED.keys()


@pytest.mark.parametrize("one", EXPECTED)
def test_an_entity_is_of_the_kind_that_home_assistant_takes(one: str) -> None:
    options = catalogue()[one].options
    assert (
        Expected(
            options.get("device_class"),
            options.get("unit_of_measurement"),
            options.get("state_class"),
            options.get("suggested_display_precision"),
            options.get("entity_category"),
        )
        == EXPECTED[one]
    )


@EVERY_ENTITY
def test_an_entity_has_nothing_else_to_say(entity: Entity) -> None:
    said = set(entity.options) - {
        "name",
        "device_class",
        "unit_of_measurement",
        "state_class",
        "suggested_display_precision",
        "entity_category",
        "enabled_by_default",
        "value_template",
        "icon",
    }
    more: dict[str, set[str]] = {
        "reachable": {"payload_on", "payload_off"},
        "fault": {"json_attributes_template"},
    }
    assert said == more.get(entity.id, {"options"} if entity.id in WORDS else set())
    assert None not in entity.options.values()


def test_all_but_the_fault_and_the_reach_are_sensors() -> None:
    binary = {one.id for one in catalogue().values() if one.platform != "sensor"}
    assert binary == {"reachable", "fault"}


def test_the_reach_is_read_from_the_inverters_availability() -> None:
    reachable = catalogue()["reachable"]
    assert (reachable.platform, reachable.topic) == ("binary_sensor", Topic.INVERTER)
    assert reachable.options["payload_on"] == "online"
    assert reachable.options["payload_off"] == "offline"
    assert reachable.needs == ""


def test_a_mode_has_every_word_that_it_can_say() -> None:
    enums = {one for one, expected in EXPECTED.items() if expected is MODE}
    assert enums == WORDS.keys()
    for one, words in WORDS.items():
        options = catalogue()[one].options["options"]
        assert set(options) == words
        assert len(options) == len(words)


def test_what_is_enabled_from_the_start() -> None:
    enabled = {
        one.id for one in catalogue().values() if one.options.get("enabled_by_default", True)
    }
    assert enabled == set(ENABLED.split())


def test_only_counters_are_said_to_rise() -> None:
    rising = {
        one.id
        for one in catalogue().values()
        if one.options.get("state_class") == "total_increasing"
    }
    assert rising == GUARDED | INVERTERS_OWN.keys()


def test_the_guarded_counters_are_read_from_the_accounts() -> None:
    assert energy_values(energy(1.0)).keys() == GUARDED
    for one in GUARDED:
        entity = catalogue()[one]
        assert entity.topic is Topic.ENERGY
        assert entity.options["value_template"] == f"{{{{ value_json.{one} }}}}"
        assert entity.needs == counter_name(one)


def test_the_inverters_own_counters_are_not_mistaken_for_the_guarded_ones() -> None:
    for one, field in INVERTERS_OWN.items():
        entity = catalogue()[one]
        assert entity.topic is Topic.STATE
        assert entity.options["value_template"] == f"{{{{ value_json.{field} }}}}"
        assert entity.needs == field
        assert entity.options["enabled_by_default"] is False
        assert entity.options["name"].endswith(" (inverter)")
    raw = {one.needs for one in catalogue().values() if one.topic is Topic.STATE}
    guarded = {one.needs for one in catalogue().values() if one.topic is Topic.ENERGY}
    assert not raw & guarded


@pytest.mark.parametrize("topic", [Topic.STATE, Topic.ENERGY])
def test_templates_read_keys_that_the_message_has(topic: Topic) -> None:
    keys = {
        Topic.STATE: re.findall(r'"(\w+)":', state_json(update_with(None))),
        Topic.ENERGY: energy_values(energy(1.0)),
    }[topic]
    for entity in catalogue().values():
        if entity.topic is topic:
            assert keys_read(entity)
            assert keys_read(entity) <= set(keys), entity.id


def test_names_and_ids_are_given_once() -> None:
    entities = catalogue().values()
    assert len({one.options["name"] for one in entities}) == len(entities)
    assert [one.id for one in entities] == list(catalogue())


@EVERY_ENTITY
def test_an_id_is_fit_for_topics_and_for_entity_ids(entity: Entity) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_]{1,64}", entity.id)
    # Entity ids have no capitals.
    assert entity.id == entity.id.lower()


@EVERY_ENTITY
def test_a_name_is_one_for_people(entity: Entity) -> None:
    name = entity.options["name"]
    assert name[0].isupper()
    assert "_" not in name
    # Home Assistant puts the device's name before it.
    assert not re.search(r"kstar|kse", name, re.IGNORECASE)


@EVERY_ENTITY
def test_an_icon_is_given_where_home_assistant_has_none(entity: Entity) -> None:
    """Each class of a measurement has an icon; words, bits and a bare percentage have an eye."""
    expected = EXPECTED[entity.id]
    icon = entity.options.get("icon", "")
    assert bool(icon) is (expected.device_class in (None, "enum"))
    assert not icon or re.fullmatch(r"mdi:[a-z]+(-[a-z]+)*", icon)


def test_a_battery_is_named_where_a_name_stands_alone() -> None:
    names = {one.id: one.options["name"] for one in catalogue().values()}
    assert names["battery_soc"] == "Battery state of charge"
    assert names["battery_soh"] == "Battery state of health"
    assert FIELDS["battery_soc"].label == "State of charge", "beside the battery's other values"


def test_counters_are_named_for_what_they_count() -> None:
    names = {one.id: one.options["name"] for one in catalogue().values()}
    assert names["grid_import_energy_total"] == "Grid import energy"
    assert names["grid_export_energy_total"] == "Grid export energy"
    assert names["battery_charge_energy_total"] == "Battery charge energy"
    assert names["battery_discharge_energy_today"] == "Battery discharge energy today"
    assert names["inverter_energy_total"] == "PV energy total (inverter)"
