"""Where there is room beside the diagram: today's kWh as bars, those of all days, the shares."""

from __future__ import annotations

from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.live.today import WORDS, Figure, share_figures, total_figures
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import number

_STYLES = {
    Flow.PV: "solar",
    Flow.LOAD: "house",
    Flow.IMPORT: "import",
    Flow.EXPORT: "export",
    Flow.CHARGE: "charge",
    Flow.DISCHARGE: "discharge",
}
_NAME, _TODAY, _GAP, _TOTAL = 12, 7, 4, 9
_SHARE = 16
"""Cells for the name of a share."""


def draw_energy(paint: Paint, rect: Rect, view: View) -> None:
    """A box with a line for each flow, and below them the shares and the money."""
    paint.box(rect, "Today, kWh")
    inside = rect.inside()
    if view.reading is None:
        paint.put(inside.x, inside.y, "no data yet", "dim")
        return
    known = [flow for flow in WORDS if view.kept(flow)]
    totals = {figure.word: figure for figure in total_figures(view)}
    most = max([view.kwh_today(flow) or 0.0 for flow in known], default=0.0)
    paint.right(rect.right - 2, rect.y, " in all ", "title")
    cells = inside.width - _NAME - _TODAY - _TOTAL - _GAP
    y = inside.y
    for flow in known:
        if y == inside.bottom:
            return
        kwh = view.kwh_today(flow)
        paint.put(inside.x, y, WORDS[flow], _STYLES[flow])
        x = inside.x + _NAME + _TODAY
        field = view.counter(flow, "today")
        paint.right(x, y, number(kwh, 1), view.tone("strong"), field)
        full = round(cells * (kwh or 0.0) / most) if most else 0
        paint.put(x + _GAP, y, paint.glyphs.bar_full * full, view.tone(_STYLES[flow]))
        total = totals[WORDS[flow]]
        text = number(total.value, total.decimals)
        paint.right(inside.right, y, text, view.tone("text"), total.field)
        y += 1
    shares = share_figures(view, ascii_only=paint.glyphs.ascii_only)
    if view.update.energy is None:
        shares = [figure for figure in total_figures(view) if figure.unit == "h"]
    # A line of air where there is room for all that follows.
    y += inside.bottom - y > len(shares)
    for figure in shares[: max(0, inside.bottom - y)]:
        _share(paint, inside, y, figure, view)
        y += 1


def _share(paint: Paint, rect: Rect, y: int, figure: Figure, view: View) -> None:
    g = paint.glyphs
    paint.put(rect.x, y, figure.word, "dim")
    end = rect.x + _NAME + _TODAY
    text = number(figure.value, figure.decimals)
    start = paint.right(end, y, text, view.tone("text"), figure.field)
    if start <= rect.x + len(figure.word):
        # A long word has the number behind it.
        start = rect.x + _SHARE
        end = paint.put(start, y, text, view.tone("text"), figure.field)
    paint.put(end + 1, y, figure.unit, "dim")
    if figure.unit != "%" or figure.value is None:
        return
    x = rect.x + _NAME + _TODAY + _GAP
    cells = rect.right - x
    full = round(cells * figure.value / 100)
    # Of the sun's energy, and of the house's.
    style = "solar" if figure.field == "self_consumption" else "house"
    paint.put(x, y, g.bar_full * full, view.tone(style))
    paint.put(x + full, y, g.bar_empty * (cells - full), "border")
