"""Looking for the inverter: on loopback, with inverters made of software or none at all."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from app_talk import SIZES, around, see, shown, until
from textual.pilot import Pilot
from textual.widgets import Input
from textual.widgets._footer import FooterKey
from tui_world import HandClock

from kstar_tui.settings import Settings
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.server import Simulator, SimulatorOptions
from kstar_tui.status import DEMO_WANTED
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.glyphs import speaks_unicode
from kstar_tui.tui.search.address import parse_address
from kstar_tui.tui.search.screen import SearchScreen


@pytest.fixture
def free_ports() -> tuple[int, int]:
    """Two ports on which nobody answers."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def nobody(free_ports: tuple[int, int]) -> Settings:
    """Settings by which a search finds nothing."""
    data, discovery = free_ports
    return Settings(broadcast=("127.255.255.255",), discovery_port=discovery, port=data)


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


def searching(pilot: Pilot[None]) -> bool:
    return isinstance(pilot.app.screen, SearchScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_a_single_inverter_is_taken_at_once(
    size: tuple[int, int], inverter: Simulator, clock: HandClock
) -> None:
    app = KstarApp(around(inverter), clock)
    async with app.run_test(size=size) as pilot:
        await see(pilot, "● online")
        assert inverter.counters.discoveries > 0
        assert app.session is not None
        assert app.session.monitor.latest.address == inverter.address


async def test_of_several_the_user_takes_one(
    inverter: Simulator, second: Simulator, clock: HandClock
) -> None:
    app = KstarApp(around(inverter), clock)
    async with app.run_test() as pilot:
        text = await see(pilot, "Found 2 inverters: choose", "KSE4000", "KSE5000", "2 answers")
        assert text.count("reads well, ") == 2
        assert searching(pilot), "nothing is taken before the user says so"
        await pilot.press("up", "up", "down")
        await until(pilot, lambda: f"▶ KSE5000  SIM0000000002  {second.address}" in shown(app))
        await pilot.press("enter")
        await see(pilot, "● online")
        assert app.session is not None
        assert app.session.monitor.latest.address == second.address


async def test_a_click_takes_one(inverter: Simulator, second: Simulator, clock: HandClock) -> None:
    app = KstarApp(around(inverter), clock)
    async with app.run_test() as pilot:
        text = await see(pilot, "Found 2 inverters: choose", "KSE4000", "KSE5000")
        line = next(y for y, line in enumerate(text.splitlines()) if "KSE5000" in line)
        await pilot.click("#search", offset=(60, line))
        await see(pilot, "● online")
        assert app.session is not None
        assert app.session.monitor.latest.address == second.address


async def test_of_several_the_one_that_is_meant_is_taken(
    inverter: Simulator, second: Simulator, clock: HandClock
) -> None:
    app = KstarApp(replace(around(inverter), serial="sim0000000002"), clock)
    async with app.run_test() as pilot:
        await see(pilot, "● online")
        assert app.session is not None
        assert app.session.monitor.latest.address == second.address


async def test_only_others_answer_and_then_the_one_that_is_meant(
    inverter: Simulator, clock: HandClock
) -> None:
    settings = replace(around(inverter), serial="SIM0000000002")
    app = KstarApp(settings, clock)
    async with app.run_test() as pilot:
        await see(pilot, "Still looking for SIM0000000002: only others answer", "SIM0000000001")
        await until(pilot, lambda: clock.sleeping)
        options = SimulatorOptions(
            bind="127.0.0.2", port=settings.port, discovery_port=settings.discovery_port, seed=2
        )
        async with Simulator(options, clock) as meant:
            clock.advance(5.0)
            await see(pilot, "● online")
            assert app.session is not None
            assert app.session.monitor.latest.address == meant.address
            await pilot.press("q")


async def test_another_one_than_the_one_that_is_meant_can_be_taken(
    inverter: Simulator, clock: HandClock
) -> None:
    app = KstarApp(replace(around(inverter), serial="SIM0000000002"), clock)
    async with app.run_test() as pilot:
        await see(pilot, "Still looking for SIM0000000002", "enter Take it")
        await pilot.press("enter")
        await see(pilot, "● online", "…0001")
        # Nothing can be saved here.
        assert "keeps it" not in shown(app)


async def test_nobody_answers(nobody: Settings, clock: HandClock) -> None:
    """After ten seconds it says what usually helps, and goes on asking."""
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await see(pilot, "asked 127.255.255.255")
        await until(pilot, lambda: clock.sleeping)
        assert "helps" not in shown(app)
        for _ in range(2):
            clock.advance(5.0)
            await until(pilot, lambda: not clock.sleeping)
            await until(pilot, lambda: clock.sleeping)
        text = await see(pilot, "What usually helps")
        for word in ("same network", "guest WiFi", "container", "sunset", "press a"):
            assert word in text
        assert searching(pilot)


async def test_it_appears_later(nobody: Settings, clock: HandClock) -> None:
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await until(pilot, lambda: clock.sleeping)
        options = SimulatorOptions(port=nobody.port, discovery_port=nobody.discovery_port)
        async with Simulator(options, clock):
            clock.advance(5.0)
            await see(pilot, "● online")
            await pilot.press("q")


async def test_something_else_is_named_with_the_reason(clock: HandClock) -> None:
    """It answers the discovery text but no question: another make's module."""
    options = SimulatorOptions(port=0, discovery_port=0, faults=Faults(silent=True))
    async with Simulator(options, clock) as stick:
        app = KstarApp(around(stick), clock)
        async with app.run_test(size=(120, 30)) as pilot:
            text = await see(pilot, "(no)  Solar-WiFi1  127.0.0.1  answers discovery", "1 answer")
            assert "not an inverter's questions" in text
            assert searching(pilot)
            assert "Take it" not in text


async def type_address(pilot: Pilot[None], text: str) -> None:
    await pilot.press("a")
    await until(pilot, lambda: pilot.app.screen.query_one("#address", Input).has_focus)
    pilot.app.screen.query_one("#address", Input).value = text
    await pilot.press("enter")


async def test_a_typed_address(nobody: Settings, clock: HandClock) -> None:
    async with Simulator(SimulatorOptions(port=0, discovery_port=None), clock) as simulator:
        app = KstarApp(nobody, clock)
        async with app.run_test() as pilot:
            await see(pilot, "asked")
            await type_address(pilot, f" 127.0.0.1:{simulator.address.port} ")
            await see(pilot, "● online")
            assert app.session is not None
            assert app.session.monitor.latest.address == simulator.address


async def test_whoever_types_a_digit_types_an_address(nobody: Settings, clock: HandClock) -> None:
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await see(pilot, "asked")
        await pilot.press(*"10.0.0.7")
        field = app.screen.query_one("#address", Input)
        await until(pilot, lambda: field.value == "10.0.0.7")
        assert field.has_focus
        await pilot.press("escape")
        await until(pilot, lambda: not field.display)
        await pilot.press("d")
        await until(pilot, lambda: not app.is_running)


async def test_a_wrong_address_is_refused_in_words(nobody: Settings, clock: HandClock) -> None:
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await see(pilot, "asked")
        problem = app.screen.query_one("#problem")
        for typed, said in (
            ("", "address"),
            ("not an address", "address"),
            ("127.0.0.1:0", "port"),
            ("127.0.0.1:seven", "port"),
            ("127.0.0.1:48899", "not a port for data"),
            (f"127.0.0.1:{nobody.discovery_port}", "not a port for data"),
            ("127.0.0.1:8899:1", "not an address"),
        ):
            await type_address(pilot, typed)
            await until(pilot, lambda said=said: said in str(problem.render()), typed)
            assert searching(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: not app.screen.query_one("#address").display)
            assert str(problem.render()) == ""


async def test_an_address_where_nobody_answers(nobody: Settings, clock: HandClock) -> None:
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await see(pilot, "asked")
        await type_address(pilot, f"127.0.0.1:{nobody.port}")
        problem = app.screen.query_one("#problem")
        await until(pilot, lambda: "2 tries" in str(problem.render()))
        assert searching(pilot)


async def test_who_types_is_not_disturbed_by_what_is_found(
    nobody: Settings, clock: HandClock
) -> None:
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await until(pilot, lambda: clock.sleeping)
        await pilot.press("a")
        field = app.screen.query_one("#address", Input)
        await until(pilot, lambda: field.has_focus)
        await pilot.press("1")
        options = SimulatorOptions(port=nobody.port, discovery_port=nobody.discovery_port)
        async with Simulator(options, clock):
            clock.advance(5.0)
            await see(pilot, "Found your inverter", "reads well")
            assert field.has_focus
            await pilot.press("2")
            assert field.value == "12"
            assert searching(pilot)


async def test_asking_again_starts_over(nobody: Settings, clock: HandClock) -> None:
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await until(pilot, lambda: clock.sleeping)
        options = SimulatorOptions(port=nobody.port, discovery_port=nobody.discovery_port)
        async with Simulator(options, clock):
            await pilot.press("r")
            await see(pilot, "● online")


async def test_the_demo_is_one_key_away(nobody: Settings, clock: HandClock) -> None:
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await see(pilot, "asked")
        await pilot.press("d")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == DEMO_WANTED


async def test_in_a_demo_there_is_no_other(inverter: Simulator, clock: HandClock) -> None:
    settings = replace(around(inverter), host=inverter.address.host)
    app = KstarApp(settings, clock, address=inverter.address, demo=True)
    async with app.run_test() as pilot:
        await see(pilot, "● online")
        await pilot.press("s")
        await see(pilot, "asked")
        assert "Demo" not in {key.description for key in app.screen.query(FooterKey)}
        await pilot.press("d")
        await pilot.press("escape")
        await see(pilot, "● online")


async def test_help_on_the_search_screen(nobody: Settings, clock: HandClock) -> None:
    app = KstarApp(nobody, clock)
    async with app.run_test() as pilot:
        await see(pilot, "asked")
        await pilot.press("question_mark")
        await see(pilot, "Type an address", "Ask again", "Demo", "Settings", "only reads")


async def test_in_ascii(inverter: Simulator, second: Simulator, clock: HandClock) -> None:
    app = KstarApp(around(inverter), clock, ascii_only=True)
    async with app.run_test() as pilot:
        await see(pilot, "Found 2 inverters")
        await pilot.press("a")
        await until(pilot, lambda: app.screen.query_one("#address").display)
        await pilot.pause()
        text = shown(app)
        assert text.isascii(), [char for char in text if not char.isascii()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("192.168.300.1", "192.168.300.1 is not an address: type an IPv4 address like"),
        ("http://pi", "http://pi is not an address that an inverter has: "),
        ("0.0.0.0", "0.0.0.0 is not the address of one inverter: "),
        ("224.0.0.1:8899", "224.0.0.1:8899 is not the address of one inverter: "),
        (" ", "type an IPv4 address like 192.168.1.50, or a host name"),
        ("10.0.0.7:", "the port is missing: "),
        ("fd00::5:1", "fd00::5:1 is not an address that an inverter has: "),
    ],
)
def test_what_is_no_address(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        parse_address(text, 8899)


def test_addresses() -> None:
    assert parse_address("inverter.local", 8899) == ("inverter.local", 8899)
    assert parse_address(" 10.0.0.7:9000", 8899) == ("10.0.0.7", 9000)


@pytest.mark.parametrize(
    ("environment", "unicode"),
    [
        ({}, True),
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "POSIX", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LC_CTYPE": "C.UTF-8"}, True),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, False),
        ({"LC_ALL": "", "LANG": "en_US.utf8"}, True),
        ({"LANG": "en_US.ISO-8859-1"}, False),
        ({"LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, True),
    ],
)
def test_which_locales_have_more_than_ascii(environment: dict[str, str], unicode: bool) -> None:
    assert speaks_unicode(environment) == unicode
