"""The list of settings as a widget that hears the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Size
from textual.message import Message

from kstar_tui.tui.canvas import Canvas
from kstar_tui.tui.paint import Picture
from kstar_tui.tui.settings.picture import ROW, SettingsView, draw_settings

if TYPE_CHECKING:
    from kstar_tui.tui.app import KstarApp


class SettingsCanvas(Canvas):
    """Shows a view; tells the screen which line was clicked."""

    class Pressed(Message):
        """The mouse pressed a line."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, host: KstarApp) -> None:
        super().__init__("settings")
        self.view: SettingsView | None = None
        self._host = host

    def draw(self, size: Size) -> Picture:
        """The Settings picture for this size."""
        if self.view is None:
            return ()
        return draw_settings(self.view, size.width, size.height, self._host.glyphs)

    def on_click(self, event: events.Click) -> None:
        """A line is selected, and edited where it was."""
        span = self.span_at(event.x, event.y)
        if span is not None and span.field and span.field.startswith(ROW):
            self.post_message(self.Pressed(int(span.field.removeprefix(ROW))))
