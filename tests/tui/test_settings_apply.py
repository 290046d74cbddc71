"""Other settings while it runs: what is taken over at once, what stays, and what goes wrong."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from app_talk import around, live, next_poll, see, see_no, shown, until
from settings_talk import (
    Somewhere,
    app_at,
    at,
    choose,
    desk_at,
    edit,
    open_on,
    read,
    settled,
    somewhere,
)
from tui_world import HandClock

from kstar_tui.assembly import find
from kstar_tui.link.events import SearchEvent
from kstar_tui.link.interface import Address
from kstar_tui.settings import Settings, save_config
from kstar_tui.simulator.server import Simulator, SimulatorOptions
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.apply import address_after, differing, taken
from kstar_tui.tui.search.screen import SearchScreen
from kstar_tui.tui.settings.screen import SettingsScreen

sys.path.insert(0, str(Path(__file__).parents[1] / "mqtt"))
from mqtt_helpers import Mosquitto, Subscriber, mosquitto_in

HERE = Address("10.0.0.5")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("config.toml")


@pytest.fixture(scope="module")
def steady() -> Iterator[Somewhere]:
    """Where no house is needed."""
    with somewhere() as one:
        yield one


@pytest.fixture
async def other(clock: HandClock) -> AsyncIterator[Simulator]:
    """Another inverter of the same house."""
    options = SimulatorOptions(port=0, discovery_port=0, seed=9)
    async with Simulator(options, clock) as simulator:
        yield simulator


@pytest.mark.parametrize(
    ("before", "after", "current", "address"),
    [
        # Nothing about where it is has changed.
        ({}, {}, HERE, HERE),
        ({"host": "a"}, {"host": "a"}, HERE, HERE),
        ({"host": "a"}, {"host": "b"}, HERE, Address("b")),
        ({}, {"host": "b", "port": 5}, HERE, Address("b", 5)),
        # It is searched for from the next start on: the one that is shown stays.
        ({"host": "a"}, {}, HERE, HERE),
        ({}, {"port": 5}, HERE, Address("10.0.0.5", 5)),
        ({"host": "a"}, {"host": "a", "port": 5}, Address("b"), Address("b", 5)),
        ({}, {"host": "b"}, None, Address("b")),
        ({}, {}, None, None),
    ],
)
def test_where_it_is_asked_then(
    before: dict[str, Any], after: dict[str, Any], current: Address, address: Address
) -> None:
    assert address_after(Settings(**before), Settings(**after), current) == address


def test_a_simulated_house_keeps_its_own() -> None:
    running = Settings(host="127.0.0.1", port=5, mqtt_url=None, history="off", import_price=1.0)
    wanted = Settings(
        host="b",
        mqtt_url="mqtt://h:1",
        history="",
        import_price=2.0,
        theme="nord",
        sources={"inverter.host": "x"},
    )
    assert taken(running, wanted, demo=False) is wanted
    kept = taken(running, wanted, demo=True)
    assert kept == replace(running, import_price=2.0, theme="nord")
    assert kept.sources == wanted.sources
    assert differing(running, kept) == {"tariff.import_price", "ui.theme"}


async def test_another_address_is_asked_and_the_user_stays(
    inverter: Simulator, other: Simulator, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, at(inverter))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        session = app.session
        assert session is not None
        await edit(pilot, "inverter.port", str(other.address.port))
        await pilot.press("enter")
        await settled(pilot, lambda: app.session is not session, "another session")
        assert app.session is not None
        await read(pilot, f"It is {other.address.port} now: the connection is opened anew.")
        await until(pilot, lambda: app.session.monitor.latest.reading, "its reading")
        assert app.session.monitor.latest.address == other.address
        assert isinstance(app.screen, SettingsScreen)
        asked = inverter.counters.requests.total()
        await next_poll(pilot, clock)
        assert inverter.counters.requests.total() == asked, "the old one is left alone"
        await pilot.press("1")
        await see(pilot, "● online", f"at {other.address}")
        assert live(pilot).session is app.session


async def test_what_is_remembered_stays_while_it_is_the_same_inverter(
    inverter: Simulator, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, at(inverter, '[history]\npath = "off"\n'))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        inverter.house.error_bits = 1 << 18
        await next_poll(pilot, clock)
        before = app.session
        assert before is not None
        await edit(pilot, "inverter.interval", "7")
        await pilot.press("enter")
        await settled(pilot, lambda: app.session is not before, "another session")
        after = app.session
        assert after is not None
        assert not after.trail.empty
        assert any("isolation" in event.text for event in after.remembered.recent)
        await until(pilot, lambda: after.monitor.latest.reading is not None, "a reading")
        assert any("isolation" in event.text for event in after.remembered.recent)
        # The new pace.
        polls = after.monitor.latest.polls
        await until(pilot, lambda: clock.sleeping)
        clock.advance(6.5)
        await pilot.pause(0.05)
        assert after.monitor.latest.polls == polls
        await next_poll(pilot, clock, 0.6)


async def test_another_inverter_does_not_get_what_was_of_this_one(
    inverter: Simulator, other: Simulator, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, at(inverter, '[history]\npath = "off"\n'))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        inverter.house.error_bits = 1 << 18
        await next_poll(pilot, clock)
        await edit(pilot, "inverter.port", str(other.address.port))
        await pilot.press("enter")
        await settled(pilot, lambda: app.settings.port == other.address.port, "taken over")
        session = app.session
        assert session is not None
        await until(pilot, lambda: session.history_key == other.options.serial_number, "who it is")
        assert not any("isolation" in event.text for event in session.remembered.recent)


async def test_tariff_and_battery_need_no_new_connection(
    inverter: Simulator, clock: HandClock, path: Path
) -> None:
    app = app_at(inverter, clock, path, at(inverter))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        session = app.session
        assert session is not None
        await edit(pilot, "battery.capacity", "5")
        await pilot.press("enter")
        await settled(pilot, lambda: app.settings.battery_capacity == 5, "taken over")
        for _ in range(2):
            await next_poll(pilot, clock, 65)
        today = session.outlook.today
        assert today is not None
        assert today.money is None
        await edit(pilot, "tariff.import_price", "0.3")
        await pilot.press("enter")
        await settled(pilot, lambda: app.settings.import_price == 0.3, "taken over")
        assert app.session is session
        estimate = session.outlook.battery
        assert estimate is None or not estimate.guessed
        assert session.settings.import_price == 0.3
        today = session.outlook.today
        assert today is not None
        assert today.money is not None, "at once, not with the next poll"


async def test_a_certificate_that_cannot_be_read_leaves_all_as_it_was(
    steady: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(steady, clock, path, at(steady, '[mqtt]\nurl = "mqtts://127.0.0.1:9"\n'))
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        session = app.session
        await edit(pilot, "mqtt.ca", "nosuch.pem")
        await pilot.press("enter")
        await settled(pilot, lambda: "It is not in force" in shown(app), "the reason")
        await read(pilot, "what runs goes on as it was", "nosuch.pem", "not yet: the program runs")
        assert app.session is session
        assert app.settings.mqtt_ca is None
        await next_poll(pilot, clock)
        # How the screen looks is taken over all the same.
        await choose(pilot, "ui.theme", "nord")
        await until(pilot, lambda: app.theme == "nord", "another theme")
        await pilot.press("u", "u")
        await settled(pilot, lambda: app.settings.mqtt_ca is None and app.theme != "nord", "undone")
        assert app.session is session


async def test_ascii_is_drawn_at_once(steady: Somewhere, clock: HandClock, path: Path) -> None:
    app = app_at(steady, clock, path, at(steady))
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await choose(pilot, "ui.ascii", "yes")
        await settled(pilot, lambda: app.settings.ascii, "taken over")
        text = await see(pilot, "> ", "enter Edit")
        assert text.isascii()
        await pilot.press("enter")
        text = await see(pilot, "enter saves")
        assert text.isascii(), text
        await pilot.press("escape")
        for key, word in (("1", "* online"), ("2", "recorded"), ("5", "[all]")):
            await pilot.press(key)
            assert (await see(pilot, word)).isascii(), key


async def test_the_demo_keeps_its_house(steady: Somewhere, clock: HandClock, path: Path) -> None:
    desk = desk_at(path)
    running = replace(Settings(), host="127.0.0.1", port=steady.address.port)
    app = KstarApp(running, clock, address=steady.address, demo=True, desk=desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        session = app.session
        await edit(pilot, "inverter.host", "10.9.9.9")
        await read(pilot, "The demo's simulated house stays as it is")
        await pilot.press("enter")
        await settled(pilot, path.exists, "saved")
        await read(pilot, "The simulated house stays as it is; it counts without --demo.")
        await read(pilot, "demo: inverter, MQTT and history of the house do not change")
        await read(pilot, "not to the demo: the simulated house runs with 127.0.0.1")
        await edit(pilot, "tariff.import_price", "0.3")
        await pilot.press("enter")
        await settled(pilot, lambda: app.settings.import_price == 0.3, "what is no connection's")
        assert app.session is session
        assert app.settings.host == "127.0.0.1"


async def test_settings_before_any_inverter_is_found(
    steady: Somewhere, clock: HandClock, path: Path
) -> None:
    """Nobody is found where it searches; an address from the settings ends that."""
    lonely = {"discovery.broadcast": ("127.255.255.255",), "discovery.port": 9}
    save_config({**lonely, "inverter.port": steady.address.port}, path)
    desk = desk_at(path)
    app = KstarApp(desk.load(), clock, desk=desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "Settings q Quit")
        app.action_go("settings")
        await see(pilot, "means")
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await edit(pilot, "discovery.broadcast", "")
        await pilot.press(*"127", "full_stop", *"255", "full_stop", *"255", "full_stop", *"254")
        await pilot.press("enter")
        await settled(pilot, lambda: app.settings.broadcast == ("127.255.255.254",), "taken over")
        await pilot.press("escape")
        await see(pilot, "asked 127.255.255.254")
        await edit(pilot, "inverter.host", "127.0.0.1")
        await pilot.press("enter")
        await settled(pilot, lambda: app.session is not None, "a session")
        await read(pilot, "It is 127.0.0.1 now")
        await pilot.press("escape")
        await see(pilot, "● online")


async def test_what_is_found_meanwhile_waits(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def later(settings: Settings, *, listen: float) -> AsyncIterator[SearchEvent]:
        await gate.wait()
        async for event in find(settings, listen=listen):
            yield event

    monkeypatch.setattr("kstar_tui.tui.app.find", later)
    app = KstarApp(around(inverter), clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        app.action_go("settings")
        await see(pilot, "means")
        search = app.screen_stack[-2]
        assert isinstance(search, SearchScreen)
        gate.set()
        await until(pilot, lambda: search._ended, "the end of the search")
        assert isinstance(app.screen, SettingsScreen)
        await pilot.press("escape")
        await see(pilot, "● online")


async def test_keys_of_another_file_are_heard_at_once(
    steady: Somewhere, clock: HandClock, path: Path
) -> None:
    app = app_at(steady, clock, path, at(steady))
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await open_on(pilot, "ui.keys")
        save_config({"ui.keys": ("app.quit=ctrl+x",)}, path)
        await pilot.press("r")
        await see(pilot, "^x Quit")
        await pilot.press("q")
        await pilot.pause()
        assert app.is_running
        await pilot.press("delete")
        await see(pilot, "q Quit")
        await see_no(pilot, "^x Quit")


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    async with mosquitto_in(folder) as broker:
        yield broker


async def test_the_broker_hears_goodbye_before_it_hears_of_us_again(
    steady: Somewhere, clock: HandClock, path: Path, mosquitto: Mosquitto
) -> None:
    await mosquitto.start()
    text = f'[mqtt]\nurl = "mqtt://mqtt:mqtt@127.0.0.1:{mosquitto.port}"\nlegacy = false\n'
    app = app_at(steady, clock, path, at(steady, text))
    watcher = Subscriber(mosquitto.port, ("kstar/+/availability", "marker"))
    await watcher.ready()
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        session = app.session
        await until(pilot, lambda: session.mqtt.connected, "the broker")
        clock.advance(4)
        first = (await watcher.take(1))[0]
        assert first[1] == "online"
        await choose(pilot, "mqtt.values", "yes")
        await settled(pilot, lambda: app.session is not session, "another session")
        assert app.session is not None
        await until(pilot, lambda: app.session.mqtt.connected, "the broker again")
        assert (await watcher.take(1))[0][:2] == (first[0], "offline")
        clock.advance(4)
        assert (await watcher.take(1))[0][:2] == (first[0], "online")
        assert not app.session.mqtt.rival
    watcher.stop()
