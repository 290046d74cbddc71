"""What Textual would remember of screens that one has left."""

from __future__ import annotations

from textual._styles_cache import StylesCache


def forget_drawn() -> None:
    """Let go of what was drawn for widgets that are no more.

    Textual keeps one small thing in a cache by all that it drew for a widget, and so holds that of
    a thousand of them. Where another version does not, there is nothing to be done.
    """
    clear = getattr(StylesCache.get_inner_outer, "cache_clear", None)
    if clear is not None:
        clear()
