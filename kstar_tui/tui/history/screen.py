"""The History screen: one canvas, keys and mouse that move over the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from kstar_tui.clock import Clock
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.tariff import Tariff
from kstar_tui.tui.canvas import Canvas
from kstar_tui.tui.explain import Told, explain
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.history.copied import copied_slot, copied_sums
from kstar_tui.tui.history.figures import Figures, Past, Slot, read
from kstar_tui.tui.history.period import Period, Reach
from kstar_tui.tui.history.picture import HistoryView, draw_history, grid_for, hint, room
from kstar_tui.tui.history.sight import Sight
from kstar_tui.tui.keys import first_key
from kstar_tui.tui.paint import Picture
from kstar_tui.tui.places import ways
from kstar_tui.tui.resting import TRY_AGAIN, RestingScreen

_HINTED = ("read_back", "read_on", "closer", "wider", "copy")
_LATE = 120.0
"""Seconds after which nothing of a time is still to be saved."""


class Source(NamedTuple):
    """Where the past of an inverter is; without one `why` says so."""

    past: Past | None
    key: str = ""
    why: tuple[str, ...] = ()
    where: str = ""
    """The file."""
    tariff: Tariff | None = None


class HistoryCanvas(Canvas):
    """Shows a view; tells the screen where the mouse is."""

    class Zoomed(Message):
        """The wheel turned over a column: 1 is closer, -1 wider."""

        def __init__(self, x: int, way: int) -> None:
            super().__init__()
            self.x = x
            self.way = way

    class Pointed(Message):
        """The mouse is over a column of the screen, or clicked what has a name there."""

        def __init__(self, x: int, name: str | None, *, clicked: bool) -> None:
            super().__init__()
            self.x = x
            self.name = name
            self.clicked = clicked

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__("history")
        self.view: HistoryView | None = None
        self.glyphs = glyphs

    def draw(self, size: Size) -> Picture:
        """The History picture for this size."""
        if self.view is None:
            return ()
        return draw_history(self.view, size.width, size.height, self.glyphs)

    def explain(self, field: str) -> Told | None:
        """What to tell of a sum, a peak, or what the cursor reads."""
        return explain(field, None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Values are read where the mouse is."""
        if event.y:
            self.post_message(self.Pointed(event.x, None, clicked=False))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Closer to what is under the mouse."""
        event.stop()
        self.post_message(self.Zoomed(event.x, 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Wider."""
        event.stop()
        self.post_message(self.Zoomed(event.x, -1))

    def on_click(self, event: events.Click) -> None:
        """Words in the header act; a bar is opened by its second click."""
        span = self.span_at(event.x, event.y)
        name = span.field if span is not None and not event.y else None
        if name is None and event.y and event.chain == 2:
            name = "open"
        self.post_message(self.Pointed(event.x, name, clicked=True))


class HistoryScreen(RestingScreen):
    """Shows periods of one inverter; `source` is asked whenever something is read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ways("history", shown=1),
        Binding("left", "move(-1)", "Back", tooltip="The period before", id="history.back"),
        Binding("right", "move(1)", "Forth", tooltip="The next period", id="history.forth"),
        Binding("t", "today", "Today", id="history.today"),
        Binding("d", "reach('day')", "Day", id="history.day"),
        Binding("w", "reach('week')", "Week", id="history.week"),
        Binding("m", "reach('month')", "Month", id="history.month"),
        Binding("Y", "reach('year')", "Year", id="history.year"),
        Binding("plus,equals_sign", "zoom(1)", "Closer", id="history.closer", show=False),
        Binding("minus", "zoom(-1)", "Wider", id="history.wider", show=False),
        Binding("y", "copy", "Copy", id="history.copy"),
        Binding("comma,shift+left", "cursor(-1)", "Read back", id="history.read_back", show=False),
        Binding("full_stop,shift+right", "cursor(1)", "Read on", id="history.read_on", show=False),
        Binding("home", "edge(0)", "First", id="history.first", show=False),
        Binding("end", "edge(-1)", "Last", id="history.last", show=False),
        Binding("enter", "open", "Open", id="history.open", show=False),
        Binding("escape", "leave", "No cursor", id="history.leave", show=False),
        Binding("escape", "app.go('live')", "Live", id="history.escape", show=False),
    ]

    def __init__(
        self,
        source: Callable[[], Source],
        clock: Clock,
        calendar: Calendar,
        glyphs: Glyphs,
    ) -> None:
        super().__init__()
        self._source = source
        self._clock = clock
        self._calendar = calendar
        self._canvas = HistoryCanvas(glyphs)
        self._sight = Sight.around(Reach.DAY, self._today())
        self._cursor: int | None = None
        self._figures: Figures | None = None
        self._message: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The canvas, and the keys below it."""
        yield self._canvas
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """What is saved once a minute is read once a minute."""
        self.every(60.0, self.saved)
        self.every(TRY_AGAIN, self._again)

    def on_screen_resume(self) -> None:
        """Shown again: what was saved meanwhile counts."""
        if self._figures is not None:
            self.saved()

    def on_resize(self, event: events.Resize) -> None:
        """Another width has other columns."""
        self._cursor = None
        self._read(event.size.width)

    def saved(self) -> None:
        """Something was saved: what is of today is read again."""
        _, end = self._sight.ends(self._calendar)
        if end > self._clock.now().timestamp() - _LATE or self._figures is None:
            self._read()

    def _again(self) -> None:
        """What could not be read, or was not there yet, may be now."""
        if self._figures is None:
            self._read()

    def on_history_canvas_pointed(self, message: HistoryCanvas.Pointed) -> None:
        """The mouse reads values, and presses what can be pressed."""
        name = message.name or ""
        if name.startswith("reach:"):
            self.action_reach(name.removeprefix("reach:"))
        elif name in ("back", "forth"):
            self.action_move(-1 if name == "back" else 1)
        elif name == "today":
            self.action_today()
        elif name.startswith("zoom:"):
            self.action_zoom(int(name.removeprefix("zoom:")))
        elif self._figures is not None:
            index = grid_for(self._figures, self.size.width).at(message.x)
            if index is not None:
                self._set_cursor(index)
                if name == "open":
                    self.action_open()

    def on_history_canvas_zoomed(self, message: HistoryCanvas.Zoomed) -> None:
        """What is under the mouse stays there."""
        if self._figures is not None:
            index = grid_for(self._figures, self.size.width).at(message.x)
            if index is not None:
                self._cursor = index
        self.action_zoom(message.way)

    def action_move(self, direction: int) -> None:
        """One period back or forth, of hours half of them; the future is not reached."""
        self._go(self._sight.moved(direction, self._calendar, self._today()))

    def action_today(self) -> None:
        """The period that today is in, or as many hours up to now."""
        self._go(self._sight.at_now(self._clock.now().timestamp(), self._calendar))

    def action_reach(self, reach: str) -> None:
        """Another length, around the bar that is read, else around the same days."""
        day = self._sight.period.last
        slot = self._read_slot()
        if slot is not None:
            day = slot.period.last
        self._go(Sight.around(Reach(reach), min(day, self._today())))

    def action_zoom(self, way: int) -> None:
        """One step closer to what is read, or away from it; without a cursor around now, else
        around the middle."""
        if self._figures is not None and self._figures.only_sums and way > 0:
            return
        slot = self._read_slot()
        start, end = self._sight.ends(self._calendar)
        now = self._clock.now().timestamp()
        at = now if start <= now < end else (start + end) / 2
        if slot is not None:
            at = slot.start
        step = self._sight.closer if way > 0 else self._sight.wider
        sight = step(at, self._calendar, self._today())
        if sight != self._sight:
            self._go(sight, None if slot is None else at)

    def action_copy(self) -> None:
        """The column that is read, else the sums, as a spreadsheet takes them."""
        if self._figures is None:
            return
        slot = self._read_slot()
        if slot is not None:
            text, what = copied_slot(slot, self._calendar), "This column is"
        else:
            text, what = copied_sums(self._figures, self._calendar), "The sums are"
        self.app.copy_to_clipboard(text)
        self.notify(f"{what} copied, if the terminal allows it.", timeout=3)

    def action_cursor(self, step: int) -> None:
        """Read the next column; the first time, the newest that is over."""
        if self._figures is None:
            return
        if self._cursor is None:
            now = self._clock.now().timestamp()
            begun = [i for i, slot in enumerate(self._figures.slots) if slot.start < now]
            self._set_cursor(begun[-1] if begun else 0)
        else:
            self._set_cursor(self._cursor + step)

    def action_edge(self, index: int) -> None:
        """Read the first or the last column."""
        if self._figures is not None:
            self._set_cursor(index % len(self._figures.slots))

    def action_leave(self) -> None:
        """The cursor goes, then the hours become their day."""
        if self._cursor is not None:
            self._cursor = None
            self._look()
        elif self._sight.hours is not None:
            self._go(Sight(self._sight.period))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there is nothing to leave on the screen, escape leaves it."""
        return action != "leave" or self._cursor is not None or self._sight.hours is not None

    def action_open(self) -> None:
        """Show the day or month of the bar that is read; of a day, its hours."""
        slot = self._read_slot()
        if slot is None:
            return
        if slot.period == self._sight.period:
            self.action_zoom(1)
        elif slot.period.first <= self._today():
            self._go(Sight(slot.period))

    def _read_slot(self) -> Slot | None:
        if self._figures is None or self._cursor is None:
            return None
        return self._figures.slots[self._cursor]

    def _set_cursor(self, index: int) -> None:
        if self._figures is not None:
            self._cursor = min(max(0, index), len(self._figures.slots) - 1)
            self._look()

    def _go(self, sight: Sight, at: float | None = None) -> None:
        """Look at something; the cursor reads the moment `at`."""
        self._sight, self._cursor = sight, None
        self._read(at=at)

    def _today(self) -> date:
        return self._calendar.day(self._clock.now().timestamp())

    def _read(self, width: int | None = None, at: float | None = None) -> None:
        self._figures = None
        try:
            source = self._source()
            self._figures, self._message = self._ask(source, width or self.size.width)
        # Whatever the disk says, the screen stays.
        except Exception as error:
            self._message = ("The history cannot be read now.", str(error))
        if self._figures is None:
            self._cursor = None
        elif at is not None:
            slots = enumerate(self._figures.slots)
            self._cursor = next((i for i, s in slots if s.start <= at < s.end), None)
        elif self._cursor is not None:
            self._cursor = min(self._cursor, len(self._figures.slots) - 1)
        self._look()

    def _ask(self, source: Source, width: int) -> tuple[Figures | None, tuple[str, ...]]:
        past, key = source.past, source.key
        if past is None:
            return None, source.why
        known = past.span(key)
        if known is None:
            words = "Nothing is recorded yet.", "A minute is saved when it is over.", source.where
            return None, words
        if self._sight.period.last < known[0]:
            first = Period.around(Reach.DAY, known[0])
            return None, (f"Nothing was recorded before {first.title}.", "t goes to today")
        now = self._clock.now().timestamp()
        figures = read(
            past,
            key,
            self._sight,
            room=room(width),
            now=now,
            calendar=self._calendar,
            tariff=source.tariff,
        )
        return figures, ()

    def _look(self) -> None:
        self._canvas.view = HistoryView(
            sight=self._sight,
            today=self._today(),
            now=self._clock.now().timestamp(),
            calendar=self._calendar,
            figures=self._figures,
            cursor=self._cursor,
            message=self._message,
            hint=hint(*(first_key(self.app, f"history.{name}") for name in _HINTED)),
        )
        self._canvas.redraw()
