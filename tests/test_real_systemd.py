"""The service under a real systemd: what the unit's text promises, kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_systemd import PROGRAM, NoSystemdError, RealSystemd, missing, seen_by

UNIT = "kstar-tui.service"


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSystemd]:
    if why := missing():
        pytest.skip(why)
    try:
        with RealSystemd(tmp_path_factory.mktemp("systemd")) as one:
            yield one
    except NoSystemdError as error:
        pytest.skip(f"no systemd can be booted here: {error}")


def status(machine: RealSystemd) -> str:
    return machine.run("systemctl", "show", UNIT, "--property=StatusText", "--value").out


def main_process(machine: RealSystemd) -> str:
    return machine.run("systemctl", "show", UNIT, "--property=MainPID", "--value").out


def journal(machine: RealSystemd) -> str:
    return machine.run("journalctl", "-u", UNIT, "--no-pager").out


def trouble(machine: RealSystemd) -> str:
    return machine.run("systemctl", "status", UNIT, "--no-pager", "-l").out + journal(machine)


def owner(machine: RealSystemd, path: str) -> str:
    return machine.run("stat", "-c", "%A %U:%G", path, check=True).out


def test_from_the_installation_to_the_end(machine: RealSystemd) -> None:
    machine.start(PROGRAM, "simulate", "--day", "cloudy", "--start", "12:00")
    secret = Path("/etc/credstore/kstar-tui.mqtt.password")
    machine.run("install", "-d", "-m", "700", str(secret.parent), check=True)
    machine.run("sh", "-c", f"umask 077; echo geheim > {secret}", check=True)
    words = ("--host", "127.0.0.1", "--interval", "2", "--mqtt", "mqtt://solar@127.0.0.1:1")
    done = machine.run(PROGRAM, "service", "install", *words)
    assert (done.status, "failed" in done.err) == (0, False), f"{done.err}\n{trouble(machine)}"
    machine.until(lambda: "online" in status(machine))
    assert "history writing" in status(machine)

    # A user of its own, who has the password although it is for root alone.
    number = main_process(machine)
    assert machine.run("stat", "-c", "%U:%G", f"/proc/{number}").out == "kstar-tui:kstar-tui"
    handed = machine.run("cat", str(seen_by(number, f"/run/credentials/{UNIT}/mqtt.password")))
    assert handed.out == "geheim"
    log = journal(machine)
    assert "mqtt://solar:***@" in log or "mqtt://solar@" in log
    assert "geheim" not in log
    assert "credentials" not in log

    # The group may look and attach, nobody else.
    assert owner(machine, "/run/kstar-tui") == "drwxr-x--- kstar-tui:kstar-tui"
    assert owner(machine, f"/run/kstar-tui/live-{number}.sock") == "srw-rw---- kstar-tui:kstar-tui"
    fresh = machine.run(PROGRAM, "healthcheck", "--json", "--max-age", "60")
    assert json.loads(fresh.out)["daemons"][0]["pid"] == int(number)

    config = ("--config", "/etc/kstar-tui/config.toml")
    machine.run(PROGRAM, "config", "set", "inverter.interval", "3", *config, check=True)
    machine.run("systemctl", "reload", UNIT, check=True)
    log = journal(machine)
    assert "settings read again, changed: inverter.interval" in log

    # One that stands still is ended, and another one begins.
    quick = "[Service]\\nWatchdogSec=3s\\nRestartSec=100ms\\n"
    folder = f"/etc/systemd/system/{UNIT}.d"
    machine.run("sh", "-c", f"mkdir {folder}; printf '{quick}' > {folder}/quick.conf", check=True)
    machine.run("systemctl", "daemon-reload", check=True)
    machine.run("systemctl", "restart", UNIT, check=True)
    before = main_process(machine)
    machine.run("systemctl", "kill", "--signal=STOP", UNIT, check=True)
    machine.until(lambda: main_process(machine) not in ("0", before))
    machine.until(lambda: "online" in status(machine))
    # Where everything stood.
    assert "Fatal Python error: Aborted" in journal(machine)

    done = machine.run(PROGRAM, "service", "uninstall")
    assert done.status == 0, done.err
    assert machine.run("systemctl", "is-active", UNIT).out == "inactive"
    log = journal(machine)
    assert "kstar-tui stopped (SIGTERM)" in log
    history = "/var/lib/kstar-tui/history.sqlite"
    assert owner(machine, history) == "-rw-r----- kstar-tui:kstar-tui"
