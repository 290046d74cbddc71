"""What a value tells of itself: name, unit, bytes, origin, and a topic where it really is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from focus_world import BANKS, FULL, SISTER, focus_view
from tui_world import ENERGY, INFO, reading, update, view, without_reading

from kstar_tui.monitor.energy import FLOWS, Flow
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.legacy import legacy_messages
from kstar_tui.mqtt.payloads import (
    device_json,
    each_value,
    energy_json,
    energy_values,
    state_json,
    state_values,
)
from kstar_tui.mqtt.topics import Topics
from kstar_tui.protocol.device import SETTING_FIELDS
from kstar_tui.protocol.reading import FIELDS
from kstar_tui.settings import Settings
from kstar_tui.tui.explain import Told, counter, explain
from kstar_tui.tui.focus.battery import draw_battery
from kstar_tui.tui.focus.grid import draw_grid
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.live.picture import draw_live
from kstar_tui.tui.outlet import Outlet

WHOLE = update(energy=ENERGY, settings=FULL, reading=reading(**SISTER))
BROKER = Settings(mqtt_url="mqtt://pi", mqtt_base="home/solar", mqtt_prefix="old/inverter")


def told(field: str, of: Update = WHOLE, settings: Settings | None = None) -> Told:
    outlet = None if settings is None else Outlet.of(settings, of)
    found = explain(field, of.reading, outlet)
    assert found is not None
    return found


def raw(first: int, last: int) -> str:
    assert WHOLE.reading is not None
    return WHOLE.reading.raw[7:-2][first : last + 1].hex(" ")


def test_what_is_measured_shows_its_bytes() -> None:
    assert told("grid_voltage").text == f"Grid voltage, V\ngrid_voltage\nbytes 34-35: {raw(34, 35)}"
    assert told("battery_soc").lines == (f"byte 26: {raw(26, 26)}",)
    assert told("battery_temperature").lines[-1] == "(GoodWe ES, not confirmed on a KStar)"
    assert explain("nobody", WHOLE.reading) is None
    assert explain("choice:fault", WHOLE.reading) is None


def test_without_a_reading_it_says_where_its_bytes_are() -> None:
    found = explain("grid_voltage", None)
    assert found is not None
    assert found.lines == ("bytes 34-35",)


def test_a_frame_that_is_too_short_has_no_such_bytes() -> None:
    one = reading()
    object.__setattr__(one, "raw", one.raw[: 7 + 81] + one.raw[-2:])
    found = explain("meter_power_factor", one)
    assert found is not None
    assert found.lines[0] == "bytes 83-84: not sent"


def test_what_follows_from_others_shows_theirs() -> None:
    assert told("pv1_power").lines == (
        f"pv1_voltage, bytes 0-1: {raw(0, 1)}",
        f"pv1_current, bytes 2-3: {raw(2, 3)}",
    )
    assert told("grid_power").lines == (
        f"grid_power, bytes 38-39: {raw(38, 39)}",
        f"grid_direction, byte 80: {raw(80, 80)}",
    )
    assert told("errors").lines == (f"from error_bits, bytes 55-58: {raw(55, 58)}",)


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_is_without_bytes(name: str) -> None:
    assert all("byte" in line for line in told(name).lines if not line.startswith("("))


@pytest.mark.parametrize("name", SETTING_FIELDS)
def test_a_setting_says_its_place(name: str) -> None:
    assert "of the settings" in told(name).lines[0]


def test_extremes_say_of_which_time_they_are() -> None:
    assert told("grid_voltage:low").lines == ("lowest today",)
    assert told("grid_voltage:high", settings=BROKER).topics == ("MQTT: not published",)
    assert told("pv_power:shown").lines == ("highest of the hours shown",)


def test_an_account_is_not_the_inverters_counter() -> None:
    """Both are called load_energy_today."""
    account = told(counter(Flow.LOAD, "today", kept=True))
    inverters = told(counter(Flow.LOAD, "today", kept=False))
    assert account.field == inverters.field == "load_energy_today"
    assert account.lines == ("counted by the inverter, guarded",)
    assert inverters.lines == (f"bytes 69-70: {raw(69, 70)}",)
    assert counter(Flow.PV, "total", kept=False) == "energy_total"
    assert told(counter(Flow.IMPORT, "total", kept=True)).lines == ("integrated",)


def test_with_mqtt_off_it_says_so() -> None:
    off = told("load_power", settings=Settings()).topics
    assert off == (
        "MQTT (off): kstar/SIM0000005678/state, key load_power",
        "MQTT (off): sensor/inverter/load",
    )
    unknown = without_reading(LinkState.CONNECTING)
    found = explain("load_power", None, Outlet.of(BROKER, unknown))
    assert found is not None
    assert found.topics[0] == "MQTT: home/solar/<serial number>/state, key load_power"
    alone = Settings(mqtt_url="mqtt://pi", mqtt_legacy=False)
    assert len(told("load_power", settings=alone).topics) == 1


def published(values: bool) -> dict[str, str]:
    """Every message of an update by topic, as it is published."""
    topics = Topics("home/solar", INFO.serial)
    assert WHOLE.reading is not None
    messages = {
        topics.state: state_json(WHOLE),
        topics.energy: energy_json(ENERGY),
        topics.device: device_json(WHOLE, "me", 5.0),
        **dict(legacy_messages(WHOLE.reading, "old/inverter")),
    }
    if values:
        messages |= dict(each_value(topics.state, state_values(WHOLE.reading)))
        messages |= dict(each_value(topics.energy, energy_values(ENERGY)))
    return messages


def keys(value: Any, path: str) -> Any:
    for key in path.split("."):
        assert key in value, path
        value = value[key]
    return value


def every_field() -> Iterator[str]:
    """Of all screens, and of all tables."""
    yield from FIELDS
    yield from SETTING_FIELDS
    yield from (counter(flow, period, kept=True) for flow in FLOWS for period in ("today", "total"))
    whole = view(WHOLE)
    pictures = [draw_live(whole, *size, UNICODE) for size in ((200, 59), (120, 39), (80, 23))]
    draw: Callable[..., Any]
    for draw in (draw_battery, draw_grid):
        pictures.append(draw(focus_view(WHOLE), 200, 59, UNICODE))
        pictures.append(draw(focus_view(update(reading=reading(**BANKS))), 120, 39, UNICODE))
    yield from {span.field for one in pictures for line in one for span in line if span.field}


@pytest.mark.parametrize("values", [False, True])
def test_topics_are_those_that_are_published(values: bool) -> None:
    settings = Settings(
        mqtt_url="mqtt://pi",
        mqtt_base="home/solar",
        mqtt_prefix="old/inverter",
        mqtt_values=values,
    )
    messages = published(values)
    said = set()
    for field in set(every_field()):
        for line in told(field, settings=settings).topics:
            topic, _, path = line.removeprefix("MQTT: ").partition(", key ")
            if topic == "not published":
                continue
            said.add(topic)
            assert topic in messages, line
            for key in path.split(", ") if path else ():
                keys(json.loads(messages[topic]), key)
    # And nothing of a value is published of which no value says so.
    silent = {topic for topic in messages if topic not in said}
    whole = {f"home/solar/{INFO.serial}/{name}" for name in ("state", "energy")}
    assert silent == (whole if values else set())
