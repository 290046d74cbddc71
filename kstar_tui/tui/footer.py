"""The keys of a screen in its last line."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer as AnyFooter
from textual.widgets._footer import FooterKey

_PALETTE = "-command-palette"
_LAST_TO_GO = ("help", "quit", "app.help", "app.quit")
"""Actions that whoever is lost looks for."""


class Footer(AnyFooter):
    """Textual's, made anew only where it would look different, and with whole keys only.

    Textual makes a widget of each key on every change of the focus and of the screen, and finds out
    the style of each twice; where the line is full it cuts the last one.
    """

    _shown: Sequence[object] | None = None
    """What the keys that stand there were made of."""
    _needed = 0
    """Cells for all keys."""

    def compose(self) -> ComposeResult:
        """A widget for each key, with the class that it would get once it is mounted."""
        keys = list(super().compose())
        room = self.app.size.width
        self._needed = sum(map(_cells, keys))
        self._shown = self._to_be_shown()
        for each in fitting(keys, room):
            if isinstance(each, FooterKey):
                each.set_class(self.compact, "-compact", update=False)
            yield each

    async def on_resize(self, event: events.Resize) -> None:
        """More or fewer keys may have room."""
        await self.recompose()

    async def recompose(self) -> None:
        """Make the keys anew if others are to be shown, or in other words."""
        if self.is_attached and self._to_be_shown() != self._shown:
            await super().recompose()

    def _to_be_shown(self) -> Sequence[object] | None:
        if not self._bindings_ready:
            return None
        # Not the node: who has the focus makes no difference to what is written here.
        return [
            *(
                (binding, self.app.get_key_display(binding), enabled, tooltip)
                for _, binding, enabled, tooltip in self.screen.active_bindings.values()
            ),
            min(self.app.size.width, self._needed),
        ]


def fitting(keys: Sequence[Widget], room: int) -> list[Widget]:
    """Those that have room in so many cells: the palette's goes first, then the last of the others,
    and what helps or ends at the very end."""
    kept = list(keys)
    going = sorted(
        (key for key in reversed(kept) if isinstance(key, FooterKey)),
        key=lambda key: (not key.has_class(_PALETTE), key.action in _LAST_TO_GO),
    )
    while going and sum(map(_cells, kept)) > room:
        kept.remove(going.pop(0))
    return kept


def _cells(key: Widget) -> int:
    """Its text, a blank in it and one behind it; before the palette's there is a line instead."""
    if not isinstance(key, FooterKey):
        return 0
    return len(key.key_display) + len(key.description) + 2
