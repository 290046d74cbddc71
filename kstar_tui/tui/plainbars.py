"""Scroll bars for terminals that have nothing but ASCII."""

from __future__ import annotations

from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender


class PlainBars(ScrollBarRender):
    """Their ends fall on whole cells."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def use_plain_bars(plain: bool) -> None:
    """From now on every scroll bar is drawn so, or in Textual's way."""
    ScrollBar.renderer = PlainBars if plain else ScrollBarRender
