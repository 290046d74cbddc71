"""What runs beside a monitor: only what is asked for, and all of it ends."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from owned_clock import OwnedClock

from kstar_tui.alerts.alert import Quiet, Rules
from kstar_tui.assembly import has_alerts, make_metrics, make_teller
from kstar_tui.clock import SystemClock
from kstar_tui.companions import Companions
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.settings import Settings
from kstar_tui.settings.load import secret_variables
from kstar_tui.simulator.days import day_clock
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.simulator.server import Simulator


def rules_of(**settings: Any) -> Rules:
    asked = Settings(alerts_command=("x",), **settings)
    teller = make_teller(asked, SystemClock(), None, lambda: False, {})
    assert teller is not None
    return teller._watch._rules


async def test_nothing_is_made_where_nothing_is_asked_for() -> None:
    companions = Companions(Settings(), SystemClock())
    assert not companions
    assert make_metrics(Settings(), SystemClock()) is None
    # Without a broker nobody is told there.
    assert not has_alerts(Settings(alerts_mqtt=True))
    assert has_alerts(Settings(alerts_mqtt=True, mqtt_url="mqtt://x"))
    assert has_alerts(Settings(alerts_command=("x",)))


async def test_the_rules_are_those_of_the_settings() -> None:
    assert rules_of() == Rules()
    assert rules_of(
        alerts_fault=False,
        alerts_grid_lost=0,
        alerts_battery_low=0,
        alerts_no_data=0,
        alerts_quiet="22:00-07:00",
        alerts_repeat=60,
    ) == Rules(False, None, None, None, Quiet(1320, 420), 3600.0)
    assert rules_of(alerts_grid_lost=5, alerts_battery_low=25, alerts_no_data=10) == Rules(
        True, 5, 25, 600.0
    )


async def test_how_old_a_measurement_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    for interval, age in ((5.0, 60.0), (60.0, 180.0)):
        server = make_metrics(
            Settings(metrics_listen="[::1]:9898", interval=interval), OwnedClock()
        )
        assert server is not None
        assert server._collector._max_age == age
        assert (server._host, server._port) == ("::1", 9898)


def test_no_secret_is_handed_to_a_program() -> None:
    assert secret_variables() == {
        "KSTAR_ATTACH",
        "KSTAR_ATTACH_FILE",
        "KSTAR_MQTT",
        "KSTAR_MQTT_FILE",
        "MQTT_CONNECTION_STRING",
        "MQTT_CONNECTION_STRING_FILE",
        "KSTAR_MQTT_PASSWORD",
        "KSTAR_MQTT_PASSWORD_FILE",
    }


async def test_one_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def on_update(self, update: object) -> None: ...

        async def run(self) -> None:
            raise RuntimeError("a bug")

    companions = Companions(Settings(), SystemClock())
    companions._all.append(Broken())
    monitor = Monitor(
        InverterClient, SystemClock(), interval=5.0, address=Address("x"), find=None, wake=None
    )
    companions.join(monitor)
    await asyncio.wait(companions._tasks)
    assert caplog.messages == ["Broken failed"]
    await companions.leave()


async def test_a_monitor_and_a_program_that_is_told_of_it(tmp_path: Path) -> None:
    """Over real UDP; a second one stands by and runs nothing."""
    told = tmp_path / "told"
    script = 'echo "[\\"$KSTAR_ALERT_KIND\\", \\"$KSTAR_ALERT_SERIAL\\", \\"$0\\"]" >>"$1"'
    settings = Settings(alerts_command=("sh", "-c", script, "one", str(told)))
    other = Settings(alerts_command=("sh", "-c", script, "two", str(told)))
    options = SimulatorOptions(port=0, discovery_port=None, faults=Faults(error=1 << 18))
    async with Simulator(options, day_clock()) as inverter:
        monitor = Monitor(
            InverterClient,
            SystemClock(),
            interval=5.0,
            address=Address(*inverter.address),
            find=None,
            wake=None,
        )
        companions = [
            Companions(settings, SystemClock(), environ=os.environ),
            Companions(other, SystemClock(), standby=lambda: True, environ=os.environ),
        ]
        for each in companions:
            each.join(monitor)
        polling = asyncio.create_task(monitor.run())
        async with asyncio.timeout(20):
            while not told.exists() or not told.read_text().endswith("\n"):
                await asyncio.sleep(0.01)
        polling.cancel()
        for each in companions:
            await each.leave()
    assert all(task.done() for each in companions for task in each._tasks)
    kind, serial, who = json.loads(told.read_text())
    assert (kind, who) == ("fault", "one")
    assert serial == options.serial_number
