"""The keys of a screen in its last line."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Footer as AnyFooter
from textual.widgets._footer import FooterKey


class Footer(AnyFooter):
    """Textual's, made anew only where it would look different.

    Textual makes a widget of each key on every change of the focus and of the screen, and finds out
    the style of each twice.
    """

    _shown: Sequence[object] | None = None
    """What the keys that stand there were made of."""

    def compose(self) -> ComposeResult:
        """A widget for each key, with the class that it would get once it is mounted."""
        self._shown = self._to_be_shown()
        for each in super().compose():
            if isinstance(each, FooterKey):
                each.set_class(self.compact, "-compact", update=False)
            yield each

    async def recompose(self) -> None:
        """Make the keys anew if others are to be shown, or in other words."""
        if self.is_attached and self._to_be_shown() != self._shown:
            await super().recompose()

    def _to_be_shown(self) -> Sequence[object] | None:
        if not self._bindings_ready:
            return None
        # Not the node: who has the focus makes no difference to what is written here.
        return [
            (binding, self.app.get_key_display(binding), enabled, tooltip)
            for _, binding, enabled, tooltip in self.screen.active_bindings.values()
        ]
