"""Marking, reading and copying values on the running app."""

from __future__ import annotations

import pytest
from app_talk import live, live_app, next_poll, see, shown, until
from textual.pilot import Pilot
from tui_world import HandClock

from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.focus.screen import FocusCanvas, FocusScreen
from kstar_tui.tui.inspector import InspectCanvas
from kstar_tui.tui.live.screen import LiveCanvas, LiveScreen
from kstar_tui.tui.paint import Span


def canvas(pilot: Pilot[None]) -> InspectCanvas:
    return pilot.app.screen.query_one(InspectCanvas)


def marks(pilot: Pilot[None]) -> list[Span]:
    """What is marked, once: the fields and texts of reversed spans."""
    return [span for line in canvas(pilot).picture for span in line if span.style == "mark"]


def marked(pilot: Pilot[None]) -> Span:
    [span] = marks(pilot)
    return span


def where(pilot: Pilot[None], field: str) -> tuple[int, int]:
    return next(
        (span.end - 1, y)
        for y, line in enumerate(canvas(pilot).picture)
        for span in line
        if span.field == field
    )


def clipboard(pilot: Pilot[None]) -> str:
    text: str = pilot.app.clipboard
    return text


async def test_y_marks_and_copies_a_value(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        assert not marks(pilot)
        await pilot.press("y")
        await see(pilot, "MQTT (off): kstar/", "esc")
        first = marked(pilot)
        await pilot.press("down", "right")
        assert marked(pilot) != first
        while marked(pilot).field != "load_power":
            await pilot.press("tab")
        await pilot.press("y")
        await see(pilot, "copied, if the terminal allows it")
        latest = live(pilot).session.monitor.latest.reading
        assert latest is not None
        assert clipboard(pilot) == f"{latest.load_power} W"
        await pilot.press("Y")
        await pilot.pause()
        lines = clipboard(pilot).split("\n")
        assert lines[0] == f"Load power: {latest.load_power} W"
        assert lines[2].startswith("bytes 47-48: ")
        assert lines[-1] == "read at 2026-06-18 12:00:00+00:00"
        await pilot.press("escape")
        assert not marks(pilot)
        assert "MQTT (off)" not in shown(app)
        # The next time it goes on where it was.
        await pilot.press("y")
        assert marked(pilot).field == "load_power"


async def test_arrows_and_letters_move_and_a_click_marks(
    inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await pilot.press("h", "j", "left", "down", "enter", "Y", "tab")
        assert not marks(pilot), "without a mark they are nobody's"
        for down, up, right, left in (("j", "k", "l", "h"), ("down", "up", "right", "left")):
            await pilot.click("#live", offset=where(pilot, "pv_power"))
            for key, field in (
                (down, "pv1_power"),
                (up, "pv_power"),
                (right, "work_mode"),
                (left, "pv_power"),
            ):
                await pilot.press(key)
                assert marked(pilot).field == field
        await pilot.click("#live", offset=(119, 0))
        assert not marks(pilot), "a click on nothing takes it away"


async def test_a_mark_stays_while_readings_come(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await pilot.click("#live", offset=where(pilot, "polls"))
        assert marked(pilot).field == "polls"
        before = marked(pilot).text
        await next_poll(pilot, clock)
        await until(pilot, lambda: marked(pilot).text != before)
        assert marked(pilot).field == "polls"
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: canvas(pilot).size.width == 200)
        assert marked(pilot).field == "polls"
        # Where it is not shown, its neighbour is better than none.
        await pilot.resize_terminal(44, 12)
        await until(pilot, lambda: canvas(pilot).size.width == 44)
        assert marked(pilot).field != "polls"


async def test_what_is_held_tells_of_what_it_was(inverter: Simulator, clock: HandClock) -> None:
    """A paused picture does not explain its numbers with bytes of now."""
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        held = live(pilot).session.monitor.latest
        await pilot.press("space")
        await see(pilot, "paused")
        for _ in range(3):
            await next_poll(pilot, clock, 600.0)
        now = live(pilot).session.monitor.latest
        assert held.reading is not None
        assert now.reading is not None
        assert held.reading.raw[7 + 34 : 7 + 36] != now.reading.raw[7 + 34 : 7 + 36]
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        one = screen.query_one(LiveCanvas)

        def said() -> tuple[str, ...]:
            told = one.explain("grid_voltage")
            assert told is not None
            return told.lines

        assert said() == (f"bytes 34-35: {held.reading.raw[41:43].hex(' ')}",)
        assert one.read_at() == held.taken
        await pilot.press("space")
        await pilot.pause()
        assert said() == (f"bytes 34-35: {now.reading.raw[41:43].hex(' ')}",)


async def test_escape_takes_the_mark_before_it_leaves(
    inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(44, 12)) as pilot:
        await see(pilot, "online")
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, FocusScreen))
        await until(pilot, lambda: canvas(pilot).picture)
        await pilot.press("y")
        assert marked(pilot).field
        await pilot.press("enter")
        await pilot.pause()
        assert clipboard(pilot)
        await pilot.press("escape")
        assert isinstance(app.screen, FocusScreen)
        assert not marks(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))


async def test_a_tooltip_is_text_and_no_markup(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic can hold anything that a broker takes."""
    app = live_app(inverter, clock)
    assert isinstance(app, KstarApp)
    monkeypatch.setattr(
        app, "settings", app.settings.__class__(mqtt_base="[bold]house[/]", history="off")
    )
    async with app.run_test(size=(80, 24), tooltips=True) as pilot:
        await see(pilot, "● online")
        await pilot.press("4")
        await until(pilot, lambda: isinstance(app.screen, FocusScreen))
        await until(pilot, lambda: canvas(pilot).picture)
        await pilot.hover("#grid", offset=where(pilot, "grid_voltage"))
        await pilot.pause()
        one = app.screen.query_one(FocusCanvas)
        assert "MQTT (off): [bold]house[/]/" in str(one.tooltip)
        await pilot.click("#grid", offset=where(pilot, "grid_voltage"))
        assert marked(pilot).field == "grid_voltage"
        await see(pilot, "[bold]house[/]/")
