"""The whole Live screen for a size: which parts there are, and where each stands."""

from __future__ import annotations

from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live import flow, lanes
from kstar_tui.tui.live.chart import draw_chart
from kstar_tui.tui.live.compact import draw_compact
from kstar_tui.tui.live.status import draw_header, draw_status
from kstar_tui.tui.live.today import draw_events, draw_today
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Picture, Rect

_WIDE = 160
_EVENTS_HEIGHT = 6
_MAX_FLOW = 18


def draw_live(view: View, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    # One line below is the keys'.
    if width < flow.MIN_WIDTH or height < 15:
        draw_compact(paint, paint.area, view)
        return paint.picture()
    draw_header(paint, Rect(0, 0, width, 1), view)
    draw_status(paint, Rect(0, height - 1, width, 1), view)
    body = Rect(0, 1, width, height - 2)
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


def _column(paint: Paint, rect: Rect, view: View, *, with_events: bool) -> None:
    """Flow on top, sparks below it, today, and events where there is room for them."""
    rest = rect.height
    today = 1 if rest < 30 else 2
    events = _EVENTS_HEIGHT if with_events and rest >= 34 else 0
    rest -= today + events
    flow_height = min(_MAX_FLOW, max(flow.MIN_HEIGHT, min(rest - lanes.MIN_HEIGHT, rest // 2)))
    flow_height = min(flow_height, rest)
    y = rect.y
    flow.draw_flow(paint, Rect(rect.x + 1, y, rect.width - 2, flow_height), view)
    y += flow_height
    room = rest - flow_height
    if room >= 3:
        lanes.draw_lanes(paint, Rect(rect.x, y, rect.width, room), view)
    y += room
    draw_today(paint, Rect(rect.x, y, rect.width, today), view)
    if events:
        draw_events(paint, Rect(rect.x, y + today, rect.width, events), view)
