"""A reading as a value: made whole, compared, shown, never changed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import FIELDS, Reading, decode_running_data


def read(payload: bytes) -> Reading:
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


def test_a_reading_cannot_be_changed() -> None:
    reading = read(bytes(83))
    with pytest.raises(dataclasses.FrozenInstanceError):
        reading.__setattr__("load_power", 5)
    assert reading == read(bytes(83))
    assert hash(reading) == hash(read(bytes(83)))
    assert reading != read(bytes(81))


def test_a_decoded_reading_equals_a_constructed_one() -> None:
    reading = read(bytes(range(100)))
    values: dict[str, Any] = reading.values()
    again = Reading(**values, raw=reading.raw)
    assert again == reading
    assert list(reading.values()) == list(FIELDS)


def test_a_reading_compares_and_shows_its_values() -> None:
    reading = read(encode_running_data({"load_power": 594}))
    assert reading != read(encode_running_data({"load_power": 595}))
    assert reading != "a reading"
    assert "load_power=594" in repr(reading)
    assert "battery_soh" not in repr(reading)
    assert dataclasses.replace(reading, load_power=5).load_power == 5


@pytest.mark.parametrize("change", [{"load_powr": 5}, {"load_power": None}, {"raw": None}])
def test_a_reading_is_made_of_all_its_fields_and_no_others(change: dict[str, Any]) -> None:
    reading = read(bytes(83))
    values = {**reading.values(), "raw": reading.raw, **change}
    wrong = next(iter(change))
    if change[wrong] is None:
        del values[wrong]
    with pytest.raises(TypeError, match=wrong):
        Reading(**values)
