"""What a fresh process has loaded after importing a part: a daemon carries no screen."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

SCREEN = ("textual", "rich", "pygments")


def names_under(package: str) -> list[str]:
    """A package and every module in it, by full name."""
    found = pkgutil.walk_packages(importlib.import_module(package).__path__, package + ".")
    return [package, *(module.name for module in found)]


def loaded_by(module: str, *unwanted: str) -> set[str]:
    """Which of these top-level modules a process has loaded that imports `module` alone."""
    code = (
        f"import sys; before = set(sys.modules); import {module}\n"
        f"print(*(m for m in {unwanted!r} if m in sys.modules and m not in before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


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
    assert loaded_by(module, *SCREEN) == set()


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


def test_the_screen_would_be_seen() -> None:
    assert loaded_by("rich", *SCREEN) == {"rich"}
