"""What is told and when: once when an episode begins, once when it is over."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alerts_world import ISOLATION, NO_GRID, NOON, UTILITY_LOSS, Story
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.alerts.alert import Alert, Kind, Quiet, Rules, Stage, parse_quiet
from kstar_tui.alerts.watch import CALM, HYSTERESIS
from kstar_tui.monitor.events import Severity

QUIET = Quiet(22 * 60, 7 * 60)
EVENING = NOON.replace(hour=21, minute=59)


class TestFault:
    def test_it_is_told_at_once_and_once(self) -> None:
        story = Story()
        assert story.go(60) == []
        assert story.step(error_bits=ISOLATION) == ["fault: isolation"]
        assert story.go(3600, error_bits=ISOLATION) == []
        assert story.go(CALM - 5) == []
        assert story.go(10) == ["fault cleared: isolation, after 1 h 0 min"]
        assert story.go(3600) == []
        begun, over = story.told
        assert (begun.stage, begun.kind, begun.subject) == (Stage.BEGINS, Kind.FAULT, "isolation")
        assert (begun.severity, over.severity) == (Severity.FAULT, Severity.GOOD)
        assert begun.at == begun.since == over.since == NOON + timedelta(seconds=65)
        assert (over.stage, over.kind, over.subject) == (Stage.ENDS, Kind.FAULT, "isolation")
        assert (begun.serial, begun.model) == ("SIM0000000004", "KSE4000")

    def test_each_fault_by_itself(self) -> None:
        story = Story()
        assert story.step(error_bits=ISOLATION | 1 << 13) == [
            "fault: over temperature",
            "fault: isolation",
        ]
        assert story.go(CALM + 5, error_bits=ISOLATION) == [
            "fault cleared: over temperature, after 5 s"
        ]

    def test_one_that_comes_and_goes_is_one(self) -> None:
        story = Story()
        assert story.step(error_bits=ISOLATION) == ["fault: isolation"]
        for _ in range(30):
            assert story.go(CALM - 10) == []
            assert story.step(error_bits=ISOLATION) == []
        assert len(story.go(2 * CALM)) == 1

    def test_with_rare_polls_nothing_is_waited_for(self) -> None:
        story = Story()
        assert story.step(600, error_bits=ISOLATION) == ["fault: isolation"]
        assert story.step(600) == ["fault cleared: isolation, after 10 min"]

    def test_it_can_be_off(self) -> None:
        story = Story(Rules(fault=False))
        assert story.go(600, error_bits=ISOLATION) == []


class TestGrid:
    def test_short_losses_are_not_told(self) -> None:
        story = Story(Rules(grid_lost=60))
        assert story.go(60, **NO_GRID) == []
        assert story.step() == []
        assert story.go(60, **NO_GRID) == []
        assert story.step(**NO_GRID) == ["grid lost"]
        assert story.go(1200, **NO_GRID) == []
        assert story.go(CALM + 5) == ["grid back, after 21 min"]
        assert story.told[0].since == NOON + timedelta(seconds=70)

    def test_what_nobody_sees_goes_on(self) -> None:
        story = Story(Rules(grid_lost=60, no_data=None))
        story.go(30, **NO_GRID)
        assert story.go(600, fresh=False) == []
        assert story.step(**NO_GRID) == ["grid lost"]
        assert story.go(600, fresh=False) == []

    def test_an_inverter_that_says_so_is_told_of_once(self) -> None:
        blackout = {"error_bits": UTILITY_LOSS, **NO_GRID}
        story = Story(Rules(grid_lost=60))
        assert story.go(60, **blackout) == []
        assert story.step(**blackout) == ["grid lost"]
        assert story.go(2 * CALM) == ["grid back, after 1 min"]

    def test_off_is_off_whatever_the_inverter_calls_it(self) -> None:
        story = Story(Rules(grid_lost=None))
        assert story.go(600, error_bits=UTILITY_LOSS | ISOLATION, **NO_GRID) == ["fault: isolation"]


class TestBattery:
    def test_it_is_low_for_a_while_and_then_well_above(self) -> None:
        story = Story(Rules(battery_low=20))
        assert story.go(600, battery_soc=20) == []
        assert story.go(60, battery_soc=19) == []
        assert story.step(battery_soc=19) == ["battery low: 19 %"]
        assert story.go(600, battery_soc=18) == []
        assert story.go(600, battery_soc=20 + HYSTERESIS - 1) == []
        assert story.go(600, battery_soc=19) == []
        assert story.step(battery_soc=20 + HYSTERESIS) == ["battery at 25 % again, after 31 min"]
        assert story.go(600, battery_soc=24) == []

    def test_a_limit_near_full_can_be_left(self) -> None:
        story = Story(Rules(battery_low=99))
        assert story.go(65, battery_soc=98) == ["battery low: 98 %"]
        assert story.step(battery_soc=100) != []

    def test_one_moment_is_not_enough(self) -> None:
        story = Story(Rules(battery_low=20))
        for _ in range(10):
            assert story.step(battery_soc=0) == []
            assert story.step(battery_soc=70) == []

    def test_none_is_not_low(self) -> None:
        story = Story()
        assert story.go(600, battery_soc=0, battery_mode="none") == []


class TestData:
    def test_it_is_missed_and_comes_back(self) -> None:
        story = Story(Rules(no_data=1800))
        story.step()
        assert story.go(1795, fresh=False) == []
        assert story.step(fresh=False) == [
            "no data from the inverter: 3 tries of 1.5 s to 192.168.1.50:8899: no answer"
        ]
        assert story.go(1800, fresh=False) == []
        assert story.step() == ["the inverter answers again, after 1 h 0 min"]
        begun, over = story.told
        # It is missed since it was there.
        assert begun.since == over.since == NOON + timedelta(seconds=5)

    def test_one_that_never_was_there_is_missed_too(self) -> None:
        story = Story(Rules(no_data=60))
        assert len(story.go(3600, fresh=False)) == 1

    def test_it_can_be_off(self) -> None:
        assert Story(Rules(no_data=None)).go(7200, fresh=False) == []


class TestQuiet:
    def test_what_can_wait_is_told_afterwards(self) -> None:
        story = Story(Rules(battery_low=20, quiet=QUIET), EVENING)
        assert story.step(3600, battery_soc=10) == []
        assert story.go(600, battery_soc=10) == []
        # 07:00 the next morning.
        assert story.step(8 * 3600, battery_soc=9) == ["battery low: 9 %"]

    def test_what_is_over_by_then_is_not_told(self) -> None:
        story = Story(Rules(battery_low=20, quiet=QUIET), EVENING)
        story.step(3600, battery_soc=10)
        story.go(600, battery_soc=10)
        story.go(600, battery_soc=70)
        assert story.step(9 * 3600) == []

    def test_an_end_waits_too_and_says_how_long_it_was(self) -> None:
        story = Story(
            Rules(battery_low=20, no_data=None, quiet=QUIET), EVENING - timedelta(hours=1)
        )
        assert story.go(65, battery_soc=10) == ["battery low: 10 %"]
        assert story.step(3 * 3600, battery_soc=70) == []
        assert story.step(9 * 3600) == ["battery at 71 % again, after 3 h 1 min"]

    def test_what_is_urgent_is_told_at_night(self) -> None:
        story = Story(Rules(quiet=QUIET), EVENING)
        story.step(3600)
        assert story.step(error_bits=ISOLATION) == ["fault: isolation"]
        assert story.go(65, **NO_GRID)[-1] == "grid lost"

    @pytest.mark.parametrize(
        ("quiet", "hour", "minute", "holds"),
        [
            (QUIET, 21, 59, False),
            (QUIET, 22, 0, True),
            (QUIET, 0, 0, True),
            (QUIET, 6, 59, True),
            (QUIET, 7, 0, False),
            (Quiet(60, 120), 0, 59, False),
            (Quiet(60, 120), 1, 0, True),
            (Quiet(60, 120), 2, 0, False),
        ],
    )
    def test_its_hours_are_local(self, quiet: Quiet, hour: int, minute: int, holds: bool) -> None:
        zone = timezone(timedelta(hours=9))
        assert quiet.holds(datetime(2026, 6, 1, hour, minute, tzinfo=zone)) is holds

    def test_as_it_is_written(self) -> None:
        assert parse_quiet("22:00-07:00") == QUIET
        assert parse_quiet("") is None


class TestRepeat:
    def test_what_lasts_is_told_again(self) -> None:
        story = Story(Rules(repeat=3600))
        assert story.step(error_bits=ISOLATION) == ["fault: isolation"]
        assert story.go(3 * 3600, error_bits=ISOLATION) == [
            f"fault: isolation, for {hours} h 0 min now" for hours in (1, 2, 3)
        ]
        assert story.told[-1].stage is Stage.LASTS
        assert len(story.go(2 * 3600)) == 1

    def test_not_in_quiet_hours(self) -> None:
        story = Story(Rules(battery_low=20, repeat=3600, quiet=QUIET), EVENING - timedelta(hours=1))
        assert story.go(65, battery_soc=10) == ["battery low: 10 %"]
        assert story.step(3600 * 2, battery_soc=10) == []
        assert len(story.step(3600 * 9, battery_soc=10)) == 1


def test_what_another_process_tells_is_not_told_here() -> None:
    story = Story()
    story.silent = True
    assert story.step(error_bits=ISOLATION) == []
    story.silent = False
    # That it is so was told by the other one, that it is over is not yet.
    assert story.go(600, error_bits=ISOLATION) == []
    assert story.go(2 * CALM) == ["fault cleared: isolation, after 10 min"]


def test_at_night_nobody_has_told_it() -> None:
    story = Story(Rules(battery_low=20, quiet=QUIET), EVENING)
    story.silent = True
    story.step(3600, battery_soc=10)
    assert story.go(600, battery_soc=10) == []
    # The other process ended before the morning.
    story.silent = False
    assert story.step(8 * 3600, battery_soc=9) == ["battery low: 9 %"]


def test_who_it_is_is_waited_for_but_not_for_long() -> None:
    story = Story()
    update = story.update(fresh=True, error_bits=ISOLATION)
    assert story.watch.take(update._replace(info=None)) == []
    (alert,) = story.watch.take(update._replace(fresh=False))
    assert alert.serial == "SIM0000000004"

    story = Story()
    update = story.update(fresh=True, error_bits=ISOLATION)._replace(info=None)
    assert [len(story.watch.take(update)) for _ in range(4)] == [0, 0, 1, 0]

    # One that never was there will not tell its name either.
    story = Story(Rules(no_data=60))
    missing = [story.update(fresh=False)._replace(info=None, at_monotonic=t) for t in (0.0, 60.0)]
    assert [len(story.watch.take(update)) for update in missing] == [0, 1]


STEPS = st.lists(
    st.tuples(
        st.sampled_from((5.0, 30.0, 61.0, 400.0, 3600.0)),
        st.booleans(),
        st.sampled_from((0, ISOLATION, ISOLATION | 1 << 13)),
        st.booleans(),
        st.sampled_from((0, 9, 12, 30, 100)),
    ),
    max_size=40,
)
RULES = st.builds(
    Rules,
    fault=st.booleans(),
    grid_lost=st.sampled_from((None, 1.0, 60.0)),
    battery_low=st.sampled_from((None, 10.0, 99.0)),
    no_data=st.sampled_from((None, 60.0, 1800.0)),
    quiet=st.sampled_from((None, QUIET, Quiet(0, 1))),
    repeat=st.sampled_from((None, 300.0)),
)


@given(RULES, STEPS)
def test_never_twice_for_one_episode_and_always_once_it_is_over(
    rules: Rules, steps: list[tuple[float, bool, int, bool, int]]
) -> None:
    story = Story(rules)
    for seconds, fresh, errors, lost, soc in steps:
        grid = NO_GRID if lost else {}
        story.step(seconds, fresh=fresh, error_bits=errors, battery_soc=soc, **grid)
    # All is well for a whole day.
    for _ in range(24):
        story.step(3600.0, battery_soc=100)
    stages: defaultdict[tuple[Kind, str], list[Stage]] = defaultdict(list)
    for alert in story.told:
        if alert.stage is not Stage.LASTS:
            stages[alert.kind, alert.subject].append(alert.stage)
    for told in stages.values():
        assert told == [Stage.BEGINS, Stage.ENDS] * (len(told) // 2)
    assert all(alert.kind.urgent or not _in(rules.quiet, alert) for alert in story.told)
    assert all(alert.text.isprintable() for alert in story.told)
    if rules.repeat is None:
        assert Stage.LASTS not in {alert.stage for alert in story.told}
    # And nothing of it is remembered.
    assert not story.watch._faults


def _in(quiet: Quiet | None, alert: Alert) -> bool:
    return quiet is not None and quiet.holds(alert.at.astimezone(UTC))
