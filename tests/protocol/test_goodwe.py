"""The goodwe library as a reader of its own: our frames mean to it what they mean to us."""

from __future__ import annotations

from typing import Any

import pytest
from goodwe.es import ES
from goodwe.protocol import ProtocolResponse
from goodwe_names import SAME
from hypothesis import given
from hypothesis import strategies as st
from running_data_layout import put

from kstar_tui.protocol.device import decode_device_info
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.fields import Value
from kstar_tui.protocol.frame import GOODWE_MONITOR, build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

COMMAND = ES._READ_DEVICE_RUNNING_DATA
SENSORS = ES._ES__sensors

NAMES = {**SAME, "battery_error": "bms_status"}


def read_by_goodwe(raw: bytes) -> dict[str, Any]:
    assert COMMAND.validator(raw), "goodwe does not take this frame"
    values: dict[str, Any] = ES._map_response(ProtocolResponse(raw, COMMAND), SENSORS)
    return values


def both(values: dict[str, Value]) -> tuple[Reading, dict[str, Any]]:
    raw = build_reply(0x86, encode_running_data(values, size=95), GOODWE_MONITOR)
    return decode_running_data(parse_frame(raw)), read_by_goodwe(raw)


def compare(reading: Reading, theirs: dict[str, Any]) -> None:
    assert {name: theirs[name] for name in NAMES} == {
        name: getattr(reading, ours) for name, ours in NAMES.items()
    }
    # Each string is rounded to whole watts there; the battery's sign is ours, the grid's is not.
    assert theirs["ppv1"] == pytest.approx(reading.pv1_power, abs=0.5001)
    assert theirs["ppv2"] == pytest.approx(reading.pv2_power, abs=0.5001)
    assert theirs["ppv"] == pytest.approx(reading.pv_power, abs=1.0001)
    if reading.battery_mode in ("charging", "discharging"):
        assert theirs["pbattery1"] == pytest.approx(reading.battery_power, abs=0.5001)
        sign = -1 if reading.battery_mode == "charging" else 1
        assert theirs["ibattery1"] == sign * reading.battery_current
    if reading.grid_direction != "idle":
        assert theirs["pgrid"] == -(reading.grid_power or 0)


@st.composite
def plausible(draw: st.DrawFn) -> dict[str, Value]:
    """Values that goodwe, too, takes as measured: it reads all ones and -0.1 °C as "no value"."""

    def tenths(low: int, high: int) -> float:
        return draw(st.integers(low, high)) / 10

    return {
        "pv1_voltage": tenths(0, 6000),
        "pv1_current": tenths(0, 200),
        "pv1_mode": draw(st.sampled_from(["not connected", "no power", "producing"])),
        "pv2_voltage": tenths(0, 6000),
        "pv2_current": tenths(0, 200),
        "battery_voltage": tenths(0, 600),
        "battery_current": tenths(0, 1000),
        "battery_soc": draw(st.integers(0, 100)),
        "battery_mode": draw(st.sampled_from(["none", "standby", "discharging", "charging"])),
        "bms_status": draw(st.integers(0, 0xFFFE)),
        "grid_voltage": tenths(0, 3000),
        "ac_output_current": tenths(0, 500),
        "grid_power": draw(st.integers(0, 32767)),
        "grid_direction": draw(st.sampled_from(["idle", "exporting", "importing"])),
        "grid_frequency": draw(st.integers(0, 6500)) / 100,
        "backup_voltage": tenths(0, 3000),
        "backup_current": tenths(0, 500),
        "backup_frequency": draw(st.integers(0, 6500)) / 100,
        "load_power": draw(st.integers(0, 20000)),
        "temperature": tenths(0, 900),
        "error_bits": draw(st.integers(0, 0xFFFFFFFE)),
        "energy_total": tenths(0, 10_000_000),
        "hours_total": draw(st.integers(0, 200_000)),
        "energy_today": tenths(0, 2000),
        "load_energy_today": tenths(0, 2000),
        "load_energy_total": tenths(0, 10_000_000),
        "inverter_power": draw(st.integers(-10_000, 10_000)),
        "relay_bits": draw(st.integers(0, 0xFFFE)),
        "backup_power": draw(st.integers(0, 20000)),
    }


@given(plausible())
def test_running_data_means_the_same(values: dict[str, Value]) -> None:
    compare(*both(values))


def test_long_frames_mean_the_same() -> None:
    payload = bytearray(133)
    put(payload, 83, "H", 983)
    put(payload, 89, "I", 0x0000_0101)
    put(payload, 16, "h", -55)
    put(payload, 29, "B", 97)
    put(payload, 20, "H", 25)
    put(payload, 22, "H", 60)
    raw = build_reply(0x86, bytes(payload), GOODWE_MONITOR)
    reading, theirs = decode_running_data(parse_frame(raw)), read_by_goodwe(raw)
    assert theirs["meter_power_factor"] == reading.meter_power_factor == 0.983
    assert theirs["diagnose_result"] == reading.diagnosis_bits == 0x101
    assert theirs["battery_temperature"] == reading.battery_temperature == -5.5
    assert theirs["battery_soh"] == reading.battery_soh == 97
    assert theirs["battery_charge_limit"] == reading.battery_charge_limit == 25
    assert theirs["battery_discharge_limit"] == reading.battery_discharge_limit == 60


def test_the_goodwe_capture_means_the_same(captures: Any) -> None:
    raw = bytes.fromhex((captures / "goodwe_es_discharging.hex").read_text())
    compare(decode_running_data(parse_frame(raw)), read_by_goodwe(raw))


def test_identity_means_the_same(captures: Any) -> None:
    raw = bytes.fromhex((captures / "goodwe_em_device_info.hex").read_text())
    ours = decode_device_info(parse_frame(raw))
    data = ES._READ_DEVICE_VERSION_INFO.trim_response(raw)
    assert ES._decode(data[0:5]).rstrip() == ours.firmware
    assert ES._decode(data[31:47]) == ours.serial
    assert ES._decode(data[51:63]) == ours.software
