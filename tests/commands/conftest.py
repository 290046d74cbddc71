from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from program_talk import Program, simulator
from service_talk import Systemctl

from kstar_tui.commands import service, service_account
from kstar_tui.commands.service import Place
from kstar_tui.settings import ConfigFile
from kstar_tui.simulator.server import Simulator


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
async def inverter() -> AsyncIterator[Simulator]:
    async with simulator() as running:
        yield running


@pytest.fixture
def systemctl(tmp_path: Path) -> Systemctl:
    return Systemctl(tmp_path)


@pytest.fixture
def in_process(systemctl: Systemctl, monkeypatch: pytest.MonkeyPatch) -> Systemctl:
    for name, value in systemctl.environment.items():
        monkeypatch.setenv(name, value)
    # What they check is this machine: these tests may run from a folder that nobody else may read.
    monkeypatch.setattr(service, "check_program", lambda *_: None)
    monkeypatch.setattr(service, "check_readable", lambda *_: None)
    monkeypatch.setattr(service_account, "numbers", systemctl.account)
    monkeypatch.setattr(os, "chown", lambda *given: systemctl.given.append(given))
    return systemctl


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for folder in ("units", "etc"):
        (tmp_path / folder).mkdir(mode=0o755)
    config = ConfigFile(tmp_path / "etc" / "config.toml")
    return Place(True, tmp_path / "units", config, tmp_path / "var", tmp_path / "sysusers.d")
