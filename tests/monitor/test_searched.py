"""What is remembered of the last search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from monitor_world import HOME, TARGET, World, found
from owned_clock import START, OwnedClock

from kstar_tui.assembly import make_monitor
from kstar_tui.link.events import Asked, NotAnInverter, SearchEvent
from kstar_tui.monitor.finding import Find, Search
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.searched import MOST, SearchLog
from kstar_tui.settings import Settings

OTHER = NotAnInverter("192.168.1.77", None, "Solarman", "is no inverter")


class Look:
    """A search of given events that knows whether it was closed."""

    def __init__(self, *events: SearchEvent | Exception) -> None:
        self.events = events
        self.closed = 0

    async def __call__(self) -> AsyncIterator[SearchEvent]:
        try:
            for event in self.events:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed += 1


async def test_everything_that_a_search_tells() -> None:
    log = SearchLog(OwnedClock())
    assert log.last is None
    look = Look(Asked(TARGET, None), OTHER, found())
    heard = [event async for event in log.watching(look, "of a test")()]
    assert heard == list(look.events)
    last = log.last
    assert last is not None
    assert (last.began, last.why, last.over, last.error) == (START, "of a test", True, None)
    assert (last.asked, last.others, last.found) == ([heard[0]], [heard[1]], [heard[2]])
    assert log.changes == 5
    assert look.closed == 1


async def test_the_next_one_takes_its_place() -> None:
    clock = OwnedClock()
    log = SearchLog(clock)
    look = log.watching(Look(OTHER), "of a test")
    async for _ in look():
        pass
    first = log.last
    clock.time += 60
    async for _ in look():
        second = log.last
        assert second is not None
        assert second is not first
        assert not second.over


async def test_one_that_is_left_early_is_over_and_closes_what_it_listens_to() -> None:
    log = SearchLog(OwnedClock())
    look = Look(found(), found("KSE2", "192.168.1.60"))
    search = Search()
    await search.run(log.watching(look, "of a test"), until=lambda one: True)
    assert log.last is not None
    assert (len(log.last.found), log.last.over, look.closed) == (1, True, 1)


async def test_one_that_fails_says_why() -> None:
    log = SearchLog(OwnedClock())
    with pytest.raises(OSError, match="no sockets"):
        async for _ in log.watching(Look(OSError(24, "no sockets")), "of a test")():
            pass
    assert log.last is not None
    assert (log.last.error, log.last.over) == ("no sockets", True)


async def test_a_crowd_is_kept_in_part() -> None:
    log = SearchLog(OwnedClock())
    crowd = [OTHER._replace(host=f"10.0.{n // 250}.{n % 250}") for n in range(500)]
    count = 0
    async for _ in log.watching(Look(*crowd), "of a test")():
        count += 1
    assert count == 500, "whoever searches hears all of it"
    assert log.last is not None
    assert len(log.last.others) == MOST


async def test_a_monitor_that_looks_for_its_inverter_is_listened_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = OwnedClock()
    log, world, given = SearchLog(clock), World(clock), {}

    class Taken(Monitor):
        def __init__(self, *_: Any, find: Find | None, **__: Any) -> None:
            given["find"] = find

    monkeypatch.setattr("kstar_tui.assembly.Monitor", Taken)
    monkeypatch.setattr("kstar_tui.assembly.find", lambda _: world.find())
    make_monitor(Settings(), clock, HOME, searched=log)
    async for _ in given["find"]():
        pass
    assert log.last is not None
    assert log.last.why == "it had gone"
    assert log.last.asked == [Asked(TARGET, None)]
