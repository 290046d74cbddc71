"""Name lookups: what comes of them, and that nobody ever waits for one that hangs."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time

import pytest

from kstar_tui.link import lookup
from kstar_tui.link.lookup import look_up

QUICK = 3.0
"""Seconds that a whole process takes at most; its lookup would hang for a minute."""

HANGING = """
import asyncio, socket, time
from kstar_tui.link.interface import LinkError
from kstar_tui.link.udp import resolve
socket.getaddrinfo = lambda *_: time.sleep(60)
async def main():
    try:
        await resolve("inverter.example", 8899, 0.05)
    except LinkError as error:
        print(error)
asyncio.run(main())
"""


async def test_a_name_becomes_its_first_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def answer(*question: object) -> list[object]:
        asked.append(question)
        return [(2, 2, 17, "", ("192.0.2.7", 8899)), (2, 2, 17, "", ("192.0.2.8", 8899))]

    monkeypatch.setattr(lookup.socket, "getaddrinfo", answer)
    assert await look_up("inverter.example", 8899) == "192.0.2.7"
    # IPv4 only, whatever else the name has.
    assert asked == [("inverter.example", 8899, socket.AF_INET, socket.SOCK_DGRAM)]


@pytest.mark.parametrize(
    "error", [socket.gaierror(socket.EAI_NONAME, "unknown"), UnicodeError("label too long")]
)
async def test_what_went_wrong_is_handed_over(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> object:
        raise error

    monkeypatch.setattr(lookup.socket, "getaddrinfo", fail)
    with pytest.raises(type(error)) as caught:
        await look_up("inverter.example", 8899)
    assert caught.value is error


async def test_a_late_answer_to_nobody_is_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def wait(*_: object) -> list[object]:
        threads.append(threading.current_thread())
        begun.set()
        go_on.wait(30)
        return [(2, 2, 17, "", ("192.0.2.7", 8899))]

    monkeypatch.setattr(lookup.socket, "getaddrinfo", wait)
    asking = asyncio.create_task(look_up("inverter.example", 8899))
    await asyncio.sleep(0)
    assert begun.wait(30)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    go_on.set()
    threads[0].join(30)
    await asyncio.sleep(0)
    assert threads[0].daemon
    assert caplog.records == []


def test_a_program_ends_while_a_name_server_is_silent() -> None:
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=50, check=False
    )
    assert time.perf_counter() - begun < QUICK
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "no name server knew 'inverter.example' within 0.05 s\n"
