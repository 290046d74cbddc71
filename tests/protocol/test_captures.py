"""Real frames decode to what independent decoders agree on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kstar_tui.protocol.device import decode_device_info
from kstar_tui.protocol.frame import Assembler, Frame, parse_frame
from kstar_tui.protocol.reading import FIELDS, decode_running_data

NAMES = (
    "kstar_idle_charging",
    "kstar_importing",
    "kstar_discharging_importing",
    "goodwe_es_discharging",
)


def frame_of(captures: Path, name: str) -> Frame:
    return parse_frame(bytes.fromhex((captures / f"{name}.hex").read_text()))


@pytest.fixture(scope="session")
def expected(captures: Path) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads((captures / "expected.json").read_text())
    return loaded


def test_every_capture_is_tested(captures: Path, expected: dict[str, Any]) -> None:
    readings = {path.stem for path in captures.glob("*.hex")} - {"goodwe_em_device_info"}
    assert readings == set(NAMES) == set(expected)


@pytest.mark.parametrize("name", NAMES)
def test_values_and_types(captures: Path, expected: dict[str, Any], name: str) -> None:
    reading = decode_running_data(frame_of(captures, name))
    got = {key: getattr(reading, key) for key in expected[name]}
    assert got == expected[name]
    assert {k: type(v) for k, v in got.items()} == {k: type(v) for k, v in expected[name].items()}
    # As text too: 0.0 and -0.0 are equal, but only one is an answer.
    assert json.dumps(got) == json.dumps(expected[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_expected_name_is_a_field(expected: dict[str, Any], name: str) -> None:
    assert set(expected[name]) <= set(FIELDS)


@pytest.mark.parametrize("name", NAMES)
def test_byte_by_byte_is_the_same_frame(captures: Path, name: str) -> None:
    frame = frame_of(captures, name)
    assembler = Assembler()
    frames = [f for byte in frame.raw for f in assembler.feed(bytes((byte,)))]
    assert frames == [frame]
    assert not assembler.rejections


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("kstar")])
def test_powers_balance_up_to_losses(captures: Path, name: str) -> None:
    """A wrong sign would leave a strongly negative rest, or one far beyond losses."""
    reading = decode_running_data(frame_of(captures, name))
    assert reading.grid_power is not None
    rest = reading.pv_power + reading.grid_power + reading.battery_power - reading.load_power
    assert 0 < rest <= max(80, 0.07 * reading.load_power)


def test_device_information(captures: Path) -> None:
    info = decode_device_info(frame_of(captures, "goodwe_em_device_info"))
    assert info.model == "GW5048-EM"
    assert info.firmware == "1010B"
    assert info.manufacturer == "10"
    assert info.serial == "00000EMU00AW0000"
    assert info.software == "410-04000-10"
    assert (info.country_code, info.country) == (32, "50 Hz default")
