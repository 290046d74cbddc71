"""Battery and Grid & load as text, beside what they were when somebody found them right.

`KSTAR_GOLDEN=write python -m pytest tests/tui/test_focus_golden.py` writes the files anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from focus_world import BANKS, FULL, SISTER, focus_view
from golden_text import assert_as_before
from tui_world import ENERGY, NOON, cells, reading, update, view

from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.focus.battery import draw_battery
from kstar_tui.tui.focus.grid import draw_grid
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.paint import Picture

FOLDER = Path(__file__).parent / "golden-focus"
DRAW: dict[str, Callable[[FocusView, int, int, Glyphs], Picture]] = {
    "battery": draw_battery,
    "grid": draw_grid,
}
HERE = focus_view()
AWAY = focus_view(
    live=view(
        update(
            state=LinkState.OFFLINE,
            since=NOON - timedelta(minutes=41),
            error="3 tries of 1.5 s to 192.168.1.50:8899: no answer",
            lost=41,
            next_poll_monotonic=4000.0,
            reading=reading(**SISTER),
            settings=FULL,
            energy=ENERGY,
        ),
        now_monotonic=3460.0 + 500.0,
    )
)
MANY = focus_view(update(energy=ENERGY, settings=FULL, reading=reading(**BANKS)))
NEVER = focus_view(
    today=None,
    message=(
        "Lowest, highest and the day's chart need the history, which is off.",
        "Start without --no-history to keep one.",
    ),
)
SIZES = {"80x24": (80, 23), "120x40": (120, 39), "200x60": (200, 59), "44x12": (44, 11)}
CASES: dict[str, tuple[str, FocusView, str, Glyphs]] = {
    **{f"{page}-{size}": (page, HERE, size, UNICODE) for page in DRAW for size in SIZES},
    **{f"{page}-ascii-80x24": (page, HERE, "80x24", ASCII) for page in DRAW},
    **{f"{page}-offline-80x24": (page, AWAY, "80x24", UNICODE) for page in DRAW},
    "battery-four-120x40": ("battery", MANY, "120x40", UNICODE),
    "grid-without-history-80x24": ("grid", NEVER, "80x24", UNICODE),
}


@pytest.mark.parametrize("name", CASES)
def test_it_looks_as_it_did(name: str) -> None:
    page, one, size, glyphs = CASES[name]
    width, height = SIZES[size]
    lines = cells(DRAW[page](one, width, height, glyphs), width, height)
    assert_as_before(FOLDER / f"{name}.txt", lines)


def test_no_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(CASES)
