"""What comes in is what goes out, within losses, rounding and meters that see things late."""

from __future__ import annotations

import json
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monitor_world import reading

from kstar_tui.monitor.limits import imbalance
from kstar_tui.monitor.plausibility import UNBALANCED, Plausibility
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.fields import Value
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.simulator.days import DAYS
from kstar_tui.simulator.house import House

IMPORT = {"grid_power": 6746, "grid_direction": "importing"}


def verdicts(*readings: Reading, every: float = 5) -> list[str | None]:
    plausibility = Plausibility()
    return [plausibility.check(one, n * every) for n, one in enumerate(readings)]


def test_a_gap_is_held_once_and_believed_when_it_stays() -> None:
    odd = reading(load_power=9304)
    assert verdicts(reading(), odd, reading(), odd, odd, odd) == [
        *(None, UNBALANCED),
        *(None, UNBALANCED),
        *(None, None),
    ]


def test_a_gap_to_the_other_side_does_not_agree() -> None:
    odd, other = reading(load_power=9304), reading(**IMPORT)
    assert verdicts(reading(), odd, other, odd) == [None, *[UNBALANCED] * 3]
    assert verdicts(*[odd, other] * 4) == [*[UNBALANCED] * 3, *[None] * 5]


def test_a_wrong_sign_is_a_gap() -> None:
    export = reading(load_power=7000, **{**IMPORT, "grid_direction": "exporting"})
    assert imbalance(export) == -13746
    assert imbalance(reading(load_power=7000, **IMPORT)) == 0


@pytest.mark.parametrize(
    ("load", "grid", "gap"),
    [
        (9304, 9862, False),  # 6 %, as was seen
        (6746 * 2 // 3, 6746, False),
        (2300, 250, False),  # a kettle that the meter has not seen yet
        (250, 2300, False),  # and still sees
        (3500, 0, True),
        (0, 4000, True),
    ],
)
def test_the_bounds_are_wide(load: int, grid: int, gap: bool) -> None:
    values = {"load_power": load, "grid_power": grid, "grid_direction": "importing"}
    assert (imbalance(reading(**values)) != 0) is gap


def test_without_a_direction_nothing_is_known() -> None:
    payload = bytearray(encode_running_data({"grid_voltage": 235.1, "load_power": 9304}))
    payload[80] = 7
    unknown = decode_running_data(parse_frame(build_reply(0x86, bytes(payload))))
    assert unknown.grid_power is None
    assert verdicts(unknown) == [None]


@given(st.lists(st.integers(0, 30_000), min_size=9, max_size=9))
def test_no_course_of_the_load_is_held_for_long(loads: list[int]) -> None:
    """Whatever the gap does, a fourth doubtful reading in a row is believed."""
    seen = verdicts(*[reading(load_power=load) for load in loads])
    assert all(None in seen[n : n + 4] for n in range(len(seen) - 3))


def test_real_frames_balance(captures: Path) -> None:
    for name in json.loads((captures / "expected.json").read_text()):
        frame = bytes.fromhex((captures / f"{name}.hex").read_text())
        assert imbalance(decode_running_data(parse_frame(frame))) == 0


def _read(values: dict[str, Value]) -> Reading:
    return decode_running_data(parse_frame(build_reply(0x86, encode_running_data(values))))


@pytest.mark.parametrize("state", ["usual", "blackout", "error"])
@pytest.mark.parametrize("day", DAYS)
def test_a_simulated_day_balances(day: str, state: str) -> None:
    house = House(DAYS[day], datetime.combine(DAYS[day].date, time(0)), seed=2, step=20.0)
    plausibility = Plausibility()
    loads = set()
    for at in range(0, 86400, 60):
        if state == "blackout":
            house.blackout = 30_000 < at < 60_000
        elif state == "error":
            house.error_bits = 0x20000 if 30_000 < at < 60_000 else 0
        house.advance(at)
        one = _read(house.values())
        loads.add(one.load_power)
        assert plausibility.check(one, at) is None
    assert max(loads) > 2000, "something was cooked"
