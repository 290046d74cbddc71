"""When it polls: on the beat, without drift or pile-up, and at once when told to."""

from __future__ import annotations

import asyncio
import itertools

from monitor_world import HOME
from owned_clock import OwnedClock

from kstar_tui.monitor.schedule import Schedule, backoff


async def test_the_beat_does_not_drift(clock, world, watch) -> None:
    world.delay = 0.7
    watch()
    await clock.advance(60)
    assert world.times("read") == [5.0 * n for n in range(13)]


async def test_slow_answers_do_not_pile_up(clock, world, watch) -> None:
    watch(interval=2)
    await clock.settle()
    world.delay = 4.5
    await clock.advance(18)
    # Asked at 2; each answer takes 4.5 s, and the next question follows it after a rest.
    assert world.times("read") == [0, 2, 8.5, 15]
    world.delay = 0
    await clock.advance(12)
    times = world.times("read")[4:]
    assert len(times) == 5
    assert all(b - a == 2 for a, b in itertools.pairwise(times))


async def test_a_long_stall_is_one_poll_not_many(clock, world, watch) -> None:
    watch()
    await clock.settle()
    clock.time += 1000
    await clock.advance(6)
    assert world.times("read") == [0, 1000, 1005]


async def test_poll_now_does_not_wait(clock, world, watch) -> None:
    watched = watch()
    await clock.advance(2)
    watched.monitor.poll_now()
    watched.monitor.poll_now()
    await clock.settle()
    assert world.times("read") == [0, 2]
    assert watched.monitor.latest.next_poll_monotonic == 1007
    await clock.advance(10)
    assert world.times("read") == [0, 2, 7, 12]


async def test_however_often_asked_for_polls_are_two_seconds_apart(clock, world, watch) -> None:
    watched = watch()
    for _ in range(80):
        watched.monitor.poll_now()
        await clock.advance(0.1)
    assert world.times("read") == [0, 2, 4, 6, 8]


async def test_poll_now_during_a_poll_is_answered_by_it(clock, world, watch) -> None:
    world.delay = 1
    watched = watch()
    await clock.settle()
    watched.monitor.poll_now()
    await clock.advance(3)
    assert world.times("read") == [0]


async def test_poll_now_before_it_runs(clock, world, watch) -> None:
    watched = watch()
    watched.monitor.poll_now()
    await clock.settle()
    assert world.times("read") == [0]


async def test_poll_now_while_offline(clock, world, watch) -> None:
    world.down = True
    watched = watch()
    await clock.advance(200)
    world.down = False
    watched.monitor.poll_now()
    await clock.settle()
    assert str(watched.monitor.latest.state) == "online"


async def test_it_ends_when_cancelled_and_leaves_nothing_running(clock, world, watch) -> None:
    watched = watch()
    await clock.advance(7)
    await watched.stop()
    assert watched.task.cancelled()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_it_can_run_again(clock, world, watch) -> None:
    watched = watch()
    await clock.advance(7)
    await watched.stop()
    watched.task = asyncio.create_task(watched.monitor.run())
    await clock.settle()
    assert world.times("read") == [0, 5, 7]
    assert {address for _, _, address in world.asked} == {HOME.host}


def test_backoff_doubles_to_its_limit() -> None:
    assert [backoff(5, n) for n in range(6)] == [5, 10, 20, 40, 60, 60]
    assert [backoff(90, n) for n in range(3)] == [90, 90, 90]
    assert backoff(2, 10**6) == 60


async def test_polls_that_are_always_late_let_others_run() -> None:
    clock = OwnedClock()
    schedule = Schedule(clock, 5)
    clock.time += 100
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    for _ in range(10):
        await schedule.wait()
    task.cancel()
    assert turns >= 9


async def test_another_interval_begins_with_a_poll(clock, world, watch) -> None:
    watched = watch(interval=3600)
    await clock.advance(100)
    watched.monitor.retime(20)
    await clock.advance(50)
    watched.monitor.retime(300)
    await clock.advance(400)
    assert world.times("read") == [0, 100, 120, 140, 150, 450]


async def test_another_interval_in_a_poll_that_is_under_way(clock, world, watch) -> None:
    world.delay = 3
    watched = watch(interval=3600)
    await clock.advance(1)
    watched.monitor.retime(20)
    await clock.advance(30)
    assert world.times("read") == [0, 20]
