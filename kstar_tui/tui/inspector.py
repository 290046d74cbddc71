"""Telling of single values: a tooltip under the mouse, a mark and a box by the keys."""

from __future__ import annotations

from datetime import datetime

from textual import events
from textual.binding import Binding

from kstar_tui.tui import inspect
from kstar_tui.tui.canvas import Canvas
from kstar_tui.tui.explain import Told
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Picture, printable
from kstar_tui.tui.resting import RestingScreen

_COPIED = "copied, if the terminal allows it"
_ONLY_MARKED = ("inspect_move", "inspect_copy_all", "inspect_copy", "inspect_leave")


def inspect_keys(here: str, *, shown: bool = True) -> list[Binding]:
    """The keys of a screen whose values tell what they are; before those that leave it."""
    ways = {
        "left,h": "left",
        "right,l": "right",
        "up,k": "up",
        "down,j": "down",
        "tab": "next",
        "shift+tab": "previous",
    }
    moves = [
        Binding(key, f"inspect_move('{way}')", way.capitalize(), id=f"{here}.{way}", show=False)
        for key, way in ways.items()
    ]
    return [
        Binding("y", "inspect", "Values", id=f"{here}.inspect", show=shown),
        Binding("Y", "inspect_copy_all", "Copy all", id=f"{here}.copy_all", show=False),
        Binding("enter", "inspect_copy", "Copy", id=f"{here}.copy", show=False),
        *moves,
        Binding("escape", "inspect_leave", "Unmark", id=f"{here}.unmark", show=False),
    ]


class InspectCanvas(Canvas):
    """A canvas whose spans with a field can be marked. What is marked stays so by its field."""

    def __init__(self, name: str, glyphs: Glyphs) -> None:
        super().__init__(name)
        self.glyphs = glyphs
        self._bare: Picture = ()
        self._mark: inspect.Place | None = None
        self._last: inspect.Place | None = None
        self._said = ""

    def explain(self, field: str) -> Told | None:
        """What to tell of a field; None for what is no value."""
        return None

    def read_at(self) -> datetime | None:
        """When what is shown was read."""
        return None

    @property
    def marking(self) -> bool:
        """A value is marked."""
        return self._mark is not None

    def mark(self) -> None:
        """Mark a value: the one of last time, else the first."""
        found = self._places()
        if found:
            self._set(found[0] if self._last is None else inspect.again(found, self._last))

    def mark_at(self, x: int, y: int) -> None:
        """Mark the value at a cell; what is none takes the mark away."""
        here = (p for p in self._places() if p.y == y and p.x <= x < p.end)
        self._set(next(here, None))

    def move(self, direction: str) -> None:
        """Mark the nearest value in a direction."""
        found = self._places()
        here = None if self._mark is None else inspect.again(found, self._mark)
        self._set(None if here is None else inspect.beside(found, here, direction))

    def leave(self) -> None:
        """Take the mark away."""
        self._set(None)

    def copy(self, *, everything: bool) -> None:
        """Put the marked value into the clipboard, or all that is told of it."""
        told = None if self._mark is None else self.explain(self._mark.field)
        if self._mark is None or told is None:
            return
        text = inspect.value_of(self._mark, told)
        if everything:
            at = self.read_at()
            more = () if at is None else (f"read at {at.isoformat(' ', 'seconds')}",)
            text = inspect.all_of(self._mark, told, *more)
        self.app.copy_to_clipboard("\n".join(map(printable, text.split("\n"))))
        self._said = _COPIED
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """A value that is clicked is marked."""
        self.mark_at(event.x, event.y)

    def _places(self) -> list[inspect.Place]:
        return inspect.places(self._bare, lambda field: self.explain(field) is not None)

    def _set(self, place: inspect.Place | None) -> None:
        self._mark, self._said = place, ""
        self._last = place or self._last
        self.redraw()

    def _drawn(self) -> Picture:
        picture = self._bare = super()._drawn()
        if self._mark is None:
            return picture
        self._mark = inspect.again(self._places(), self._mark)
        told = None if self._mark is None else self.explain(self._mark.field)
        if self._mark is None or told is None:
            return picture
        size = self.size.width, self.size.height
        hints = (self._said,) if self._said else inspect.HINTS
        return inspect.marked(picture, self._mark, told, size, self.glyphs, hints)


class Inspecting(RestingScreen):
    """A screen with one such canvas, and the actions of `inspect_keys`."""

    _canvas: InspectCanvas

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Until a value is marked, the keys that move and copy are somebody else's."""
        return self._canvas.marking if action in _ONLY_MARKED else True

    def action_inspect(self) -> None:
        """Mark a value, and copy what is marked."""
        if self._canvas.marking:
            self._canvas.copy(everything=False)
        else:
            self._canvas.mark()

    def action_inspect_copy(self) -> None:
        """Copy the value."""
        self._canvas.copy(everything=False)

    def action_inspect_copy_all(self) -> None:
        """Copy the value and all that is told of it."""
        self._canvas.copy(everything=True)

    def action_inspect_move(self, direction: str) -> None:
        """Mark the nearest value in a direction."""
        self._canvas.move(direction)

    def action_inspect_leave(self) -> None:
        """Take the mark away."""
        self._canvas.leave()
