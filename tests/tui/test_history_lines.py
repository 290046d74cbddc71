"""The lines below History's charts: whole parts alone, and never a figure without its unit."""

from __future__ import annotations

import re

import pytest
from test_history_golden import PAST, YEAR, view_of
from tui_world import cells

from kstar_tui.tui.glyphs import UNICODE
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
