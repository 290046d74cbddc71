"""What is published becomes the same update again, and nothing else does any harm."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from feed_world import ENERGY, HOME, INFO, NOON, SETTINGS, Still, reading, update
from hypothesis import given, settings
from hypothesis import strategies as st

from kstar_tui.feed.overheard import NEVER, UNTOLD, Overheard, reading_of
from kstar_tui.feed.values import WireError
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.payloads import device_json, energy_json, state_json
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.reading import FIELDS

VALUES = {
    "pv1_voltage": 340.0,
    "pv1_current": 5.1,
    "pv1_mode": "producing",
    "battery_current": 12.3,
    "battery_mode": "charging",
    "grid_voltage": 0.0,
    "grid_power": 421,
    "grid_direction": "exporting",
    "inverter_power": -300,
    "temperature": -3.5,
    "work_mode": "on-grid",
    "error_bits": 1 << 9 | 1 << 31,
    "energy_total": 12345.6,
}


def heard(interval: float = 5.0, **changes: Any) -> Overheard:
    """One that is connected, and has heard all that a publisher of this update says."""
    one = Overheard(Still(), interval)
    one.trouble = None
    told = update(reading=reading(**VALUES), **changes)
    one.take("availability", b"online", retained=True)
    one.take("inverter", b"online", retained=True)
    one.take("device", device_json(told, "abcd", 7.0).encode(), retained=True)
    one.take("state", state_json(told).encode())
    if told.energy is not None:
        one.take("energy", energy_json(told.energy).encode())
    return one


def test_what_is_published_arrives() -> None:
    one = heard()
    told = one.latest
    assert told.state is LinkState.ONLINE
    assert told.error is None
    assert told.reading == replace(reading(**VALUES), raw=b"")
    assert told.reading is not None
    assert told.reading.errors == reading(**VALUES).errors != ()
    assert (told.info, told.settings) == (INFO, SETTINGS._replace(raw=b""))
    assert (told.address, told.mac) == (HOME, "AC:CF:23:A1:B2:C3")
    assert told.energy is not None
    assert (told.energy.total, told.energy.today) == (ENERGY.total, ENERGY.today)
    assert (told.energy.day, told.energy.saved) == (ENERGY.day, ENERGY.saved)
    assert told.energy.since == NEVER
    assert one.interval == 7.0
    assert told.rejected == {}
    assert told.polls == 1
    assert told.key == INFO.serial


def test_a_reading_is_fresh_once() -> None:
    one = heard()
    payload = state_json(update(taken=NOON + timedelta(seconds=5))).encode()
    assert one.take("state", payload).fresh
    # Said again for Home Assistant, which has just started.
    assert not one.take("state", payload).fresh
    assert one.latest.polls == 2


def test_one_that_somebody_keeps_is_as_old_as_it_is() -> None:
    one = Overheard(Still(), 5.0)
    one.trouble = None
    payload = state_json(update(taken=NOON - timedelta(hours=2))).encode()
    told = one.take("state", payload, retained=True)
    assert not told.fresh
    assert told.taken_monotonic == pytest.approx(1000 - 7200)
    assert told.taken == NOON - timedelta(hours=2)
    assert told.state is LinkState.STALE


def test_who_is_away() -> None:
    one = heard()
    since = one.latest.since
    assert one.take("inverter", b"offline").state is LinkState.OFFLINE
    assert "does not answer" in (one.latest.error or "")
    assert one.take("availability", b"offline").error == (
        "the kstar-tui that publishes it has ended, or lost the broker"
    )
    assert one.latest.since == since
    one.take("inverter", b"online")
    assert one.latest.state is LinkState.OFFLINE
    assert one.take("availability", b"online").state is LinkState.ONLINE
    assert one.take("availability", b"").state is LinkState.OFFLINE, "it was cleaned away"
    one.take("availability", b"online")
    one.trouble = "MQTT: refused"
    told = one.look()
    assert (told.state, told.error) == (LinkState.OFFLINE, "MQTT: refused")
    assert told.reading is not None, "the last one stays, with its age"


def test_before_the_first_reading() -> None:
    one = Overheard(Still(), 5.0)
    assert one.latest.state is LinkState.CONNECTING
    one.trouble = None
    assert "waiting for the next reading" in (one.look().error or "")


def test_readings_that_cease() -> None:
    clock = Still()
    one = Overheard(clock, 5.0)
    one.trouble = None
    one.take("state", state_json(update()).encode())
    clock.seconds += 24
    assert one.look().state is LinkState.ONLINE
    clock.seconds += 2
    assert one.look().state is LinkState.STALE
    assert one.latest.error == "no reading is published any more"


def test_the_inverters_counters_do_not_stand_for_accounts_that_are_to_come() -> None:
    clock = Still()
    one = Overheard(clock, 5.0)
    one.trouble = None
    assert one.latest.energy is None
    told = one.take("state", state_json(update()).encode())
    assert told.energy is UNTOLD
    assert told.energy.values() == {}
    assert one.take("energy", energy_json(ENERGY).encode()).energy != UNTOLD
    told = one.take("state", state_json(update(taken=NOON + timedelta(hours=1))).encode())
    assert told.energy is not None
    assert told.energy.today == ENERGY.today


@pytest.mark.parametrize(("seconds", "energy"), [(130, UNTOLD), (131, None)])
def test_accounts_that_nobody_keeps(seconds: int, energy: object) -> None:
    clock = Still()
    one = Overheard(clock, 5.0)
    one.trouble = None
    one.take("state", state_json(update()).encode())
    clock.seconds += seconds
    told = one.take("state", state_json(update(taken=NOON + timedelta(hours=1))).encode())
    assert told.energy is energy


def test_nobody_knows_who_it_is_yet() -> None:
    one = heard(info=None, settings=None, mac=None, address=None, energy=None)
    assert one.latest.info is None
    assert one.latest.settings is None
    assert one.latest.address is None
    assert one.latest.rejected == {}


STATE = json.loads(state_json(update(reading=reading(**VALUES))))
DEVICE = json.loads(device_json(update(), "abcd", 5.0))
GOOD = {"state": STATE, "device": DEVICE, "energy": json.loads(energy_json(ENERGY))}


@pytest.mark.parametrize(
    "changes",
    [
        {"battery_soc": 256},
        {"battery_soc": -1},
        {"battery_soc": 71.5},
        {"battery_soc": "71"},
        {"battery_soc": True},
        {"battery_soc": None},
        {"load_power": 65536},
        {"grid_power": 40000},
        {"pv_power": 1e12},
        {"pv1_voltage": -1.0},
        {"error_bits": 1 << 32},
        {"work_mode": 7},
        {"errors": "none"},
    ],
)
def test_a_state_that_no_inverter_has(changes: dict[str, Any]) -> None:
    one = heard()
    before = one.latest.reading
    told = one.take("state", json.dumps({**STATE, "timestamp": "x", **changes}).encode())
    assert told.reading is before
    assert not told.fresh
    (reason,) = told.rejected
    assert reason.startswith(f"state: {next(iter(changes))} is ")


def test_words_are_the_tables_and_errors_are_those_of_the_bits() -> None:
    told = reading_of({**STATE, "work_mode": "<b>mine</b>", "errors": ["\x1b[2J"]})
    assert told.work_mode == "unknown"
    assert told.errors == reading(**VALUES).errors


def test_what_a_newer_one_publishes_is_left_out() -> None:
    told = reading_of({**STATE, "mood": "sunny"})
    assert set(told.values()) == set(FIELDS)
    older = {name: value for name, value in STATE.items() if name != "battery_soh"}
    assert reading_of(older).battery_soh is None


def test_names_are_cleaned() -> None:
    one = heard()
    odd = {"serial": "../x\x1b", "model": "a\nb", "mac": "nonsense", "interval": 0}
    one.take("device", json.dumps({**DEVICE, **odd}).encode())
    assert one.latest.info is not None
    assert (one.latest.info.serial, one.latest.info.model) == ("x", "a b")
    assert one.latest.mac is None
    assert one.interval == 7.0


@pytest.mark.parametrize(
    ("text", "address"),
    [("192.168.1.50", HOME), ("pi.lan:8900", Address("pi.lan", 8900)), (None, None)],
)
def test_where_it_is(text: str | None, address: Address | None) -> None:
    one = heard()
    one.take("device", json.dumps({**DEVICE, "address": text}).encode())
    assert one.latest.address == address


@pytest.mark.parametrize("text", ["a:b:c", "x:²", "../y", "", "pi:99999999999", 7, "pi:0"])
def test_where_it_cannot_be(text: object) -> None:
    one = heard()
    one.take("device", json.dumps({**DEVICE, "address": text}).encode())
    assert one.latest.address == HOME
    assert len(one.latest.rejected) == 1


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
places = st.sampled_from([(topic, name) for topic in GOOD for name in GOOD[topic]])


@settings(max_examples=60)
@given(places, anything)
def test_no_value_does_harm(place: tuple[str, str], value: Any) -> None:
    topic, name = place
    one = heard()
    told = one.take(topic, json.dumps({**GOOD[topic], name: value}).encode())
    assert isinstance(told, Update)
    assert told.info is None or isinstance(told.info, DeviceInfo)
    assert told.reading is not None
    if topic == "state":
        try:
            reading_of({**STATE, name: value})
        except WireError:
            assert told.rejected


@settings(max_examples=60)
@given(st.sampled_from(["availability", "inverter", "state", "device", "energy", "x"]), st.binary())
def test_no_bytes_do_harm(topic: str, payload: bytes) -> None:
    assert heard().take(topic, payload).reading is not None
