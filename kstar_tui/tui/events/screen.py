"""The Events screen: one canvas, a selected line, and a choice of what is listed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from kstar_tui.clock import Clock
from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.events import Event
from kstar_tui.tui.canvas import Canvas
from kstar_tui.tui.events.episodes import Active, Choice, Episode, episodes
from kstar_tui.tui.events.meanings import meaning
from kstar_tui.tui.events.picture import (
    CHOICE,
    ROW,
    EventsView,
    draw_events_screen,
    rows_shown,
    times,
)
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Picture, printable
from kstar_tui.tui.places import ways
from kstar_tui.tui.resting import RestingScreen

_log = logging.getLogger(__name__)


class Happened(NamedTuple):
    """All that is known of what happened to one inverter."""

    events: tuple[Event, ...]
    """The newest first."""
    name: str
    refused: Mapping[str, int]
    kept: bool
    active: Active = MappingProxyType({})


class EventsCanvas(Canvas):
    """Shows a view; tells the screen what was clicked."""

    class Pressed(Message):
        """The mouse pressed what has this name."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__("events")
        self.view: EventsView | None = None
        self._glyphs = glyphs

    def draw(self, size: Size) -> Picture:
        """The Events picture for this size."""
        if self.view is None:
            return ()
        return draw_events_screen(self.view, size.width, size.height, self._glyphs)

    def on_click(self, event: events.Click) -> None:
        """A line is selected, a word chooses."""
        span = self.span_at(event.x, event.y)
        if span is not None and span.field:
            self.post_message(self.Pressed(span.field))


class EventsScreen(RestingScreen):
    """Lists what happened; `source` is asked once a second for what is known now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ways("events", shown=4),
        Binding("f", "choose(1)", "Filter", id="events.filter"),
        Binding("F", "choose(-1)", "Filter back", id="events.filter_back", show=False),
        Binding("y", "copy", "Copy", id="events.copy"),
        Binding("up,k", "move(-1)", "Newer", id="events.up", show=False),
        Binding("down,j", "move(1)", "Older", id="events.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="events.page_up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="events.page_down", show=False),
        Binding("home", "edge(0)", "Newest", id="events.newest", show=False),
        Binding("end", "edge(-1)", "Oldest", id="events.oldest", show=False),
        Binding("escape", "app.go('live')", "Live", id="events.escape", show=False),
    ]

    def __init__(
        self,
        source: Callable[[], Happened],
        clock: Clock,
        glyphs: Glyphs,
        calendar: Calendar | None = None,
    ) -> None:
        super().__init__()
        self._calendar = calendar or Calendar()
        self._source = source
        self._clock = clock
        self._canvas = EventsCanvas(glyphs)
        self._choice = Choice.ALL
        self._all: list[Episode] = []
        self._listed: tuple[Episode, ...] = ()
        self._selected = 0
        self._happened = Happened((), "", {}, kept=True)

    def compose(self) -> ComposeResult:
        """The canvas, and the keys below it."""
        yield self._canvas
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """What happens is seen within a second."""
        self.every(1.0, self._ask)

    def on_screen_resume(self) -> None:
        """Shown for the first time or again: what came meanwhile counts."""
        self._ask()

    def on_events_canvas_pressed(self, message: EventsCanvas.Pressed) -> None:
        """The mouse chooses and selects."""
        if message.name.startswith(CHOICE):
            self._choose(Choice(message.name.removeprefix(CHOICE)))
        elif message.name.startswith(ROW):
            self._select(int(message.name.removeprefix(ROW)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves over the list."""
        self.action_move(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves over the list."""
        self.action_move(3)

    def action_move(self, step: int) -> None:
        """Select another line."""
        self._select(self._selected + step)

    def action_page(self, step: int) -> None:
        """As many lines as are shown."""
        size = self._canvas.size
        self._select(self._selected + step * rows_shown(size.width, size.height))

    def action_edge(self, index: int) -> None:
        """The newest or the oldest."""
        self._select(0 if index == 0 else len(self._listed) - 1)

    def action_choose(self, step: int) -> None:
        """List another kind."""
        kinds = list(Choice)
        self._choose(kinds[(kinds.index(self._choice) + step) % len(kinds)])

    def action_copy(self) -> None:
        """The selected line with its meaning, for a message to the installer."""
        if not self._listed:
            return
        episode = self._listed[self._selected]
        words = meaning(episode)
        when = times(episode, self._clock.now(), self._calendar)
        lines = (self._happened.name, when, episode.text, words.what)
        self.app.copy_to_clipboard("\n".join(printable(line) for line in lines if line))
        self.notify("Copied, if the terminal allows it.", timeout=3)

    def _choose(self, choice: Choice) -> None:
        self._choice, self._selected = choice, 0
        self._list()

    def _select(self, index: int) -> None:
        self._selected = max(0, min(index, len(self._listed) - 1))
        self._look()

    def _ask(self) -> None:
        if not self.is_active:
            return
        try:
            happened = self._source()
        except Exception:
            _log.exception("what happened could not be asked for")
            return
        before = self._happened
        if (happened.events, happened.active) != (before.events, before.active):
            self._all = episodes(happened.events, happened.active)
        self._happened = happened
        self._list()

    def _list(self) -> None:
        before = self._listed[self._selected] if self._selected < len(self._listed) else None
        self._listed = tuple(one for one in self._all if self._choice.takes(one.kind))
        # A line that is read stays selected while new ones come in above it.
        if before is not None and self._selected:
            wanted = before.thing, before.at
            same = (i for i, one in enumerate(self._listed) if (one.thing, one.at) == wanted)
            self._selected = next(same, self._selected)
        self._selected = max(0, min(self._selected, len(self._listed) - 1))
        self._look()

    def _look(self) -> None:
        self._canvas.view = EventsView(
            now=self._clock.now(),
            calendar=self._calendar,
            name=self._happened.name,
            episodes=self._listed,
            choice=self._choice,
            selected=self._selected,
            refused=self._happened.refused,
            kept=self._happened.kept,
        )
        self._canvas.redraw()
