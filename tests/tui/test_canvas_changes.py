"""What is sent of a picture that changed: enough, and no more than its spans."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tui_world import cells

from kstar_tui.tui.canvas import changed
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.paint import Line, Paint

WIDTH = 40


@st.composite
def lines(draw: st.DrawFn) -> Line:
    paint = Paint(WIDTH, 1, UNICODE)
    for _ in range(draw(st.integers(0, 6))):
        text = draw(st.text(alphabet="ab 1", min_size=1, max_size=6))
        paint.put(draw(st.integers(0, WIDTH)), 0, text, draw(st.sampled_from(["dim", "text"])))
    return paint.picture()[0]


def styled(line: Line) -> list[tuple[str, str]]:
    """Character and style of each cell; an empty cell is a blank in plain text."""
    row = [(" ", "text")] * WIDTH
    for span in line:
        row[span.x : span.end] = [(char, span.style) for char in span.text]
    return row


@given(lines(), lines())
def test_sending_the_changed_ranges_gives_the_new_line(before: Line, after: Line) -> None:
    screen, wanted = styled(before), styled(after)
    for start, end in changed(before, after):
        assert 0 <= start < end <= WIDTH
        screen[start:end] = wanted[start:end]
    assert screen == wanted


@given(lines(), lines())
def test_ranges_go_from_left_to_right_and_never_touch(before: Line, after: Line) -> None:
    ranges = changed(before, after)
    assert all(a[1] < b[0] for a, b in pairwise(ranges))


@given(lines())
def test_an_unchanged_line_sends_nothing(line: Line) -> None:
    assert changed(line, line) == []


def one_line(*texts: tuple[int, str]) -> Line:
    paint = Paint(WIDTH, 1, UNICODE)
    for x, text in texts:
        paint.put(x, 0, text)
    return paint.picture()[0]


def test_only_the_value_that_changed_is_sent() -> None:
    before = one_line((0, "Solar"), (10, "1 204"), (16, "W"), (30, "W"))
    after = one_line((0, "Solar"), (10, "1 205"), (16, "W"), (30, "W"))
    assert changed(before, after) == [(10, 15)]


def test_a_value_that_became_shorter_is_wiped_to_its_old_end() -> None:
    assert changed(one_line((5, "charging")), one_line((5, "idle"))) == [(5, 13)]


def test_neighbours_go_together_and_far_ones_apart() -> None:
    before = one_line((0, "a"), (4, "b"), (30, "c"))
    after = one_line((0, "x"), (4, "y"), (30, "z"))
    assert changed(before, after) == [(0, 5), (30, 31)]


def test_what_only_means_another_field_is_not_lost() -> None:
    """The tooltip of a cell belongs to the picture even where its text does not change."""
    paint = Paint(WIDTH, 1, UNICODE)
    paint.put(3, 0, "0", "text", "grid_import_power")
    other = Paint(WIDTH, 1, UNICODE)
    other.put(3, 0, "0", "text", "grid_export_power")
    assert paint.picture() != other.picture()
    assert cells(paint.picture(), WIDTH, 1) == cells(other.picture(), WIDTH, 1)
