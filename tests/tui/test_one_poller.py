"""One poller, many screens: a daemon and screens as processes of their own, counted on the wire."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from answering import answering
from terminal import Terminal, told_polls
from test_terminal import ANSWERS

from kstar_tui.history.archive import Archive
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.store import Store
from kstar_tui.protocol.frame import Request

PATIENCE = 40.0
SERIAL = "SIM0000005678"


class Machine:
    """One machine with one inverter: what is started on it sees each other, and nothing else."""

    def __init__(self, port: int, asked: list[bytes], home: Path, stack: ExitStack) -> None:
        self.port = port
        self._asked = asked
        self._stack = stack
        self._environment = {
            "HOME": str(home),
            "TZ": "UTC",
            "XDG_RUNTIME_DIR": str(home / "run"),
            "XDG_CONFIG_HOME": str(home),
        }
        self.database = home / ".local" / "share" / "kstar-tui" / "history.sqlite"
        self.screens: list[Terminal] = []
        self._log = home / "daemon.log"

    @property
    def polls(self) -> int:
        """Questions for data on the wire so far."""
        return self._asked.count(Request.RUNNING_DATA.frame)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def daemon(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "kstar_tui", "--headless", "--interval", "2"]
        with self._log.open("ab") as log:
            at = ("--host", "127.0.0.1", "--port", str(self.port))
            return self.process([*command, *at], stderr=log)

    def process(self, command: Sequence[str], **streams: Any) -> subprocess.Popen[Any]:
        process = subprocess.Popen(
            command, env=self._environment, stdin=subprocess.DEVNULL, **streams
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    def screen(self, *arguments: str) -> Terminal:
        command = [sys.executable, "-m", "kstar_tui", "--interval", "2", *arguments]
        terminal = Terminal(command, 100, 30, self._environment)
        self.screens.append(self._stack.enter_context(terminal))
        return terminal

    def until(self, condition: Callable[[], object]) -> None:
        """Let everything go on until this holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                texts = "\n".join(screen.text for screen in self.screens)
                raise AssertionError(f"it never came; {self.polls}\n{self.log}\n{texts}")
            for screen in self.screens:
                screen._read(0.02)

    def quit(self, screen: Terminal) -> None:
        self.screens.remove(screen)
        screen.send("q")
        assert screen.wait_end() == 0


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    (tmp_path / "run").mkdir(mode=0o700)
    asked: list[bytes] = []
    with answering(ANSWERS, asked) as port, ExitStack() as stack:
        yield Machine(port, asked, tmp_path, stack)


def check_one_polls(machine: Machine, screen: Terminal) -> None:
    """Over two polls more, what is on the wire is what the one who polls knows of; where somebody
    has just changed, and counts from elsewhere, from then on."""
    seen = []
    for _ in range(4):
        told, asked = told_polls(screen), machine.polls
        machine.until(lambda told=told: not told <= told_polls(screen) < told + 2)
        seen.append((machine.polls - asked) - (told_polls(screen) - told))
        if abs(seen[-1]) <= 1:
            return
    raise AssertionError(f"polls on the wire that it does not know of, each time: {seen}")


def test_attached_taken_over_and_given_back(machine: Machine) -> None:
    daemon = machine.daemon()
    machine.until(lambda: machine.polls)
    # No search, though no host is named; and none where one is.
    one = machine.screen()
    other = machine.screen("--host", "127.0.0.1", "--port", str(machine.port))
    via = f"via process {daemon.pid}"
    machine.until(lambda: all(via in screen.text for screen in machine.screens))
    machine.until(lambda: min(map(told_polls, machine.screens)) >= 2)
    machine.until(lambda: "KSE4000 …5678  ● online  now" in one.text)
    # One request a poll on the wire, whoever looks on. With two who poll it would never hold again.
    machine.until(lambda: machine.polls - 1 <= told_polls(one) <= machine.polls)

    machine.quit(other)
    daemon.terminate()
    assert daemon.wait(PATIENCE) == 0
    before = machine.polls
    machine.until(lambda: f"Process {daemon.pid} is gone" in one.text and "via" not in one.text)
    machine.until(lambda: told_polls(one) >= 2)
    # One may be on its way.
    machine.until(lambda: 0 <= machine.polls - before - told_polls(one) <= 1)

    second = machine.daemon()
    machine.until(lambda: f"via process {second.pid}" in one.text)
    own = told_polls(one)
    machine.until(lambda: told_polls(one) != own)
    given_back = machine.polls - told_polls(one)
    check_one_polls(machine, one)
    # It waited for the history instead of complaining that another process writes it.
    assert "written by" not in machine.log
    assert "warning" not in machine.log
    frames, observed = kept(machine)
    assert given_back - 1 <= len(frames) <= machine.polls
    assert len(set(frames)) == len(frames)
    # Of four polls two seconds apart, and no second twice.
    assert 4 <= observed <= frames[-1] - frames[0]

    second.kill()
    machine.until(lambda: f"Process {second.pid} is gone" in one.text)
    before = machine.polls
    machine.until(lambda: machine.polls > before and "● online" in one.text)
    machine.quit(one)
    assert len(kept(machine)[0]) > len(frames)


def test_of_two_screens_that_lose_their_daemon_one_polls(machine: Machine) -> None:
    daemon = machine.daemon()
    machine.until(lambda: machine.polls)
    one, other = machine.screen(), machine.screen()
    via = f"via process {daemon.pid}"
    machine.until(lambda: via in one.text and via in other.text)
    daemon.kill()
    machine.until(lambda: ("via" in one.text) is not ("via" in other.text))
    polls, looks = (other, one) if "via" in one.text else (one, other)
    machine.until(lambda: told_polls(polls) >= 3)
    check_one_polls(machine, polls)
    assert told_polls(looks) - told_polls(polls) in (-1, 0, 1)

    # A third one begins at the side of the first, and one goes on when that ends.
    third = machine.screen("--host", "127.0.0.1", "--port", str(machine.port))
    machine.until(lambda: "via process" in third.text)
    machine.quit(polls)
    machine.until(lambda: ("via" in looks.text) is not ("via" in third.text))
    last = third if "via" in looks.text else looks
    machine.until(lambda: told_polls(last) >= 2)
    check_one_polls(machine, last)

    second = machine.daemon()
    machine.until(lambda: all(f"via process {second.pid}" in one.text for one in machine.screens))
    check_one_polls(machine, last)
    assert "warning" not in machine.log


def test_one_that_has_to_search_is_made_room_for(machine: Machine, tmp_path: Path) -> None:
    """Its screens do not know at first whether it polls theirs."""
    command = [
        sys.executable,
        "-m",
        "kstar_tui",
        "simulate",
        "--port",
        "0",
        "--discovery-port",
        "0",
    ]
    simulator = machine.process(command, stderr=subprocess.PIPE, text=True)
    ports = []
    while len(ports) < 2:
        line = simulator.stderr.readline()
        ports += re.findall(r"port (\d+)", line)
    at = ("--port", ports[0], "--discovery-port", ports[1], "--broadcast", "127.255.255.255")
    screen = machine.screen("--host", "127.0.0.1", *at)
    machine.until(lambda: told_polls(screen) >= 2)
    with (tmp_path / "daemon.log").open("wb") as log:
        command = [sys.executable, "-m", "kstar_tui", "--headless", "--interval", "2", *at]
        daemon = machine.process(command, stderr=log)
    machine.until(lambda: f"via process {daemon.pid}" in screen.text)
    first = told_polls(screen)
    machine.until(lambda: told_polls(screen) > first)
    assert "warning" not in machine.log
    assert "searching for an inverter" in machine.log


def kept(machine: Machine) -> tuple[list[float], float]:
    """When each reading on disk was taken, and the seconds observed."""
    calendar = Calendar(UTC)
    store = Store.open(machine.database, calendar, now=time.time(), write=False)
    archive = Archive(store, calendar)
    end = int(time.time()) // 60 * 60 + 60
    frames = [frame.at for frame in archive.frames(SERIAL, 0, end)]
    observed = archive.total(SERIAL, end - 3600, end).observed / 1000
    store.close()
    return frames, observed


def test_a_second_daemon_refuses_and_says_who_is_there(machine: Machine) -> None:
    first = machine.daemon()
    machine.until(lambda: machine.polls)
    second = machine.daemon()
    assert second.wait(PATIENCE) == 1
    assert f"error: process {first.pid} polls 127.0.0.1:{machine.port} already" in machine.log
    assert first.poll() is None
    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 0
    before = machine.polls
    third = machine.daemon()
    machine.until(lambda: machine.polls > before)
    third.terminate()
    assert third.wait(PATIENCE) == 0
