"""The box of energies on a wide screen: bars on one scale, and what follows from them."""

from __future__ import annotations

import pytest
from tui_world import ENERGY, NOON, cells, day_trail, update, view

from kstar_tui.history.tariff import Money
from kstar_tui.history.today import TodaySummary
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.live.energy import draw_energy
from kstar_tui.tui.live.picture import draw_live
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint

DAY = day_trail()
SUMMARY = TodaySummary(NOON.date(), 0.64, 0.88, Money(1.68, 0.41, 0.22), "€")
WITHOUT_TARIFF = SUMMARY._replace(money=None)


def box(one: View, width: int = 60, height: int = 9) -> list[str]:
    paint = Paint(width, height, UNICODE)
    draw_energy(paint, paint.area, one)
    return [" ".join(line[1:-1].split()) for line in cells(paint.picture(), width, height)[1:-1]]


def bars(*kwh: float) -> list[int]:
    """Cells of the six bars for so many kWh."""
    today = dict(zip(Flow, kwh, strict=True))
    return [line.count("█") for line in box(view(update(energy=ENERGY._replace(today=today))))[:6]]


def test_next_to_nothing_has_no_long_bar() -> None:
    assert bars(0.0, 0.04, 0.0, 0.0, 0.0, 0.049) == [0] * 6
    short = bars(0.0, 0.2, 0.0, 0.0, 0.1, 0.0)
    whole = bars(0.0, 1.0, 0.0, 0.0, 0.0, 0.0)[1]
    assert whole > 20
    assert short == [0, round(whole / 5), 0, 0, round(whole / 10), 0]


def test_above_that_the_longest_is_full() -> None:
    solar, house, *_ = bars(14.0, 7.0, 0.0, 0.0, 0.0, 0.0)
    assert (solar, house) == (bars(2.0, 1.0, 0.0, 0.0, 0.0, 0.0)[0], solar // 2)


@pytest.mark.parametrize(
    ("summary", "height", "rows"),
    [
        (WITHOUT_TARIFF, 9, ["self-use 64 % self-sufficient 88 %"]),
        (SUMMARY, 9, ["self-use 64 % self-sufficient 88 % saved 1.68 €"]),
        (SUMMARY, 10, ["self-use 64 % self-sufficient 88 %", "saved 1.68 earned 0.41 €"]),
        (SUMMARY, 11, ["self-use 64 %", "self-sufficient 88 %", "saved 1.68 earned 0.41 €"]),
        (SUMMARY, 12, ["self-use 64 %", "self-sufficient 88 %", "saved 1.68 €", "earned 0.41 €"]),
    ],
)
def test_what_follows_shares_the_lines_there_are(
    summary: TodaySummary, height: int, rows: list[str]
) -> None:
    lines = box(view(update(energy=ENERGY), today=summary), height=height)
    told = [" ".join(line.strip("█░ ").split()) for line in lines[6:]]
    assert [line for line in told if line] == rows


@pytest.mark.parametrize("width", range(160, 201, 8))
@pytest.mark.parametrize("height", range(23, 60, 6))
def test_a_wide_screen_has_shares_and_money(width: int, height: int) -> None:
    one = view(update(energy=ENERGY), today=SUMMARY, trail=DAY)
    text = "\n".join(cells(draw_live(one, width, height, UNICODE), width, height))
    for word in ("self-use", "self-sufficient", "saved", "earned", "0.41 €"):
        assert word in text
    assert "Grid" in text.rpartition("╯")[2], "the hours keep all their lanes"
