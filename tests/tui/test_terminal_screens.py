"""Every screen in a terminal: what it sends while a day goes on, and in ASCII."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from terminal import Terminal, told_polls

SPEED = 24
# A day that passes faster, asked as often as a real one: what 5 s change is what changes a poll.
FAST_DAY = f"""
import asyncio, sys
from datetime import time
from kstar_tui.settings import Settings
from kstar_tui.simulator.server import Simulator, SimulatorOptions
from kstar_tui.tui.run import run_ui

async def main():
    options = SimulatorOptions(
        day="cloudy", start=time(12), speed={SPEED}, seed=7, port=0, discovery_port=None
    )
    clock = options.clock()
    async with Simulator(options, clock) as simulator:
        settings = Settings(interval=5.0, history=sys.argv[1], ascii=len(sys.argv) > 2)
        return await run_ui(settings, clock=clock, address=simulator.address)

sys.exit(asyncio.run(main()))
"""
SCREENS = {
    "2": "[day]",
    "6": "[frame]",
    "3": "Limits",
    "4": "House today",
    "5": "[all]",
    "1": "polls",
}
"""Keys, and what stands on the screen that they lead to."""
POLLS = 12
"""As many as there are in a minute, whose turn brings a column of each chart."""


@contextmanager
def fast_day(
    tmp_path: Path, size: tuple[int, int], *arguments: str, **environment: str
) -> Iterator[Terminal]:
    history = str(tmp_path / "history.sqlite")
    command = [sys.executable, "-c", FAST_DAY, history, *arguments]
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    with Terminal(command, *size, {**home, **environment}) as terminal:
        terminal.wait_for(lambda _: told_polls(terminal) >= 3)
        yield terminal


def go(terminal: Terminal, key: str) -> None:
    terminal.send(key)
    terminal.wait_for(SCREENS[key])
    # What is drawn when one comes is no poll.
    while terminal.read_for(0.4) > 4000:
        pass


@pytest.mark.parametrize(
    ("size", "environment", "budget"),
    [
        ((80, 24), {}, 1500),
        ((120, 40), {"COLORTERM": "", "TERM": "xterm"}, 900),
    ],
    ids=["80x24", "ANSI"],
)
def test_bytes_a_poll_on_each_screen(
    size: tuple[int, int], environment: dict[str, str], budget: int, tmp_path: Path
) -> None:
    """`Live` is measured over longer in the benchmarks."""
    with fast_day(tmp_path, size, **environment) as terminal:
        for key in SCREENS:
            go(terminal, key)
            sent = terminal.read_for(POLLS * 5 / SPEED) / POLLS
            assert sent <= budget, f"{sent:.0f} bytes a poll on the screen of key {key}"
        terminal.send("q")
        assert terminal.wait_end() == 0


def test_nothing_is_sent_while_nothing_changes_on_it(tmp_path: Path) -> None:
    """Not for the day that goes on below it either."""
    with fast_day(tmp_path, (120, 40)) as terminal:
        for keys in ("2", "5", "1?", "\x1bi", "\x1b\x10"):
            for key in keys:
                terminal.send(key)
                terminal.read_for(0.3)
            assert min(terminal.read_for(0.6) for _ in range(3)) == 0, repr(keys)


def test_each_screen_in_ascii(tmp_path: Path) -> None:
    with fast_day(tmp_path, (80, 24), "--ascii") as terminal:
        for key in SCREENS:
            go(terminal, key)
            terminal.send("?")
            terminal.wait_for("keys and signs")
            terminal.send("\x1b")
            terminal.wait_for(lambda text: "keys and signs" not in text)
        terminal.send("q")
        assert terminal.wait_end() == 0
        strange = {char for char in bytes(terminal.raw).decode() if ord(char) > 126}
        assert not strange
