"""Help for the screen one is on: its keys, and what its signs mean."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from kstar_tui.tui.glyphs import Glyphs


class HelpScreen(ModalScreen[None]):
    """Keys and legend; any of its keys closes it."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 68; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; border-title-style: bold; padding: 0 1; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close", id="help.close"),
    ]

    def __init__(
        self, title: str, keys: list[tuple[str, str]], glyphs: Glyphs | None = None
    ) -> None:
        """With `glyphs` the signs of a diagram made of them are explained too."""
        super().__init__()
        self._title = title
        self._keys = keys
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll() as scroll:
            scroll.border_title = self._title
            scroll.border_subtitle = "esc closes"
            yield Static(self._keys_table())
            if self._glyphs is not None:
                yield Static(self._legend(self._glyphs))
            yield Static("\nkstar-tui only reads. Change settings with the maker's app.")

    def _keys_table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for key, meaning in self._keys:
            table.add_row(Text(key, style="bold"), meaning)
        return table

    @staticmethod
    def _legend(g: Glyphs) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_row("", "")
        thin, heavy, double = g.wires[1:]
        for sign, meaning in (
            (f"{thin * 3}{g.arrow_right}", "power flows this way, under 500 W"),
            (f"{heavy * 3}{g.arrow_right}", "under 2 kW"),
            (f"{double * 3}{g.arrow_right}", "2 kW and more"),
            (g.wires[0] * 3, "under 20 W: idle"),
            (g.online, "online: values are of now"),
            (g.stale, "stale: two polls without an answer"),
            (g.offline, "offline: three or more; values are dim, with their age"),
            ("*", "known from a sister model, not confirmed on a KStar"),
        ):
            table.add_row(Text(sign, style="bold"), meaning)
        return table
