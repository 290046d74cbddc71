"""A widget that shows a picture and sends only what changed of it."""

from __future__ import annotations

import logging

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from kstar_tui.tui.explain import Told
from kstar_tui.tui.glyphs import UNICODE, Glyphs
from kstar_tui.tui.mishaps import Enduring
from kstar_tui.tui.paint import Line, Picture, Span
from kstar_tui.tui.palette import Palette, palette_for

_log = logging.getLogger(__name__)

_FAILED = "this screen cannot be drawn now; all else goes on"
_MERGE_GAP = 4
"""Cells between two changed spans that are cheaper to send again than another cursor move."""


def changed(before: Line, after: Line) -> list[tuple[int, int]]:
    """The column ranges (start, end) in which two lines differ, at the grain of spans."""
    if before == after:
        return []
    old, new = set(before), set(after)
    ranges: list[tuple[int, int]] = []
    for span in sorted((*(old - new), *(new - old)), key=lambda span: span.x):
        if ranges and span.x <= ranges[-1][1] + _MERGE_GAP:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], span.end))
        else:
            ranges.append((span.x, span.end))
    return ranges


class Canvas(Enduring, Widget):
    """Draws itself by `draw` for its size; `redraw` compares and repaints the difference."""

    DEFAULT_CSS = "Canvas { height: 1fr; width: 1fr; }"
    glyphs: Glyphs = UNICODE
    """The signs that the terminal has."""

    def __init__(self, name: str) -> None:
        """`name` is its id in style sheets and queries."""
        super().__init__(id=name)
        self._picture: Picture = ()
        self._strips: dict[int, Strip] = {}
        self._palette: Palette | None = None
        self._failed = False

    def draw(self, size: Size) -> Picture:
        """What to show in this many cells."""
        raise NotImplementedError

    def explain(self, field: str) -> Told | str | None:
        """What to tell of a field under the mouse."""
        return None

    @property
    def picture(self) -> Picture:
        """What is shown now."""
        return self._picture

    def _drawn(self) -> Picture:
        try:
            picture = self.draw(self.size)
        except Exception:
            # A mistake in a drawing must end neither the app nor the recording.
            if not self._failed:
                _log.exception("the screen %s cannot be drawn", self.id)
            self._failed = True
            return ((Span(1, _FAILED[: max(0, self.size.width - 1)], "fault"),),)
        self._failed = False
        return picture

    def redraw(self) -> None:
        """Draw again; only spans that differ are sent to the terminal."""
        if not self.size:
            return
        before, after = self._picture, self._drawn()
        if before == after:
            return
        self._picture = after
        if len(before) != len(after):
            self._strips.clear()
            self.refresh()
            return
        regions = []
        for y, (old, new) in enumerate(zip(before, after, strict=True)):
            ranges = changed(old, new)
            if ranges:
                self._strips.pop(y, None)
                regions += [Region(x, y, end - x, 1) for x, end in ranges]
        if regions:
            self.refresh(*regions)

    def repaint(self) -> None:
        """Draw everything anew: after a change of size or colours."""
        self._palette = None
        self._strips.clear()
        self._picture = self._drawn() if self.size else ()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """The picture is made for the new size."""
        self.repaint()

    def on_mount(self) -> None:
        """Colours follow the theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.repaint())

    def on_unmount(self) -> None:
        """The theme holds it no longer."""
        self.app.theme_changed_signal.unsubscribe(self)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The tooltip tells of the value under the mouse."""
        span = self.span_at(event.x, event.y)
        told = self.explain(span.field) if span is not None and span.field else None
        text = told.text if isinstance(told, Told) else told
        self.tooltip = None if text is None else Content(self.glyphs.spell(text))

    def span_at(self, x: int, y: int) -> Span | None:
        """What stands at a cell."""
        if 0 <= y < len(self._picture):
            for span in self._picture[y]:
                if span.x <= x < span.end:
                    return span
        return None

    def render_line(self, y: int) -> Strip:
        """One line as segments, a segment a span: that is the grain at which Textual sends."""
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._make_strip(y)
        return strip

    def _make_strip(self, y: int) -> Strip:
        if self._palette is None:
            theme = self.app.current_theme
            self._palette = palette_for(
                dark=theme.dark,
                ansi=self.app.native_ansi_color,
                background=self.background_colors[1].hex6,
                colour=not self.app.no_color,
            )
        palette = self._palette
        blank = palette.style("text")
        segments: list[Segment] = []
        x = 0
        for span in self._picture[y] if y < len(self._picture) else ():
            if span.x > x:
                segments.append(Segment(" " * (span.x - x), blank))
            segments.append(Segment(span.text, palette.style(span.style)))
            x = span.end
        if x < self.size.width:
            segments.append(Segment(" " * (self.size.width - x), blank))
        return Strip(segments, max(x, self.size.width))
