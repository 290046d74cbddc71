"""What the house runs on at this moment: how much of its load each source feeds."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.protocol.reading import Reading
from kstar_tui.tui.live.rows import Part, Row, label, measured, shortened
from kstar_tui.tui.live.view import View
from kstar_tui.tui.words import DEADBAND


class Mix(NamedTuple):
    """Shares of the load in whole %, together 100."""

    sun: int
    battery: int
    grid: int


def house_mix(reading: Reading) -> Mix | None:
    """None while next to nothing is used, no source is seen, or the grid's direction is unknown.

    What is imported and discharged reaches the house first; the sun feeds the rest.
    """
    imported = reading.grid_import_power
    if imported is None or reading.load_power < DEADBAND:
        return None
    rest = float(reading.load_power)
    watts = []
    for flow in (imported, reading.battery_discharge_power, reading.pv_power):
        # What draws no arrow feeds no house.
        watts.append(min(rest, flow) if flow >= DEADBAND else 0.0)
        rest -= watts[-1]
    seen = sum(watts)
    if not seen:
        return None
    # What conversion takes, and what meters see a moment apart, is nobody's share.
    exact = [100 * each / seen for each in watts]
    whole = [int(share) for share in exact]
    by_rest = sorted(range(len(exact)), key=lambda index: whole[index] - exact[index])
    for index in by_rest[: 100 - sum(whole)]:
        whole[index] += 1
    grid, battery, sun = whole
    return Mix(sun, battery, grid)


_HEADS = ("house runs on", "house from")


def mix_rows(view: View, width: int) -> list[Row]:
    """An empty row, what it is, and a row for each source; none while nothing is known of now, or
    where not all of it has room."""
    reading = view.reading if view.current else None
    mix = house_mix(reading) if reading is not None else None
    if mix is None:
        return []
    shares = (
        ("sun", ("sun",), mix.sun, "solar"),
        # By the room for 100 %: a word that came and went with the share would flicker.
        ("battery", ("battery", "batt"), mix.battery, "discharge"),
        ("grid", ("grid",), mix.grid, "import"),
    )
    rows = [Row(), *shortened(width, *(Row((label(head),)) for head in _HEADS))]
    for source, names, share, colour in shares:
        style = colour if share else "dim"
        value = measured(share, "%", f"mix_{source}", width=3, style=style)
        rows += shortened(width, *(Row((Part(name, style),), value) for name in names))
    return rows if len(rows) == 2 + len(shares) else []
