"""The Events screen by its keys and the mouse, on the running app."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from app_talk import live_app, next_poll, see, see_no, shown, until
from test_events_picture import EVENTS
from textual.pilot import Pilot
from tui_world import NOON, HandClock

from kstar_tui.history.errors import StoreError
from kstar_tui.history.records import StoredEvent
from kstar_tui.monitor.events import Event, Kind, Severity
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.events.screen import EventsScreen, Happened
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.remembered import Remembered

HAPPENED = Happened(tuple(EVENTS), "KSE4000 …5678", {"power balance": 2}, kept=True)


async def open_events(pilot: Pilot[None], happened: list[Happened]) -> EventsScreen:
    app = pilot.app
    assert isinstance(app, KstarApp)
    screen = EventsScreen(lambda: happened[-1], app.clock, UNICODE)
    app.push_screen(screen)
    await until(pilot, lambda: "what happened" in shown(app), "the events")
    return screen


def selected(app: object) -> str:
    """The line with the arrow."""
    return next((line for line in shown(app).splitlines() if "▶" in line), "")


async def test_5_shows_what_happened_and_1_goes_back(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await pilot.press("5")
        await see(pilot, "[all]", "inverter online at", "1 Live", "kstar-tui was started")
        await pilot.press("question_mark")
        await see(pilot, "Events: keys and signs", "it has not ended")
        await pilot.press("escape")
        await pilot.press("2")
        await see(pilot, "[day]")
        await pilot.press("5")
        await see(pilot, "[all]")
        assert len(app.screen_stack) == 3, "the blank one, Live and one on it"
        await pilot.press("1")
        await see(pilot, "● online")


async def test_what_happens_while_it_is_open_is_seen(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await pilot.press("5")
        await see(pilot, "inverter online at")
        inverter.house.error_bits = 1 << 18
        await next_poll(pilot, clock)
        await see(pilot, "fault: isolation", "so far")


async def test_keys_select_and_filter(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_events(pilot, [HAPPENED])
        assert "fault: isolation" in selected(app)
        await see(pilot, "Do not touch")
        for key, text in (
            ("down", "on-grid → fault"),
            ("j", "grid voltage out of range"),
            ("k", "on-grid → fault"),
            ("end", "inverter online at"),
            ("down", "inverter online at"),
            ("home", "fault: isolation"),
            ("up", "fault: isolation"),
            ("pagedown", "inverter online at"),
            ("pageup", "fault: isolation"),
        ):
            await pilot.press(key)
            await until(pilot, lambda text=text: text in selected(app), f"{key}: {text}")
        for choice, there, gone in (
            ("faults", "isolation", "grid lost"),
            ("grid", "grid lost", "isolation"),
            ("connection", "inverter offline", "grid lost"),
            ("modes", "wait → on-grid", "inverter offline"),
            ("data", "PV counter fell", "wait → on-grid"),
            ("all", "fault: isolation", "[data]"),
        ):
            await pilot.press("f")
            await see(pilot, f"[{choice}]", there)
            await see_no(pilot, gone)
        await pilot.press("F")
        await see(pilot, "[data]")


async def test_what_is_read_stays_selected_when_more_happens(
    inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        happened = [HAPPENED]
        await open_events(pilot, happened)
        await pilot.press("down", "down")
        await until(pilot, lambda: "grid voltage" in selected(app))
        more = Event(NOON, Severity.FAULT, "fault: ground current", Kind.FAULT, "ground current")
        happened.append(HAPPENED._replace(events=(more, *EVENTS)))
        await see(pilot, "ground current")
        assert "grid voltage" in selected(app)


async def test_the_mouse_selects_chooses_and_scrolls(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_events(pilot, [HAPPENED])
        await pilot.click(offset=(40, 4))
        await until(pilot, lambda: "grid voltage" in selected(app))
        column = shown(app).splitlines()[0].index("faults")
        await pilot.click(offset=(column, 0))
        await see(pilot, "[faults]")
        await see_no(pilot, "grid lost")


async def test_a_line_is_copied_with_its_meaning(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = live_app(inverter, clock)
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_events(pilot, [HAPPENED, HAPPENED._replace(events=())])
        await pilot.press("y")
        await pilot.pause()
        assert copied == []
        app.pop_screen()
        await open_events(pilot, [HAPPENED])
        await pilot.press("y")
        await until(pilot, lambda: copied)
    name, times, text, means = copied[0].splitlines()
    assert (name, text) == ("KSE4000 …5678", "fault: isolation")
    assert times.startswith("since ")
    assert means.startswith("Panels")


async def test_nothing_has_happened(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_events(pilot, [Happened((), "", {}, kept=False)])
        await see(pilot, "Nothing has happened yet.", "Without a history", "no frame was refused")
        await pilot.press("down", "end", "y", "f", "pageup")
        await see(pilot, "[faults]")


class Shelf:
    """An archive of events that can be out of order."""

    def __init__(self, *events: StoredEvent) -> None:
        self.stored = list(events)
        self.asked = 0
        self.error: Exception | None = None

    def events(
        self, key: str, start: float, end: float, most: int, kind: str | None = None
    ) -> list[StoredEvent]:
        if self.error is not None:
            raise self.error
        self.asked += kind == Kind.FAULT
        known = {str(one) for one in Kind}
        # What is of no kind comes with the first.
        return [
            one
            for one in self.stored
            if one.kind == kind or (one.kind not in known and kind == Kind.FAULT)
        ][:most]


def stored(event: Event, **changes: Any) -> StoredEvent:
    given = {
        "at": event.at.timestamp(),
        "kind": str(event.kind),
        "subject": event.subject,
        "begins": event.begins,
        "severity": str(event.severity),
        "text": event.text,
    }
    return StoredEvent(**{**given, **changes})


def everything(remembered: Remembered, shelf: Shelf | None, clock: float) -> tuple[Event, ...]:
    return remembered.everything(lambda: shelf, "k", NOON, clock)  # type: ignore[arg-type,return-value]


def test_what_is_on_disk_and_what_is_not_yet_are_one_list() -> None:
    remembered = Remembered()
    old, new = EVENTS[3], EVENTS[0]
    shelf = Shelf(stored(old), stored(old, kind="of a later version"), stored(old, severity="x"))
    remembered.add([old, new])
    found = everything(remembered, shelf, 0)
    assert [event.text for event in found] == [new.text, old.text]
    # Once a second it is asked for: nothing is read or made anew for that.
    assert everything(remembered, shelf, 59) is found
    assert shelf.asked == 1
    shelf.stored.insert(0, stored(new))
    assert everything(remembered, shelf, 60) == found
    assert shelf.asked == 2
    newest = replace_at(new, timedelta(minutes=1))
    remembered.add([newest])
    assert everything(remembered, shelf, 61)[0] is newest


def test_a_disk_that_fails_takes_nothing_away(caplog: pytest.LogCaptureFixture) -> None:
    remembered = Remembered()
    shelf = Shelf(stored(EVENTS[1]))
    before = everything(remembered, shelf, 0)
    shelf.error = StoreError("the disk is gone")
    assert everything(remembered, shelf, 100) == before
    assert "could not be read" in caplog.text
    remembered.clear()
    assert everything(remembered, None, 200) == ()


def test_what_happens_often_hides_nothing_else() -> None:
    remembered, asked = Remembered(), []

    class Busy(Shelf):
        def events(
            self, key: str, start: float, end: float, most: int, kind: str | None = None
        ) -> list[StoredEvent]:
            asked.append(kind)
            return []

    everything(remembered, Busy(), 0)
    assert set(asked) == set(Kind)


@pytest.mark.parametrize("damage", [{"text": b"\xff"}, {"subject": b"x"}, {"kind": "of tomorrow"}])
def test_what_cannot_be_an_event_is_none(damage: dict[str, Any]) -> None:
    assert everything(Remembered(), Shelf(stored(EVENTS[0], **damage)), 0) == ()


async def test_a_drawing_that_fails_ends_nothing(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_events(pilot, [HAPPENED])

        def broken(*_: object) -> None:
            raise ValueError("a mistake")

        with monkeypatch.context() as patch:
            patch.setattr("kstar_tui.tui.events.screen.draw_events_screen", broken)
            for key in ("down", "up", "down"):
                await pilot.press(key)
            await see(pilot, "cannot be drawn now")
        await pilot.press("up")
        await see(pilot, "what happened")
    assert caplog.text.count("cannot be drawn") == 1


async def test_escape_goes_to_live(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        for key, word in (("5", "[all]"), ("3", "lowest")):
            await pilot.press(key)
            await see(pilot, word)
            await pilot.press("escape")
            await see(pilot, "Solar")


def replace_at(event: Event, later: timedelta) -> Event:
    return event._replace(at=event.at.astimezone(UTC) + later)
