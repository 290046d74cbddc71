"""Word to the service manager, as sd_notify(3) has it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from kstar_tui.daemon.notify import Notifier

PID = str(os.getpid())


@pytest.mark.parametrize("abstract", [False, True])
def test_each_word(tmp_path: Path, abstract: bool) -> None:
    name = f"@kstar-tui-test-{PID}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name.replace("@", "\0"))
        notifier = Notifier({"NOTIFY_SOCKET": name})
        assert notifier.heard
        notifier.ready()
        for _ in range(2):
            notifier.status("all is well\nSTOPPING=1")
        notifier.alive()
        notifier.reloading()
        notifier.stopping()
        told = [manager.recv(4096).decode() for _ in range(5)]
        manager.setblocking(False)
        with pytest.raises(BlockingIOError):
            manager.recv(4096)
    assert told[:3] == ["READY=1", "STATUS=all is well STOPPING=1", "WATCHDOG=1"]
    assert told[3].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert told[3].rpartition("=")[2].isdigit()
    assert told[4] == "STOPPING=1"


@pytest.mark.parametrize("value", ["", "relative/socket", "vsock:2:1234"])
def test_nobody_listens(value: str) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": value, "WATCHDOG_USEC": "1000000"})
    assert not notifier.heard
    assert notifier.watchdog is None
    notifier.ready()


def test_a_manager_that_is_gone_is_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    notifier.ready()
    notifier.alive()
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "120000000"}, 120.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": PID}, 120.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdogs_patience(environ: dict[str, str], seconds: float | None) -> None:
    assert Notifier({"NOTIFY_SOCKET": "/nowhere", **environ}).watchdog == seconds
