"""The connection states, step by step, and what is logged of them."""

from __future__ import annotations

import itertools
import logging
from datetime import timedelta

import pytest
from monitor_world import HOME, reading, zeros
from owned_clock import START

from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.trouble import Trouble, trouble
from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.frame import Rejection


async def test_connecting_to_online(clock, world, watch) -> None:
    watched = watch()
    assert watched.monitor.latest.state is LinkState.CONNECTING
    await clock.settle()
    assert watched.states == ["connecting", "online"]
    assert [what for _, what, _ in world.asked] == ["read", "identify", "settings"]
    fresh = [u for u in watched.updates if u.fresh]
    assert len(fresh) == 1
    # Who it is stands beside its first reading: nothing is ever filed under a wrong name.
    assert fresh[0].key == "KSE1"
    latest = watched.monitor.latest
    assert latest is watched.updates[-1]
    assert latest.reading == reading()
    assert latest.settings is not None
    assert latest.settings.battery_capacity == 200
    assert (latest.taken, latest.taken_monotonic) == (START, 1000.0)
    assert (latest.polls, latest.lost, latest.error, latest.latency) == (1, 0, None, 0.25)
    assert latest.next_poll_monotonic == 1005.0
    assert latest.address == HOME


async def test_one_lost_poll_stays_online(clock, world, watch) -> None:
    watched = watch()
    await clock.settle()
    world.down = True
    await clock.advance(5)
    latest = watched.monitor.latest
    assert (latest.state, latest.lost, latest.lost_in_a_row) == (LinkState.ONLINE, 1, 1)
    assert latest.error == "3 tries of 1.5 s to 192.168.1.50:8899: no answer"
    world.down = False
    await clock.advance(5)
    latest = watched.monitor.latest
    assert (latest.state, latest.lost, latest.lost_in_a_row) == (LinkState.ONLINE, 1, 0)
    assert latest.error is None
    assert watched.states == ["connecting", "online"]
    assert world.times("identify") == [0]


async def test_two_are_stale_three_are_offline_and_one_good_one_is_online(
    clock, world, watch
) -> None:
    watched = watch()
    await clock.settle()
    world.down = True
    await clock.advance(10)
    latest = watched.monitor.latest
    assert latest.state is LinkState.STALE
    assert latest.state.available
    assert latest.since == START + timedelta(seconds=10)
    await clock.advance(5)
    latest = watched.monitor.latest
    assert latest.state is LinkState.OFFLINE
    assert not latest.state.available
    # The last reading is kept with its age.
    assert latest.reading is not None
    assert (latest.taken, latest.fresh) == (START, False)
    world.down = False
    await clock.advance(5)
    assert watched.states == ["connecting", "online", "stale", "offline", "online"]
    assert watched.monitor.latest.lost == 3


async def test_stale_comes_back(clock, world, watch) -> None:
    watched = watch()
    await clock.settle()
    world.down = True
    await clock.advance(10)
    world.down = False
    await clock.advance(5)
    assert watched.states == ["connecting", "online", "stale", "online"]
    # Two lost polls are no outage: it is still the same inverter.
    assert world.times("identify") == [0]


async def test_never_there_is_offline_after_three(clock, world, watch) -> None:
    world.down = True
    watched = watch()
    await clock.advance(9)
    assert watched.states == ["connecting"]
    await clock.advance(1)
    assert watched.states == ["connecting", "offline"]
    world.down = False
    await clock.advance(5)
    assert watched.states == ["connecting", "offline", "online"]
    assert watched.monitor.latest.key == "KSE1"


@pytest.mark.parametrize(
    ("interval", "gaps"),
    [
        (5, [5, 5, 5, 10, 20, 40, 60, 60, 60]),
        (30, [30, 30, 30, 60, 60, 60]),
        (3600, [3600, 3600, 3600, 3600]),
    ],
)
async def test_backoff(clock, world, watch, interval: float, gaps: list[float]) -> None:
    world.down = True
    watch(interval=interval)
    await clock.advance(sum(gaps) + 1)
    times = world.times("read")
    assert [b - a for a, b in itertools.pairwise(times)][: len(gaps)] == gaps


async def test_after_an_outage_the_beat_is_the_interval_again(clock, world, watch) -> None:
    world.down = True
    watch()
    await clock.advance(100)
    world.down = False
    await clock.advance(60)
    before = len(world.times("read"))
    await clock.advance(50)
    assert len(world.times("read")) == before + 10


async def test_a_winter_away_is_survived(clock, world, watch) -> None:
    world.down = True
    watched = watch(interval=3600)
    await clock.advance(3600 * 1200)
    assert not watched.task.done()
    world.down = False
    await clock.advance(3600)
    assert watched.monitor.latest.state is LinkState.ONLINE


async def test_transitions_are_logged_once(clock, world, watch, caplog) -> None:
    caplog.set_level(logging.INFO, logger="kstar_tui.monitor")
    watch()
    await clock.settle()
    world.down = True
    await clock.advance(3600)
    world.down = False
    await clock.advance(120)
    lines = [(r.levelname, r.getMessage()) for r in caplog.records]
    assert [level for level, _ in lines] == ["INFO", "INFO", "WARNING", "WARNING"]
    texts = [text for _, text in lines]
    assert texts[0] == "inverter at 192.168.1.50: online, before connecting"
    assert texts[1] == "inverter at 192.168.1.50: stale, before online"
    assert texts[2] == (
        "inverter at 192.168.1.50 is offline: 3 tries of 1.5 s to 192.168.1.50:8899: no answer"
    )
    assert texts[3].startswith("inverter at 192.168.1.50 is back after 36")


async def test_held_readings_age_like_lost_ones_but_need_no_rescue(clock, world, watch) -> None:
    watched = watch()
    await clock.settle()
    world.readings = [zeros()] * 8
    await clock.advance(5)
    latest = watched.monitor.latest
    assert latest.state is LinkState.ONLINE
    assert latest.reading == reading()
    assert not latest.fresh
    assert latest.rejected == {"all values zero": 1}
    assert latest.error == "it answers, but not plausibly: all values zero"
    assert trouble(latest.error) is Trouble.IMPLAUSIBLE
    await clock.advance(35)
    assert watched.monitor.latest.state is LinkState.OFFLINE
    assert watched.monitor.latest.rejected == {"all values zero": 8}
    # It answers, so it is neither woken nor looked for, and asked on the usual beat.
    assert world.times("read") == [0, 5, 10, 15, 20, 25, 30, 35, 40]
    assert (world.woken, world.searched) == ([], [])
    await clock.advance(5)
    assert watched.monitor.latest.state is LinkState.ONLINE


async def test_rejections_of_link_and_readings_are_merged(clock, world, watch) -> None:
    watched = watch()
    await clock.settle()
    world.counters[HOME].rejections[Rejection.CHECKSUM] += 2
    world.readings = [reading(energy_total=5)]
    await clock.advance(5)
    assert watched.monitor.latest.rejected == {
        "wrong checksum": 2,
        "PV energy total fell": 1,
    }
    assert watched.monitor.latest.refused == {"PV energy total fell": reading(energy_total=5).raw}


async def test_refused_bytes_and_retries_are_told(clock, world, watch) -> None:
    watched = watch()
    await clock.settle()
    counters = world.counters[HOME]
    counters.retries += 2
    counters.refused[Rejection.NOISE] = b"+++"
    await clock.advance(5)
    assert watched.monitor.latest.retries == 2
    assert watched.monitor.latest.refused == {"noise outside a frame": b"+++"}
    counters.retries += 1
    counters.refused[Rejection.NOISE] = b"---"
    await clock.advance(5)
    assert watched.monitor.latest.retries == 3
    assert watched.monitor.latest.refused == {"noise outside a frame": b"---"}


async def test_a_reading_flows_without_a_name(clock, world, watch) -> None:
    world.nameless = True
    watched = watch()
    await clock.advance(5)
    assert [u.fresh for u in watched.updates].count(True) == 2
    assert watched.monitor.latest.info is None
    # One lost answer is made good at once; who never answers is not asked at every poll.
    await clock.advance(94)
    assert world.times("identify") == [0, 5, 55]
    assert world.times("settings") == [0]
    world.nameless = False
    await clock.advance(11)
    assert watched.monitor.latest.key == "KSE1"
    assert world.times("identify") == [0, 5, 55, 105]
    assert world.times("settings") == [0, 105]
    await clock.advance(200)
    assert len(world.times("identify")) == 4


async def test_settings_that_are_lost_are_asked_for_again_ten_polls_later(
    clock, world, watch
) -> None:
    world.unset = True
    watched = watch()
    await clock.advance(60)
    assert world.times("settings") == [0, 50]
    assert watched.monitor.latest.settings is None
    assert watched.states == ["connecting", "online"]
    world.unset = False
    await clock.advance(200)
    assert world.times("settings") == [0, 50, 100]
    assert watched.monitor.latest.settings is not None


async def test_a_reading_is_as_old_as_its_answer(clock, world, watch) -> None:
    world.delays = {"identify": 4.5}
    watched = watch()
    await clock.advance(4.5)
    (first,) = [u for u in watched.updates if u.fresh]
    # Who it is comes with the first reading, however long that takes.
    assert (first.key, first.at) == ("KSE1", START + timedelta(seconds=4.5))
    assert (first.taken, first.taken_monotonic) == (START, 1000.0)


async def test_further_questions_hold_up_no_reading(clock, world, watch) -> None:
    world.delays = {"settings": 4.5}
    world.nameless = world.unset = True
    watched = watch()
    await clock.settle()
    assert [u.at for u in watched.updates if u.fresh] == [START]
    world.delays = {"identify": 4.5}
    await clock.advance(6)
    assert [u.at for u in watched.updates if u.fresh] == [START, START + timedelta(seconds=5)]
    assert world.times("identify") == [0, 5]


async def test_after_an_outage_a_reading_waits_until_it_is_known_whose_it_is(
    clock, world, watch
) -> None:
    watched = watch()
    await clock.settle()
    world.down = True
    await clock.advance(15)
    world.down = False
    world.serials[HOME] = "KSE2"
    world.delays = {"identify": 3}
    watched.updates.clear()
    await clock.advance(9)
    (fresh,) = [u for u in watched.updates if u.fresh]
    assert (fresh.key, fresh.at) == ("KSE2", START + timedelta(seconds=23))
    assert fresh.taken == START + timedelta(seconds=20)


async def test_another_inverter_after_an_outage(clock, world, watch, caplog) -> None:
    watched = watch()
    await clock.settle()
    world.down = True
    await clock.advance(15)
    world.down = False
    world.serials[HOME] = "KSE2"
    # Its counters are its own: lower ones are no glitch.
    world.readings = [reading(energy_total=2, load_energy_total=3, hours_total=4)]
    await clock.advance(5)
    latest = watched.monitor.latest
    assert (latest.state, latest.key) == (LinkState.ONLINE, "KSE2")
    assert latest.reading is not None
    assert latest.reading.energy_total == 2
    assert "another inverter answers at 192.168.1.50" in caplog.text
    assert world.times("settings") == [0, 20]


async def test_the_same_inverter_after_an_outage(clock, world, watch, caplog) -> None:
    watch()
    await clock.settle()
    world.down = True
    await clock.advance(15)
    world.down = False
    await clock.advance(5)
    assert world.times("identify") == [0, 20]
    assert "another inverter" not in caplog.text


async def test_a_defect_is_logged_once_and_counts_as_lost(clock, world, watch, caplog) -> None:
    world.readings = [ZeroDivisionError("oops")] * 2
    watched = watch()
    await clock.advance(5)
    assert watched.monitor.latest.error == "polling failed: ZeroDivisionError: oops"
    assert watched.monitor.latest.lost == 2
    await clock.advance(5)
    assert watched.monitor.latest.state is LinkState.ONLINE
    assert caplog.text.count("polling failed") == 1


async def test_a_failing_subscriber_harms_nobody(clock, watch, caplog) -> None:
    watched = watch()
    calls: list[int] = []

    def failing(_: object) -> None:
        calls.append(1)
        raise ValueError("broken")

    watched.monitor.subscribe(failing)
    end = watched.monitor.subscribe(watched.updates.append)
    await clock.advance(10)
    assert len(calls) == len(watched.updates) / 2 > 3
    assert caplog.text.count("a subscriber failed") == 1
    end()
    end()
    watched.updates.clear()
    await clock.advance(5)
    assert len(watched.updates) == 1


def test_impossible_monitors_are_refused(clock, world) -> None:
    for interval, address, find in ((0, HOME, None), (-1, HOME, None), (5, None, None)):
        with pytest.raises(ValueError, match=r"interval|address"):
            Monitor(world.connect, clock, interval=interval, address=address, find=find, wake=None)


async def test_it_needs_neither_search_nor_wake(clock, world, watch) -> None:
    world.down = True
    watched = watch(find=None, wake=None)
    await clock.advance(300)
    assert watched.states == ["connecting", "offline"]
