"""What stands where in a frame: no byte without a part, no field at another place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.protocol.device import SETTING_FIELDS
from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.fields import Group, Source
from kstar_tui.protocol.frame import (
    GOODWE_MONITOR,
    MONITOR,
    PREFIX_SIZE,
    Frame,
    FrameError,
    Rejection,
    build_reply,
    parse_frame,
)
from kstar_tui.protocol.parts import Kind, Part, parts_of
from kstar_tui.protocol.reading import FIELDS


def frame(function: int, payload: bytes, monitor: int = MONITOR) -> Frame:
    return parse_frame(build_reply(function, payload, monitor))


def named(parts: tuple[Part, ...], name: str) -> Part:
    (part,) = (part for part in parts if name in (part.name, part.label))
    return part


@given(
    st.one_of(
        st.tuples(st.just(0x86), st.binary(min_size=81, max_size=255)),
        st.tuples(st.just(0x82), st.binary(min_size=64, max_size=255)),
        st.tuples(st.just(0x89), st.binary(min_size=34, max_size=255)),
        st.tuples(st.just(0x8A), st.binary(max_size=255)),
    ),
    st.sampled_from([MONITOR, GOODWE_MONITOR]),
)
def test_every_byte_has_a_part_and_fields_share_only_with_fields(
    reply: tuple[int, bytes], monitor: int
) -> None:
    one = frame(*reply, monitor)
    parts = parts_of(one)
    owners: dict[int, list[Part]] = {}
    for part in parts:
        assert 0 <= part.start < part.end <= len(one.raw)
        for place in range(part.start, part.end):
            owners.setdefault(place, []).append(part)
    assert sorted(owners) == list(range(len(one.raw)))
    for shared in owners.values():
        assert len(shared) == 1 or {part.kind for part in shared} == {Kind.FIELD}
        sources = [part.source for part in shared if part.start == shared[-1].start]
        assert Source.KSTAR not in sources[1:], "the confirmed meaning comes first"
    assert [part.start for part in parts] == sorted(part.start for part in parts)
    assert all(text.isprintable() for part in parts for text in (part.text, part.label, part.how))


def test_every_placed_field_of_both_tables_is_there() -> None:
    for table, one in (
        (FIELDS, frame(0x86, encode_running_data({}, 95))),
        (SETTING_FIELDS, frame(0x89, encode_settings({}))),
    ):
        parts = parts_of(one)
        for row in table.values():
            found = [part for part in parts if part.name == row.name]
            if row.offset is None:
                assert not found
                continue
            (part,) = found
            assert part.start == PREFIX_SIZE + row.offset
            assert (part.label, part.group, part.source) == (row.label, row.group, row.source)
            assert part.size == row.type.size


def test_a_value_its_number_and_how_one_becomes_the_other() -> None:
    values = {"grid_voltage": 230.4, "grid_power": 421, "grid_direction": "exporting"}
    parts = parts_of(frame(0x86, encode_running_data({**values, "battery_mode": "charging"})))
    voltage = named(parts, "grid_voltage")
    assert (voltage.text, voltage.number, voltage.how) == ("230.4 V", 2304, "u16 / 10")
    assert (voltage.place, voltage.group) == ("34-35", Group.GRID)
    power = named(parts, "grid_power")
    assert (power.text, power.number) == ("exporting 421 W", 421)
    assert power.how == "i16, only its size counts"
    mode = named(parts, "battery_mode")
    assert (mode.text, mode.number, mode.how, mode.place) == ("charging", 3, "u8, a code", "30")


def test_a_negative_number_and_a_code_that_nobody_knows() -> None:
    payload = bytearray(encode_running_data({}))
    payload[75:77] = b"\xff\xfe"
    payload[80] = 77
    parts = parts_of(frame(0x86, bytes(payload)))
    assert (named(parts, "inverter_power").number, named(parts, "inverter_power").text) == (
        -2,
        "-2 W",
    )
    assert (named(parts, "grid_direction").number, named(parts, "grid_direction").text) == (
        77,
        "unknown",
    )
    assert named(parts, "grid_power").text == "—"


def test_who_it_is() -> None:
    payload = encode_device_info(model="KSE4000", serial="SIM1", firmware="10104") + b"more"
    parts = parts_of(frame(0x82, payload))
    texts = {part.name: (part.place, part.text) for part in parts if part.kind is Kind.FIELD}
    assert texts == {
        "firmware": ("0-4", "10104"),
        "model": ("5-14", "KSE4000"),
        "manufacturer": ("15-30", "—"),
        "serial": ("31-46", "SIM1"),
        "software": ("51-62", "10104"),
        "country": ("63", "Germany"),
    }
    unknown = [(p.place, p.text) for p in parts if p.kind is Kind.UNKNOWN]
    assert unknown == [("47-50", "zero"), ("64-67", "not zero")]


def test_how_it_is_set() -> None:
    payload = bytearray(encode_settings({"battery_capacity": 200}))
    payload[0:2] = bytes((1, 30))
    parts = parts_of(frame(0x89, bytes(payload)))
    start, end = named(parts, "charge_start"), named(parts, "charge_end")
    assert (start.place, start.text, end.place, end.text) == ("0-1", "01:30", "2-3", "not set")
    assert named(parts, "battery_capacity").text == "200 Ah"


@pytest.mark.parametrize(("monitor", "maker"), [(MONITOR, "KStar"), (GOODWE_MONITOR, "GoodWe")])
def test_what_is_around_the_payload(monitor: int, maker: str) -> None:
    one = frame(0x86, encode_running_data({}), monitor)
    around = [part for part in parts_of(one) if part.kind is Kind.FRAME]
    assert [(part.label, part.text) for part in around[:-1]] == [
        ("Header", "of every frame"),
        ("From", "the inverter"),
        ("To", f"a {maker} monitor"),
        ("Control", "read"),
        ("Function", "running data"),
        ("Length", "83 bytes"),
    ]
    total = int.from_bytes(one.raw[-2:], "big")
    last = around[-1]
    assert (last.label, last.text, last.place) == ("Sum", f"right, {total}", "90-91 of the frame")
    damaged = one._replace(raw=one.raw[:-1] + bytes((one.raw[-1] ^ 1,)))
    assert parts_of(damaged)[-1].text.startswith("wrong, ")


def test_a_frame_too_short_for_its_fields_is_refused() -> None:
    with pytest.raises(FrameError) as error:
        parts_of(frame(0x86, bytes(80)))
    assert error.value.reason is Rejection.LENGTH
