"""Readings that cannot be true are held, agreement is believed, and nothing is held for good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monitor_world import VALUES, reading, zeros

from kstar_tui.monitor.plausibility import DOUBTED_FIELDS, NOTHING, Plausibility
from kstar_tui.protocol.fields import Source
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import FIELDS, Reading, decode_running_data


def decoded(payload: bytes) -> Reading:
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


payloads = st.binary(min_size=81, max_size=95)
steps = st.floats(min_value=0, max_value=1e6, allow_nan=False)


def verdicts(*readings: Reading, every: float = 5) -> list[str | None]:
    plausibility = Plausibility()
    return [plausibility.check(one, n * every) for n, one in enumerate(readings)]


def test_an_ordinary_day_is_believed() -> None:
    later = {"energy_total": 1347.6, "load_energy_total": 1665.7}
    day = [reading(), reading(), reading(**later), reading(**later, hours_total=3912)]
    assert verdicts(*day) == [None] * 4


def test_zeros_are_never_believed() -> None:
    assert verdicts(*[zeros()] * 50) == [NOTHING] * 50


def test_zeros_in_between_change_nothing() -> None:
    glitch = reading(energy_total=9999)
    fell = "PV energy total jumped"
    assert verdicts(reading(), zeros(), reading(), glitch, zeros(), glitch) == [
        None,
        NOTHING,
        None,
        fell,
        NOTHING,
        None,
    ]


@pytest.mark.parametrize("kept", ["battery_voltage", "grid_voltage", "energy_total"])
def test_a_night_without_sun_is_not_nothing(kept: str) -> None:
    dark = dict.fromkeys(VALUES, 0.0) | {kept: VALUES[kept]}
    assert verdicts(reading(**dark)) == [None]


@pytest.mark.parametrize(
    ("field", "usual", "label"),
    [
        ("energy_total", 1347.5, "PV energy total"),
        ("load_energy_total", 1665.6, "Load energy total"),
        ("hours_total", 3911, "Running hours"),
    ],
)
class TestLifetimeCounters:
    def test_a_fall_is_held(self, field: str, usual: float, label: str) -> None:
        low = reading(**{field: usual - 1})
        assert verdicts(reading(), low, reading()) == [None, f"{label} fell", None]

    def test_a_jump_is_held(self, field: str, usual: float, label: str) -> None:
        high = reading(**{field: usual + 3})
        assert verdicts(reading(), high, reading()) == [None, f"{label} jumped", None]

    def test_two_that_agree_are_believed(self, field: str, usual: float, label: str) -> None:
        for value in (usual - 500, usual + 500):
            new = reading(**{field: value})
            first, second, third, back = verdicts(reading(), new, new, reading())
            assert first is None
            assert second is not None
            assert third is None
            assert back is not None

    def test_two_that_differ_are_not(self, field: str, usual: float, label: str) -> None:
        one, other = reading(**{field: usual + 500}), reading(**{field: usual + 900})
        assert verdicts(reading(), one, other) == [None, *[f"{label} jumped"] * 2]

    def test_what_never_agrees_is_how_it_is(self, field: str, usual: float, label: str) -> None:
        fast = [reading(**{field: usual + 50 * n}) for n in range(8)]
        assert verdicts(*fast) == [None, *[f"{label} jumped"] * 3, *[None] * 4]

    def test_zero_is_believed_once_it_stays(self, field: str, usual: float, label: str) -> None:
        seen = verdicts(reading(), *[reading(**{field: 0})] * 125)
        assert seen == [None, *[f"{label} fell to zero"] * 120, *[None] * 5]

    def test_zero_counts_from_the_start_each_time(
        self, field: str, usual: float, label: str
    ) -> None:
        zero = reading(**{field: 0})
        for interruption in (reading(), reading(**{field: usual + 500})):
            seen = verdicts(reading(), *[zero] * 120, interruption, *[zero] * 120)
            assert set(seen[1:121]) == set(seen[122:]) == {f"{label} fell to zero"}

    def test_a_pause_proves_little(self, field: str, usual: float, label: str) -> None:
        """Zeros when it goes off at night and again in the morning do not mean a new start."""
        seen = verdicts(reading(), *[reading(**{field: 0})] * 5, every=8 * 3600)
        assert seen == [None, *[f"{label} fell to zero"] * 4, None]

    @pytest.mark.parametrize(
        ("every", "held"), [(2, 300), (5, 120), (30, 20), (60, 10), (150, 4), (200, 4), (3600, 4)]
    )
    def test_ten_minutes_or_five_readings(
        self, field: str, usual: float, label: str, every: float, held: int
    ) -> None:
        seen = verdicts(reading(), *[reading(**{field: 0})] * (held + 2), every=every)
        assert seen == [None, *[f"{label} fell to zero"] * held, None, None]

    def test_a_night_with_a_restart_at_both_ends_passes_nothing(
        self, field: str, usual: float, label: str
    ) -> None:
        """A minute of zeros at dusk, none for hours, a minute of them at dawn."""
        plausibility = Plausibility()
        assert plausibility.check(reading(), 0) is None
        zero, dawn = reading(**{field: 0}), 9 * 3600
        for at in (*range(5, 65, 5), *range(dawn, dawn + 60, 5)):
            assert plausibility.check(zero, at) == f"{label} fell to zero"
        assert plausibility.check(reading(), dawn + 60) is None

    def test_all_zero_frames_in_between_change_nothing(
        self, field: str, usual: float, label: str
    ) -> None:
        zero = reading(**{field: 0})
        seen = verdicts(reading(), *[zero, zeros()] * 62)
        assert seen[1::2] == [f"{label} fell to zero"] * 60 + [None] * 2

    def test_at_zero_from_the_first_it_is_no_fall(
        self, field: str, usual: float, label: str
    ) -> None:
        assert verdicts(*[reading(**{field: 0})] * 3) == [None] * 3

    def test_time_allows_growth(self, field: str, usual: float, label: str) -> None:
        plausibility = Plausibility()
        assert plausibility.check(reading(), 0) is None
        # Ten hours away: far more than in five seconds can have come.
        assert plausibility.check(reading(**{field: usual + 10}), 36_000) is None


def test_after_a_believed_zero_the_old_count_is_doubted_again() -> None:
    back, jumped = reading(), "PV energy total jumped"
    assert verdicts(reading(), *[reading(energy_total=0)] * 121, back, back)[-3:] == [
        *(None, jumped),
        None,
    ]


def test_a_doubt_beside_a_believed_zero_is_still_held() -> None:
    zero = reading(energy_total=0)
    odd = reading(energy_total=0, grid_voltage=400)
    seen = verdicts(reading(), *[zero] * 119, odd, odd, odd)
    assert seen[-3:] == ["PV energy total fell to zero", None, None]
    assert verdicts(reading(), *[zero] * 121, odd)[-1] == "Grid voltage out of range"


def test_the_limit_is_thirty_kilowatts_and_a_digit() -> None:
    for rise, believed in ((30.1, True), (30.2, False)):
        plausibility = Plausibility()
        plausibility.check(reading(energy_total=1000), 0)
        verdict = plausibility.check(reading(energy_total=1000 + rise), 3600)
        assert (verdict is None) is believed


@pytest.mark.parametrize(
    ("field", "value", "label"),
    [
        ("pv1_voltage", 1000.1, "PV string 1 voltage"),
        ("pv2_voltage", 1100, "PV string 2 voltage"),
        ("pv2_current", 50.1, "PV string 2 current"),
        ("grid_voltage", 300.1, "Grid voltage"),
        ("grid_frequency", 39.99, "Grid frequency"),
        ("grid_frequency", 70.01, "Grid frequency"),
        ("backup_frequency", 99.9, "Backup frequency"),
        ("battery_voltage", 600.1, "Battery voltage"),
        ("load_power", 65535, "Load power"),
        ("load_power", 30001, "Load power"),
        ("inverter_power", -30001, "Inverter AC power"),
        ("backup_power", 65535, "Backup power"),
        ("backup_current", 150.1, "Backup current"),
        ("ac_output_current", 150.1, "Inverter AC current"),
        ("temperature", -50.1, "Inverter temperature"),
        ("temperature", 130.1, "Inverter temperature"),
        ("battery_current", 500.1, "Battery current"),
    ],
)
def test_ranges(field: str, value: float, label: str) -> None:
    odd, why = reading(**{field: value}), f"{label} out of range"
    # Once: held. Twice alike: believed, and from then on without a pause.
    assert verdicts(odd, reading(), odd, odd, odd) == [why, None, why, None, None]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grid_frequency", 0),
        ("backup_frequency", 0),
        ("grid_voltage", 0),
        ("battery_soc", 100),
        ("temperature", -20),
        ("grid_power", 6746),
        ("inverter_power", -4000),
        ("load_power", 1900),
    ],
)
def test_what_is_rare_but_true_is_believed(field: str, value: float) -> None:
    assert verdicts(reading(), reading(**{field: value})) == [None, None]


def test_a_new_doubt_beside_a_confirmed_one_is_held() -> None:
    one = reading(grid_voltage=400)
    both = reading(grid_voltage=400, temperature=140)
    assert verdicts(one, both, both) == [
        "Grid voltage out of range",
        "Inverter temperature out of range",
        None,
    ]


def test_a_field_of_pure_noise_holds_nothing_for_good() -> None:
    noisy = [reading(load_power=31000 + 5000 * (n % 7)) for n in range(20)]
    assert verdicts(*noisy)[3:] == [None] * 17


def test_unconfirmed_fields_raise_no_doubt() -> None:
    assert set(FIELDS) >= DOUBTED_FIELDS
    assert {FIELDS[name].source for name in DOUBTED_FIELDS} == {Source.KSTAR}


@given(st.lists(st.tuples(payloads, steps), max_size=12))
def test_whatever_comes_it_never_raises(stream: list[tuple[bytes, float]]) -> None:
    plausibility = Plausibility()
    for payload, at in stream:
        verdict = plausibility.check(decoded(payload), at)
        assert verdict is None or verdict.isprintable()


@given(st.lists(payloads, min_size=1, max_size=6), steps)
def test_after_any_glitches_the_old_truth_is_believed_again_in_two(
    glitches: list[bytes], step: float
) -> None:
    plausibility = Plausibility()
    plausibility.check(reading(), 0)
    for n, payload in enumerate(glitches, 1):
        plausibility.check(decoded(payload), n * step)
    at = (len(glitches) + 1) * step
    back = [plausibility.check(reading(), at + n * 5) for n in range(2)]
    assert back[1] is None


def test_real_frames_are_believed_at_once(captures: Path) -> None:
    names = json.loads((captures / "expected.json").read_text())
    for name in names:
        frame = bytes.fromhex((captures / f"{name}.hex").read_text())
        assert verdicts(decode_running_data(parse_frame(frame))) == [None]
