"""The Diagnostics screen by its keys and the mouse, on the running app."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from app_talk import live_app, next_poll, see, see_no, set_faults, shown, until
from diagnostics_world import SEARCHED
from textual.pilot import Pilot
from tui_world import HandClock

from kstar_tui.link.events import SearchEvent
from kstar_tui.link.interface import Address
from kstar_tui.protocol.frame import PREFIX_SIZE
from kstar_tui.protocol.reading import FIELDS, Reading
from kstar_tui.settings import Settings
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.server import Simulator, SimulatorOptions
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.diagnostics.screen import DiagnosticsCanvas

OFFSET = {name: row.offset + PREFIX_SIZE for name, row in FIELDS.items() if row.offset is not None}


async def opened(pilot: Pilot[None]) -> KstarApp:
    """Go there from Live."""
    app = pilot.app
    assert isinstance(app, KstarApp)
    await see(pilot, "● online")
    await pilot.press("6")
    await see(pilot, "[frame]", "[running data]")
    return app


def selected(app: object) -> str:
    """The line with the arrow."""
    return next((line for line in shown(app).splitlines() if "▶" in line), "")


def bracketed(app: object) -> str:
    """The bytes of the selected field, as long as they stand in one row."""
    found = re.search(r"\[([0-9a-f]{2}(?:[ ~][0-9a-f]{2})*)\]", shown(app))
    return found[1].replace("~", " ") if found else ""


def reading_of(app: KstarApp) -> Reading:
    """What was read last."""
    assert app.session is not None
    reading = app.session.monitor.latest.reading
    assert reading is not None
    return reading


def place_of(app: KstarApp, field: str) -> tuple[int, int]:
    """A cell of what has this name."""
    picture = app.screen.query_one(DiagnosticsCanvas).picture
    return next(
        (span.x, y) for y, line in enumerate(picture) for span in line if span.field == field
    )


async def test_keys_move_through_fields_and_bytes(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        raw = reading_of(app).raw

        def hexed(name: str) -> str:
            size = FIELDS[name].type.size
            return raw[OFFSET[name] : OFFSET[name] + size].hex(" ")

        for key, label, data in (
            ("down", "PV string 1 current", hexed("pv1_current")),
            ("j", "PV string 1 state", hexed("pv1_mode")),
            ("k", "PV string 1 current", hexed("pv1_current")),
            ("right", "PV string 1 current", hexed("pv1_current")),
            ("right", "PV string 1 state", hexed("pv1_mode")),
            ("left", "PV string 1 current", hexed("pv1_current")),
            ("h", "PV string 1 current", hexed("pv1_current")),
            ("h", "PV string 1 voltage", hexed("pv1_voltage")),
            ("home", "Header", "aa 55"),
            ("up", "Header", "aa 55"),
            ("left", "Header", "aa 55"),
            ("pagedown", "PV string 2 current", hexed("pv2_current")),
            ("end", "Sum", raw[-2:].hex(" ")),
            ("down", "Sum", raw[-2:].hex(" ")),
            ("right", "Sum", raw[-2:].hex(" ")),
            ("right", "Sum", raw[-2:].hex(" ")),
            ("pageup", "PV energy total", hexed("energy_total")),
        ):
            await pilot.press(key)
            await until(
                pilot,
                lambda label=label, data=data: label in selected(app) and bracketed(app) == data,
                f"{key}: {label} {data}, not {bracketed(app)}",
            )


async def test_discovery_says_that_none_was_made_and_s_makes_one(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(*_: object, **__: object) -> AsyncIterator[SearchEvent]:
        for event in (*SEARCHED.asked, *SEARCHED.others):
            yield event

    monkeypatch.setattr("kstar_tui.tui.app.find", look)
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("tab", "tab")
        await see(pilot, "No search was made in this run.", "s searches")
        await pilot.press("s")
        await see(pilot, "Looking for your inverter", "192.168.1.77")
        await pilot.press("escape")
        text = await see(pilot, "[discovery]", "The last search", "the search screen was open")
        assert "asked 192.168.1.255" in text
        assert "cannot ask 10.0.0.255" in text
        assert "answers discovery, but not an inverter's" in text


async def test_long_pages_are_scrolled_by_keys_and_the_wheel(
    inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(44, 12)) as pilot:
        await see(pilot, "● online")
        await pilot.press("6", "shift+tab")
        await see(pilot, "[system]", "lines: 0 above")
        await pilot.press("down")
        await see(pilot, "lines: 1 above")
        await pilot.press("end")
        text = await see(pilot, "0 below")
        await pilot.press("down")
        await pilot.pause()
        assert shown(app) == text
        await pilot.press("up")
        await see(pilot, "1 below")
        await pilot.press("home")
        await see(pilot, "lines: 0 above")
        await pilot.press("right")
        await see(pilot, "[frame]")


async def test_before_anything_has_come_it_says_so(clock: HandClock) -> None:
    app = KstarApp(Settings(), clock, address=Address("127.0.0.1", 9))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6")
        await see(pilot, "No running data has come yet.")
        await pilot.press("down", "right", "end", "pageup", "y", "f")
        await see(pilot, "No device information has come yet.")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_6_leads_there_help_tells_its_keys_and_escape_goes_back(
    size: tuple[int, int], inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=size) as pilot:
        await see(pilot, "● online")
        line = shown(app).splitlines()[-1].partition("^p")[0].strip("▏ ")
        assert "6 Diag" in line
        assert line.endswith("? Help")
        assert len(line) + len(" 7 Settings") <= 80, "a seventh place has room"
        await pilot.press("i")
        await see(pilot, "Connections at")
        await pilot.press("escape")
        await opened(pilot)
        for word in ("[link]", "[discovery]", "[system]", "[frame]"):
            await pilot.press("tab")
            await see(pilot, word)
        await pilot.press("question_mark")
        text = await see(pilot, "Diagnostics: keys and signs", "Report")
        for words in ("another field", "was another before", "only reads"):
            assert words in text
        assert app.screen.query_one("VerticalScroll").max_scroll_y == 0, "all of it at once"
        await pilot.press("escape")
        await see_no(pilot, "keys and signs")
        await pilot.press("escape")
        await see(pilot, "● online", "Solar")


async def test_the_mouse_selects_and_tells(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        canvas = app.screen.query_one(DiagnosticsCanvas)
        await pilot.hover(offset=place_of(app, f"byte:{OFFSET['battery_soc']}"))
        await until(pilot, lambda: canvas.tooltip)
        assert "State of charge" in str(canvas.tooltip)
        assert "byte 26: " in str(canvas.tooltip)
        assert "PV string 1 voltage" in selected(app), "what is told is not selected"
        await pilot.hover(offset=(3, 38))
        await until(pilot, lambda: canvas.tooltip is None)
        await pilot.click(offset=place_of(app, f"byte:{OFFSET['load_power'] + 1}"))
        await until(pilot, lambda: "Load power" in selected(app))
        await see(pilot, "byte 48: ")
        index = next(
            int(span.field.removeprefix("part:"))
            for line in canvas.picture
            for span in line
            if span.field and span.field.startswith("part:") and "Backup current" in span.text
        )
        await pilot.click(offset=place_of(app, f"part:{index}"))
        await until(pilot, lambda: "Backup current" in selected(app))
        await pilot.click(offset=place_of(app, "request:DEVICE_INFO"))
        await see(pilot, "[device information]", inverter.options.serial_number)
        await pilot.click(offset=place_of(app, "section:system"))
        await see(pilot, "[system]", "Textual", "paho-mqtt", "SQLite", "120 × 40")
        await pilot.click(offset=place_of(app, "section:link"))
        await see(pilot, "[link]", "median")


async def test_f_goes_through_the_frames_and_y_copies_a_field(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = live_app(inverter, clock)
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot)
        await pilot.click(offset=place_of(app, f"byte:{OFFSET['grid_voltage']}"))
        await until(pilot, lambda: "Grid voltage" in selected(app))
        await pilot.press("y")
        await until(pilot, lambda: copied)
        reading = reading_of(app)
        raw = reading.raw[OFFSET["grid_voltage"] :][:2]
        assert copied[0].splitlines() == [
            f"Grid voltage (grid_voltage): {reading.grid_voltage:.1f} V",
            f"running data, bytes 34-35: {raw.hex(' ')} = {int.from_bytes(raw, 'big')} (u16 / 10)",
            "KStar",
        ]
        await pilot.press("f")
        await see(pilot, "[device information]", "Serial number")
        await pilot.press("f")
        await see(pilot, "[settings]", "Battery capacity *", "Unknown")
        await pilot.press("home", "y")
        await until(pilot, lambda: len(copied) == 2)
        assert copied[1].splitlines() == [
            "Header: of every frame",
            "settings, bytes 0-1 of the frame: aa 55",
        ]
        await pilot.press("F", "F")
        await see(pilot, "[running data]")
        assert "Grid voltage" in selected(app), "each frame has its own cursor"
        await pilot.press("tab", "tab", "y")
        await see(pilot, "[discovery]", "y copies a field")
        assert len(copied) == 2
        await pilot.press("f")
        await see(pilot, "[frame]", "[running data]")


async def test_bytes_that_another_reading_changes_are_marked(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        at = OFFSET["load_power"]
        await pilot.click(offset=place_of(app, f"byte:{at + 1}"))
        assert "changed" not in shown(app)
        for _ in range(3):
            await next_poll(pilot, clock, 300.0)
        await see(pilot, "~ changed", "12:15:00, 92 bytes")
        assert "~" in "".join(shown(app).splitlines()[2:10])
        # Its two bytes stand in two rows.
        for byte in reading_of(app).raw[at : at + 2]:
            assert f"[{byte:02x}]" in shown(app)

        canvas, screen, drawn = app.screen.query_one(DiagnosticsCanvas), app.screen, []
        draw = canvas.draw
        monkeypatch.setattr(canvas, "draw", lambda size: drawn.append(size) or draw(size))
        for _ in range(5):
            screen._tick()  # type: ignore[attr-defined]
        assert drawn == [], "an idle screen is not drawn again"
        await next_poll(pilot, clock)
        screen._tick()  # type: ignore[attr-defined]
        assert drawn


async def test_losses_retries_and_refusals_are_there_when_it_is_opened_and_go_on(
    clock: HandClock,
) -> None:
    noisy = SimulatorOptions(port=0, discovery_port=0, faults=Faults(noise=1.0))
    async with Simulator(noisy, clock) as inverter:
        app = live_app(inverter, clock)
        async with app.run_test(size=(120, 40)) as pilot:
            await see(pilot, "● online")
            set_faults(inverter, Faults(silent=True))
            await next_poll(pilot, clock)
            await opened(pilot)
            await pilot.press("tab")
            await see(pilot, "noise outside a frame", "3 refused", "refused since the start")
            await see(pilot, "1 lost", "1 retry", "lost     1 (50.0 %)", "no answer")
            set_faults(inverter, Faults())
            await next_poll(pilot, clock, 60.0)
            await see(pilot, "lost     1 (33.3 %)", "4 refused")
