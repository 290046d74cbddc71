"""The Diagnostics screen as text, beside what it was when somebody found it right, and at any size.

`KSTAR_GOLDEN=write python -m pytest tests/tui/test_diagnostics_picture.py` writes the files anew.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from diagnostics_world import (
    DEVICE,
    GOODWE,
    LONGEST,
    OFFLINE,
    SEARCHED,
    SET,
    at_part,
    diagnostics,
    on,
    seen_of,
)
from golden_text import assert_as_before
from tui_world import NOON, cells, update, without_reading

from kstar_tui.link.events import Asked, Target
from kstar_tui.monitor.quality import LinkRecord
from kstar_tui.monitor.searched import Searched
from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.frame import Request, build_reply, parse_frame
from kstar_tui.tui.diagnostics.answers import asked_line
from kstar_tui.tui.diagnostics.picture import draw_diagnostics
from kstar_tui.tui.diagnostics.textpage import most_scroll
from kstar_tui.tui.diagnostics.view import DiagnosticsView, Section
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs

FOLDER = Path(__file__).parent / "golden-diagnostics"

FRAME = at_part(diagnostics(), "load_power")
TOLD = update(info=DEVICE, settings=SET)
INFO = diagnostics(request=Request.DEVICE_INFO, seen=seen_of(TOLD, request=Request.DEVICE_INFO))
SETTINGS = diagnostics(request=Request.SETTINGS, seen=seen_of(TOLD, request=Request.SETTINGS))
UNKNOWN = at_part(diagnostics(seen=seen_of(update(reading=GOODWE))), "Unknown")
LONG = at_part(diagnostics(seen=seen_of(update(reading=LONGEST))), "Sum")
NEW = without_reading(LinkState.CONNECTING, "3 tries of 1.5 s to 192.168.1.50:8899: no answer")
NOTHING = diagnostics(of=NEW, seen=None, quality=LinkRecord(), searched=None)
LINK = on(Section.LINK)
AWAY = on(Section.LINK, of=OFFLINE._replace(polls=6372, lost=104, retries=151))
DISCOVERY = on(Section.DISCOVERY)
FAILED = Searched(
    NOON - timedelta(hours=30), "the search screen was open", error="no sockets", over=True
)
SYSTEM = on(Section.SYSTEM)

CASES: dict[str, tuple[DiagnosticsView, int, int, Glyphs]] = {
    "frame-80x24": (FRAME, 80, 23, UNICODE),
    "frame-120x40": (FRAME, 120, 39, UNICODE),
    "frame-200x60": (FRAME, 200, 59, UNICODE),
    "frame-ascii-80x24": (FRAME, 80, 23, ASCII),
    "frame-small-44x12": (FRAME, 44, 11, UNICODE),
    "frame-narrow-66x20": (FRAME, 66, 19, UNICODE),
    "info-80x24": (at_part(INFO, "serial"), 80, 23, UNICODE),
    "settings-120x40": (at_part(SETTINGS, "charge_start"), 120, 39, UNICODE),
    "unknown-80x24": (UNKNOWN, 80, 23, UNICODE),
    "longest-80x24": (LONG, 80, 23, UNICODE),
    "nothing-80x24": (NOTHING, 80, 23, UNICODE),
    "link-80x24": (LINK, 80, 23, UNICODE),
    "link-120x40": (LINK, 120, 39, UNICODE),
    "link-200x60": (LINK, 200, 59, UNICODE),
    "link-ascii-80x24": (LINK, 80, 23, ASCII),
    "link-away-80x24": (AWAY, 80, 23, UNICODE),
    "link-small-44x12": (AWAY, 44, 11, UNICODE),
    "discovery-80x24": (DISCOVERY, 80, 23, UNICODE),
    "discovery-120x40": (DISCOVERY, 120, 39, UNICODE),
    "discovery-none-80x24": (replace(DISCOVERY, searched=None, named=True), 80, 23, UNICODE),
    "discovery-failed-44x12": (replace(DISCOVERY, searched=FAILED), 44, 11, UNICODE),
    "system-80x24": (SYSTEM, 80, 23, UNICODE),
    "system-120x40": (SYSTEM, 120, 39, UNICODE),
    "system-200x60": (SYSTEM, 200, 59, UNICODE),
    "system-small-44x12": (replace(SYSTEM, scroll=9), 44, 11, ASCII),
}


@pytest.mark.parametrize("name", CASES)
def test_as_it_was_found_right(name: str) -> None:
    one, width, height, glyphs = CASES[name]
    picture = draw_diagnostics(one, width, height, glyphs)
    assert_as_before(FOLDER / f"{name}.txt", cells(picture, width, height))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("name", ["frame", "longest", "nothing", "link", "discovery", "system"])
def test_at_any_size_it_is_drawn(name: str, glyphs: Glyphs) -> None:
    view = CASES[f"{name}-80x24"][0]
    for width in (1, 10, 40, 59, 60, 79, 80, 111, 112, 150, 200):
        for height in (1, 2, 5, 14, 15, 23, 31, 60):
            picture = draw_diagnostics(view, width, height, glyphs)
            text = cells(picture, width, height)
            assert len(text) == height
            assert all(len(line) == width for line in text)
            if glyphs.ascii_only:
                assert all(line.isascii() for line in text)


@pytest.mark.parametrize("view", [FRAME, LONG, UNKNOWN, INFO, SETTINGS])
def test_the_selected_part_and_byte_are_always_seen(view: DiagnosticsView) -> None:
    for width in (60, 79, 80, 111, 112, 200):
        for height in (15, 23, 31, 60):
            for index in range(0, len(view.parts), 5):
                one = replace(view, cursor=view.cursor.to_part(view.parts, index))
                picture = draw_diagnostics(one, width, height, UNICODE)
                fields = {span.field for line in picture for span in line}
                assert f"part:{index}" in fields, (width, height, index)
                assert f"byte:{one.cursor.byte}" in fields, (width, height, index)


@pytest.mark.parametrize("view", [FRAME, SETTINGS, INFO, UNKNOWN, LONG])
def test_columns_of_the_list_never_touch(view: DiagnosticsView) -> None:
    for width in range(44, 201):
        for line in draw_diagnostics(view, width, 23, UNICODE):
            listed = [span for span in line if (span.field or "").startswith("part:")]
            for one, other in pairwise(listed):
                apart = other.x > one.end or one.text[-1] == " " or other.text[0] == " "
                assert apart, f"{one.text!r} and {other.text!r} at {width}"


def test_what_is_selected_is_told_by_more_than_colour() -> None:
    text = "\n".join(cells(draw_diagnostics(FRAME, 120, 39, UNICODE), 120, 39))
    # The last byte of one row and the first of the next.
    assert "0c[05]" in text
    assert "[fa]13" in text
    assert "▶ Load     Load power" in text
    assert "~01~a5" in text, "the grid's power was another before"


def test_changed_bytes_go_back_to_rest() -> None:
    same = seen_of(update(), update(taken=NOON))
    picture = draw_diagnostics(replace(FRAME, seen=same), 80, 23, UNICODE)
    assert "~" not in "".join(cells(picture, 80, 23)[:10])


@pytest.mark.parametrize("section", [Section.DISCOVERY, Section.SYSTEM])
@pytest.mark.parametrize(("width", "height"), [(44, 11), (60, 15), (80, 23), (120, 39)])
def test_all_lines_can_be_scrolled_to(section: Section, width: int, height: int) -> None:
    view = on(section, searched=replace(SEARCHED, others=SEARCHED.others * 12))
    most = most_scroll(view, width, height - 1)
    shown = {
        line[: width // 2 - 1].strip()
        for scroll in range(most + 1)
        for line in cells(
            draw_diagnostics(replace(view, scroll=scroll), width, height, UNICODE), width, height
        )
    }
    last = "MAC            —" if section is Section.SYSTEM else "AC:CF:23:00:00:01"
    assert any(line.startswith(last[: width // 2 - 3]) for line in shown)
    past = draw_diagnostics(replace(view, scroll=most + 50), width, height, UNICODE)
    assert past == draw_diagnostics(replace(view, scroll=most), width, height, UNICODE)


def test_more_reasons_than_there_is_room_for_are_counted() -> None:
    record = LinkRecord()
    many = {f"reason {n}": n + 1 for n in range(40)}
    record.take(update(polls=1, rejected=many))
    text = cells(draw_diagnostics(replace(LINK, quality=record), 80, 23, UNICODE), 80, 23)
    listed = sum("reason " in line for line in text)
    assert f"and {40 - listed} more reasons" in text[-1]


def test_a_frame_that_nobody_understands_is_none() -> None:
    seen = FRAME.seen
    assert seen is not None
    short = parse_frame(build_reply(0x86, bytes(20)))
    view = replace(FRAME, seen=seen._replace(frame=short))
    text = cells(draw_diagnostics(view, 80, 23, UNICODE), 80, 23)
    assert "No running data has come yet." in "".join(text)


def test_where_was_asked_stands_in_a_column_whatever_the_interface_is_called() -> None:
    lines = [
        asked_line(Asked(Target(name, local, "192.168.1.255"), None))
        for name, local in (("wlan0", "192.168.1.23"), ("the address you gave", None))
    ]
    assert lines == [
        "wlan0      192.168.1.23     asked 192.168.1.255",
        "the address you gave        asked 192.168.1.255",
    ]
