"""The whole Live screen for a size: which parts there are, and where each stands."""

from __future__ import annotations

from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live import flow, lanes
from kstar_tui.tui.live.compact import draw_compact
from kstar_tui.tui.live.energy import draw_energy, energy_lines
from kstar_tui.tui.live.hours import MIN_HEIGHT, draw_hours
from kstar_tui.tui.live.status import draw_header, draw_status
from kstar_tui.tui.live.today import draw_advice, draw_events, draw_today
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Picture, Rect

_WIDE = 160
_TALL = 36
_BOTH_FROM = 21
"""Lines from which the day has a second one for its shares and money: 24 with those around it."""
_EVENTS_LEAST = 4
_EVENTS_MOST = 6
_WIDE_EVENTS = 8
_MAX_FLOW = 14


def frame_lines(width: int, height: int) -> tuple[int, int]:
    """How many lines at the top and at the bottom tell of the link rather than of values."""
    return (1, 0) if _is_small(width, height) else (1, 1 if height < _TALL else 2)


def draw_live(view: View, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    if _is_small(width, height):
        draw_compact(paint, paint.area, view)
        return paint.picture()
    draw_header(paint, Rect(0, 0, width, 1), view)
    _, status = frame_lines(width, height)
    draw_status(paint, Rect(0, height - status, width, status), view)
    body = Rect(0, 1, width, height - 1 - status)
    if width >= _WIDE:
        _wide(paint, body, view)
    else:
        _column(paint, body, view)
    return paint.picture()


def _is_small(width: int, height: int) -> bool:
    # One line more is the keys'.
    return width < flow.MIN_WIDTH or height < 15


def _column(paint: Paint, rect: Rect, view: View) -> None:
    """Flow on top, sparks below it, today, and events where there is room for them."""
    rest = rect.height
    today = 1 if rest < _BOTH_FROM else 2
    events = _events(view, _EVENTS_MOST) if rest >= 33 else 0
    rest -= today + events
    height = min(_MAX_FLOW, max(flow.MIN_HEIGHT, min(rest - lanes.MIN_HEIGHT, (rest + 1) // 2)))
    height = min(height, rest)
    boxes = flow.has_today(height)
    y = rect.y
    flow.draw_flow(paint, Rect(rect.x + 1, y, rect.width - 2, height), view, today=boxes)
    y += height
    _hours(paint, Rect(rect.x, y, rect.width, rest - height), view)
    y += rest - height
    draw_today(paint, Rect(rect.x, y, rect.width, today), view, in_boxes=boxes)
    if events:
        draw_events(paint, Rect(rect.x, y + today, rect.width, events), view)


def _wide(paint: Paint, rect: Rect, view: View) -> None:
    """Flow and today's energy side by side, below them the last hours over the whole width."""
    rest = rect.height
    events = _events(view, min(_WIDE_EVENTS, rest // 6)) if rest >= 33 else 0
    # What the energies need, as far as the lanes keep two lines more than they must have.
    wanted = min(energy_lines(view), rest - events - lanes.MIN_HEIGHT - 2)
    top = min(_MAX_FLOW, max(flow.MIN_HEIGHT, wanted, (rest - events) // 3))
    left = Rect(rect.x + 1, rect.y, min(112, rect.width * 3 // 5), top)
    flow.draw_flow(paint, left, view)
    draw_energy(paint, Rect(left.right + 2, rect.y, rect.right - left.right - 3, top), view)
    y = rect.y + top
    _hours(paint, Rect(rect.x, y, rect.width, rest - top - events), view)
    if events:
        draw_events(paint, Rect(rect.x, rect.bottom - events, rect.width, events), view)


def _events(view: View, most: int) -> int:
    """Lines for as many events as there are; those that are left are better used by the charts."""
    return min(most, max(_EVENTS_LEAST, 1 + len(view.events)))


def _hours(paint: Paint, rect: Rect, view: View) -> None:
    if view.reading is None and view.update.error is not None:
        draw_advice(paint, Rect(rect.x, rect.y + 1, rect.width, rect.height - 1), view)
    elif rect.width >= _WIDE and rect.height > MIN_HEIGHT:
        air = Rect(rect.x + 1, rect.y + 1, rect.width - 2, rect.height - 1)
        draw_hours(paint, air, view)
    elif rect.height >= 3:
        lanes.draw_lanes(paint, rect, view)
