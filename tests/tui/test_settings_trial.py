"""Tests from the Settings screen: the inverter is asked, the broker gone through, by what is set
or only typed."""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from app_talk import see, see_no, set_faults, until
from settings_talk import SECRET, app_at, at, edit, open_on, read, sentences
from tui_world import HandClock

from kstar_tui.link.client import InverterClient
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.settings.screen import SettingsScreen
from kstar_tui.tui.settings.trial import TrialScreen

sys.path.insert(0, str(Path(__file__).parents[1] / "mqtt"))
from mqtt_helpers import Mosquitto, free_port, mosquitto_in


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    client = partial(InverterClient, timeout=0.3, tries=2)
    monkeypatch.setattr("kstar_tui.tui.settings.trial.InverterClient", client)
    return Path("config.toml")


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    async with mosquitto_in(folder) as broker:
        yield broker


async def test_the_inverter_that_is_set_and_one_that_is_typed(
    inverter: Simulator, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, at(inverter))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await open_on(pilot, "inverter.host")
        await pilot.press("t")
        serial = inverter.options.serial_number
        await read(
            pilot, f"Inverter {inverter.address}", "reading 127.0.0.1", "W of sun", "all is well"
        )
        await read(pilot, f"KSE4000 …{serial[-4:]}", " ms:")
        assert serial not in sentences(app)
        await pilot.press("escape")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
            mute.bind(("127.0.0.1", 0))
            port = mute.getsockname()[1]
            await edit(pilot, "inverter.port", str(port))
            await pilot.press("ctrl+t")
            await read(pilot, f"Inverter 127.0.0.1:{port}", "FAILED reading", "no answer")
            await read(pilot, "same network", "failed")
        await pilot.press("escape")
        await see(pilot, "enter saves")
        assert app.settings.port == inverter.address.port, "a test saves nothing"
        await pilot.press("escape")
        set_faults(inverter, Faults(silent=True))
        await pilot.press("t")
        await read(pilot, "FAILED")


async def test_one_that_is_searched_for_is_where_it_was_found(
    inverter: Simulator, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await open_on(pilot, "inverter.host")
        await pilot.press("t")
        await read(pilot, f"Inverter {inverter.address}", "all is well")
        await pilot.press("q")
        await open_on(pilot, "tariff.bands")
        await pilot.press("t")
        await see(pilot, "A test is there for inverter and mqtt.")


async def test_the_broker_step_by_step(
    inverter: Simulator, clock: HandClock, path: Path, mosquitto: Mosquitto
) -> None:
    await mosquitto.start()
    app = app_at(inverter, clock, path, at(inverter))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await open_on(pilot, "mqtt.url")
        await pilot.press("t")
        await read(pilot, "MQTT is off: mqtt.url names no", "nothing was tried")
        await pilot.press("escape")
        await edit(pilot, "mqtt.url", f"mqtt://mqtt:mqtt@127.0.0.1:{mosquitto.port}")
        await pilot.press("ctrl+t")
        await read(pilot, f"Broker mqtt://mqtt:***@127.0.0.1:{mosquitto.port}", "all is well")
        text = sentences(app)
        for word in (
            "skipped name",
            "ok connection",
            "skipped TLS",
            "accepted as user mqtt",
            "ok publish",
            "ok retain",
            "ok discovery",
        ):
            assert word in text, word
        assert not path.read_text().count("mqtt"), "nothing was saved"


async def test_a_broker_that_is_not_there_and_one_that_does_not_let_in(
    inverter: Simulator, clock: HandClock, path: Path, mosquitto: Mosquitto
) -> None:
    await mosquitto.start()
    wrong = f'url = "mqtt://mqtt:{SECRET}@127.0.0.1:{mosquitto.port}"\n'
    app = app_at(inverter, clock, path, at(inverter, f"[mqtt]\n{wrong}"))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await open_on(pilot, "mqtt.url")
        await pilot.press("t")
        await read(pilot, "FAILED MQTT", "not tried publish", "failed", "Check mqtt.username")
        assert SECRET not in sentences(app)
        await pilot.press("escape")
        await edit(pilot, "mqtt.url", f"127.0.0.1:{free_port()}")
        await pilot.press("ctrl+t")
        await read(pilot, "FAILED connection", "nothing listens")


async def test_a_certificate_that_cannot_be_read_is_told(
    inverter: Simulator, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, at(inverter, '[mqtt]\nurl = "mqtts://127.0.0.1:9"\n'))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await edit(pilot, "mqtt.ca", "nosuch.pem")
        await pilot.press("ctrl+t")
        await read(pilot, "FAILED:", "nosuch.pem")


async def test_a_test_can_be_left(inverter: Simulator, clock: HandClock, path: Path) -> None:
    """A broker that takes the connection and says nothing would be waited for."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"mqtt://127.0.0.1:{mute.getsockname()[1]}"
        app = app_at(inverter, clock, path, at(inverter))
        async with app.run_test(size=(120, 40)) as pilot:
            await see(pilot, "● online")
            await edit(pilot, "mqtt.url", url)
            await pilot.press("ctrl+t")
            await read(pilot, "ok connection", "trying")
            trial = app.screen
            assert isinstance(trial, TrialScreen)
            await pilot.press("escape")
            await see_no(pilot, "trying")
            await until(pilot, lambda: not any(w.group == "trial" for w in app.workers), "its end")
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
