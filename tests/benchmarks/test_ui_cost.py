"""What the screen costs: bytes to the terminal, processor, time to the first picture, memory."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest
from measure import (
    interleaved,
    median_ratio,
    memory_of,
    processor_of,
    report,
    run_in_fresh_process,
)
from terminal import Terminal

SIZES = ((80, 24), (120, 40), (200, 60))
THEMES = {
    # Budget in bytes a poll, and the environment that chooses the theme.
    "truecolour": (1500, {}),
    "ANSI": (900, {"COLORTERM": "", "TERM": "xterm"}),
}
MINUTES = 12
"""Minutes of a cloudy day over which bytes are counted, so that minutes turn among them."""
SPEED = 24

# A day that passes faster, asked as often as a real one: what 5 s change is what changes a poll.
FAST_DAY = f"""
import asyncio, os, sys
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
        return await run_ui(Settings(interval=5.0), clock=clock, address=simulator.address)

sys.exit(asyncio.run(main()))
"""

IMPORTS = """
import textual.app
from textual.widgets import Footer, Input, OptionList, Static
"""
SIX_WIDGETS = """
from textual.app import App
from textual.widgets import Footer, Header, Input, Label, OptionList, Static

class Six(App):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Header()
        yield Label("ready")
        yield Static("text")
        yield Input(placeholder="text")
        yield OptionList("one", "two", "three")
        yield Footer()

Six().run()
"""


class Unread(Terminal):
    """Keeps the bytes without making a screen of them: that would cost more than the program."""

    def __enter__(self) -> Unread:
        super().__enter__()
        self._stream.feed = lambda data: None
        return self

    def wait_for_bytes(self, wanted: bytes, seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while wanted not in self.raw:
            assert time.monotonic() < deadline, bytes(self.raw[-2000:])
            self._read(0.2)


def the_program(port: int, *arguments: str) -> list[str]:
    address = ["--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "kstar_tui", *address, *arguments]


@contextmanager
def cloudy_day() -> Iterator[int]:
    """The port of a simulated house in a process of its own, at the pace of real life."""
    import socket
    import subprocess

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "kstar_tui", "simulate", "--day", "cloudy", "--start", "12:00"),
        *("--bind", "127.0.0.1", "--port", str(port), "--discovery-port", str(port + 1)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert str(port).encode() in line, line
            yield port
        finally:
            process.terminate()


def polls_on(text: str) -> int:
    found = re.search(r"polls ([\d ]+?)  ", text)
    return int(found[1].replace(" ", "")) if found else 0


def polled(text: str) -> bool:
    """The poll that fills the screen is over; a slow machine may have missed the second one."""
    return polls_on(text) >= 2


def bytes_a_poll(terminal: Terminal, seconds: float) -> tuple[float, int]:
    """Sent in that time, over the polls in it."""
    terminal.wait_for(polled)
    terminal.read_for(0.3)
    first = polls_on(terminal.text)
    sent = terminal.read_for(seconds)
    polls = polls_on(terminal.text) - first
    assert polls > 3
    return sent / polls, polls


def test_bytes_a_poll_over_minutes_of_a_cloudy_day(tmp_path: Path) -> None:
    def measure(case: tuple[str, tuple[int, int]]) -> tuple[float, int]:
        theme, size = case
        # Two on one history would have more to tell than their polls.
        home = tmp_path / f"{theme}-{size[0]}"
        home.mkdir()
        environment = {**THEMES[theme][1], "HOME": str(home)}
        with Terminal([sys.executable, "-c", FAST_DAY], *size, environment) as terminal:
            return bytes_a_poll(terminal, MINUTES * 60 / SPEED)

    cases = [(theme, size) for theme in THEMES for size in SIZES]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(measure, cases))
    for (theme, (width, height)), (sent, polls) in zip(cases, results, strict=True):
        report(
            f"UI bytes a poll, {theme}, {width}×{height}, {MINUTES} min at {SPEED}×",
            f"{sent:.0f} over {polls} polls",
            f"≤ {THEMES[theme][0]}",
        )
    for (theme, size), (sent, _) in zip(cases, results, strict=True):
        assert sent <= THEMES[theme][0], (theme, size)


@pytest.mark.parametrize(("size", "seconds"), [((80, 24), 60), ((120, 40), 30), ((200, 60), 30)])
def test_bytes_and_processor_in_real_time(
    size: tuple[int, int], seconds: int, tmp_path: Path
) -> None:
    """Idle seconds between the polls included."""
    with (
        cloudy_day() as port,
        Terminal(the_program(port), *size, {"HOME": str(tmp_path)}) as terminal,
    ):
        terminal.wait_for(polled)
        terminal.read_for(1.0)
        before = processor_of(terminal.process.pid)
        first, sent = polls_on(terminal.text), terminal.read_for(seconds)
        share = (processor_of(terminal.process.pid) - before) / seconds
        polls = polls_on(terminal.text) - first
    with Unread([sys.executable, "-c", SIX_WIDGETS], *size, {"HOME": str(tmp_path)}) as six:
        six.wait_for_bytes(b"ready")
        six.read_for(2.0)
        before = processor_of(six.process.pid)
        six.read_for(20.0)
        idle = (processor_of(six.process.pid) - before) / 20.0
    assert polls >= seconds // 5 - 1
    width, height = size
    report(
        f"UI {width}×{height} for {seconds} s at a 5 s poll",
        f"{share:.3%} of a core, six widgets that wait {idle:.3%}: {share / idle:.2f}×; "
        f"{sent / polls:.0f} bytes a poll",
        "≤ 0.3 %, asserted ≤ 1×; ≤ 1500",
    )
    assert sent / polls <= 1500
    # What a core is worth differs by machine; an input line with a blinking cursor costs as much.
    assert share <= idle


def test_first_paint(inverter: int, tmp_path: Path) -> None:
    """From the start of the process to the diagram on the terminal."""

    def paint() -> float:
        before = time.perf_counter()
        home = {"HOME": str(tmp_path)}
        with Unread(the_program(inverter), 120, 40, home) as terminal:
            terminal.wait_for_bytes(b" Solar ")
            return time.perf_counter() - before

    def imports() -> float:
        return run_in_fresh_process(IMPORTS).seconds

    ours, bare = interleaved(11, paint, imports)
    ratio = median_ratio(ours, bare)
    report(
        "UI first paint",
        f"{median(ours) * 1000:.0f} ms, imports {median(bare) * 1000:.0f} ms: {ratio:.2f}×",
        "≤ 1.6×",
    )
    assert ratio <= 1.6


def test_memory(inverter: int, tmp_path: Path) -> None:
    def settled(command: list[str], sign: bytes) -> Callable[[], int]:
        def measure() -> int:
            with Unread(command, 120, 40, {"HOME": str(tmp_path)}) as terminal:
                terminal.wait_for_bytes(sign)
                terminal.read_for(1.0)
                return memory_of(terminal.process.pid)

        return measure

    ours, six = interleaved(
        3,
        settled(the_program(inverter), b"online"),
        settled([sys.executable, "-c", SIX_WIDGETS], b"ready"),
    )
    ratio = median_ratio(ours, six)
    report(
        "UI memory",
        f"{median(ours) / 1024:.1f} MB, a six-widget app {median(six) / 1024:.1f} MB: {ratio:.2f}×",
        "≤ 1.3×",
    )
    assert ratio <= 1.3
