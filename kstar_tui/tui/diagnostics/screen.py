"""The Diagnostics screen: one canvas, four sections, and a cursor in the bytes of a frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from kstar_tui.monitor.frames import Seen
from kstar_tui.protocol.frame import Request
from kstar_tui.protocol.parts import Part
from kstar_tui.report.frames import NAMES
from kstar_tui.tui.canvas import Canvas
from kstar_tui.tui.diagnostics.framepage import PART, REQUEST, detail_lines
from kstar_tui.tui.diagnostics.hexrows import BYTE
from kstar_tui.tui.diagnostics.picture import SECTION, draw_diagnostics
from kstar_tui.tui.diagnostics.textpage import most_scroll
from kstar_tui.tui.diagnostics.view import About, Cursor, DiagnosticsView, Section
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Picture, printable
from kstar_tui.tui.places import ways
from kstar_tui.tui.resting import RestingScreen

_PAGE = 10
"""Parts that a page key moves by."""
_WHEEL = 3


class DiagnosticsCanvas(Canvas):
    """Shows a view; tells the screen what was clicked."""

    class Pressed(Message):
        """The mouse pressed what has this name."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__("diagnostics")
        self.view: DiagnosticsView | None = None
        self._glyphs = glyphs

    def draw(self, size: Size) -> Picture:
        """The Diagnostics picture for this size."""
        if self.view is None:
            return ()
        return draw_diagnostics(self.view, size.width, size.height, self._glyphs)

    def explain(self, field: str) -> str | None:
        """What a byte or a line of the list is, without selecting it."""
        view = self.view
        seen = view.legible if view is not None and view.section is Section.FRAME else None
        cursor = pointed(view, field) if view is not None else None
        if view is None or seen is None or cursor is None:
            return None
        lines = detail_lines(seen, cursor, view.live)
        return self._glyphs.spell("\n".join(printable(text) for text, _ in lines))

    def on_click(self, event: events.Click) -> None:
        """A byte, a line or a word is chosen."""
        span = self.span_at(event.x, event.y)
        if span is not None and span.field:
            self.post_message(self.Pressed(span.field))


def pointed(view: DiagnosticsView, field: str) -> Cursor | None:
    """Where the cursor is to go for a byte or a line with this name."""
    if field.startswith(BYTE):
        return view.cursor.to_byte(view.parts, int(field.removeprefix(BYTE)))
    if field.startswith(PART):
        return view.cursor.to_part(view.parts, int(field.removeprefix(PART)))
    return None


class DiagnosticsScreen(RestingScreen):
    """`source` is asked once a second for what is known now; the screen adds what is selected."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ways("diagnostics", shown=1),
        Binding("tab", "turn(1)", "Section", id="diagnostics.next"),
        Binding("shift+tab", "turn(-1)", "Section back", id="diagnostics.back", show=False),
        Binding("f", "frame(1)", "Frame", id="diagnostics.frame"),
        Binding("F", "frame(-1)", "Frame back", id="diagnostics.frame_back", show=False),
        Binding("y", "copy", "Copy", id="diagnostics.copy"),
        Binding("w", "app.report", "Report", id="diagnostics.report"),
        Binding("s", "app.search", "Search", id="diagnostics.search"),
        Binding("up,k", "move(-1)", "Up", id="diagnostics.up", show=False),
        Binding("down,j", "move(1)", "Down", id="diagnostics.down", show=False),
        Binding("left,h", "step(-1)", "Left", id="diagnostics.left", show=False),
        Binding("right,l", "step(1)", "Right", id="diagnostics.right", show=False),
        Binding("pageup", f"move(-{_PAGE})", "Page up", id="diagnostics.page_up", show=False),
        Binding("pagedown", f"move({_PAGE})", "Page down", id="diagnostics.page_down", show=False),
        Binding("home", "edge(0)", "First", id="diagnostics.first", show=False),
        Binding("end", "edge(-1)", "Last", id="diagnostics.last", show=False),
        Binding("escape", "app.go('live')", "Live", id="diagnostics.escape", show=False),
    ]

    def __init__(
        self,
        source: Callable[[Request], DiagnosticsView],
        about: Callable[[], About],
        glyphs: Glyphs,
    ) -> None:
        """`about` tells of versions, the terminal and files."""
        super().__init__()
        self._source = source
        self._about = about
        self._canvas = DiagnosticsCanvas(glyphs)
        self._section = Section.FRAME
        self._request = Request.RUNNING_DATA
        self._cursors: dict[Request, Cursor] = {}
        self._scroll = 0
        self._known: object = None

    def compose(self) -> ComposeResult:
        """The canvas, and the keys below it."""
        yield self._canvas
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """What comes is seen within a second."""
        self.every(1.0, self._tick)

    def on_screen_resume(self) -> None:
        """Shown for the first time or again: what came meanwhile counts."""
        self._look()

    def on_resize(self) -> None:
        """The size of the terminal is among what is told."""
        self.call_after_refresh(self._look)

    def on_diagnostics_canvas_pressed(self, message: DiagnosticsCanvas.Pressed) -> None:
        """The mouse chooses and selects."""
        name, view = message.name, self._canvas.view
        if name.startswith(SECTION):
            self._go(Section(name.removeprefix(SECTION)))
        elif name.startswith(REQUEST):
            self._request = Request[name.removeprefix(REQUEST)]
        elif view is not None and (cursor := pointed(view, name)) is not None:
            self._cursors[self._request] = cursor
        self._look()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves over what is listed."""
        self.action_move(-_WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves over what is listed."""
        self.action_move(_WHEEL)

    def action_turn(self, step: int) -> None:
        """To another section."""
        names = list(Section)
        self._go(names[(names.index(self._section) + step) % len(names)])
        self._look()

    def action_frame(self, step: int) -> None:
        """To another frame; from another section to the frames."""
        if self._section is Section.FRAME:
            requests = list(NAMES)
            here = requests.index(self._request)
            self._request = requests[(here + step) % len(requests)]
        self._go(Section.FRAME)
        self._look()

    def action_move(self, step: int) -> None:
        """To another part of the frame; elsewhere by lines."""
        if self._section is Section.FRAME:
            parts = self._parts()
            self._select(self._cursor.to_part(parts, self._cursor.part + step))
        else:
            self._show_from(self._scroll + step)

    def action_step(self, step: int) -> None:
        """To the next byte; elsewhere to the next section."""
        if self._section is Section.FRAME:
            self._select(self._cursor.to_byte(self._parts(), self._cursor.byte + step))
        else:
            self.action_turn(step)

    def action_edge(self, index: int) -> None:
        """The first or the last."""
        if self._section is Section.FRAME:
            parts = self._parts()
            self._select(self._cursor.to_part(parts, 0 if index == 0 else len(parts) - 1))
        else:
            self._show_from(0 if index == 0 else 10_000)

    def action_copy(self) -> None:
        """The selected part with its value and its bytes."""
        view = self._canvas.view
        seen = view.legible if view is not None and self._section is Section.FRAME else None
        if view is None or seen is None:
            self.notify("y copies a field of a frame; w writes a report.", timeout=3)
            return
        lines = copied(view.parts[view.cursor.part], seen, NAMES[view.request])
        text = "\n".join(printable(line) for line in lines)
        self.app.copy_to_clipboard(text)
        self.notify("Copied, if the terminal allows it.", timeout=3)

    @property
    def _cursor(self) -> Cursor:
        return self._cursors.get(self._request, Cursor(-1))

    def _parts(self) -> tuple[Part, ...]:
        view = self._canvas.view
        return view.parts if view is not None else ()

    def _select(self, cursor: Cursor) -> None:
        self._cursors[self._request] = cursor
        self._look()

    def _go(self, section: Section) -> None:
        if section is not self._section:
            self._section, self._scroll = section, 0

    def _show_from(self, line: int) -> None:
        view, size = self._canvas.view, self._canvas.size
        if view is None or self._section is Section.LINK:
            return
        self._scroll = max(0, min(line, most_scroll(view, size.width, size.height - 1)))
        self._look()

    def _tick(self) -> None:
        """Draw where something is new: not for every second that passes."""
        if self.is_active and news(self._source(self._request)) != self._known:
            self._look()

    def _look(self) -> None:
        if not self.is_active:
            return
        view = self._source(self._request)
        self._known = news(view)
        about = self._about() if self._section is Section.SYSTEM else ()
        parts = view.parts
        # The frame of another inverter may be shorter.
        if parts and not self._cursor.fits(parts):
            self._cursors[self._request] = Cursor().to_first_field(parts)
        self._canvas.view = replace(
            view,
            section=self._section,
            scroll=self._scroll,
            cursor=self._cursor,
            about=about,
        )
        self._canvas.redraw()


def news(view: DiagnosticsView) -> tuple[object, ...]:
    """What has to be another for a view to be drawn again."""
    live, searched = view.live, view.searched
    search: tuple[object, ...] = ()
    if searched is not None:
        counts = len(searched.asked), len(searched.found), len(searched.others)
        search = searched.began, searched.over, *counts
    return id(live.update), live.passing, live.mqtt, live.history, search


def copied(part: Part, seen: Seen, frame: str) -> list[str]:
    """What a message about a part has to say; `frame` is what the frame is called."""
    name = f" ({part.name})" if part.name else ""
    raw = seen.frame.raw[part.start : part.end].hex(" ")
    number = "" if part.number is None else f" = {part.number}"
    how = f" ({part.how})" if part.how else ""
    lines = [
        f"{part.label}{name}: {part.text}",
        f"{frame}, bytes {part.place}: {raw}{number}{how}",
    ]
    return lines if part.source is None else [*lines, part.source.value]
