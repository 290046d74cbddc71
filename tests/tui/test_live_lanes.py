"""Bars that stand and bars that hang."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_world import NOON, cells, day_trail, reading, trail_of, view

from kstar_tui.monitor.trail import Trail
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.live.lanes import MIN_HEIGHT, bars, draw_lanes, lane_heights
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import DEADBAND

VALUES = st.lists(st.none() | st.floats(0, 20000), min_size=0, max_size=60)


def drawn(
    values: list[float | None], top: float, height: int, glyphs: Glyphs, *, downwards: bool
) -> list[list[tuple[str, bool]]]:
    """Rows of (character, as it is) for each column."""
    rows = []
    for row in bars(values, top, height, glyphs, downwards=downwards):
        line = [(" ", True)] * len(values)
        for x, text, plain in row:
            for column, char in enumerate(text, x):
                line[column] = (char, plain)
        rows.append(line)
    return rows


def fill(char: str, plain: bool) -> int:
    """Eighths of a cell in the bar's colour; an inverted cell shows the rest of its glyph."""
    level = UNICODE.levels.index(char)
    return level if plain else 8 - level


def test_bars_stand_from_the_bottom() -> None:
    rows = bars([0, 25, 50, 100, None], 100, 2, UNICODE, downwards=False)
    assert [[part[1] for part in row] for row in rows] == [["█"], ["▄██"]]


def test_bars_hang_from_the_top_with_the_rest_of_the_cell_inverted() -> None:
    (row,) = bars([0, 25, 50, 100, None], 100, 1, UNICODE, downwards=True)
    assert row == [(1, "▆▄", False), (3, "█", True)]


@given(VALUES, st.integers(1, 6), st.booleans())
def test_heights_add_up(values: list[float | None], height: int, downwards: bool) -> None:
    """Summed over its cells a column is as high as its value, on the side it grows from."""
    top = max((v for v in values if v is not None), default=0.0)
    rows = drawn(values, top, height, UNICODE, downwards=downwards)
    for column, value in enumerate(values):
        levels = [fill(*row[column]) for row in rows]
        if not downwards:
            levels.reverse()
        assert levels == sorted(levels, reverse=True), "no gaps from the zero line on"
        assert sum(1 for level in levels if 0 < level < 8) <= 1
        if value is None or value == 0 or top == 0:
            assert sum(levels) == 0
        else:
            exact = value / top * height * 8
            assert sum(levels) == max(1, round(exact))


@given(VALUES, st.just(0.0) | st.floats(1, 20000), st.integers(0, 6), st.booleans(), st.booleans())
def test_bars_of_anything_stay_within_their_width(
    values: list[float | None], top: float, height: int, downwards: bool, plain: bool
) -> None:
    glyphs = ASCII if plain else UNICODE
    rows = bars(values, top, height, glyphs, downwards=downwards)
    assert len(rows) == height
    for row in rows:
        end = 0
        for x, text, as_it_is in row:
            assert x >= end
            end = x + len(text)
            assert end <= len(values)
            assert set(text) <= set(glyphs.levels)
            assert as_it_is or (downwards and not plain)


def test_ascii_bars_are_never_inverted() -> None:
    (row,) = bars([10, 50, 100], 100, 1, ASCII, downwards=True)
    assert row == [(0, ".=#", True)]


def test_a_lane_is_sent_in_small_parts() -> None:
    (row,) = bars([100.0] * 40, 100, 1, UNICODE, downwards=False)
    assert [x for x, _, _ in row] == [0, 8, 16, 24, 32]


@given(st.integers(MIN_HEIGHT - 1, 60))
def test_lanes_fill_their_room_in_pairs(rows: int) -> None:
    heights = lane_heights(rows)
    assert min(heights) >= 1
    assert heights[3] == heights[4], "both sides of a zero line are to the same scale"
    assert heights[5] == heights[6]
    assert rows - sum(heights) in (0, 1)


@given(st.integers(0, 130), st.integers(0, 30), st.booleans())
def test_lanes_draw_within_their_rectangle(width: int, height: int, plain: bool) -> None:
    glyphs = ASCII if plain else UNICODE
    paint = Paint(140, 40, glyphs)
    draw_lanes(paint, Rect(4, 3, width, height), view(trail=DAY))
    for y, line in enumerate(cells(paint.picture(), 140, 40)):
        if not 3 <= y < 3 + height:
            assert not line.strip()
        assert not line[:4].strip()
        assert not line[4 + width :].strip()
        assert not plain or line.isascii()


DAY = day_trail()


def test_a_large_peak_stays_apart_from_its_word() -> None:
    paint = Paint(80, 9, UNICODE)
    huge = reading(grid_power=12345, grid_direction="importing", load_power=23456)
    draw_lanes(paint, paint.area, view(trail=trail_of([(0, huge), (9, huge)])))
    text = "\n".join(cells(paint.picture(), 80, 9))
    assert "imp   12 345 W" in text
    assert "peak  23 456 W" in text


def test_every_lane_has_its_name_and_says_its_peak() -> None:
    paint = Paint(80, 9, UNICODE)
    draw_lanes(paint, paint.area, view(trail=DAY))
    text = "\n".join(cells(paint.picture(), 80, 9))
    for word in ("Solar", "House", "Charge", "Battery", "Grid", "peak", "out", "in", "import"):
        assert word in text
    assert "30 to 60 %" in text
    assert "kW" not in text


def test_a_wide_screen_says_what_a_full_lane_stands_for() -> None:
    paint = Paint(120, 15, UNICODE)
    draw_lanes(paint, paint.area, view(trail=DAY))
    text = cells(paint.picture(), 120, 15)
    scale = [line[10:17].strip() for line in text if line[17] == "┤"]
    # Round, and both halves of a pair alike.
    assert scale == ["6 kW", "2 kW", "100 %", "1.5 kW", "1.5 kW", "1 kW", "1 kW"]


def test_what_was_not_observed_is_marked_and_what_is_to_come_is_not() -> None:
    trail = trail_of([(0, reading()), (1, reading()), (20, reading()), (21, reading())])
    paint = Paint(80, 9, UNICODE)
    draw_lanes(paint, paint.area, view(trail=trail))
    solar = cells(paint.picture(), 80, 9)[2][10:64]
    assert solar.rstrip() == "██" + "×" * 18 + "██"
    # An hour without a reading is no hour without sun.
    night = trail_of([(m, reading(pv1_current=0.0, pv2_current=0.0)) for m in range(10)])
    paint = Paint(80, 9, UNICODE)
    draw_lanes(paint, paint.area, view(trail=night))
    assert "×" not in "".join(cells(paint.picture(), 80, 9))


def test_no_lanes_before_the_first_reading() -> None:
    paint = Paint(80, 9, UNICODE)
    draw_lanes(paint, paint.area, view())
    assert not "".join(cells(paint.picture(), 80, 9)).strip()


def test_a_single_reading_is_drawn() -> None:
    paint = Paint(80, 9, UNICODE)
    draw_lanes(paint, paint.area, view(trail=trail_of([(0, reading())])))
    text = cells(paint.picture(), 80, 9)
    assert text[1][10] == "█"
    assert text[1][11:60].strip() == ""


def test_noise_draws_no_bar() -> None:
    """The deadband of the words and the arrows holds for the sparks, too."""
    for watts, drawn in ((DEADBAND - 1, False), (DEADBAND, True)):
        readings = [(m, reading(grid_power=watts, grid_direction="exporting")) for m in range(5)]
        paint = Paint(80, 9, UNICODE)
        draw_lanes(paint, paint.area, view(trail=trail_of(readings)))
        assert bool(cells(paint.picture(), 80, 9)[8][10:64].strip()) is drawn


def test_a_full_battery_does_not_touch_what_is_above_it() -> None:
    for glyphs in (UNICODE, ASCII):
        for height in (9, 16):
            trail = trail_of([(m, reading(battery_soc=100)) for m in range(5)])
            paint = Paint(80, height, glyphs)
            draw_lanes(paint, paint.area, view(trail=trail))
            text = cells(paint.picture(), 80, height)
            top = next(y for y, line in enumerate(text) if line.startswith(" Charge"))
            assert text[top][10:15] == glyphs.levels[-2] * 5


@pytest.mark.parametrize(
    ("minutes", "old"), [(0, "0 min old"), (59, "59 min old"), (185, "3 h old")]
)
def test_lanes_from_disk_say_so_and_how_old_they_are(minutes: int, old: str) -> None:
    trail = Trail()
    trail.load(NOON - timedelta(minutes=minutes), {"pv_power": [900.0]}, {"pv_power": [900.0]})
    paint = Paint(80, 9, UNICODE)
    draw_lanes(paint, paint.area, view(trail=trail))
    head = cells(paint.picture(), 80, 9)[0]
    assert head.startswith(" from disk")
    assert head.rstrip().endswith(old)


def test_lanes_of_now_say_nothing_of_a_disk() -> None:
    paint = Paint(80, 9, UNICODE)
    draw_lanes(paint, paint.area, view(trail=DAY))
    assert "disk" not in "".join(cells(paint.picture(), 80, 9))
