"""The program as a process: what it loads, how it ends, and what it writes where."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kstar_tui import __version__
from kstar_tui.cli import main
from kstar_tui.simulator.days import day_clock
from kstar_tui.simulator.server import Simulator, SimulatorOptions

HEAVY = ("textual", "rich", "paho", "sqlite3", "tomli_w", "difflib", "unittest")

# Runs `main` and tells which modules it took: on its own stream, since the others are looked at.
TELLTALE = """
import os, sys
from kstar_tui.cli import main
status = main(sys.argv[2:])
os.write(int(sys.argv[1]), " ".join(sys.modules).encode())
sys.exit(status)
"""


def environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}


def run(
    home: Path, *arguments: str, extra: dict[str, str] | None = None, **how: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kstar_tui", *arguments],
        env=environment(home) | (extra or {}),
        text=True,
        timeout=60,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how,
    )


async def loaded(home: Path, *arguments: str, stop: bytes = b"") -> tuple[int, set[str]]:
    """Exit status and modules of a run, ended by SIGTERM once it has written `stop`."""
    reader, writer = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", TELLTALE, str(writer), *arguments),
        env=environment(home),
        pass_fds=(writer,),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writer)
    assert process.stderr is not None
    async with asyncio.timeout(30):
        if stop:
            while stop not in await process.stderr.readline():
                assert process.returncode is None
            process.terminate()
        _, _ = await process.communicate()
    with os.fdopen(reader, encoding="utf-8") as told:
        names = {name.partition(".")[0] for name in told.read().split()}
    assert process.returncode is not None
    return process.returncode, names


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("read", "--help")])
async def test_help_loads_nothing_heavy(arguments: Sequence[str], tmp_path: Path) -> None:
    status, modules = await loaded(tmp_path, *arguments)
    assert (status, modules & set(HEAVY)) == (0, set())


async def test_one_reading_loads_nothing_heavy(tmp_path: Path) -> None:
    options = SimulatorOptions(port=0, discovery_port=None)
    async with Simulator(options, day_clock()) as inverter:
        host, port = inverter.address
        status, modules = await loaded(tmp_path, "read", "--host", host, "--port", str(port))
    assert (status, modules & set(HEAVY)) == (0, set())
    assert "asyncio" in modules


async def test_the_daemon_loads_no_screen(tmp_path: Path) -> None:
    options = SimulatorOptions(port=0, discovery_port=None)
    async with Simulator(options, day_clock()) as inverter:
        host, port = inverter.address
        status, modules = await loaded(
            tmp_path,
            *("--headless", "--host", host, "--port", str(port), "--mqtt", "127.0.0.1:1"),
            stop=b"started",
        )
    assert (status, modules & {"textual", "rich"}) == (0, set())
    assert "paho" in modules


def test_version(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")
    assert (done.returncode, done.stdout) == (0, f"kstar-tui {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "extra", "status", "said"),
    [
        (("raed",), {}, 2, "there is no command 'raed'. Did you mean read? See kstar-tui --help."),
        (("read", "--port", "x"), {}, 2, "argument --port: inverter.port is 'x'; allowed is"),
        (("read",), {"KSTAR_PORT": "x"}, 2, "environment KSTAR_PORT: inverter.port is 'x'; allow"),
        (("read",), {"KSTAR_CONFIG": "/none.toml"}, 2, "/none.toml: there is no such file"),
        (("read", "--config", "/none"), {"KSTAR_CONFIG": ""}, 2, "/none: there is no such file"),
        (("decode", "aa55"), {}, 1, "too short"),
    ],
)
def test_errors_are_one_line_on_standard_error(
    arguments: Sequence[str], extra: dict[str, str], status: int, said: str, tmp_path: Path
) -> None:
    done = run(tmp_path, *arguments, extra=extra)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("kstar-tui: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--demo",), ("--host", "127.0.0.1")])
def test_a_screen_needs_a_terminal(arguments: Sequence[str], tmp_path: Path) -> None:
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard output is none" in done.stderr
    assert "--headless" in done.stderr
    assert "kstar-tui read" in done.stderr


def test_a_closed_output_is_no_trouble(tmp_path: Path) -> None:
    done = run(tmp_path, "config", "path", preexec_fn=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (0, "")
    done = run(tmp_path, "decode", "aa55", preexec_fn=lambda: (os.close(1), os.close(2)))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = run(tmp_path, "config", stdout=full)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_terminal_without_the_characters_gets_others(tmp_path: Path) -> None:
    frame = "aa557fb0018200"
    done = run(tmp_path, "decode", frame, "é", extra={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_ctrl_c_before_anything_ran(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(argv: Sequence[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kstar_tui.cli.parse_arguments", interrupted)
    assert main([]) == 130
    assert capsys.readouterr() == ("", "")


def test_main_returns_the_status_of_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: kstar-tui")


def test_the_console_script_is_this(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("kstar-tui")
    done = subprocess.run(
        [script, "--version"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"kstar-tui {__version__}\n")
