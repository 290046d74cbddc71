"""Textual's command palette, in our words and calm."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.widgets import Input


class AllCommands(CommandPalette):
    """Every action by its name."""

    def __init__(self) -> None:
        # Its own words end in a sign that ASCII does not have.
        super().__init__(placeholder="Search for an action", id="--command-palette")

    def on_mount(self) -> None:
        """A cursor that blinks would be sent twice a second."""
        self.query_one(Input).cursor_blink = False
