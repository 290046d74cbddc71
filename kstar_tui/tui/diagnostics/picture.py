"""The Diagnostics screen for a size: a line of sections, and the page of one of them."""

from __future__ import annotations

from kstar_tui.tui.diagnostics.framepage import draw_frame, draw_frame_list
from kstar_tui.tui.diagnostics.linkpage import draw_link, draw_link_list
from kstar_tui.tui.diagnostics.textpage import draw_text
from kstar_tui.tui.diagnostics.view import DiagnosticsView, Section
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.status import state_glyph
from kstar_tui.tui.paint import Paint, Picture, Rect
from kstar_tui.tui.words import STATE_STYLES, age, short_name

_SMALL = 60, 15
SECTION = "section:"
"""The field of a word that chooses a section begins so."""


def is_small(width: int, height: int) -> bool:
    """There is room for a list only."""
    return width < _SMALL[0] or height < _SMALL[1]


def draw_diagnostics(view: DiagnosticsView, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    small = is_small(width, height)
    _header(paint, view, small=small)
    rect = Rect(0, 1, width, height - 1)
    if view.section is Section.FRAME:
        (draw_frame_list if small else draw_frame)(paint, rect, view)
    elif view.section is Section.LINK:
        (draw_link_list if small else draw_link)(paint, rect, view)
    else:
        draw_text(paint, rect, view)
    return paint.picture()


def _header(paint: Paint, view: DiagnosticsView, *, small: bool) -> None:
    """What it is, whose, and the sections; where there is room, how the inverter is reached."""
    live = view.live
    end = paint.right(paint.width - 1, 0, f"{live.now:%H:%M}", "text") - 2
    for section in reversed(Section):
        chosen = section is view.section
        text = f"[{section}]" if chosen else f" {section} "
        if small and not chosen:
            continue
        end = paint.right(end, 0, text, "strong" if chosen else "dim", f"{SECTION}{section}")
    x = paint.put(1, 0, "Diagnostics"[: max(0, end - 2)], "title") + 2
    info = live.update.info
    name = short_name(info) if info is not None else str(live.update.address or "")
    state = live.update.state
    # How it is reached matters more than its name, but not to a list.
    if x + len(name) + (0 if small else len(state) + 4) < end:
        x = paint.put(x, 0, name, "dim") + 2
    old = "" if live.age is None else age(live.age, live.calm)
    for words, style in (
        (f"{state_glyph(state, paint.glyphs)} {state}", STATE_STYLES[state]),
        (old, "text" if live.current else "dim"),
        ("demo" if live.demo else "", "warning"),
    ):
        if words and x + len(words) < end:
            x = paint.put(x, 0, words, style) + 2
