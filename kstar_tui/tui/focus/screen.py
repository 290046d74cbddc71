"""The Battery and the Grid & load screen: one canvas each, live values beside today's history."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.update import Update
from kstar_tui.tui.explain import Told
from kstar_tui.tui.focus.battery import draw_battery
from kstar_tui.tui.focus.figures import Today, read
from kstar_tui.tui.focus.grid import draw_grid
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.inspector import InspectCanvas, Inspecting, inspect_keys
from kstar_tui.tui.live.view import View
from kstar_tui.tui.messages import LinkChanged, MqttChanged, ReadingArrived
from kstar_tui.tui.outlet import Outlet
from kstar_tui.tui.paint import Picture
from kstar_tui.tui.places import ways
from kstar_tui.tui.resting import TRY_AGAIN
from kstar_tui.tui.session import Session
from kstar_tui.tui.words import not_open

_BEHIND = 90.0
"""Seconds after which what was read of the day is old."""
_NEEDED = "Lowest, highest and the day's chart need the history"


class Page(StrEnum):
    """Which of the two."""

    BATTERY = "battery"
    GRID = "grid"


_DRAW = {Page.BATTERY: draw_battery, Page.GRID: draw_grid}


class FocusCanvas(InspectCanvas):
    """Shows a view of one page."""

    def __init__(self, page: Page, glyphs: Glyphs) -> None:
        super().__init__(page.value, glyphs)
        self.view: FocusView | None = None
        self._draw = _DRAW[page]

    def draw(self, size: Size) -> Picture:
        """The page's picture for this size."""
        if self.view is None:
            return ()
        return self._draw(self.view, size.width, size.height, self.glyphs)

    def explain(self, field: str) -> Told | None:
        """What to tell of a value."""
        return None if self.view is None else self.view.live.explain(field)

    def read_at(self) -> datetime | None:
        """When the values were read."""
        return None if self.view is None else self.view.live.read_at


class FocusScreen(Inspecting):
    """All of one kind. `calm` is the age in seconds up to which data counts as now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ways("focus", shown=6),
        *inspect_keys("focus"),
        Binding("r", "poll", "Poll now", id="focus.poll"),
        Binding("escape", "app.go('live')", "Live", id="focus.escape", show=False),
    ]

    _canvas: FocusCanvas

    def __init__(
        self,
        page: Page,
        session: Session,
        glyphs: Glyphs,
        *,
        demo: bool,
        calm: float,
        calendar: Calendar | None = None,
    ) -> None:
        super().__init__()
        self.page = page
        self.session = session
        self._calendar = calendar or Calendar()
        self._demo = demo
        self._calm = calm
        self._canvas = FocusCanvas(page, glyphs)
        self._update: Update = session.monitor.latest
        self._today: Today | None = None
        self._message: tuple[str, ...] = ()
        self._ticked: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The canvas, and the keys below it."""
        yield self._canvas
        yield Footer(compact=True, show_command_palette=True)

    def on_mount(self) -> None:
        """What is saved once a minute is read once a minute; the clock is looked at each second."""
        self.every(60.0, self.saved)
        self.every(TRY_AGAIN, self._again)
        self.every(1.0, self._tick)

    def on_screen_resume(self) -> None:
        """Shown for the first time or again: what came meanwhile counts."""
        self._update = self.session.monitor.latest
        self.saved()

    def on_reading_arrived(self, message: ReadingArrived) -> None:
        """New values."""
        self._take(message.update)

    def on_link_changed(self, message: LinkChanged) -> None:
        """Another state, or a poll that brought nothing."""
        self._take(message.update)

    def on_mqtt_changed(self, message: MqttChanged) -> None:
        """The broker's state stands in the header."""
        self._look()

    def action_poll(self) -> None:
        """Ask the inverter now instead of at the next poll."""
        self.session.monitor.poll_now()

    def saved(self) -> None:
        """Something was saved: the day is read again, if somebody sees it."""
        if not self.is_active:
            return
        try:
            today, self._message = self._ask()
        # Whatever the disk says, the screen stays.
        except Exception as error:
            today, self._message = None, (f"{_NEEDED}, which cannot be read now.", str(error))
        before = self._today
        if today and before and (before.key, before.day) == (today.key, today.day):
            # What was seen of the minute that is not saved yet.
            today = today.widened(before.lows, before.highs)
        self._today = today
        self._widen(self._update)
        self._look()

    def _ask(self) -> tuple[Today | None, tuple[str, ...]]:
        session = self.session
        status, archive = session.history, session.archive
        if status is None and session.via is not None:
            return None, (f"{_NEEDED}.", session.via.no_history)
        if status is None:
            return None, (f"{_NEEDED}, which is off.", "Start without --no-history to keep one.")
        if archive is None:
            what, reason = not_open(status)
            return None, (f"{_NEEDED}, which {what}.", reason, status.path)
        key = session.history_key or self._update.key
        now = session.clock.now().timestamp()
        today = read(archive, key, now, self._calendar)
        if any(today.course.observed):
            return today, ()
        return today, ("Nothing of today is recorded yet.", "A minute is saved when it is over.")

    def _again(self) -> None:
        """What could not be read, or was not there yet, may be now."""
        if self._today is None:
            self.saved()

    def _take(self, update: Update) -> None:
        self._update = update
        self._widen(update)
        self._look()

    def _widen(self, update: Update) -> None:
        """A reading counts for today before its minute is saved."""
        if self._today is None or update.reading is None or update.taken is None:
            return
        key = self.session.history_key or update.key
        same = self._calendar.day(update.taken.timestamp()) == self._today.day
        if same and key == self._today.key:
            self._today = self._today.with_reading(update.reading)

    def _tick(self) -> None:
        if not self.is_active:
            return
        view = self._live()
        if view.passing == self._ticked:
            return
        self._ticked = view.passing
        # A demo's minutes pass faster.
        behind = self._today is not None and view.now.timestamp() - self._today.read_at >= _BEHIND
        day = self._calendar.day(view.now.timestamp())
        if self._today is not None and (behind or self._today.day != day):
            self.saved()
        else:
            self._look()

    def _look(self) -> None:
        if not self.is_active:
            return
        self._canvas.view = FocusView(
            live=self._live(),
            today=self._today,
            message=self._message,
        )
        self._canvas.redraw()

    def _live(self) -> View:
        session = self.session
        return View(
            update=self._update,
            now=session.clock.now(),
            now_monotonic=session.clock.monotonic(),
            trail=session.trail,
            mqtt=session.mqtt,
            history=session.history,
            via=session.via,
            demo=self._demo,
            calm=self._calm,
            battery=session.outlook.battery,
            calendar=self._calendar,
            outlet=Outlet.of(session.settings, self._update),
        )
