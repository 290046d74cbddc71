"""The simulator as a command runs it."""

from __future__ import annotations

import asyncio
import io
import re

import pytest
from simulator_talk import HandClock, Talk

from kstar_tui.protocol.frame import Request, build_reply
from kstar_tui.simulator.run import run_simulator
from kstar_tui.simulator.server import SimulatorOptions


class Paper(io.StringIO):
    """What is written, and an event once there are so many lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.lines = lines
        self.full = asyncio.Event()

    def flush(self) -> None:
        if self.getvalue().count("\n") >= self.lines:
            self.full.set()


class Frozen(HandClock):
    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


async def test_it_says_where_it_is_serves_and_ends_when_cancelled(talk: Talk) -> None:
    paper = Paper(3)
    running = asyncio.create_task(
        run_simulator(SimulatorOptions(port=0, discovery_port=0), Frozen(), out=paper)
    )
    await paper.full.wait()
    text = paper.getvalue()
    assert re.match(
        r"KSE4000 SIM0000000001, a simulated KStar inverter, answers on 127.0.0.1 ", text
    )
    assert "a clear day from 12:00 on, 1 times as fast, seed 1" in text
    found = re.search(r"127\.0\.0\.1 port (\d+)\n", text)
    assert found is not None
    port = int(found[1])
    assert await talk.ask(Request.DEVICE_INFO.frame, ("127.0.0.1", port))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert paper.getvalue() == text, "nothing more was said"
    talk.say(Request.DEVICE_INFO.frame, ("127.0.0.1", port))
    with pytest.raises(TimeoutError):
        await talk.hear(0.1)


async def told_times(clock: HandClock, count: int) -> list[str]:
    """The first times of day that a line was said for."""
    # Behind the three lines of the greeting.
    paper, options = Paper(3 + count), SimulatorOptions(port=0, discovery_port=None)
    running = asyncio.create_task(run_simulator(options, clock, verbose=True, out=paper))
    await paper.full.wait()
    running.cancel()
    times = re.findall(r"^(\d\d:\d\d)  PV [\d.]+ kWh today", paper.getvalue(), re.MULTILINE)
    return times[:count]


async def test_verbosely_it_tells_of_every_quarter_of_an_hour() -> None:
    assert await told_times(HandClock(), 4) == ["12:15", "12:30", "12:45", "13:00"]


class Busy(HandClock):
    """A machine on which everything comes 100 s late."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds + 100)


async def test_a_quarter_is_told_as_such_on_a_busy_machine() -> None:
    quarters = [f"{h}:{m:02}" for h in (12, 13, 14) for m in (0, 15, 30, 45)]
    assert await told_times(Busy(), 9) == quarters[1:10]


async def test_without_a_word_it_keeps_the_house_up_to_the_clock() -> None:
    paper, clock = Paper(2), HandClock()
    options = SimulatorOptions(port=0, discovery_port=None, frames=(build_reply(0x86, bytes(81)),))
    running = asyncio.create_task(run_simulator(options, clock, out=paper))
    await paper.full.wait()
    while clock.seconds < 3600:
        await asyncio.sleep(0)
    running.cancel()
    assert paper.getvalue().splitlines()[1:] == ["serving 1 given frames in turn"]


async def test_a_taken_port_is_an_os_error(talk: Talk) -> None:
    port = talk.socket.getsockname()[1]
    with pytest.raises(OSError, match="in use"):
        await run_simulator(SimulatorOptions(port=port, discovery_port=None), HandClock())
