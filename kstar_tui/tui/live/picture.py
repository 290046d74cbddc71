"""The whole Live screen for a size: which parts there are, and where each stands."""

from __future__ import annotations

from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live import flow, lanes
from kstar_tui.tui.live.chart import draw_chart
from kstar_tui.tui.live.compact import draw_compact
from kstar_tui.tui.live.status import draw_header, draw_status
from kstar_tui.tui.live.today import draw_advice, draw_events, draw_today
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Picture, Rect

_WIDE = 160
_TALL = 36
_EVENTS_HEIGHT = 6
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
        left = Rect(0, body.y, min(112, width // 2 + 10), body.height)
        right = Rect(left.right + 1, body.y, width - left.width - 2, body.height)
        events = min(right.height // 4, 12)
        draw_chart(paint, Rect(right.x, right.y, right.width, right.height - events - 1), view)
        draw_events(paint, Rect(right.x, right.bottom - events, right.width, events), view)
        _column(paint, left, view, with_events=False)
    else:
        _column(paint, body, view, with_events=True)
    return paint.picture()


def _is_small(width: int, height: int) -> bool:
    # One line more is the keys'.
    return width < flow.MIN_WIDTH or height < 15


def _column(paint: Paint, rect: Rect, view: View, *, with_events: bool) -> None:
    """Flow on top, sparks below it, today, and events where there is room for them."""
    rest = rect.height
    today = 1 if rest < 30 else 2
    events = _EVENTS_HEIGHT if with_events and rest >= 33 else 0
    rest -= today + events
    flow_height = min(_MAX_FLOW, max(flow.MIN_HEIGHT, min(rest - lanes.MIN_HEIGHT, rest // 2)))
    flow_height = min(flow_height, rest)
    y = rect.y
    flow.draw_flow(paint, Rect(rect.x + 1, y, rect.width - 2, flow_height), view)
    y += flow_height
    room = rest - flow_height
    if view.reading is None and view.update.error is not None:
        draw_advice(paint, Rect(rect.x, y + 1, rect.width, room - 1), view)
    elif room >= 3:
        lanes.draw_lanes(paint, Rect(rect.x, y, rect.width, room), view)
    y += room
    draw_today(paint, Rect(rect.x, y, rect.width, today), view)
    if events:
        draw_events(paint, Rect(rect.x, y + today, rect.width, events), view)
