"""The first start as a user lives it: inverters made of software, a broker, an empty home."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from app_talk import around, see, see_no, shown, until
from textual.pilot import Pilot
from textual.widgets import Input
from tui_world import HandClock

from kstar_tui.link.interface import Address
from kstar_tui.settings import ConfigFile, Settings, load, save_config
from kstar_tui.settings.desk import Desk
from kstar_tui.simulator.server import Simulator, SimulatorOptions
from kstar_tui.status import DEMO_WANTED
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.search.screen import SearchScreen

sys.path.insert(0, str(Path(__file__).parents[1] / "commands"))
from broker_talk import plant
from mqtt_helpers import Mosquitto, free_port, mosquitto_in

BOTH = [(80, 24), (120, 40)]
PASSWORD = "correct horse"


@pytest.fixture
async def second(inverter: Simulator, clock: HandClock) -> AsyncIterator[Simulator]:
    """Another inverter on the same ports, at another address of loopback."""
    assert inverter.discovery_address is not None
    options = SimulatorOptions(
        bind="127.0.0.2",
        port=inverter.address.port,
        discovery_port=inverter.discovery_address.port,
        seed=2,
        model="KSE5000",
    )
    async with Simulator(options, clock) as simulator:
        yield simulator


@pytest.fixture
async def nobody(inverter: Simulator) -> Settings:
    """Settings by which a search finds nothing: its question is not heard."""
    settings = around(inverter)
    return replace(settings, discovery_port=free_port())


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    async with mosquitto_in(tmp_path) as broker:
        broker.set_password("solar", PASSWORD)
        await broker.start()
        yield broker


class Home:
    """A user's folder without a file, and the app as it starts there."""

    def __init__(self, path: Path, clock: HandClock) -> None:
        self.path = path
        self._clock = clock
        self.environment: dict[str, str] = {}

    def app(self, around: Settings, **options: object) -> KstarApp:
        """Started anew; where it searches is told by the environment, as a user would."""
        assert around.broadcast
        self.environment |= {
            "KSTAR_BROADCAST": around.broadcast[0],
            "KSTAR_DISCOVERY_PORT": str(around.discovery_port),
            "KSTAR_PORT": str(around.port),
        }
        config = ConfigFile(self.path)
        desk = Desk(config, lambda: load({}, self.environment, config))
        settings = desk.load()
        address = Address(settings.host, settings.port) if settings.host else None
        return KstarApp(settings, self._clock, address=address, desk=desk, **options)

    def save(self, **inverter: object) -> None:
        """A file from an earlier start."""
        changes = {f"inverter.{name}": value for name, value in inverter.items()}
        save_config(changes, self.path)

    @property
    def saved(self) -> dict[str, dict[str, object]]:
        return tomllib.loads(self.path.read_text())


@pytest.fixture
def home(tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("HOME", str(tmp_path))
    return Home(tmp_path / "new" / "config.toml", clock)


async def enter(pilot: Pilot[None], *texts: str) -> str:
    await pilot.press("enter")
    return await see(pilot, *texts)


async def told(pilot: Pilot[None], text: str) -> None:
    """Wait for a notification; on the screen it is broken into lines."""
    messages = lambda: [one.message for one in pilot.app._notifications]  # noqa: E731
    await until(pilot, lambda: any(text in message for message in messages()), f"{text!r}")


async def fill(pilot: Pilot[None], **fields: object) -> None:
    """Type into the fields of the broker."""
    for name, text in fields.items():
        field = pilot.app.screen.query_one(f"#{name}", Input)
        field.value = str(text)
    await pilot.pause()


def address_of(app: KstarApp) -> Address | None:
    assert app.session is not None
    return app.session.monitor.latest.address


async def test_the_settings_are_named_with_the_key_they_have(
    inverter: Simulator, home: Home
) -> None:
    home.environment["KSTAR_KEYS"] = "go.settings=f7"
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "Found an inverter")
        await enter(pilot, "step 2 of 3")
        await enter(pilot, "Change it later in Settings (f7), with")


@pytest.mark.parametrize("size", BOTH)
async def test_from_nothing_to_the_live_screen(
    size: tuple[int, int], inverter: Simulator, home: Home
) -> None:
    app = home.app(around(inverter))
    async with app.run_test(size=size) as pilot:
        text = await see(
            pilot, "Welcome to kstar-tui", "step 1 of 3", "It only", "Found an inverter", "1 answer"
        )
        assert "▶ KSE4000  SIM0000000001  127.0.0.1" in text
        assert app.session is None, "nothing is taken before the user says so"
        text = await enter(pilot, "Publish to MQTT?", "step 2 of 3", "nothing is published")
        assert all(word in text for word in ("broker", "user", "password", "Test", "Next", "Skip"))
        text = await enter(pilot, "This is what will be saved", "step 3 of 3")
        assert "Change it later in Settings (7), with kstar-tui config, or in that file." in text
        assert "KSE4000, serial number SIM0000000001" in text
        assert f"at {inverter.address}" in text
        assert "off, nothing is published" in text
        assert "~/new/config.toml" in text
        assert "holds a password" not in text
        assert not home.path.exists()
        await enter(pilot, "● online")
        await told(pilot, "Saved in ~/new/config.toml.")
        assert home.saved == {
            "inverter": {
                "host": "127.0.0.1",
                "port": inverter.address.port,
                "serial": "SIM0000000001",
            }
        }
        assert (app.settings.host, app.settings.serial) == ("127.0.0.1", "SIM0000000001")
        assert address_of(app) == inverter.address


async def test_where_something_was_saved_it_asks_nothing(inverter: Simulator, home: Home) -> None:
    home.save(host="127.0.0.1", serial="SIM0000000001", port=inverter.address.port)
    again = home.app(around(inverter))
    async with again.run_test() as pilot:
        await see(pilot, "● online")
        assert not any(isinstance(screen, SearchScreen) for screen in again.screen_stack)
        assert again.session is not None
        assert again.session.monitor.latest.meant == "SIM0000000001"


async def test_of_two_the_chosen_one(inverter: Simulator, second: Simulator, home: Home) -> None:
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "Found 2 inverters: choose", "2 answers", "KSE4000", "KSE5000")
        await pilot.press("up", "down")
        await see(pilot, "▶ KSE5000")
        await enter(pilot, "step 2 of 3")
        await enter(pilot, "KSE5000, serial number SIM0000000002", "127.0.0.2")
        await enter(pilot, "● online", "…0002")
        assert home.saved["inverter"]["serial"] == "SIM0000000002"
        assert address_of(app) == second.address


async def test_none_is_found_and_an_address_is_typed(
    inverter: Simulator, nobody: Settings, home: Home
) -> None:
    app = home.app(nobody)
    async with app.run_test() as pilot:
        await see(pilot, "Looking for your inverter", "none yet")
        await pilot.press(*"127.0.0.1")
        await enter(pilot, "step 2 of 3")
        # Whoever answered there was asked who it is.
        await enter(pilot, "KSE4000, serial number SIM0000000001", str(inverter.address))
        await enter(pilot, "● online")
        assert home.saved["inverter"]["serial"] == "SIM0000000001"


async def test_an_address_where_nobody_answers_can_be_saved_all_the_same(
    nobody: Settings, home: Home, clock: HandClock
) -> None:
    app = home.app(nobody)
    silent = Address("127.0.0.1", free_port())
    async with app.run_test() as pilot:
        await see(pilot, "Looking for your inverter")
        await pilot.press(*str(silent))
        await enter(pilot, "enter again opens it all the same")
        await enter(pilot, "step 2 of 3")
        await enter(pilot, f"at {silent}", "it has not said yet who it is")
        # Back at the first step it goes on looking.
        await pilot.press("escape")
        await see(pilot, "step 2 of 3")
        await pilot.press("escape")
        await see(pilot, "step 1 of 3", "none yet")
        await until(pilot, lambda: clock.sleeping, "the pause between two rounds")
        await enter(pilot, "step 2 of 3")
        await enter(pilot, "step 3 of 3")
        await pilot.press("enter")
        await until(pilot, lambda: app.session is not None)
        assert home.saved == {"inverter": {"host": silent.host, "port": silent.port}}
        assert address_of(app) == silent


async def test_a_broker_that_works(
    inverter: Simulator, home: Home, mosquitto: Mosquitto, clock: HandClock
) -> None:
    await plant(mosquitto, {"kstar/SIM0000000001/availability": "online"})
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "Found an inverter")
        await enter(pilot, "step 2 of 3")
        await pilot.press(*f"127.0.0.1:{mosquitto.port}", "enter")
        await see(pilot, f"ok: mqtt://mqtt:***@127.0.0.1:{mosquitto.port} without TLS, user and")
        await pilot.press(*"solar", "enter", *PASSWORD)
        text = await see(pilot, f"ok: mqtt://solar:***@127.0.0.1:{mosquitto.port}", "*************")
        await pilot.press("enter", "enter")
        await see(pilot, "ok         discovery", "testing")
        # Then it listens for half a second to who else publishes.
        for _ in range(3):
            clock.advance(0.6)
            await pilot.pause(0.02)
        text = await see(pilot, "It works, but another kstar-tui publishes SIM0000000001 there.")
        assert [line.split()[:2] for line in text.splitlines() if line.startswith("  ok  ")] == [
            ["ok", name] for name in ("connection", "MQTT", "publish", "retain", "discovery")
        ]
        assert "skipped    TLS" in text
        assert "accepted as user solar" in text
        await enter(pilot, "step 3 of 3", "tested, all is well")
        text = await see(pilot, f"mqtt://solar:***@127.0.0.1:{mosquitto.port}", "holds a password")
        assert PASSWORD not in text
        await enter(pilot, "● online", "● MQTT")
        assert home.saved["mqtt"] == {
            "url": f"mqtt://127.0.0.1:{mosquitto.port}",
            "username": "solar",
            "password": PASSWORD,
        }
        assert home.path.stat().st_mode & 0o777 == 0o600
        await mosquitto.logged("kstar-tui-SIM0000000001")


async def test_a_broker_that_refuses(inverter: Simulator, home: Home, mosquitto: Mosquitto) -> None:
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "Found an inverter")
        await enter(pilot, "step 2 of 3")
        await fill(pilot, url=f"127.0.0.1:{mosquitto.port}", user="solar", password="wrong")
        await pilot.press("ctrl+t")
        text = await see(
            pilot, "FAILED     MQTT        wrong user or password", "does not work yet"
        )
        assert "not tried  publish, retain, discovery" in text
        assert app.screen.query_one("#user", Input).has_focus
        # What is changed is not tested yet.
        await fill(pilot, password="wronger")
        await see_no(pilot, "FAILED")
        await pilot.press("ctrl+t")
        await see(pilot, "does not work yet")
        await pilot.click("#next")
        await see(pilot, "step 3 of 3", "the test FAILED at MQTT")
        await pilot.press("escape")
        await see(pilot, "step 2 of 3", f"127.0.0.1:{mosquitto.port}")
        await pilot.click("#skip")
        await see(pilot, "step 3 of 3", "off, nothing is published")
        await enter(pilot, "● online")
        assert "mqtt" not in home.saved


async def test_what_is_typed_is_judged_at_once(inverter: Simulator, home: Home) -> None:
    home.environment["KSTAR_MQTT_ACCEPT_ANY_CERTIFICATE"] = "1"
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "Found an inverter")
        await enter(pilot, "step 2 of 3")
        await pilot.press("ctrl+t")
        await see(pilot, "name a broker first")
        for typed, said in (
            ("http://ha.lan", "neither mqtt nor mqtts"),
            ("ha.lan:port", "the port is no number"),
            ("mqtt://solar:s3cret@", "the host is missing"),
            ("mqtts://solar:s3cret@ha.lan", "ok: mqtts://solar:***@ha.lan:8883 with TLS"),
            ("mqtts://ha.lan", "ok: mqtts://ha.lan:8883 with TLS, without a user"),
        ):
            await fill(pilot, url=typed)
            text = await see(pilot, said)
            hint = text.splitlines()[8:10]
            assert "s3cret" not in "".join(hint)
        await fill(pilot, url="ha.lan:port")
        for key in ("#next", "#test"):
            await pilot.click(key)
            await see(pilot, "step 2 of 3", "the port is no number")
        # Right by itself, but not together with what the environment says.
        await fill(pilot, url="ha.lan")
        await pilot.click("#next")
        await see(pilot, "is given, but mqtt.url has no TLS")
        await fill(pilot, url="")
        await see(pilot, "empty: nothing is published")
        await pilot.click("#next")
        await see(pilot, "step 3 of 3")


async def test_where_it_cannot_be_written_one_can_go_on(inverter: Simulator, home: Home) -> None:
    home.path = Path("/proc/nobody/config.toml")
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "Found an inverter")
        await enter(pilot, "step 2 of 3")
        await fill(pilot, url=f"mqtt://127.0.0.1:{free_port()}")
        await pilot.click("#next")
        await see(pilot, "step 3 of 3", "not tested")
        await enter(pilot, "FAILED: /proc/nobody/config.toml cannot be written: No such file")
        assert app.session is None
        await enter(pilot, "FAILED", "u goes on, and saves nothing")
        await pilot.press("u")
        await see(pilot, "● online")
        await told(pilot, "Not saved: the next start asks again")
        assert address_of(app) == inverter.address
        assert (app.settings.serial, app.settings.sources["inverter.serial"]) == (
            "SIM0000000001",
            "chosen now",
        )
        # It is published all the same.
        assert app.session is not None
        assert app.session.mqtt is not None
        await pilot.press("K")
        await told(pilot, "cannot be written")


async def test_escape_goes_one_step_back(
    inverter: Simulator, second: Simulator, home: Home
) -> None:
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "Found 2 inverters")
        await pilot.press("escape")
        assert "step 1 of 3" in shown(app), "there is nothing before it"
        await pilot.press("up")
        await see(pilot, "▶ KSE4000")
        await enter(pilot, "step 2 of 3")
        await fill(pilot, url="mqtt://ha.lan", user="solar")
        await pilot.click("#next")
        await see(pilot, "step 3 of 3", "SIM0000000001", "mqtt://solar@ha.lan:1883")
        await pilot.press("escape")
        await see(pilot, "step 2 of 3", "ok: mqtt://solar@ha.lan:1883")
        await pilot.press("escape")
        await see(pilot, "step 1 of 3", "▶ KSE4000")
        await pilot.press("down")
        await enter(pilot, "step 2 of 3", "nothing is published")
        await enter(pilot, "step 3 of 3", "SIM0000000002")


async def test_by_mouse_alone(inverter: Simulator, home: Home) -> None:
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        text = await see(pilot, "Found an inverter", "KSE4000")
        line = next(y for y, line in enumerate(text.splitlines()) if "KSE4000" in line)
        await pilot.click("#search", offset=(70, line))
        await see(pilot, "step 2 of 3")
        await pilot.click("#skip")
        text = await see(pilot, "step 3 of 3", "Save and start")
        lines = text.splitlines()
        await pilot.click(offset=(lines[23].index("Save"), 23))
        await see(pilot, "● online")
        assert home.path.exists()


async def test_the_demo_is_one_key_away(nobody: Settings, home: Home) -> None:
    app = home.app(nobody)
    async with app.run_test() as pilot:
        await see(pilot, "Welcome")
        await pilot.press("d")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == DEMO_WANTED
    assert not home.path.exists()


async def test_in_ascii_and_in_a_small_window(inverter: Simulator, home: Home) -> None:
    app = home.app(around(inverter), ascii_only=True)
    async with app.run_test() as pilot:
        seen = [await see(pilot, "step 1 of 3", "> KSE4000")]
        seen.append(await enter(pilot, "step 2 of 3", "[ Next ]", "+- broker"))
        await pilot.resize_terminal(44, 12)
        await see_no(pilot, "+- broker")
        await fill(pilot, url="mqtt://127.0.0.1:1", user="solar", password="secret")
        seen.append(await see(pilot, "******", "solar"))
        await pilot.click("#test")
        seen.append(await see(pilot, "FAILED     connection", "does not work yet"))
        assert app.screen.query_one("#url", Input).has_focus
        await pilot.click("#next")
        seen.append(await see(pilot, "will be saved", "SIM0000000001", "config.toml"))
        for text in seen:
            assert text.isascii(), [char for char in text if not char.isascii()]


async def test_help_tells_the_keys_of_each_step(inverter: Simulator, home: Home) -> None:
    app = home.app(around(inverter))
    async with app.run_test(size=(80, 40)) as pilot:
        await see(pilot, "Found an inverter")
        await pilot.press("question_mark")
        text = await see(pilot, "Search: keys", "Take it", "Type an address", "only reads")
        assert "Live, History" not in text
        await pilot.press("escape")
        await see_no(pilot, "Search: keys")
        await enter(pilot, "step 2 of 3")
        await enter(pilot, "step 3 of 3")
        await pilot.press("question_mark")
        text = await see(pilot, "First start: keys", "Save and start", "Start without saving")
        assert "Live, History" not in text


async def test_with_kstar_sharps_variables_it_asks_nothing(inverter: Simulator, home: Home) -> None:
    home.environment |= {"IP_ADDRESS_INVERTER": "0.0.0.0", "MQTT_CONNECTION_STRING": "127.0.0.1:1"}
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "● online", "MQTT")
        assert not home.path.exists()


async def test_the_demo_asks_nothing(inverter: Simulator, home: Home) -> None:
    app = home.app(around(inverter), demo=True)
    async with app.run_test() as pilot:
        await see(pilot, "● online")


async def test_another_one_chosen_by_hand_is_kept_when_the_user_says_so(
    inverter: Simulator, second: Simulator, home: Home
) -> None:
    port = inverter.address.port
    home.save(host="127.0.0.1", port=port, serial="SIM0000000001", interval=7.0)
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        await see(pilot, "● online", "…0001")
        await pilot.press("s")
        await see(pilot, "Found 2 inverters", "shown now")
        await pilot.press("up", "down", "enter")
        await see(pilot, "● online", "…0002")
        await told(pilot, "Shown until you quit. K keeps it")
        assert home.saved["inverter"]["serial"] == "SIM0000000001"
        await pilot.press("K")
        await told(pilot, f"KSE5000 …0002 at {second.address} is kept in")
        assert home.saved["inverter"] == {
            "host": "127.0.0.2",
            "port": inverter.address.port,
            "serial": "SIM0000000002",
            "interval": 7,
        }
        assert (app.settings.host, app.settings.serial) == ("127.0.0.2", "SIM0000000002")


async def test_found_again_at_its_new_address_after_the_program_was_off(
    inverter: Simulator, second: Simulator, home: Home, clock: HandClock
) -> None:
    """At the saved address another inverter answers now."""
    home.save(host="127.0.0.1", port=inverter.address.port, serial="SIM0000000002")
    app = home.app(around(inverter))
    async with app.run_test() as pilot:
        session = app.session
        assert session is not None
        for polls in (1, 2):
            await until(pilot, lambda n=polls: session.monitor.latest.polls >= n, "a poll")
            await until(pilot, lambda: clock.sleeping)
            latest = session.monitor.latest
            assert (latest.polls, latest.reading, latest.address) == (
                polls,
                None,
                inverter.address,
            )
            assert "another inverter answers" in str(latest.error)
            clock.advance(5.0)
        await see(pilot, "● online", "…0002")
        assert address_of(app) == second.address
        await pilot.press("K")
        await told(pilot, "is kept in")
        assert home.saved["inverter"]["host"] == "127.0.0.2"
