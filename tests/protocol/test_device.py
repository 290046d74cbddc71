"""Who an inverter is and how it is set, from replies that nobody has checked."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.protocol.device import (
    SETTING_FIELDS,
    DeviceInfo,
    DeviceSettings,
    decode_device_info,
    decode_settings,
    mask_serial,
)
from kstar_tui.protocol.encode import encode_device_info, encode_settings
from kstar_tui.protocol.fields import Source
from kstar_tui.protocol.frame import (
    GOODWE_MONITOR,
    MONITOR,
    FrameError,
    Rejection,
    build_reply,
    parse_frame,
)

SAFE_TEXT = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._:,/()+@-")
SAFE_ID = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")


def info(payload: bytes) -> DeviceInfo:
    return decode_device_info(parse_frame(build_reply(0x82, payload)))


def settings(payload: bytes) -> DeviceSettings:
    return decode_settings(parse_frame(build_reply(0x89, payload)))


def identity(*, model: bytes = b"", serial: bytes = b"", maker: bytes = b"") -> bytes:
    return (
        b"10101"
        + model[:10].ljust(10, b"\0")
        + maker[:16].ljust(16, b"\0")
        + serial[:16].ljust(16, b"\0")
        + bytes(4)
        + b"410-04000-10"
        + b"\x02"
    )


# --- device information ----------------------------------------------------------------------


def test_every_part_has_its_place() -> None:
    payload = b"FFFFFMMMMMMMMMMmmmmmmmmmmmmmmmmSSSSSSSSSSSSSSSS----WWWWWWWWWWWW\x22"
    assert info(payload)._replace(raw=b"") == DeviceInfo(
        firmware="F" * 5,
        model="M" * 10,
        manufacturer="m" * 16,
        serial="S" * 16,
        software="W" * 12,
        country_code=34,
        country="Philippines",
    )


def test_encoded_identity_is_read_back() -> None:
    payload = encode_device_info(
        model="KSE-4000", serial="KSE4000123456789", firmware="10101", manufacturer="KSTAR"
    )
    assert len(payload) == 64
    got = info(payload)
    assert (got.model, got.serial, got.firmware) == ("KSE-4000", "KSE4000123456789", "10101")
    assert (got.manufacturer, got.country) == ("KSTAR", "Germany")


@pytest.mark.parametrize(
    ("model", "cleaned"),
    [
        (b"KSE\x00\x004000", "KSE 4000"),
        (b"\x1b[31mKSE", "31mKSE"),
        (b"[bold]KSE", "bold KSE"),
        (b"KSE\r\n4000\x07", "KSE 4000"),
        (b"\xff\xfe\xfd", ""),
        (b"          ", ""),
        (b"{KSE}$4%s", "KSE 4 s"),
    ],
)
def test_texts_are_harmless(model: bytes, cleaned: str) -> None:
    assert info(identity(model=model)).model == cleaned


@pytest.mark.parametrize(
    ("serial", "cleaned"),
    [
        (b"KSE4000\x00\x00\x00", "KSE4000"),
        (b"a/+/#/b", "ab"),
        (b"../../etc", "etc"),
        (b"--help", "help"),
        (b"$SYS/1", "SYS1"),
        (b"\x00\x01\x02", ""),
        (b"12 34", "1234"),
        (b"[red]x[/]", "redx"),
    ],
)
def test_a_serial_is_fit_for_topics_and_files(serial: bytes, cleaned: str) -> None:
    assert info(identity(serial=serial)).serial == cleaned


@given(st.binary(min_size=64, max_size=255))
def test_any_identity_is_decoded_to_safe_text(payload: bytes) -> None:
    got = info(payload)
    for text in (got.firmware, got.model, got.manufacturer, got.software):
        assert set(text) <= SAFE_TEXT
        assert text == text.strip()
    assert set(got.serial) <= SAFE_ID
    assert not got.serial.startswith((".", "-"))
    assert got.country_code == payload[63]
    assert got.country


@pytest.mark.parametrize(
    ("code", "country"), [(0, "Italy"), (2, "Germany"), (35, "Ireland"), (15, "unknown")]
)
def test_country(code: int, country: str) -> None:
    assert info(bytes(63) + bytes((code,))).country == country


@pytest.mark.parametrize(
    ("serial", "masked"),
    [
        (b"KSE4000123456789", b"XXXXXXXXXXXXXXXX"),
        (b"SN-1", b"XXXX" + bytes(12)),
        (b"S N\xff\x9f\x01".ljust(16), b"X X\xffXX".ljust(16)),
        (b"", bytes(16)),
    ],
)
@pytest.mark.parametrize("monitor", [MONITOR, GOODWE_MONITOR])
def test_a_masked_serial_number_is_gone_and_nothing_else_changed(
    serial: bytes, masked: bytes, monitor: int
) -> None:
    def frame(number: bytes) -> bytes:
        return build_reply(0x82, identity(model=b"KSE4000", serial=number) + b"more", monitor)

    assert mask_serial(parse_frame(frame(serial))) == frame(masked)


@pytest.mark.parametrize("function", [0x86, 0x89, 0x85])
def test_only_device_information_holds_a_serial_number(function: int) -> None:
    frame = build_reply(function, bytes(range(1, 91)))
    assert mask_serial(parse_frame(frame)) == frame


@given(st.binary(max_size=255))
def test_masking_keeps_the_size_and_hides_every_letter(payload: bytes) -> None:
    masked = parse_frame(mask_serial(parse_frame(build_reply(0x82, payload)))).payload
    assert len(masked) == len(payload)
    assert set(masked[31:47]) <= set(b"X\0 \xff")
    serial = payload[31:47].strip(b"\0 \xff")
    outside = payload[:31] + payload[47:]
    if len(serial) < 4 or (serial not in payload[:31] and serial not in payload[47:]):
        assert masked[:31] + masked[47:] == outside
    changed = {
        new for old, new in zip(outside, masked[:31] + masked[47:], strict=True) if old != new
    }
    assert changed <= {ord("X")}


def test_a_serial_number_is_masked_wherever_else_it_stands() -> None:
    payload = identity(model=b"KSE", serial=b"KSE1234567") + b"\x01KSE1234567\x02KSE12"
    masked = parse_frame(mask_serial(parse_frame(build_reply(0x82, payload)))).payload
    assert masked == identity(model=b"KSE", serial=b"XXXXXXXXXX") + b"\x01XXXXXXXXXX\x02KSE12"
    running = build_reply(0x86, bytes(40) + b"KSE1234567" + bytes(40))
    frame = parse_frame(running)
    assert mask_serial(frame, "KSE1234567", "7").count(b"X" * 10) == 1
    assert parse_frame(mask_serial(frame, "KSE1234567")).payload[:40] == bytes(40)
    assert mask_serial(frame) == running


@pytest.mark.parametrize("function", [0x82, 0x89])
def test_the_frame_is_kept_and_is_no_value(function: int) -> None:
    raw = build_reply(function, bytes(range(90)))
    decode = decode_device_info if function == 0x82 else decode_settings
    got = decode(parse_frame(raw))
    assert got.raw == raw
    assert got.values() == {k: v for k, v in got._asdict().items() if k != "raw"}


# --- settings --------------------------------------------------------------------------------


def test_every_setting_has_its_place() -> None:
    payload = struct.pack(
        ">4BH4BHHHHHHHHHHHH",
        *(1, 30, 5, 0),
        80,
        *(17, 5, 22, 59),
        90,
        *(1, 0, 1, 0, 0xFFFF, 200, 576, 50, 60, 440, 20),
    )
    assert len(payload) == 34
    assert settings(payload)._replace(raw=b"") == DeviceSettings(
        charge_start="01:30",
        charge_end="05:00",
        charge_power_limit=80,
        discharge_start="17:05",
        discharge_end="22:59",
        discharge_power_limit=90,
        backup_supply=True,
        off_grid_charge=False,
        shadow_scan=True,
        export_allowed=False,
        battery_capacity=200,
        charge_voltage_limit=57.6,
        charge_current_limit=50,
        discharge_current_limit=60,
        discharge_voltage_limit=44.0,
        battery_soc_minimum=20,
    )


@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [
        (0, 0, "00:00"),
        (23, 59, "23:59"),
        (24, 0, "24:00"),
        (24, 1, None),
        (25, 0, None),
        (48, 0, None),
        (255, 255, None),
        (12, 60, None),
    ],
)
def test_a_time_of_day_is_one_or_none(hour: int, minute: int, text: str | None) -> None:
    payload = bytearray(34)
    for at in (0, 2, 6, 8):
        payload[at : at + 2] = bytes((hour, minute))
    got = settings(bytes(payload))
    assert {got.charge_start, got.charge_end, got.discharge_start, got.discharge_end} == {text}


def test_encoded_settings_are_read_back_with_windows_unset() -> None:
    values = {"battery_capacity": 200, "charge_voltage_limit": 57.6, "export_allowed": True}
    got = settings(encode_settings(values))
    assert (got.battery_capacity, got.charge_voltage_limit, got.export_allowed) == (200, 57.6, True)
    assert got.charge_start is got.charge_end is got.discharge_start is got.discharge_end is None


@given(st.binary(min_size=34, max_size=255))
def test_any_settings_are_decoded(payload: bytes) -> None:
    got = settings(payload)
    assert got.export_allowed is (payload[18:20] != b"\0\0")
    assert got.battery_soc_minimum == payload[32] * 256 + payload[33]


def test_settings_are_marked_as_not_confirmed() -> None:
    assert {row.source for row in SETTING_FIELDS.values()} == {Source.GOODWE}


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 63])
def test_a_short_identity_is_refused(size: int) -> None:
    with pytest.raises(FrameError) as error:
        info(bytes(size))
    assert error.value.reason is Rejection.LENGTH


@pytest.mark.parametrize("size", [0, 33])
def test_short_settings_are_refused(size: int) -> None:
    with pytest.raises(FrameError) as error:
        settings(bytes(size))
    assert error.value.reason is Rejection.LENGTH


def test_one_answer_is_not_taken_for_another() -> None:
    with pytest.raises(FrameError) as error:
        decode_device_info(parse_frame(build_reply(0x86, bytes(83))))
    assert error.value.reason is Rejection.FUNCTION
    with pytest.raises(FrameError) as error:
        decode_settings(parse_frame(build_reply(0x82, bytes(64))))
    assert error.value.reason is Rejection.FUNCTION
