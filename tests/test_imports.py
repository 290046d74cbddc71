"""What a fresh process has loaded after importing a part: a daemon carries no screen."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

SCREEN = ("textual", "rich", "pygments")


def names_under(package: str) -> list[str]:
    """A package and every module in it, by full name."""
    found = pkgutil.walk_packages(importlib.import_module(package).__path__, package + ".")
    return [package, *(module.name for module in found)]


# Forks for each line: the module that is imported there is the first in a fresh process.
SERVER = """
import os, sys
for name in sys.argv[1:]:
    __import__(name)
before = set(sys.modules)
for line in sys.stdin:
    module, *unwanted = line.split()
    if not os.fork():
        try:
            __import__(module)
            print("loaded", *(m for m in unwanted if m in sys.modules and m not in before))
        except BaseException as error:
            print("failed", repr(error))
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""
STANDARD = ("argparse", "asyncio", "logging", "sqlite3", "ssl", "tomllib", "urllib.request")
"""What takes longest to import of what no part is forbidden where only the screen is."""
_servers: dict[tuple[str, ...], subprocess.Popen[str]] = {}


@pytest.fixture(scope="module", autouse=True)
def servers_end() -> Iterator[None]:
    """Those that were needed end with the tests."""
    yield
    while _servers:
        _, server = _servers.popitem()
        server.communicate()
        assert server.returncode == 0


def loaded_by(module: str, *unwanted: str, known: tuple[str, ...] = ()) -> set[str]:
    """Which of these modules a process has loaded that imports `module` alone, or after `known`."""
    if known not in _servers:
        _servers[known] = subprocess.Popen(
            [sys.executable, "-c", SERVER, *known],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    server = _servers[known]
    assert server.stdin is not None
    assert server.stdout is not None
    print(module, *unwanted, file=server.stdin, flush=True)
    how, *loaded = server.stdout.readline().split()
    assert how == "loaded", loaded
    return set(loaded)


WITHOUT_SCREEN = [
    "kstar_tui.clock",
    "kstar_tui.cli",
    "kstar_tui.headless",
    "kstar_tui.presence",
    *(
        name
        for part in (
            "commands",
            "report",
            "settings",
            "feed",
            "link",
            "monitor",
            "mqtt",
            "simulator",
        )
        for name in names_under(f"kstar_tui.{part}")
    ),
]


@pytest.mark.parametrize("module", WITHOUT_SCREEN)
def test_no_screen_is_loaded(module: str) -> None:
    assert loaded_by(module, *SCREEN, known=STANDARD) == set()


def test_a_daemon_loads_neither_screen_nor_simulator() -> None:
    unwanted = (*SCREEN, "kstar_tui.simulator", "kstar_tui.tui", "tomli_w")
    assert loaded_by("kstar_tui.headless", *unwanted) == set()


def test_a_health_check_loads_next_to_nothing() -> None:
    heavy = ("asyncio", "argparse", "logging", "ssl", "socket", "datetime", "tomllib", "paho")
    ours = ("settings", "clock", "cli", "link", "protocol", "monitor", "mqtt", "history")
    parts = tuple(f"kstar_tui.{name}" for name in ours)
    assert loaded_by("kstar_tui.commands.healthcheck", *heavy, *parts, "platformdirs") == set()
    assert loaded_by("kstar_tui.entry", *heavy, *parts) == set()


def test_a_daemon_puts_nothing_into_words_before_somebody_listens() -> None:
    unwanted = ("kstar_tui.feed.wire", "kstar_tui.feed.following", "kstar_tui.mqtt.publisher")
    assert loaded_by("kstar_tui.headless", *unwanted, "json") == set()


@pytest.mark.parametrize("module", names_under("kstar_tui.protocol"))
def test_the_protocol_is_pure(module: str) -> None:
    outside = ("asyncio", "socket", "select", "selectors", "ssl", "threading", "logging")
    project = ("kstar_tui.link", "kstar_tui.monitor", "kstar_tui.clock")
    assert loaded_by(module, *outside, *project, "paho", "ifaddr", "platformdirs") == set()


@pytest.mark.parametrize("known", [(), STANDARD], ids=["fresh", "standard"])
def test_the_screen_would_be_seen(known: tuple[str, ...]) -> None:
    assert loaded_by("rich", *SCREEN, known=known) == {"rich"}
    # What one has loaded is not there for the next.
    assert loaded_by("rich", *SCREEN, known=known) == {"rich"}
    assert loaded_by("kstar_tui.clock", *SCREEN, known=known) == set()


def test_a_module_that_cannot_be_loaded_would_be_seen() -> None:
    with pytest.raises(AssertionError, match="no_such_module"):
        loaded_by("kstar_tui.no_such_module")
