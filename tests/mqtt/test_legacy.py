"""kstar.sharp's topics and numbers."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt_helpers import HOUSE, HOUSE_MESSAGES, make_reading, running_data

from kstar_tui.mqtt.legacy import legacy_messages, parse_prefix
from kstar_tui.protocol.frame import parse_frame
from kstar_tui.protocol.reading import decode_running_data

NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


def test_every_topic_with_its_number() -> None:
    messages = legacy_messages(make_reading(**HOUSE))
    assert dict(messages) == HOUSE_MESSAGES
    assert len(messages) == len(HOUSE_MESSAGES)


def test_import_is_positive_and_both_directions_stand_beside_it() -> None:
    reading = make_reading(grid_power=730, grid_import_power=730, grid_export_power=0)
    messages = dict(legacy_messages(reading, "home/solar"))
    assert messages["home/solar/grid"] == "730"
    assert messages["home/solar/grid/import"] == "730"
    assert messages["home/solar/grid/export"] == "0"


def test_what_is_not_known_is_not_sent() -> None:
    reading = make_reading(grid_power=None, grid_import_power=None, grid_export_power=None)
    topics = [topic for topic, _ in legacy_messages(reading)]
    assert topics == [f"sensor/inverter/{name}" for name in ("pvpower", "load", "temp", "etoday")]


@pytest.mark.parametrize(
    ("degrees", "text"),
    [
        (22.4, "22"),
        (22.5, "23"),
        (23.5, "24"),
        (22.6, "23"),
        (0.0, "0"),
        (0.4, "0"),
        (0.5, "1"),
        (-0.0, "0"),
        (-0.4, "0"),
        (-0.5, "-1"),
        (-2.4, "-2"),
        (-2.5, "-3"),
        (-3276.8, "-3277"),
    ],
)
def test_a_half_degree_goes_away_from_zero(degrees: float, text: str) -> None:
    assert dict(legacy_messages(make_reading(temperature=degrees)))["sensor/inverter/temp"] == text


@given(st.integers(-0x8000, 0x7FFF))
def test_every_temperature_the_inverter_can_send(tenths: int) -> None:
    expected = (Decimal(tenths) / 10).quantize(Decimal(1), ROUND_HALF_UP)
    messages = dict(legacy_messages(make_reading(temperature=tenths / 10)))
    assert messages["sensor/inverter/temp"] == str(int(expected))


def test_no_negative_zero() -> None:
    messages = dict(legacy_messages(make_reading(pv_power=-0.001, energy_today=-0.0)))
    assert messages["sensor/inverter/pvpower"] == "0.00"
    assert messages["sensor/inverter/etoday"] == "0.0"


@given(st.binary(min_size=81, max_size=140))
def test_any_reading_gives_plain_numbers(payload: bytes) -> None:
    reading = decode_running_data(parse_frame(running_data(payload)))
    messages = legacy_messages(reading)
    assert len({topic for topic, _ in messages}) == len(messages)
    for topic, text in messages:
        assert NUMBER.fullmatch(text), (topic, text)
        assert not re.fullmatch(r"-0(\.0+)?", text)
    published = dict(messages)
    assert float(published["sensor/inverter/pvpower"]) == reading.pv_power
    assert re.fullmatch(r"\d+\.\d\d", published["sensor/inverter/pvpower"])
    assert float(published["sensor/inverter/etoday"]) == reading.energy_today
    assert int(published["sensor/inverter/load"]) == reading.load_power


@pytest.mark.parametrize("prefix", ["sensor/inverter", "a", "haus/dach/süd", "a/b/c/d_e-f.g"])
def test_prefixes_taken(prefix: str) -> None:
    assert parse_prefix(prefix) == prefix


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("", "empty"),
        ("a/+/b", "wildcards"),
        ("a/#", "wildcards"),
        ("$SYS/a", "broker's own"),
        ("/a", "start or end"),
        ("a/", "start or end"),
        ("/", "start or end"),
        ("a//b", "//"),
        ("a b", "spaces"),
        ("a\x00", "control"),
        ("a\n", "control"),
        ("ä" * 101, "200 bytes"),
    ],
)
def test_prefixes_refused(prefix: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"an MQTT prefix cannot") as caught:
        parse_prefix(prefix)
    assert said in str(caught.value)
