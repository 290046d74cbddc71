"""Below and beside History's charts: whole parts alone, and never a figure without its unit."""

from __future__ import annotations

import re

import pytest
from history_days import HandPast, bucket_of
from test_history_golden import CALENDAR, MIDNIGHT, PAST, YEAR, view_of
from tui_world import cells

from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.history.chart import NOTES
from kstar_tui.tui.history.period import Reach
from kstar_tui.tui.history.picture import HistoryView, draw_history

HEIGHT = 23
FIGURE = r"(\d[\d ]*(\.\d)?|—)"
SUMS = [f"{word} {FIGURE}" for word in ("solar", "house", "import", "export", "in", "out")]
ENERGIES = "  ".join(SUMS[:2]) + "".join(f"(  {figure}" for figure in SUMS[2:]) + ")?" * 4 + " kWh"


def lines(one: HistoryView, width: int) -> list[str]:
    """What is read or can be done, the sums, what follows from them."""
    picture = draw_history(one, width, HEIGHT, UNICODE)
    return [line.strip() for line in cells(picture, width, HEIGHT)[-3:]]


@pytest.mark.parametrize("reach", list(Reach))
def test_whole_figures_with_their_unit_at_every_width(reach: Reach) -> None:
    past = PAST if reach is Reach.DAY else YEAR
    for width in range(60, 161, 1 if reach is Reach.YEAR else 9):
        hint, sums, follows = lines(view_of(past, reach, width), width)
        assert re.fullmatch(f"Sum  {ENERGIES}", sums), f"{width}: {sums}"
        assert re.fullmatch(r"self-use \d+ %   self-sufficient \d+ %", follows)
        assert hint in (
            ", . or the mouse read values · + - or the wheel zoom",
            ", . or the mouse read values · + - or the wheel zoom · y copies the sums",
        )
        read = lines(view_of(past, reach, width, 3), width)[0]
        if reach is Reach.DAY:
            assert re.search(r"( W|idle| %)$", read), f"{width}: {read}"
        else:
            assert re.search(rf"  {ENERGIES}$", read), f"{width}: {read}"


@pytest.mark.parametrize("reach", list(Reach))
def test_with_80_columns_all_six_have_room(reach: Reach) -> None:
    past = PAST if reach is Reach.DAY else YEAR
    assert re.search(r"  out [\d.]+ kWh$", lines(view_of(past, reach, 80), 80)[1])


@pytest.mark.parametrize("height", range(15, 60))
def test_a_peak_is_no_most_of_the_bars_and_is_told_whole(height: int) -> None:
    """A minute of 12 345 W in a quarter of an hour: no bar reaches it."""
    watts = [12345.0 if minute == 30 else 1000.0 for minute in range(90)]
    past = HandPast(
        [
            bucket_of(MIDNIGHT + 60 * minute, dict.fromkeys(Flow, each), 50)
            for minute, each in enumerate(watts)
        ],
        CALENDAR,
    )
    text = cells(draw_history(view_of(past, Reach.DAY, 60), 60, height, UNICODE), 60, height)
    notes = [line[60 - NOTES :].strip() for line in text[1:-4]]
    said = notes.index("peak")
    assert notes[said + 1] == "12 345 W"
    assert not any("max" in note for note in notes)
    top = re.match(r" *(\d[\d.]*) kW", text[1] if height < 30 else text[2])
    assert top is not None
    assert float(top[1]) < 12, "the note is above the axis"


def test_of_a_week_the_most_of_a_day_is_told() -> None:
    text = cells(draw_history(view_of(YEAR, Reach.WEEK, 80), 80, HEIGHT, UNICODE), 80, HEIGHT)
    notes = [line[80 - NOTES :].strip() for line in text]
    assert "max" in notes
    assert "peak" not in notes


@pytest.mark.parametrize("height", range(15, 60))
def test_of_two_directions_each_figure_has_its_word(height: int) -> None:
    text = cells(draw_history(view_of(PAST, Reach.DAY, 60), 60, height, UNICODE), 60, height)
    notes = " ".join(line[60 - NOTES :].strip() for line in text[1:-4])
    for words in ("imp(ort)? 523 W", "exp(ort)? 3 869 W", "(out|discharge) ", "(in|charge) "):
        assert re.search(words, notes), notes
