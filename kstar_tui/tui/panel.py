"""A text in a box over the screen one is on."""

from __future__ import annotations

from typing import ClassVar

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from kstar_tui.tui.forget import forget_drawn
from kstar_tui.tui.keys import first_key
from kstar_tui.tui.mishaps import Enduring


class PanelScreen(Enduring, ModalScreen[None]):
    """Scrolls where it does not fit; the keys that open such a box close it too."""

    DEFAULT_CSS = """
    PanelScreen { align: center middle; }
    PanelScreen > VerticalScroll {
        width: 72; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; border-title-style: bold; padding: 0 1; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,i,q,enter", "dismiss", "Close", id="panel.close"),
    ]

    def __init__(self, title: str, *parts: RenderableType) -> None:
        super().__init__()
        self._title = title
        self._parts = parts

    def on_unmount(self) -> None:
        """One has left it."""
        forget_drawn()

    def compose(self) -> ComposeResult:
        """The parts, one below the other."""
        with VerticalScroll() as scroll:
            scroll.border_title = self._title
            scroll.border_subtitle = f"{first_key(self.app, 'panel.close')} closes"
            for part in self._parts:
                yield Static(part, markup=False)
