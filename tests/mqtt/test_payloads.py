"""What the messages say: always JSON, always every key, and `null` for what is not known."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mqtt_helpers import INFO, make_reading, running_data, update_with

from kstar_tui import __version__
from kstar_tui.link.interface import Address
from kstar_tui.monitor.energy import FLOWS, Energy, Flow
from kstar_tui.monitor.events import Event, Kind, Severity
from kstar_tui.mqtt.payloads import (
    device_json,
    each_value,
    energy_json,
    energy_values,
    event_json,
    state_json,
    state_values,
)
from kstar_tui.protocol.device import DeviceSettings, decode_settings
from kstar_tui.protocol.encode import encode_settings
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import FIELDS, decode_running_data

NOON = datetime(2026, 6, 18, 12, 0, 0, 987654, tzinfo=timezone(timedelta(hours=2)))
COUNTERS = {
    f"{flow}_energy_{period}"
    for flow in (
        "pv",
        "load",
        "grid_import",
        "grid_export",
        "battery_charge",
        "battery_discharge",
    )
    for period in ("total", "today")
}
DEVICE_KEYS = {
    "model",
    "serial",
    "manufacturer",
    "firmware",
    "software",
    "country",
    "mac",
    "address",
    "settings",
    "interval",
    "version",
    "publisher",
}
SETTINGS = decode_settings(
    parse_frame(build_reply(0x89, encode_settings({"battery_capacity": 200})))
)
KWH = st.floats(0, 1e9)


def strictly(text: str) -> dict[str, Any]:
    """The object in a text that every JSON parser takes, and every MQTT client can send."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    text.encode()
    whole = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    assert isinstance(whole, dict)
    return whole


def accounts(total: dict[Flow, float], today: dict[Flow, float] | None = None) -> Energy:
    return Energy(total, today or total, date(2026, 6, 18), 3600.0, NOON, NOON)


def test_a_state_has_every_field_and_its_time() -> None:
    state = strictly(state_json(update_with(make_reading(pv_power=1234.56, errors=("isolation",)))))
    assert state.keys() == {"timestamp", *FIELDS}
    assert state["pv_power"] == 1234.56
    assert state["errors"] == ["isolation"]


def test_what_is_not_known_is_null_and_never_missing() -> None:
    reading = make_reading(grid_power=None, battery_temperature=None)
    state = strictly(state_json(update_with(reading)))
    assert state["grid_power"] is None
    assert state["battery_temperature"] is None
    assert state["load_power"] == 0


def test_a_state_without_a_reading_has_every_key_too() -> None:
    state = strictly(state_json(update_with(None)))
    assert state.pop("timestamp")
    assert state == dict.fromkeys(FIELDS)


@given(st.binary(min_size=81, max_size=140))
def test_whatever_the_inverter_sends_is_json_without_nan(payload: bytes) -> None:
    reading = decode_running_data(parse_frame(running_data(payload)))
    state = strictly(state_json(update_with(reading)))
    assert state.keys() == {"timestamp", *FIELDS}
    for name, value in state_values(reading).items():
        assert state[name] == (list(value) if isinstance(value, tuple) else value)


def test_the_time_is_that_of_the_reading_in_whole_seconds_with_its_zone() -> None:
    update = update_with(make_reading())._replace(taken=NOON, at=NOON + timedelta(minutes=7))
    assert strictly(state_json(update))["timestamp"] == "2026-06-18T12:00:00+02:00"
    update = update._replace(taken=None)
    assert strictly(state_json(update))["timestamp"] == "2026-06-18T12:07:00+02:00"


def test_the_twelve_counters_are_not_mixed_up() -> None:
    total = {flow: 1000.0 + number for number, flow in enumerate(FLOWS)}
    today = {flow: 10.0 + number for number, flow in enumerate(FLOWS)}
    counters = strictly(energy_json(accounts(total, today)))
    assert counters.keys() == {"timestamp", "day", *COUNTERS}
    assert counters["timestamp"] == "2026-06-18T12:00:00+02:00"
    assert counters["day"] == "2026-06-18"
    assert counters["pv_energy_total"] == total[Flow.PV]
    assert counters["load_energy_today"] == today[Flow.LOAD]
    assert counters["grid_import_energy_total"] == total[Flow.IMPORT]
    assert counters["grid_export_energy_today"] == today[Flow.EXPORT]
    assert counters["battery_charge_energy_total"] == total[Flow.CHARGE]
    assert counters["battery_discharge_energy_today"] == today[Flow.DISCHARGE]


@given(KWH, KWH)
def test_rounding_never_makes_a_rising_counter_fall(one: float, other: float) -> None:
    for lower, upper in ((min(one, other), max(one, other)), (one, math.nextafter(one, math.inf))):
        before = strictly(energy_json(accounts(dict.fromkeys(FLOWS, lower))))
        after = strictly(energy_json(accounts(dict.fromkeys(FLOWS, upper))))
        assert all(before[key] <= after[key] for key in COUNTERS)


@given(KWH)
def test_a_counter_is_rounded_to_a_watt_hour(kwh: float) -> None:
    values = energy_values(accounts(dict.fromkeys(FLOWS, kwh)))
    assert values.keys() == COUNTERS
    for value in values.values():
        assert math.isclose(value, kwh, rel_tol=1e-12, abs_tol=0.00051)
        assert value == float(f"{value:.3f}")


def test_a_device_says_who_it_is_and_how_it_is_set() -> None:
    update = update_with(None)._replace(settings=SETTINGS, mac="AA:BB:CC:DD:EE:FF")
    device = strictly(device_json(update, "abcd1234", 5.0))
    assert device.keys() == DEVICE_KEYS
    assert device["model"] == "KSE4000"
    assert device["serial"] == INFO.serial
    assert device["country"] == "Italy"
    assert device["mac"] == "AA:BB:CC:DD:EE:FF"
    assert device["address"] == "127.0.0.1"
    assert device["settings"].keys() == {*DeviceSettings._fields} - {"raw"}
    assert device["settings"]["battery_capacity"] == 200
    assert device["settings"]["charge_start"] is None
    assert device["settings"]["backup_supply"] is False
    assert (device["interval"], device["publisher"]) == (5.0, "abcd1234")
    assert device["version"] == __version__


def test_a_device_that_nobody_knows_has_every_key() -> None:
    update = update_with(None)._replace(info=None, address=None)
    device = strictly(device_json(update, "abcd1234", 5.0))
    known = {key: device.pop(key) for key in ("interval", "version", "publisher")}
    assert known == {"interval": 5.0, "version": __version__, "publisher": "abcd1234"}
    assert device == dict.fromkeys(DEVICE_KEYS - known.keys())


@given(st.text(), st.text())
def test_hostile_names_stay_inside_their_text(model: str, host: str) -> None:
    info = INFO._replace(model=model, firmware=model)
    update = update_with(None)._replace(info=info, address=Address(host))
    device = strictly(device_json(update, "abcd1234", 5.0))
    assert device.keys() == DEVICE_KEYS
    assert (device["model"], device["firmware"], device["address"]) == (model, model, host)


@pytest.mark.parametrize("begins", [True, False])
def test_an_event_and_its_end_are_told_by_the_same_kind_and_subject(begins: bool) -> None:
    event = Event(NOON, Severity.FAULT, "fault: isolation", Kind.FAULT, "isolation", begins)
    assert strictly(event_json(event)) == {
        "timestamp": "2026-06-18T12:00:00+02:00",
        "kind": "fault",
        "subject": "isolation",
        "begins": begins,
        "severity": "fault",
        "text": "fault: isolation",
    }


# Lone surrogates are what Python makes of bytes that are no UTF-8.
@example("offline: \udce4rger")
@given(st.text(st.characters(exclude_categories=())))
def test_whatever_an_error_says_an_event_can_be_sent(text: str) -> None:
    event = strictly(event_json(Event(NOON.astimezone(UTC), Severity.WARNING, text)))
    assert event["text"] == text.encode(errors="replace").decode()
    assert event["kind"] == "link"


def test_each_value_has_a_topic_and_only_texts_stand_bare() -> None:
    values = {
        "mode": "on-grid",
        "power": -250,
        "energy": 1234.5,
        "gone": None,
        "errors": ("isolation", 'a "b"'),
        "none": (),
    }
    assert list(each_value("kstar/X/state", values)) == [
        ("kstar/X/state/mode", "on-grid"),
        ("kstar/X/state/power", "-250"),
        ("kstar/X/state/energy", "1234.5"),
        ("kstar/X/state/gone", "null"),
        ("kstar/X/state/errors", '["isolation","a \\"b\\""]'),
        ("kstar/X/state/none", "[]"),
    ]


def test_each_field_of_a_reading_has_a_topic_of_its_own() -> None:
    topics = dict(each_value("s", state_values(make_reading(grid_power=None))))
    assert topics.keys() == {f"s/{name}" for name in FIELDS}
    assert topics["s/grid_power"] == "null"
    assert all(topics.values())
