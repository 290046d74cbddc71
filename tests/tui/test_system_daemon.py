"""A daemon of the whole system and the users beside it, each under a number of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from answering import answering
from other_users import DAEMON, MEMBER, STRANGER, Person, machine_folder, owned_folder
from terminal import Terminal, told_polls
from test_terminal import ANSWERS

from kstar_tui.protocol.frame import Request

PATIENCE = 20.0
PROGRAM = """
import sys
from pathlib import Path
from kstar_tui import runtime
from kstar_tui.entry import main
runtime._SYSTEM = Path(sys.argv.pop(1))
sys.exit(main())
"""


class Machine:
    """What systemd would make, in a folder of the test's: /run, /var/lib, and a home for each."""

    def __init__(self, folder: Path, port: int, asked: list[bytes], stack: ExitStack) -> None:
        self.folder = folder
        self._host = ("--interval", "2", "--host", "127.0.0.1", "--port", str(port))
        self._asked = asked
        self._stack = stack
        self.history = owned_folder(folder / "lib" / "kstar-tui", DAEMON, 0o750) / "history.sqlite"
        (folder / "run").mkdir()
        self.screen: Terminal | None = None

    @property
    def polls(self) -> int:
        return self._asked.count(Request.RUNNING_DATA.frame)

    def home(self, person: Person) -> Path:
        path = self.folder / str(person.number)
        return path if path.exists() else owned_folder(path, person, 0o700)

    def command(self, person: Person, *words: str) -> list[str]:
        return [*person.prefix, sys.executable, "-c", PROGRAM, str(self.folder / "run"), *words]

    def environment(self, person: Person, **more: str) -> dict[str, str]:
        home = str(self.home(person))
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC", "HOME": home, **more}

    def daemon(self) -> subprocess.Popen[bytes]:
        """As the unit starts it: UMask, RuntimeDirectory, XDG_DATA_HOME."""
        runtime = owned_folder(self.folder / "run" / "kstar-tui", DAEMON, 0o750)
        more = {"RUNTIME_DIRECTORY": str(runtime), "XDG_DATA_HOME": str(self.folder / "lib")}
        process = subprocess.Popen(
            self.command(DAEMON, "--headless", *self._host),
            env=self.environment(DAEMON, **more),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            umask=0o027,
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    def stop(self, daemon: subprocess.Popen[bytes]) -> None:
        daemon.terminate()
        assert daemon.wait(PATIENCE) == 0
        # As systemd does.
        subprocess.run(["rm", "-r", self.folder / "run" / "kstar-tui"], check=True)

    def sees(self, person: Person) -> Terminal:
        terminal = Terminal(self.command(person), 100, 30, self.environment(person))
        self.screen = self._stack.enter_context(terminal)
        return self.screen

    def says(self, person: Person, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(person, *words),
            env=self.environment(person),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                text = self.screen.text if self.screen else ""
                raise AssertionError(f"it never came; {self.polls} polls\n{text}")
            if self.screen is not None:
                self.screen._read(0.02)


@pytest.fixture
def machine() -> Iterator[Machine]:
    asked: list[bytes] = []
    with machine_folder() as folder, answering(ANSWERS, asked) as port, ExitStack() as stack:
        yield Machine(folder, port, asked, stack)


def test_a_member_of_the_group_attaches_takes_over_and_gives_back(machine: Machine) -> None:
    daemon = machine.daemon()
    machine.until(lambda: machine.polls)
    # Neither a host nor a search.
    screen = machine.sees(MEMBER)
    machine.until(lambda: f"via process {daemon.pid}" in screen.text)
    machine.until(lambda: "Attached to the system's" in screen.text)
    machine.until(lambda: told_polls(screen) >= 3)
    assert machine.polls - 1 <= told_polls(screen) <= machine.polls
    assert "history not" not in screen.text
    own = machine.home(MEMBER) / ".local" / "share" / "kstar-tui"
    assert not own.exists(), "nothing is written while attached"
    screen.send("2")
    # A minute is saved when it is over: the file is open, and has none yet.
    machine.until(lambda: "Nothing is recorded yet." in screen.text or "kWh" in screen.text)
    assert str(machine.history) in screen.text or "kWh" in screen.text
    screen.send("1")
    check = machine.says(MEMBER, "healthcheck")
    assert (check.returncode, check.stdout[:21]) == (0, "fresh: SIM0000005678 ")

    machine.stop(daemon)
    before = machine.polls
    machine.until(lambda: "recorded in your own" in screen.text)
    machine.until(lambda: machine.polls > before and "● online" in screen.text)
    machine.until((own / "history.sqlite").exists)

    second = machine.daemon()
    machine.until(lambda: f"via process {second.pid}" in screen.text)
    machine.until(lambda: "history not" not in screen.text)
    second.kill()
    second.wait()
    machine.until(lambda: f"Process {second.pid} is gone" in screen.text)
    screen.send("q")
    assert screen.wait_end() == 0


def test_a_stranger_is_told_what_lets_one_and_asks_nothing(machine: Machine) -> None:
    machine.daemon()
    machine.until(lambda: machine.polls)
    check = machine.says(STRANGER, "healthcheck")
    assert check.returncode == 1
    assert check.stdout.startswith("not known: a daemon of the system runs here, and user 60803")
    screen = machine.sees(STRANGER)
    assert screen.wait_end(PATIENCE) == 1
    said = screen.raw.decode()
    assert said.startswith("kstar-tui: A daemon of the system runs here, and user 60803 may not")
    assert "kstar-tui --attach off" in said
    # Who insists is not hindered.
    forced = Terminal(
        machine.command(STRANGER, "--attach", "off", *machine._host),
        100,
        30,
        machine.environment(STRANGER),
    )
    with forced as screen:
        machine.screen = screen
        machine.until(lambda: "● online" in screen.text)
        assert "via" not in screen.text
        screen.send("q")
        assert screen.wait_end() == 0
