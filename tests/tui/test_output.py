"""What ExactUpdate sends, seen by a terminal: the same cells as Textual's own whole repaint."""

from __future__ import annotations

import io

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from kstar_tui.tui.output import ExactLayout, ExactUpdate, exact
from kstar_tui.tui.palette import palette_for

WIDTH, HEIGHT = 24, 3
SYSTEMS = ("truecolor", "256", "standard")


def _styles() -> list[Style]:
    return [
        *palette_for(dark=True, ansi=False, background="#0d1117").styles.values(),
        *palette_for(dark=False, ansi=False, background="#ffffff").styles.values(),
        *palette_for(dark=True, ansi=True, background="default").styles.values(),
        Style(),
        Style(bold=True),
        Style(reverse=True, underline=True, italic=True),
        Style(bgcolor="red"),
        Style(color="bright_green", strike=True),
    ]


def _anew(style: Style) -> Style:
    return Style(
        color=style.color,
        bgcolor=style.bgcolor,
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
        strike=style.strike,
    )


# A set of its own for each: Rich's styles remember the codes of the first system they were used on.
STYLES = {system: [_anew(style) for style in _styles()] for system in SYSTEMS}
Cell = tuple[str, Style]
Picture = list[list[Cell]]
Bare = list[list[tuple[str, int]]]
"""Characters, and which style of the set."""


def console(system: str) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, color_system=system, width=WIDTH, height=HEIGHT
    )


@st.composite
def pictures(draw: st.DrawFn) -> Bare:
    def row() -> list[tuple[str, int]]:
        cells: list[tuple[str, int]] = []
        while len(cells) < WIDTH:
            style = draw(st.integers(0, len(STYLES["256"]) - 1))
            text = draw(st.text(alphabet="ab█▄ 19", min_size=1, max_size=8))
            cells += [(char, style) for char in text]
        return cells[:WIDTH]

    return [row() for _ in range(HEIGHT)]


def dressed(bare: Bare, system: str) -> Picture:
    return [[(char, STYLES[system][style]) for char, style in row] for row in bare]


def strip(cells: list[Cell]) -> Strip:
    """Runs of one style are one segment, as a canvas makes them."""
    segments: list[Segment] = []
    for char, style in cells:
        if segments and segments[-1].style is style:
            segments[-1] = Segment(segments[-1].text + char, style)
        else:
            segments.append(Segment(char, style))
    return Strip(segments, len(cells))


def whole(picture: Picture) -> LayoutUpdate:
    return LayoutUpdate([[strip(row)] for row in picture], Region(0, 0, WIDTH, HEIGHT))


def partial(
    picture: Picture, spans: list[tuple[int, int, int]], cut: int, kind: type[ChopsUpdate]
) -> ChopsUpdate:
    """The compositor's update for changed spans, where two widgets meet at a column."""
    chops = [{0: strip(row[:cut]), cut: strip(row[cut:])} for row in picture]
    return kind(chops, spans, [[cut, WIDTH]] * HEIGHT)


def changes(before: Picture, after: Picture) -> list[tuple[int, int, int]]:
    """(line, first, end) around what differs, a span a line."""
    spans = []
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        differ = [x for x in range(WIDTH) if old[x] != new[x]]
        if differ:
            spans.append((y, differ[0], differ[-1] + 1))
    return spans


def seen(*sent: str) -> list[list[tuple[object, ...]]]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    # As Textual has it: text in the last column does not wrap.
    screen.reset_mode(pyte.modes.DECAWM)
    stream = pyte.Stream(screen)
    for text in sent:
        stream.feed(text)
    return [[_seen(screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)]


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    if cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough):
        # Nobody sees in which colour, or how bold, nothing is written.
        return tuple(cell._replace(fg="default", bold=False, italics=False))
    return tuple(cell)


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=60)
@given(before=pictures(), after=pictures(), cut=st.integers(1, WIDTH - 1))
def test_the_same_cells_as_a_whole_repaint(
    system: str, before: Bare, after: Bare, cut: int
) -> None:
    check_repaint(console(system), dressed(before, system), dressed(after, system), cut)


def check_repaint(out: Console, before: Picture, after: Picture, cut: int) -> None:
    # Most of the picture stays: that is what partial updates are for.
    after[0] = before[0][:10] + after[0][10:18] + before[0][18:]
    after[2] = list(before[2])
    spans = changes(before, after)
    first, wanted = whole(before).render_segments(out), whole(after).render_segments(out)
    update = partial(after, spans, cut, ExactUpdate).render_segments(out) if spans else ""
    assert seen(first, update) == seen(wanted)
    anew = exact(whole(after))
    assert type(anew) is ExactLayout
    assert seen(first, anew.render_segments(out)) == seen(wanted)


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=40)
@given(
    bare=pictures(),
    cut=st.integers(1, WIDTH - 1),
    spans=st.lists(
        st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(1, WIDTH)),
        min_size=1,
        max_size=5,
    ),
)
def test_never_more_than_asked_and_nothing_left_behind(
    system: str, bare: Bare, cut: int, spans: list[tuple[int, int, int]]
) -> None:
    """Cells outside the spans stay; the pen is as it was, so what follows has no stray colour."""
    out, picture = console(system), dressed(bare, system)
    spans = [(y, min(a, b), max(a, b, min(a, b) + 1)) for y, a, b in spans]
    update = partial(picture, spans, cut, ExactUpdate).render_segments(out)
    marks = [[("#", Style.null())] * WIDTH for _ in range(HEIGHT)]
    got = seen(whole(marks).render_segments(out), update, "\x1b[1;1HX")
    wanted = seen(whole(picture).render_segments(out))
    plain = seen("#")[0][0]
    for y in range(HEIGHT):
        for x in range(WIDTH):
            if (y, x) == (0, 0):
                assert got[y][x] == ("X", *plain[1:])
            elif any(line == y and a <= x < b for line, a, b in spans):
                assert got[y][x] == wanted[y][x]
            else:
                assert got[y][x] == plain


def test_it_costs_less_than_textuals_own() -> None:
    palette = palette_for(dark=True, ansi=False, background="#0d1117")
    row = [("1", palette.style("strong")), (" ", palette.style("text"))] * (WIDTH // 2)
    picture = [row] * HEIGHT
    spans = [(1, 18, 20)]
    out = console("truecolor")
    ours = partial(picture, spans, 2, ExactUpdate).render_segments(out)
    theirs = partial(picture, spans, 2, ChopsUpdate).render_segments(out)
    assert len(ours) < 0.25 * len(theirs)


def test_the_foreground_of_blanks_is_not_said() -> None:
    palette = palette_for(dark=True, ansi=False, background="#0d1117")
    row = [("1", palette.style("strong")), (" ", palette.style("text"))] * (WIDTH // 2)
    out = console("truecolor")
    theirs = whole([row] * HEIGHT)
    ours = ExactLayout(theirs.strips, theirs.region).render_segments(out)
    # Once the colours, the places of the lines, and back.
    assert len(ours) <= WIDTH * HEIGHT + HEIGHT * len("\x1b[1;1H") + 60
    assert len(ours) < 0.05 * len(theirs.render_segments(out))


def test_a_region_elsewhere_stays_there() -> None:
    cells = [("x", Style.null())] * 3
    update = exact(LayoutUpdate([[strip(cells)], [strip(cells)]], Region(4, 1, 3, 2)))
    assert isinstance(update, ExactLayout)
    assert update.render_segments(console("256")) == "\x1b[2;5Hxxx\x1b[3;5Hxxx"


def test_no_colour_is_said_twice() -> None:
    palette = palette_for(dark=True, ansi=False, background="#0d1117")
    row = [(char, palette.style("dim")) for char in "first"]
    row += [(char, palette.style("solar")) for char in "then another one  "]
    picture = [row[:WIDTH] + row[: WIDTH - len(row)]] * HEIGHT
    sent = partial(picture, [(0, 0, WIDTH)], 3, ExactUpdate).render_segments(console("truecolor"))
    assert sent.count("48;2;13;17;23") == 1
    assert sent.count("\x1b[0m") == 1


def test_what_is_no_update_of_a_screen_is_not_touched() -> None:
    assert exact(None) is None
    assert exact("text") == "text"
    update = partial([[(" ", Style.null())] * WIDTH] * HEIGHT, [(0, 0, 1)], 3, ChopsUpdate)
    assert type(exact(update)) is ExactUpdate


def test_without_colours_nothing_but_text_and_places() -> None:
    out = Console(file=io.StringIO(), force_terminal=True, color_system=None)
    picture = [[("x", Style(bold=True, color="red"))] * WIDTH] * HEIGHT
    sent = partial(picture, [(1, 4, 7)], 2, ExactUpdate).render_segments(out)
    assert sent == "\x1b[2;5Hxxx"


def test_a_link_is_kept() -> None:
    out = console("truecolor")
    cells = [("l", Style(link="https://example.org"))] * WIDTH
    sent = partial([cells] * HEIGHT, [(0, 0, 4)], 2, ExactUpdate).render_segments(out)
    assert "https://example.org" in sent
