"""The Events screen as text, beside what it was when somebody found it right, and at any size.

`KSTAR_GOLDEN=write python -m pytest tests/tui/test_events_picture.py` writes the files anew.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from golden_text import assert_as_before
from tui_world import NOON, cells

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.events import Event, Kind, Severity, fault_event, grid_event
from kstar_tui.tui.events.episodes import Choice, episodes
from kstar_tui.tui.events.picture import (
    EventsView,
    draw_events_screen,
    first_shown,
    rows_shown,
)
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs

FOLDER = Path(__file__).parent / "golden-events"


def ago(**how: float):
    return NOON - timedelta(**how)


def link(at, *, begins: bool) -> Event:
    text = "inverter offline: 3 tries of 1.5 s to 192.168.1.50:8899: no answer"
    good = "inverter online at 192.168.1.50"
    severity = Severity.WARNING if begins else Severity.GOOD
    return Event(at, severity, text if begins else good, Kind.LINK, "offline", begins)


def mode(at, before: str, after: str) -> Event:
    return Event(at, Severity.NOTE, f"work mode {before} → {after}", Kind.MODE, after)


EVENTS = sorted(
    [
        fault_event(ago(minutes=44), "isolation", begins=True),
        fault_event(ago(hours=5), "grid voltage out of range", begins=True),
        fault_event(ago(hours=5, seconds=-24), "grid voltage out of range", begins=False),
        mode(ago(minutes=44), "on-grid", "fault"),
        mode(ago(hours=5), "wait", "on-grid"),
        grid_event(ago(days=2, hours=3), lost=True),
        grid_event(ago(days=2, hours=1.5), lost=False),
        link(ago(hours=18), begins=True),
        link(ago(hours=7), begins=False),
        link(ago(days=40), begins=False),
        Event(ago(days=3), Severity.WARNING, "PV counter fell by 3.2 kWh", Kind.COUNTER, "counter"),
    ],
    key=lambda event: event.at,
    reverse=True,
)
FULL = EventsView(
    now=NOON,
    calendar=Calendar(UTC),
    name="KSE4000 …5678",
    episodes=tuple(episodes(EVENTS)),
    refused={"power balance": 2, "all zero": 1204},
)
MANY = replace(FULL, episodes=FULL.episodes * 20, selected=60)
EMPTY = replace(FULL, episodes=(), choice=Choice.GRID, refused={}, kept=False)
CASES: dict[str, tuple[EventsView, int, int, Glyphs]] = {
    "full-80x24": (FULL, 80, 23, UNICODE),
    "full-120x40": (replace(FULL, selected=4), 120, 39, UNICODE),
    "full-200x60": (FULL, 200, 59, UNICODE),
    "cut-80x24": (replace(FULL, selected=4), 80, 23, UNICODE),
    "many-80x24": (MANY, 80, 23, UNICODE),
    "small-44x12": (FULL, 44, 11, UNICODE),
    "empty-80x24": (EMPTY, 80, 23, UNICODE),
    "ascii-80x24": (FULL, 80, 23, ASCII),
}


@pytest.mark.parametrize("name", CASES)
def test_as_it_was_found_right(name: str) -> None:
    one, width, height, glyphs = CASES[name]
    picture = draw_events_screen(one, width, height, glyphs)
    assert_as_before(FOLDER / f"{name}.txt", cells(picture, width, height))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("view", [FULL, MANY, EMPTY])
def test_at_any_size_it_is_drawn_and_the_selected_line_is_seen(
    view: EventsView, glyphs: Glyphs
) -> None:
    for width in (1, 10, 40, 59, 60, 79, 80, 120, 200):
        for height in (1, 2, 5, 13, 14, 18, 23, 33, 34, 60):
            picture = draw_events_screen(view, width, height, glyphs)
            text = cells(picture, width, height)
            assert len(text) == height
            if glyphs.ascii_only:
                assert all(line.isascii() for line in text)
            if view.episodes and height > 4 and width > 4:
                fields = {span.field for line in picture for span in line}
                assert f"row:{view.selected}" in fields


@pytest.mark.parametrize("width", [60, 80, 102, 103, 120])
def test_what_is_cut_in_its_row_stands_whole_below(width: int) -> None:
    at = next(i for i, one in enumerate(FULL.episodes) if one.text.startswith("inverter offline"))
    view = replace(FULL, selected=at)
    text = cells(draw_events_screen(view, width, 23, UNICODE), width, 23)
    whole = FULL.episodes[at].text
    cut = any(line.rstrip().endswith("…") for line in text[:14])
    assert cut is (width < 103)
    detail = " ".join(" ".join(text[14:]).split())
    assert detail.count(whole) == cut
    assert "Looking for it goes on by itself." in detail or width < 80


@pytest.mark.parametrize("selected", [0, 1, 50, 158, 159])
def test_the_list_moves_only_as_far_as_it_goes(selected: int) -> None:
    rows = rows_shown(80, 23)
    view = replace(MANY, selected=selected)
    first = first_shown(view, rows)
    assert 0 <= first <= len(MANY.episodes) - rows
    assert first <= selected < first + rows
