"""What every test of the project shares: its captures, its randomness, and a wall around it."""

from __future__ import annotations

import gc
import ipaddress
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from known_houses import known_house

_NUMBERS = count()

# Each worker reads every test, and some hundred processes read the program: compiled once, even
# where the environment asks for no bytecode, and not anew by each.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples on every run and machine; a slow machine is not a failure.
settings.register_profile(
    "steady",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half of their time tests wait for processes and sockets: more workers than processors."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_finish() -> None:
    """What was collected stays until the end: it need not be gone through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def captures() -> Path:
    """The folder with real captures; the test is skipped where nobody has named one."""
    folder = os.environ.get("KSTAR_CAPTURES")
    if not folder:
        pytest.skip("KSTAR_CAPTURES does not name a folder with real captures")
    path = Path(folder)
    assert (path / "expected.json").is_file(), f"KSTAR_CAPTURES: no expected.json in {path}"
    return path


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test writes into the history of whoever runs it, nor into another test's, nor is any seen
    by a health check."""
    folder = tmp_path_factory.getbasetemp() / f"data-{next(_NUMBERS)}"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def own_runtime(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No test sees a daemon of whoever runs it, nor of another test: the folder of its own."""
    # Short: the name of a socket has hardly more than a hundred bytes.
    folder = tmp_path_factory.getbasetemp() / f"run-{next(_NUMBERS)}"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    return folder


def _is_loopback(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) and address else address
    if host in ("", "localhost") or not isinstance(host, str):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guarded(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *args: Any) -> Any:
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and args and not _is_loopback(args[-1]):
            raise AssertionError(f"a test tried to {name} to {args[-1]!r}: loopback only")
        return original(self, *args)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def houses_are_known() -> Iterator[None]:
    """The same morning is lived through once in a process of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kstar_tui.simulator.server.House", known_house)
        yield


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard() -> None:
    """A shell starts what runs in its background deaf to Ctrl-C, and our processes inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """No test of this process sends anything beyond this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("sendto", "connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(name, getattr(socket.socket, name)))
        yield
