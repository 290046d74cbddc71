"""The user's program as a process: what it is told, what it may not do, what is said of it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from alerts_world import an_alert

from kstar_tui.alerts.runner import MOST_WAITING, Runner, alert_environment

PATIENCE = 20.0
TELL = """
import json, os, sys
with open(sys.argv[1], "a") as file:
    print(json.dumps([sys.argv[2:], dict(os.environ), sys.stdin.read()]), file=file)
"""
Start = Callable[..., Runner]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts runners that end with the test."""
    tasks: list[asyncio.Task[None]] = []

    def begin(*command: str, environ: dict[str, str] | None = None, **how: object) -> Runner:
        runner = Runner(command, {"PATH": os.environ["PATH"]} | (environ or {}), **how)  # type: ignore[arg-type]
        tasks.append(asyncio.create_task(runner.run()))
        return runner

    yield begin
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(path: Path, lines: int = 1) -> list[str]:
    """The lines of a file, once there are so many."""
    async with asyncio.timeout(PATIENCE):
        while not path.exists() or len(path.read_text().splitlines()) < lines:
            await asyncio.sleep(0.01)
    return path.read_text().splitlines()


async def logged(caplog: pytest.LogCaptureFixture, number: int) -> list[str]:
    async with asyncio.timeout(PATIENCE):
        while len(caplog.messages) < number:
            await asyncio.sleep(0.01)
    return caplog.messages


async def test_what_it_is_told(start: Start, tmp_path: Path) -> None:
    """Its words stay as they are: no shell looks at them, and nothing of an alert is in them."""
    told = tmp_path / "told"
    words = ("$(touch pwned)", "; exit 1", "a b", "*", "")
    runner = start(
        *(sys.executable, "-c", TELL, str(told), *words),
        environ={
            "HOME": str(tmp_path),
            "KSTAR_MQTT_PASSWORD": "hunter2",
            "MQTT_CONNECTION_STRING": "mqtt://me:hunter2@ha",
            "KSTAR_ALERT_TEXT": "an old one",
            "KSTAR_CONFIG": "/c.toml",
            "NOTIFY_SOCKET": "/run/systemd/notify",
        },
        secrets=frozenset({"KSTAR_MQTT_PASSWORD", "MQTT_CONNECTION_STRING"}),
    )
    runner.add(an_alert())
    arguments, environment, stdin = json.loads((await until(told))[0])
    assert tuple(arguments) == words
    assert stdin == ""
    assert {name: value for name, value in environment.items() if name.startswith("KSTAR_")} == {
        "KSTAR_CONFIG": "/c.toml",
        "KSTAR_ALERT_STAGE": "begins",
        "KSTAR_ALERT_KIND": "fault",
        "KSTAR_ALERT_SUBJECT": "isolation",
        "KSTAR_ALERT_SEVERITY": "fault",
        "KSTAR_ALERT_TEXT": "fault: isolation",
        "KSTAR_ALERT_AT": "2026-06-01T12:00:00+00:00",
        "KSTAR_ALERT_SINCE": "2026-06-01T12:00:00+00:00",
        "KSTAR_ALERT_SERIAL": "SIM0000000004",
        "KSTAR_ALERT_MODEL": "KSE4000",
    }
    assert environment["HOME"] == str(tmp_path)
    assert "hunter2" not in json.dumps(environment)
    assert "NOTIFY_SOCKET" not in environment


@pytest.mark.parametrize("text", ["a\nb", "\x1b[2J", "a\0b", "\u202e", "x" * 5000])
def test_texts_are_plain_and_short(text: str) -> None:
    for value in alert_environment(an_alert(text=text, subject=text, serial=text)).values():
        assert value.isprintable()
        assert len(value) <= 500


async def test_one_at_a_time_and_in_order(start: Start, tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = (
        'echo "begin $KSTAR_ALERT_TEXT" >>"$1"; sleep 0.05; echo "end $KSTAR_ALERT_TEXT" >>"$1"'
    )
    runner = start("sh", "-c", script, "tell", str(told))
    for number in range(4):
        runner.add(an_alert(text=str(number)))
    lines = await until(told, 8)
    assert lines == [f"{word} {number}" for number in range(4) for word in ("begin", "end")]


async def test_only_so_many_wait(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told = tmp_path / "told"
    runner = Runner(("sh", "-c", 'echo "$KSTAR_ALERT_TEXT" >>"$1"', "tell", str(told)), os.environ)
    for number in range(MOST_WAITING + 5):
        runner.add(an_alert(text=str(number)))
    task = asyncio.create_task(runner.run())
    lines = await until(told, MOST_WAITING)
    assert lines == [str(number) for number in range(5, MOST_WAITING + 5)]
    assert caplog.messages == ["alerts: more than 20 wait; the oldest are dropped"]
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_failure_is_told_once_and_that_it_is_over(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    switch, told = tmp_path / "switch", tmp_path / "told"
    script = 'echo x >>"$2"; [ -e "$1" ] || { echo no such pigeon >&2; exit 7; }'
    runner = start("sh", "-c", script, "tell", str(switch), str(told))
    for _ in range(3):
        runner.add(an_alert())
    await until(told, 3)
    assert await logged(caplog, 1) == ["alerts: sh: ended with status 7: no such pigeon"]
    switch.touch()
    runner.add(an_alert())
    assert (await logged(caplog, 2))[1:] == ["alerts: sh works again"]


async def test_what_it_says_is_in_the_log_where_somebody_looks(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "kstar_tui.alerts")
    start("sh", "-c", "printf 'sent\\033[2J to\\n'; printf two >&2").add(an_alert())
    assert await logged(caplog, 1) == ["alerts: sh said: sent [2J to two"]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("/none/tell",), "No such file or directory"),
        (("/etc",), "Permission denied"),
    ],
)
async def test_one_that_cannot_be_run(
    command: tuple[str, ...], why: str, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    runner = start(*command)
    runner.add(an_alert())
    runner.add(an_alert())
    assert await logged(caplog, 1) == [f"alerts: {command[0]}: cannot be run: {why}"]


async def test_one_that_takes_too_long_is_ended_with_all_that_it_started(
    start: Start,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kstar_tui.alerts.runner._GRACE", 0.2)
    pids = tmp_path / "pids"
    script = 'trap "" TERM; sleep 60 & echo $! >>"$1"; echo $$ >>"$1"; wait; sleep 60'
    runner = start("sh", "-c", script, "tell", str(pids), timeout=0.3)
    begun = time.perf_counter()
    runner.add(an_alert())
    numbers = [int(line) for line in await until(pids, 2)]
    assert await logged(caplog, 1) == ["alerts: sh: took longer than 0.3 s, and was ended"]
    assert time.perf_counter() - begun < 10
    async with asyncio.timeout(PATIENCE):
        while any(_lives(number) for number in numbers):
            await asyncio.sleep(0.01)


def _lives(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def test_what_it_leaves_running_is_not_waited_for(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It holds the pipe open, as whatever is started with & does."""
    told = tmp_path / "told"
    runner = start("sh", "-c", 'sleep 20 & echo x >>"$1"', "tell", str(told))
    begun = time.perf_counter()
    runner.add(an_alert())
    runner.add(an_alert())
    await until(told, 2)
    assert time.perf_counter() - begun < 10
    assert caplog.messages == []


async def test_much_output_keeps_nobody_waiting(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "kstar_tui.alerts")
    start(sys.executable, "-c", "print('x' * 1000000)").add(an_alert())
    (said,) = await logged(caplog, 1)
    assert len(said) < 4200


async def test_leaving_ends_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    runner = Runner(("sh", "-c", 'echo $$ >>"$1"; exec sleep 60', "tell", str(pids)), os.environ)
    task = asyncio.create_task(runner.run())
    runner.add(an_alert())
    (number,) = (int(line) for line in await until(pids))
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    async with asyncio.timeout(PATIENCE):
        while _lives(number):
            await asyncio.sleep(0.01)
