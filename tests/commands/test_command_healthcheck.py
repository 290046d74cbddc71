"""`healthcheck`: a status for programs, and a line for people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import an_inverter, answering
from daemon_talk import daemons
from program_talk import Program

from kstar_tui import entry
from kstar_tui.cli import main
from kstar_tui.commands.healthcheck import at_once, seconds
from kstar_tui.daemon.state import DaemonState, StateFile
from kstar_tui.uptime import uptime


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "run"
    path.mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(path))
    return path


@pytest.fixture
def leave(folder: Path) -> Iterator[object]:
    """Leaves the state of a daemon that lives as long as the test."""
    files = []

    def left(age: float, inverter: str = "KSE1") -> None:
        files.append(StateFile(folder))
        taken = uptime() - age
        files[-1].write(DaemonState(42, "1.0", 0, "online", 0, True, taken, 5, 10, inverter))

    yield left
    for file in files:
        file.close()


async def test_a_daemon_that_reads_is_fresh_and_one_that_is_killed_does_not_run(
    program: Program, tmp_path: Path
) -> None:
    async with daemons(tmp_path) as run:
        environment = {"RUNTIME_DIRECTORY": str(run.runtime)}
        none = await program("healthcheck", environment=environment)
        assert (none.status, none.out) == (1, "not running: there is no daemon\n")
        with answering(an_inverter()) as port:
            daemon = await run(
                *("--headless", "--host", "127.0.0.1", "--port", str(port)),
                *("--history", str(tmp_path / "history.sqlite")),
            )
            await daemon.line("started")
            for _ in range(20):
                fresh = await program("healthcheck", environment=environment)
                if fresh.status == 0:
                    break
        assert fresh.out.startswith("fresh: KSE1 was read ")
        assert (fresh.status, fresh.err) == (0, "")
        daemon.process.kill()
        await daemon.process.wait()
        dead = await program("healthcheck", environment=environment)
        pid = daemon.process.pid
        assert dead.out == f"not running: process {pid} ended without a goodbye\n"
        assert (dead.status, dead.err) == (1, "")


def test_each_of_several_is_told_what_is_wrong_first(
    folder: Path, leave, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    leave(3)
    leave(500, "KSE2")
    assert at_once([]) == 1
    assert capfdbinary.readouterr().out.splitlines() == [
        b"not fresh: KSE2 was last read 500 s ago, allowed are 60 s",
        b"fresh: KSE1 was read 3 s ago",
    ]
    assert at_once(["--inverter", "KSE1"]) == 0
    assert at_once(["--max-age", "600"]) == 0


def test_json_is_one_object(leave, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    leave(3)
    assert at_once(["--json"]) == 0
    found = json.loads(capfdbinary.readouterr().out)
    (daemon,) = found.pop("daemons")
    assert found == {"fresh": True}
    assert daemon.pop("age") == pytest.approx(3, abs=1)
    assert daemon == {
        "fresh": True,
        "why": "fresh: KSE1 was read 3 s ago",
        "pid": 42,
        "version": "1.0",
        "inverter": "KSE1",
        "host": None,
        "state": "online",
        "since": 0,
        "error": None,
    }


@pytest.mark.parametrize(
    "words", [["--help"], ["-h"], ["--max-age"], ["--max-age", "soon"], ["--inverter"], ["x"]]
)
def test_what_is_not_plain_is_left_to_the_parser(words: list[str]) -> None:
    assert at_once(words) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--max-age", "0"), "argument --max-age: '0' is no number of seconds above 0."),
        (("--max-age=nan",), "argument --max-age: 'nan' is no number of seconds above 0."),
        (("--host", "10.0.0.1"), "'--host' means nothing for healthcheck."),
        (("now",), "'now' means nothing for healthcheck."),
    ],
)
def test_what_is_refused(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["healthcheck", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_the_parser_understands_what_is_plain_as_well(
    leave, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(70)
    for arguments in (("--max-age=30", "--json"), ("--json", "--max-age", "30")):
        assert main(["healthcheck", *arguments]) == 1
        assert json.loads(capsys.readouterr().out)["fresh"] is False
    assert main(["healthcheck", "--max-age=600", "--inverter=KSE1"]) == 0


def test_seconds() -> None:
    assert seconds("1.5") == 1.5
    assert [seconds(text) for text in ("", "x", "-1", "0", "inf", "nan")] == [None] * 6


@pytest.mark.parametrize("closed", ["stdout", "pipe"])
def test_the_status_counts_where_nobody_reads(folder: Path, closed: str) -> None:
    code = "import sys\nfrom kstar_tui.entry import main\nsys.exit(main())"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", code, "healthcheck"],
        stdout=writer,
        stderr=subprocess.PIPE,
        preexec_fn=(lambda: os.close(1)) if closed == "stdout" else None,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


def test_the_entry_hands_on_what_is_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["kstar-tui", "--version"])
    assert entry.main() == 0
    monkeypatch.setattr(sys, "argv", ["kstar-tui", "healthcheck", "--max-age", "x"])
    assert entry.main() == 2
