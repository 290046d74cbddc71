"""What is possible is believed within a few readings, what is impossible once it stays."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from monitor_world import reading

from kstar_tui.monitor.limits import POSSIBLE, USUAL, impossible, number
from kstar_tui.monitor.plausibility import ALIKE, NOTHING, Plausibility
from kstar_tui.mqtt.legacy import legacy_messages
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.fields import Type
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import FIELDS, Reading, decode_running_data

GOOD = {
    "pv1_voltage": 200.0,
    "pv1_current": 5.0,
    "battery_voltage": 50.6,
    "battery_current": 12.0,
    "battery_mode": "discharging",
    "battery_soc": 71,
    "grid_voltage": 235.1,
    "grid_frequency": 49.92,
    "grid_power": 800,
    "grid_direction": "importing",
    "load_power": 2400,
    "backup_voltage": 234.0,
    "backup_frequency": 49.92,
    "inverter_power": 1500,
    "ac_output_current": 6.4,
    "temperature": 30.1,
    "energy_today": 3.8,
    "energy_total": 1347.5,
    "load_energy_today": 5.8,
    "load_energy_total": 1665.6,
    "hours_total": 3911,
}
LIFETIME = ("energy_total", "load_energy_total", "hours_total")
TODAY = {"energy_today": "energy_total", "load_energy_today": "load_energy_total"}
payloads = st.binary(min_size=81, max_size=95)
steps = st.floats(min_value=0, max_value=1e6, allow_nan=False)


def decoded(payload: bytes) -> Reading:
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


def verdicts(*readings: Reading, every: float = 5) -> list[str | None]:
    plausibility = Plausibility()
    return [plausibility.check(one, n * every) for n, one in enumerate(readings)]


@pytest.mark.parametrize("size", [81, 83, 95, 140])
@pytest.mark.parametrize("byte", [0x01, 0x20, 0x7F, 0x80, 0xAA, 0xFF])
def test_all_bytes_alike_are_never_believed(byte: int, size: int) -> None:
    assert verdicts(*[decoded(bytes([byte]) * size)] * 20) == [ALIKE] * 20
    assert verdicts(decoded(bytes(size))) == [NOTHING]


def test_nearly_all_ones_are_never_believed_either() -> None:
    payload = bytearray(b"\xff" * 83)
    payload[30] = 3
    assert all(verdict is not None for verdict in verdicts(*[decoded(bytes(payload))] * 20))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pv1_voltage", 1100.1),
        ("pv2_voltage", 6553.5),
        ("pv1_current", 100.1),
        ("battery_voltage", 1000.1),
        ("battery_current", 1000.1),
        ("battery_soc", 101),
        ("battery_soc", 255),
        ("grid_voltage", 500.1),
        ("energy_today", 6553.5),
        ("load_energy_today", 1000.1),
        ("energy_total", 429_496_729.5),
        ("load_energy_total", 10_000_000.1),
        ("hours_total", 1_000_001),
    ],
)
class TestTheImpossible:
    def test_changes_nothing_in_passing(self, field: str, value: float) -> None:
        odd, why = reading(**{field: value}), f"{FIELDS[field].label} impossible"
        assert verdicts(*[odd] * 20) == [why] * 20
        assert verdicts(reading(), odd, odd, reading()) == [None, why, why, None]

    def test_is_how_the_inverter_is_after_ten_minutes(self, field: str, value: float) -> None:
        odd, why = reading(**{field: value}), f"{FIELDS[field].label} impossible"
        assert verdicts(*[odd] * 125) == [*[why] * 120, *[None] * 5]
        assert verdicts(*[odd] * 6, every=9 * 3600) == [*[why] * 4, None, None]

    def test_counts_from_the_start_each_time(self, field: str, value: float) -> None:
        odd, why = reading(**{field: value}), f"{FIELDS[field].label} impossible"
        seen = verdicts(reading(), *[odd] * 120, reading(), *[odd] * 120)
        assert seen[1:121] == seen[122:] == [why] * 120


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("backup_voltage", 6553.5),
        ("backup_frequency", 655.35),
        ("backup_current", 6553.5),
        ("ac_output_current", 6553.5),
        ("grid_frequency", 655.35),
        ("temperature", -3276.8),
        ("temperature", 3276.7),
    ],
)
def test_what_no_energy_rests_on_costs_one_reading(field: str, value: float) -> None:
    odd, why = reading(**{field: value}), f"{FIELDS[field].label} out of range"
    assert verdicts(reading(), odd, odd, odd) == [None, why, None, None]


def test_powers_that_no_connection_carries_are_impossible() -> None:
    sun = reading(pv1_voltage=1100, pv1_current=91)
    assert verdicts(sun, sun) == ["PV power impossible"] * 2
    battery = reading(battery_voltage=500, battery_current=201, battery_mode="charging")
    assert verdicts(battery, battery) == ["Battery power impossible"] * 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (name, end)
        for name, ends in POSSIBLE.items()
        for end in ends
        if FIELDS[name].offset is not None
    ],
)
def test_at_the_very_limit_a_second_reading_suffices(field: str, value: float) -> None:
    usual = {"energy_total": 5000, "load_energy_total": 5000}
    assert verdicts(*[reading(**{**usual, field: value})] * 3)[1:] == [None, None]


def test_without_a_battery_its_charge_means_nothing() -> None:
    without = reading(battery_voltage=0.4, battery_soc=255)
    assert verdicts(without, without) == ["State of charge out of range", None]
    odd = reading(battery_voltage=0.4, grid_voltage=655.35)
    assert verdicts(odd, odd) == ["Grid voltage impossible"] * 2


def test_every_usual_value_is_possible() -> None:
    for name, (low, high) in USUAL.items():
        least, most = POSSIBLE.get(name, (low, high))
        assert least <= low < high <= most


@pytest.mark.parametrize("direction", ["importing", "exporting"])
def test_a_glitch_of_the_grid_is_held_once(direction: str) -> None:
    # The meter's place holds no more than this.
    odd = reading(grid_power=32767, grid_direction=direction)
    assert verdicts(reading(), odd, reading(), odd, odd) == [
        None,
        "Grid power out of range",
        None,
        "Grid power out of range",
        None,
    ]


def _within(low: float, high: float, name: str) -> st.SearchStrategy[float]:
    row = FIELDS[name]
    return st.integers(int(low * row.scale), int(high * row.scale)).map(lambda n: n / row.scale)


def _any_possible() -> st.SearchStrategy[dict[str, float]]:
    ranges = {
        name: (low if FIELDS[name].type is Type.I16 else max(0.0, low), high)
        for name, (low, high) in ({"load_power": (0.0, 65535.0)} | POSSIBLE).items()
        if FIELDS[name].offset is not None
    }
    return st.fixed_dictionaries({}, optional={n: _within(*r, n) for n, r in ranges.items()})


possible = _any_possible()


@given(st.lists(payloads, max_size=4), possible, steps)
def test_what_stays_the_same_is_believed_the_second_time(
    before: list[bytes], values: dict[str, float], step: float
) -> None:
    constant = decoded(encode_running_data({**GOOD, **values}))
    earlier = [decoded(payload) for payload in before]
    assume(not impossible(constant))
    # Counters back at zero, and days above the lifetime's, have a patience of their own.
    assume(all(getattr(constant, name) for name in LIFETIME))
    assume(all(getattr(constant, day) <= getattr(constant, ever) for day, ever in TODAY.items()))
    seen = verdicts(*earlier, *[constant] * 5, every=step)
    assert seen[len(before) + 1 :] == [None] * 4


@given(st.lists(payloads, min_size=1, max_size=5), st.floats(0, 1e4))
def test_nothing_but_empty_frames_is_held_for_ever(before: list[bytes], step: float) -> None:
    constant = decoded(before[-1])
    seen = verdicts(*[decoded(one) for one in before[:-1]], *[constant] * 305, every=step + 2)
    assert seen[-1] in (None, NOTHING, ALIKE)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good payload in which some stretch of bytes is something else."""
    payload = bytearray(encode_running_data(GOOD))
    start = draw(st.integers(0, len(payload) - 1))
    size = draw(st.integers(1, len(payload) - start))
    junk = draw(
        st.binary(min_size=size, max_size=size)
        | st.sampled_from([b"\xff", b"\x00", b"\x80", b"\x7f"]).map(lambda byte: byte * size)
    )
    payload[start : start + size] = junk
    return bytes(payload)


@given(damaged(), st.integers(1, 5))
def test_one_damaged_frame_between_good_ones_reaches_nobody(payload: bytes, good: int) -> None:
    """What is believed at once is within the usual, and no counter of it moved beyond reason."""
    usual, glitch = decoded(encode_running_data(GOOD)), decoded(payload)
    seen = verdicts(*[usual] * good, glitch, *[usual] * 2)
    assert seen[:good] == [None] * good
    if seen[good] is not None:
        assert seen[good + 1 :] == [None, None], "and the good ones go on at once"
        return
    for name, (low, high) in USUAL.items():
        value = number(glitch, name)
        assert value is None or low <= value <= high or (value == 0 and name.endswith("frequency"))
    for name in LIFETIME:
        assert 0 <= getattr(glitch, name) - getattr(usual, name) < 2
    today = [getattr(glitch, name) - getattr(usual, name) for name in TODAY]
    midnight = all(getattr(glitch, name) < 0.2 for name in TODAY) and glitch.pv_power <= 20
    assert midnight or all(0 <= rise < 0.2 for rise in today)
    for topic, text in legacy_messages(glitch):
        assert abs(float(text)) <= 30_000, topic
