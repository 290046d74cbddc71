"""A bar ends where the axis says what it stands for."""

from __future__ import annotations

import pytest

from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.history.chart import GUTTER, NOTES, Grid, Half, Panel, draw_panels
from kstar_tui.tui.paint import Paint, Rect, plain


def ends(panel: Panel, rows: int) -> tuple[dict[float, float], list[float]]:
    """Where each label of the axis stands, and where each bar ends: cells above the zero line."""
    count = len(panel.up.values)
    paint = Paint(GUTTER + count + NOTES, rows, UNICODE)
    draw_panels(paint, Rect(0, 0, paint.width, rows), Grid(GUTTER, count), [panel], [], None)
    labels: dict[float, float] = {}
    tops = [0.0] * count
    for y, line in enumerate(plain(paint.picture())):
        text = line[: GUTTER - 1].removeprefix(panel.name).strip()
        if text:
            labels[float(text.removesuffix(" kWh"))] = rows - y - 0.5
        for x, char in enumerate(line[GUTTER : GUTTER + count]):
            if char in UNICODE.levels:
                tops[x] += UNICODE.levels.index(char) / 8
    return labels, tops


@pytest.mark.parametrize("rows", range(2, 24))
def test_a_bar_ends_beside_its_label(rows: int) -> None:
    half = Half("", "solar", (10.0, 5.0, 2.0), "")
    labels, (full, middle, fifth) = ends(Panel("", half), rows)
    # Its label and its line are in the middle of a cell; a half is in the cell of its label.
    assert full == labels[10.0] == rows - 0.5
    assert (5.0 in labels) == (rows >= 6)
    assert abs(middle - labels.get(5.0, full / 2)) <= 0.25 + 1 / 16
    assert fifth == pytest.approx(full / 5, abs=1 / 16)


def test_a_single_cell_is_used_to_its_end() -> None:
    half = Half("", "solar", (10.0, 5.0), "")
    _, tops = ends(Panel("", half, half), 2)
    # The lower half hangs, inverted: it is full where the upper one is.
    assert tops[0] == 2.0
