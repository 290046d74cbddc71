"""Running data, checked against a second, hand-written layout."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_data_layout import (
    BLANK_WHEN_ZERO,
    FOLLOWING,
    LONG_FRAMES_ONLY,
    MAGNITUDES,
    NUMBERS,
    WORDS,
    WORDS_BLANK_WHEN_ZERO,
    Row,
    limits,
    put,
    take,
)

from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.fields import Source, Value
from kstar_tui.protocol.frame import (
    GOODWE_MONITOR,
    MONITOR,
    FrameError,
    Rejection,
    build_reply,
    parse_frame,
)
from kstar_tui.protocol.reading import FIELDS, Reading, decode_running_data

SIZES = (81, 83, 95, 133, 140)
PAYLOADS = st.binary(min_size=81, max_size=255)
VOLTAGE_OF = {f"battery_{n}_soc": (8 + 2 * n, "H") for n in (2, 3, 4)}
"""Where a bank without a voltage shows that it is not there."""


def read(payload: bytes, monitor: int = MONITOR) -> Reading:
    return decode_running_data(parse_frame(build_reply(0x86, payload, monitor)))


def scaled(raw: int, scale: int) -> float | int:
    return raw if scale == 1 else raw / scale


# --- the table -------------------------------------------------------------------------------


def test_reading_and_table_are_one() -> None:
    """Every attribute but the raw bytes is a field, in the same order."""
    assert [f.name for f in dataclass_fields(Reading)] == [*FIELDS, "raw"]
    assert all(FIELDS[name].name == name for name in FIELDS)


def test_the_second_layout_names_every_field() -> None:
    rows = (*NUMBERS, *BLANK_WHEN_ZERO, *LONG_FRAMES_ONLY, *MAGNITUDES)
    placed = {row[0] for row in (*rows, *WORDS, *WORDS_BLANK_WHEN_ZERO)}
    assert placed | FOLLOWING == set(FIELDS)
    assert not placed & FOLLOWING
    assert {name for name in FIELDS if FIELDS[name].offset is None} == FOLLOWING


def test_units_and_labels() -> None:
    units = {row.unit for row in FIELDS.values()}
    assert units == {None, "V", "A", "W", "%", "Hz", "°C", "kWh", "h"}
    labels = [row.label for row in FIELDS.values()]
    assert len(set(labels)) == len(labels)
    assert all(labels)


def test_what_no_kstar_confirmed_says_so() -> None:
    goodwe = {name for name, row in FIELDS.items() if row.source is Source.GOODWE}
    assert goodwe == {
        "battery_status",
        "battery_temperature",
        "battery_charge_limit",
        "battery_discharge_limit",
        "battery_soh",
        "battery_warning_bits",
        "meter_status",
        "meter_power_factor",
        "diagnosis_bits",
    }


# --- decoding --------------------------------------------------------------------------------


@given(PAYLOADS)
def test_numbers_come_from_their_places(payload: bytes) -> None:
    reading = read(payload)
    for name, offset, letter, scale in NUMBERS:
        value = getattr(reading, name)
        assert value == scaled(take(payload, offset, letter), scale), name
        assert type(value) is (int if scale == 1 else float), name
    for name, offset, letter, scale in BLANK_WHEN_ZERO:
        raw = take(payload, offset, letter)
        if not take(payload, *VOLTAGE_OF.get(name, (offset, letter))):
            raw = 0
        assert getattr(reading, name) == (scaled(raw, scale) if raw else None), name
    for name, offset, letter, scale in LONG_FRAMES_ONLY:
        there = offset + {"H": 2, "I": 4}[letter] <= len(payload)
        expected = scaled(take(payload, offset, letter), scale) if there else None
        assert getattr(reading, name) == expected, name


@given(PAYLOADS)
def test_words_come_from_their_places(payload: bytes) -> None:
    reading = read(payload)
    for name, offset, words in WORDS:
        assert getattr(reading, name) == words.get(payload[offset], "unknown"), name
    for name, offset, words in WORDS_BLANK_WHEN_ZERO:
        raw = payload[offset]
        assert getattr(reading, name) == (words.get(raw, "unknown") if raw else None), name


@given(PAYLOADS)
def test_powers_follow_from_the_frame(payload: bytes) -> None:
    reading = read(payload)
    pv1, pv2 = (take(payload, o, "H") * take(payload, o + 2, "H") / 100 for o in (0, 5))
    assert (reading.pv1_power, reading.pv2_power) == (pv1, pv2)
    assert reading.pv_power == pytest.approx(pv1 + pv2)
    assert min(reading.pv1_power, reading.pv2_power, reading.pv_power) >= 0

    current = abs(take(payload, 18, "h"))
    assert reading.battery_current == current / 10
    sign = {2: 1, 3: -1}.get(payload[30], 0)
    assert reading.battery_power == sign * take(payload, 10, "H") * current / 100

    meter = abs(take(payload, 38, "h"))
    assert reading.grid_power == {0: 0, 1: -meter, 2: meter}.get(payload[80])


@given(PAYLOADS, st.integers(0, 3), st.integers(0, 6))
def test_split_pairs_are_never_negative_and_agree(payload: bytes, grid: int, mode: int) -> None:
    frame = bytearray(payload)
    frame[80], frame[30] = grid, mode
    reading = read(bytes(frame))
    charge, discharge = reading.battery_charge_power, reading.battery_discharge_power
    assert charge >= 0 and discharge >= 0 and 0 in (charge, discharge)
    assert discharge - charge == reading.battery_power
    for value in (charge, discharge, reading.battery_power):
        assert str(value) != "-0.0"
    imported, exported = reading.grid_import_power, reading.grid_export_power
    if reading.grid_power is None:
        assert imported is None and exported is None
    else:
        assert imported is not None and exported is not None
        assert imported >= 0 and exported >= 0 and 0 in (imported, exported)
        assert imported - exported == reading.grid_power


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("monitor", [MONITOR, GOODWE_MONITOR])
def test_sizes_seen_in_the_field(size: int, monitor: int) -> None:
    payload = bytes(value % 251 + 1 for value in range(size))
    reading = read(payload, monitor)
    assert (reading.backup_power is None) == (size == 81)
    assert (reading.meter_power_factor is None) == (size < 85)
    assert (reading.diagnosis_bits is None) == (size < 93)
    assert reading.raw[7:-2] == payload


@pytest.mark.parametrize("size", [82, 84, 92])
def test_half_a_field_is_no_field(size: int) -> None:
    reading = read(b"\x01" * size)
    assert (reading.backup_power is None) == (size < 83)
    assert (reading.meter_power_factor is None) == (size < 85)
    assert reading.diagnosis_bits is None


@pytest.mark.parametrize("size", [0, 1, 64, 80])
def test_short_running_data_is_refused(size: int) -> None:
    with pytest.raises(FrameError) as error:
        read(bytes(size))
    assert error.value.reason is Rejection.LENGTH
    assert "81" in str(error.value)


@pytest.mark.parametrize("function", [0x82, 0x89, 0x87, 0xFF, 0x80])
def test_another_function_is_no_running_data(function: int) -> None:
    with pytest.raises(FrameError) as error:
        decode_running_data(parse_frame(build_reply(function, bytes(83))))
    assert error.value.reason is Rejection.FUNCTION


# --- signs, one by one -----------------------------------------------------------------------


def grid(direction: int, raw: int) -> Reading:
    payload = bytearray(83)
    put(payload, 38, "h", raw)
    payload[80] = direction
    return read(bytes(payload))


@pytest.mark.parametrize(
    ("direction", "raw", "power", "imported", "exported"),
    [
        (0, 7, 0, 0, 0),  # a meter's noise
        (0, -7, 0, 0, 0),
        (1, 1420, -1420, 0, 1420),
        (1, -1420, -1420, 0, 1420),  # some firmware signs the magnitude
        (2, 303, 303, 303, 0),
        (2, -303, 303, 303, 0),
        (2, 0, 0, 0, 0),
        (1, -32768, -32768, 0, 32768),
        (3, 303, None, None, None),  # a direction nobody knows is no direction
        (255, 303, None, None, None),
    ],
)
def test_grid_sign(
    direction: int, raw: int, power: int | None, imported: int | None, exported: int | None
) -> None:
    reading = grid(direction, raw)
    assert (reading.grid_power, reading.grid_import_power, reading.grid_export_power) == (
        power,
        imported,
        exported,
    )


def battery(mode: int, raw_current: int) -> Reading:
    payload = bytearray(83)
    put(payload, 10, "H", 500)
    put(payload, 18, "h", raw_current)
    payload[30] = mode
    return read(bytes(payload))


@pytest.mark.parametrize(
    ("mode", "current", "power", "charge", "discharge"),
    [
        (2, 100, 500.0, 0.0, 500.0),
        (2, -100, 500.0, 0.0, 500.0),
        (3, 100, -500.0, 500.0, 0.0),
        (3, -100, -500.0, 500.0, 0.0),
        (3, 0, 0.0, 0.0, 0.0),
        (0, 100, 0.0, 0.0, 0.0),
        (1, 100, 0.0, 0.0, 0.0),
        (4, 100, 0.0, 0.0, 0.0),
        (5, 100, 0.0, 0.0, 0.0),
        (9, 100, 0.0, 0.0, 0.0),
        (3, -32768, -163840.0, 163840.0, 0.0),
    ],
)
def test_battery_sign(
    mode: int, current: int, power: float, charge: float, discharge: float
) -> None:
    reading = battery(mode, current)
    assert (
        reading.battery_power,
        reading.battery_charge_power,
        reading.battery_discharge_power,
    ) == (power, charge, discharge)
    assert reading.battery_current == abs(current) / 10


@pytest.mark.parametrize("bank", [2, 3, 4])
@pytest.mark.parametrize("raw_voltage", [0, 505])
def test_a_bank_that_is_not_there_has_no_charge(bank: int, raw_voltage: int) -> None:
    payload = bytearray(83)
    payload[26] = payload[25 + bank] = 64
    put(payload, 8 + 2 * bank, "H", raw_voltage)
    reading = read(bytes(payload))
    assert reading.battery_soc == 64
    assert getattr(reading, f"battery_{bank}_soc") == (64 if raw_voltage else None)
    # A GoodWe has its state of health where the charge of a fourth battery would be.
    assert reading.battery_soh == (64 if bank == 4 else None)


# --- errors ----------------------------------------------------------------------------------


def with_errors(bits: int) -> Reading:
    payload = bytearray(83)
    put(payload, 55, "I", bits)
    return read(bytes(payload))


@pytest.mark.parametrize(
    ("bit", "text"),
    [
        (0, "GFCI device check"),
        (9, "utility loss"),
        (13, "over temperature"),
        (18, "isolation"),
        (31, "internal communication"),
        *[(bit, f"error bit {bit}") for bit in (2, 5, 21, 24, 26)],
    ],
)
def test_an_error_bit_has_its_name(bit: int, text: str) -> None:
    assert with_errors(1 << bit).errors == (text,)


def test_all_error_bits_at_once_and_none() -> None:
    everything = with_errors(0xFFFFFFFF)
    assert everything.error_bits == 0xFFFFFFFF
    assert len(set(everything.errors)) == 32
    assert with_errors(0).errors == ()
    assert with_errors(0x80000001).errors == ("GFCI device check", "internal communication")


# --- the way back ----------------------------------------------------------------------------

# Each word of the payload once: where two fields share one, the KStar's own is taken.
ENCODABLE: tuple[Row, ...] = tuple(
    row
    for row in (*NUMBERS, *BLANK_WHEN_ZERO, *LONG_FRAMES_ONLY[:1])
    if row[0]
    not in {
        "battery_status",
        "battery_temperature",
        "battery_charge_limit",
        "battery_discharge_limit",
        "battery_soh",
        "battery_warning_bits",
        "meter_status",
    }
)


@st.composite
def legal(draw: st.DrawFn) -> tuple[dict[str, Value], bytes]:
    """Values as a person would write them, and the payload that struct makes of their raw ones."""
    payload = bytearray(83)
    values: dict[str, Value] = {}
    for name, offset, letter, scale in ENCODABLE:
        raw = draw(st.integers(*limits(letter)))
        put(payload, offset, letter, raw)
        values[name] = scaled(raw, scale)
    for name, offset, letter, scale in MAGNITUDES:
        raw = draw(st.integers(0, limits(letter)[1]))
        put(payload, offset, letter, raw)
        values[name] = scaled(raw, scale)
    for name, offset, words in (*WORDS, *WORDS_BLANK_WHEN_ZERO):
        payload[offset] = draw(st.sampled_from(sorted(words)))
        values[name] = words[payload[offset]]
    return values, bytes(payload)


@given(legal())
def test_any_legal_values_survive_the_way_there_and_back(
    made: tuple[dict[str, Value], bytes],
) -> None:
    values, by_struct = made
    payload = encode_running_data(values)
    assert payload == by_struct
    reading = read(payload)
    blank = {row[0] for row in (*BLANK_WHEN_ZERO, *WORDS_BLANK_WHEN_ZERO)}
    for name, value in values.items():
        if name == "grid_power":
            sign = {"importing": 1, "exporting": -1, "idle": 0}[str(values["grid_direction"])]
            assert reading.grid_power == sign * int(str(value))
        else:
            nothing = name in blank and value in (0, "none")
            if name in VOLTAGE_OF:
                nothing = nothing or not values[name.replace("soc", "voltage")]
            assert getattr(reading, name) == (None if nothing else value), name


def test_encoding_drops_what_does_not_fit_the_size() -> None:
    payload = encode_running_data({"backup_power": 5, "load_power": 300}, size=81)
    assert len(payload) == 81
    assert read(payload).load_power == 300
    assert read(payload).backup_power is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("load_power", 65536), ("load_power", -1), ("battery_soc", 256), ("temperature", 4000.0)],
)
def test_encoding_refuses_numbers_that_do_not_fit(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"{name}.*does not fit"):
        encode_running_data({name: value})


def test_encoding_refuses_unknown_words() -> None:
    with pytest.raises(ValueError, match=r"battery_mode.*'sleeping'"):
        encode_running_data({"battery_mode": "sleeping"})
