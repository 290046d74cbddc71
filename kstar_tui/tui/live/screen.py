"""The Live screen: one canvas that is drawn anew when something of it changed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.update import Update
from kstar_tui.tui.details import DetailsScreen
from kstar_tui.tui.explain import Told
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.inspector import InspectCanvas, Inspecting, inspect_keys
from kstar_tui.tui.keys import first_key
from kstar_tui.tui.live.picture import draw_live, frame_lines
from kstar_tui.tui.live.view import View
from kstar_tui.tui.messages import LinkChanged, MqttChanged, ReadingArrived
from kstar_tui.tui.outlet import Outlet
from kstar_tui.tui.paint import Picture
from kstar_tui.tui.places import LIVE, ways
from kstar_tui.tui.session import Session


class LiveCanvas(InspectCanvas):
    """Shows a view; asks the screen for it whenever it draws."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__("live", glyphs)
        self.view: View | None = None
        self._held: Picture = ()
        self._held_view: View | None = None
        self._held_size = Size(0, 0)

    def draw_with(self, glyphs: Glyphs) -> None:
        """In these characters from the next drawing on."""
        self.glyphs = glyphs

    def draw(self, size: Size) -> Picture:
        """The Live picture for this size."""
        if self.view is None:
            return ()
        picture = draw_live(self.view, size.width, size.height, self.glyphs)
        if not self.view.paused:
            self._held_size, self._held_view = Size(0, 0), None
            return picture
        if size != self._held_size:
            self._held, self._held_size, self._held_view = picture, size, self.view
        # Age, state and clock go on: what is held must not look fresh.
        top, bottom = frame_lines(size.width, size.height)
        end = size.height - bottom
        return picture[:top] + self._held[top:end] + picture[end:]

    def explain(self, field: str) -> Told | None:
        """What to tell of a value, while the picture is held of the held one."""
        view = self._held_view or self.view
        return None if view is None else view.explain(field)

    def read_at(self) -> datetime | None:
        """When the values were read."""
        view = self._held_view or self.view
        return None if view is None else view.read_at


class LiveScreen(Inspecting):
    """Where the power goes. `calm` is the age in seconds up to which data counts as now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ways(LIVE),
        Binding(
            *("space", "pause", "Pause"),
            tooltip="Hold the picture still or let it go",
            id="live.pause",
            show=False,
        ),
        Binding(
            *("i", "details", "Details"),
            tooltip="The inverter, the link and MQTT in detail",
            id="live.details",
            show=False,
        ),
        *inspect_keys(LIVE, shown=False),
        Binding(
            *("r", "poll", "Poll now"),
            tooltip="Ask the inverter at once",
            id="live.poll",
            show=False,
        ),
        Binding("s", "app.search", "Search", id="live.search", show=False),
        Binding("K", "app.keep", "Keep this inverter", id="live.keep", show=False),
    ]

    _canvas: LiveCanvas

    def __init__(
        self,
        session: Session,
        glyphs: Glyphs,
        *,
        demo: bool,
        calm: float,
        calendar: Calendar | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.paused: datetime | None = None
        self._demo = demo
        self._calm = calm
        self._calendar = calendar or Calendar()
        self._glyphs = glyphs
        self._canvas = LiveCanvas(glyphs)
        self._update: Update = session.monitor.latest
        self._ticked: tuple[str, ...] = ()
        self._search_key = self._events_key = ""

    def compose(self) -> ComposeResult:
        """The canvas, and the keys below it."""
        yield self._canvas
        yield Footer(compact=True, show_command_palette=True)

    def on_mount(self) -> None:
        """Once a second it is checked whether time alone changed something."""
        self.every(1.0, self._tick)

    def on_screen_resume(self) -> None:
        """Shown for the first time or again: what came meanwhile counts."""
        # Keys change on another screen only.
        self._search_key = first_key(self.app, "live.search")
        self._events_key = first_key(self.app, "go.events")
        self._take(self.session.monitor.latest)

    def on_reading_arrived(self, message: ReadingArrived) -> None:
        """New values."""
        self._take(message.update)

    def on_link_changed(self, message: LinkChanged) -> None:
        """Another state, or a poll that brought nothing."""
        self._take(message.update)

    def on_mqtt_changed(self, message: MqttChanged) -> None:
        """The broker's state stands in the header."""
        self._look()

    def adopt(self, session: Session, glyphs: Glyphs) -> None:
        """Show another session from now on, or the same one, in these characters."""
        self.session = session
        self._update = session.monitor.latest
        self.paused = None
        self._glyphs = glyphs
        self._canvas.draw_with(glyphs)
        self._look()

    def action_pause(self) -> None:
        """Hold the picture still; polling, publishing and remembering go on."""
        self.paused = None if self.paused else self.session.clock.now()
        self._look()

    def action_poll(self) -> None:
        """Ask the inverter now instead of at the next poll."""
        self.session.monitor.poll_now()

    def action_details(self) -> None:
        """Who the inverter is, how it answers, what was refused, the broker."""
        self.app.push_screen(DetailsScreen(self._view(), self._glyphs))

    def _take(self, update: Update) -> None:
        self._update = update
        self._look()

    def _tick(self) -> None:
        words = self._view().passing
        if words != self._ticked:
            self._ticked = words
            self._look()

    def _look(self) -> None:
        self._canvas.view = self._view()
        self._canvas.redraw()

    def _view(self) -> View:
        session = self.session
        return View(
            update=self._update,
            now=session.clock.now(),
            now_monotonic=session.clock.monotonic(),
            trail=session.trail,
            events=tuple(session.remembered.recent),
            mqtt=session.mqtt,
            history=session.history,
            via=session.via,
            paused=self.paused,
            demo=self._demo,
            calm=self._calm,
            today=session.outlook.today,
            battery=session.outlook.battery,
            calendar=self._calendar,
            outlet=Outlet.of(session.settings, self._update),
            search_key=self._search_key,
            events_key=self._events_key,
        )
