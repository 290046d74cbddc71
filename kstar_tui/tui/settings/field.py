"""A field to type in that never shows a password."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.widgets import Input

Hide = Callable[[str], tuple[int, int]]


def all_of(text: str) -> tuple[int, int]:
    """Nothing of it may be seen."""
    return 0, len(text)


class SecretInput(Input):
    """Shows a dot for every character from `hide`'s first to its second place; copies nothing."""

    def __init__(self, value: str, *, hide: Hide, dot: str, id: str, placeholder: str) -> None:  # noqa: A002
        self._hide = hide
        self._dot = dot
        super().__init__(value, id=id, placeholder=placeholder)

    @property
    def _value(self) -> Text:
        text = self.value
        begin, end = self._hide(text)
        shown = text[:begin] + self._dot * (end - begin) + text[end:]
        return Text(shown, no_wrap=True, overflow="ignore", end="")

    def action_copy(self) -> None:
        """A secret is not copied."""

    def action_cut(self) -> None:
        """A secret is not copied."""
