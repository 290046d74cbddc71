"""The inverter's rest after an answer, however slow the polls, and the beat that it leaves be."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from owned_clock import START

from kstar_tui.monitor.schedule import MIN_PAUSE, Schedule


class Sleeper:
    """A clock on which whoever sleeps moves the time."""

    def __init__(self) -> None:
        self.time = 0.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return START

    async def sleep(self, seconds: float) -> None:
        self.time += max(0.0, seconds)


async def polled(
    interval: float, polls: list[tuple[float, bool, bool]]
) -> list[tuple[float, float]]:
    """When each poll began and ended; a poll is how long it takes, whether an answer comes, and
    whether somebody asks for the next one at once."""
    clock = Sleeper()
    schedule = Schedule(clock, interval)
    times = []
    for takes, answered, asked in polls:
        schedule.begin()
        began = clock.time
        clock.time += takes
        schedule.end(answered=answered)
        times.append((began, clock.time))
        if asked:
            schedule.now()
        await schedule.wait()
    return times


@pytest.mark.parametrize("asked", [False, True])
async def test_an_answer_on_the_second_try_is_followed_by_a_rest(asked: bool) -> None:
    times = await polled(2, [(2.0, True, asked)] * 3)
    assert times == [(0, 2), (4, 6), (8, 10)]


async def test_without_an_answer_there_is_nothing_to_rest_from() -> None:
    assert await polled(2, [(4.5, False, False)] * 2) == [(0, 4.5), (4.5, 9)]


async def test_one_slow_answer_costs_only_the_beats_that_it_covers() -> None:
    slow = [(0.5, True, False), (4.0, True, False), *[(0.5, True, False)] * 2]
    assert [began for began, _ in await polled(5, slow)] == [0, 5, 11, 16]


halves = st.integers(0, 24).map(lambda n: n / 2)


@given(st.integers(2, 30), st.lists(st.tuples(halves, st.booleans(), st.booleans()), max_size=12))
def test_every_answer_is_followed_by_its_rest(
    interval: int, polls: list[tuple[float, bool, bool]]
) -> None:
    times = asyncio.run(polled(interval, polls))
    for n, (began, _) in enumerate(times[1:]):
        rest = MIN_PAUSE if polls[n][1] else 0
        assert began >= times[n][1] + rest


@given(st.integers(2, 30), st.lists(st.floats(0, 1), max_size=12))
def test_polls_that_leave_time_for_it_keep_the_beat(interval: int, shares: list[float]) -> None:
    """Binary fractions: a beat is a whole number, so nothing may be rounded into it."""
    polls = [(share * (interval - MIN_PAUSE), True, False) for share in shares]
    times = asyncio.run(polled(interval, polls))
    assert [began for began, _ in times] == pytest.approx([interval * n for n in range(len(times))])


async def test_whoever_watches_sees_each_step_and_the_pause_that_was_planned() -> None:
    clock = Sleeper()
    schedule = Schedule(clock, 10)
    seen = []
    for _ in range(2):
        schedule.begin()
        seen.append((schedule.steps, schedule.pause))
        clock.time += 4
        schedule.end()
        seen.append((schedule.steps, schedule.pause))
        await schedule.wait()
    assert seen == [(1, 0), (2, 6), (3, 0), (4, 6)]
