"""Spans on a grid: cut at its edges, the later over the earlier, boxes and alignment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_world import cells

from kstar_tui.tui.glyphs import ASCII, UNICODE
from kstar_tui.tui.paint import Paint, Rect, Span, plain

TEXTS = st.text(alphabet="abcxyz", max_size=12)
PUTS = st.lists(
    st.tuples(st.integers(-15, 30), st.integers(-2, 6), TEXTS, st.sampled_from("rgb")), max_size=12
)


@pytest.mark.parametrize(
    ("x", "text", "shown", "at"),
    [(-2, "hello", "llo", 0), (7, "hello", "hel", 7), (-2, "a long text", "long text", 0)],
)
def test_text_is_cut_at_both_edges(x: int, text: str, shown: str, at: int) -> None:
    paint = Paint(10, 1, UNICODE)
    assert paint.put(x, 0, text) == x + len(text)
    assert paint.picture() == ((Span(at, shown, "text"),),)


@pytest.mark.parametrize(("x", "y"), [(10, 0), (-5, 0), (0, 1), (0, -1), (99, 99)])
def test_what_falls_outside_is_not_there(x: int, y: int) -> None:
    paint = Paint(10, 1, UNICODE)
    paint.put(x, y, "hello")
    assert paint.picture() == ((),)


def test_the_later_covers_the_earlier_and_leaves_its_ends() -> None:
    paint = Paint(20, 1, UNICODE)
    paint.put(0, 0, "aaaaaaaaaa", "red", "one")
    paint.put(3, 0, "bb", "blue", "two")
    assert paint.picture() == (
        (
            Span(0, "aaa", "red", "one"),
            Span(3, "bb", "blue", "two"),
            Span(5, "aaaaa", "red", "one"),
        ),
    )


@given(PUTS)
def test_a_picture_is_what_putting_cell_by_cell_gives(
    puts: list[tuple[int, int, str, str]],
) -> None:
    """Against a grid of cells, which knows nothing of spans."""
    paint = Paint(20, 4, UNICODE)
    expected = [[(" ", "")] * 20 for _ in range(4)]
    for x, y, text, style in puts:
        paint.put(x, y, text, style)
        for column, char in enumerate(text, x):
            if 0 <= y < 4 and 0 <= column < 20:
                expected[y][column] = (char, style)
    picture = paint.picture()
    drawn = [[(" ", "")] * 20 for _ in range(4)]
    for y, line in enumerate(picture):
        end = 0
        for span in line:
            assert span.x >= end, "spans stand from left to right without overlap"
            assert span.text
            end = span.end
            for column, char in enumerate(span.text, span.x):
                drawn[y][column] = (char, span.style)
        assert end <= 20
    assert drawn == expected
    assert [text.ljust(20) for text in plain(picture)] == cells(picture, 20, 4)


def test_right_aligned_text_ends_before_its_column() -> None:
    paint = Paint(10, 1, UNICODE)
    assert paint.right(9, 0, "abc") == 6
    assert plain(paint.picture()) == ["      abc"]


def test_a_row_stops_at_its_end() -> None:
    paint = Paint(12, 1, UNICODE)
    paint.row(0, 1, 7, [("abcd", "red"), ("efgh", "blue"), ("ij", "red")])
    assert plain(paint.picture()) == [" abcdef"]


@pytest.mark.parametrize(
    ("glyphs", "expected"),
    [
        (UNICODE, ["╭ Sun ───╮", "│        │", "╰────────╯"]),
        (ASCII, ["+ Sun ---+", "|        |", "+--------+"]),
    ],
)
def test_a_box_with_its_title(glyphs: object, expected: list[str]) -> None:
    paint = Paint(10, 3, glyphs)
    paint.box(Rect(0, 0, 10, 3), "Sun")
    assert plain(paint.picture()) == expected


@given(st.integers(0, 12), st.integers(0, 6), TEXTS)
def test_a_box_stays_within_itself(width: int, height: int, title: str) -> None:
    paint = Paint(20, 8, UNICODE)
    paint.box(Rect(3, 1, width, height), title)
    for y, line in enumerate(cells(paint.picture(), 20, 8)):
        inside = 1 <= y < 1 + height
        assert not line[:3].strip()
        assert not line[3 + width :].strip()
        assert inside or not line.strip()


def test_ascii_stays_ascii_whatever_is_put() -> None:
    """Units, dashes and names from the network come as they are; the terminal cannot show them."""
    paint = Paint(40, 2, ASCII)
    paint.put(0, 0, "38.5 °C · — … → Müller")
    paint.right(40, 1, "…5678")
    for line in plain(paint.picture()):
        assert line.isascii()
    assert len(plain(paint.picture())[0]) == len("38.5 °C · — … → Müller")
    assert plain(paint.picture())[1].endswith("5678")


def test_the_same_in_unicode_is_left_alone() -> None:
    paint = Paint(40, 1, UNICODE)
    paint.put(0, 0, "38.5 °C · — … → Müller")
    assert plain(paint.picture()) == ["38.5 °C · — … → Müller"]


@given(st.text(max_size=20))
def test_in_ascii_every_character_is_one_cell(text: str) -> None:
    paint = Paint(20, 1, ASCII)
    paint.put(0, 0, text)
    (line,) = plain(paint.picture())
    assert line.isascii()
    assert len(line) == len(text)
