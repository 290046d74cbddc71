"""History as a table: right-aligned columns under two lines of headings, a sum at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kstar_tui.history.bucket import Bucket, merged
from kstar_tui.history.derived import self_consumption, self_sufficiency
from kstar_tui.history.export import Resolution, frame_rows, observed_share
from kstar_tui.monitor.energy import FLOWS
from kstar_tui.protocol.wording import NOTHING

if TYPE_CHECKING:
    from kstar_tui.commands.history import Query

_ENERGIES = ("Solar", "House", "Import", "Export", "Charge", "Disch.")
_SHARES = (("Self-", "use"), ("Self-", "suff."), ("Obser-", "ved"))
_POWERS = {
    "pv_power": "Solar W",
    "load_power": "House W",
    "grid_power": "Grid W",
    "battery_power": "Battery W",
    "battery_soc": "Charge %",
    "grid_voltage": "Grid V",
    "temperature": "Temp. °C",
}


def table_lines(query: Query) -> Iterator[str]:
    """The lines of a table; none at all where nothing was kept."""
    match query.resolution:
        case Resolution.DAY:
            yield from _days(query)
        case Resolution.RAW:
            yield from _readings(query)
        case _:
            yield from _buckets(query)


def _days(query: Query) -> Iterator[str]:
    from kstar_tui.commands.history import passed

    found = query.archive.days(query.key, *query.period)
    if not found:
        return
    lines = [[day.isoformat(), *_cells(bucket, passed(query, day))] for day, bucket in found]
    total = merged(0, (bucket for _, bucket in found))
    seconds = sum(passed(query, day) for day, _ in found)
    lines.append([f"{len(found)} day{'s' if len(found) > 1 else ''}", *_cells(total, seconds)])
    heads = [("", "Day"), *((name, "kWh") for name in _ENERGIES), *_SHARES]
    widths = [
        max(len(line[i]) for line in (*lines, *heads_as_lines(heads))) for i in range(len(heads))
    ]
    for line in heads_as_lines(heads):
        yield _line(line, widths)
    yield from (_line(line, widths) for line in lines[:-1])
    yield "-" * (sum(widths) + 2 * len(widths) - 2)
    yield _line(lines[-1], widths)


def heads_as_lines(heads: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The upper and the lower words of two-line headings."""
    return [above for above, _ in heads], [below for _, below in heads]


def _buckets(query: Query) -> Iterator[str]:
    widths = [16, 7, 7, 7, 7, 7, 7, 6, 5, 6]
    from kstar_tui.commands.history import buckets

    step = query.resolution.step
    begun = False
    for bucket in buckets(query):
        if not begun:
            heads = [("", "Time"), *((name, "kWh") for name in _ENERGIES), *_SHARES]
            for line in heads_as_lines(heads):
                yield _line(line, widths)
            begun = True
        when = query.calendar.local(bucket.start)
        yield _line([f"{when:%Y-%m-%d %H:%M}", *_cells(bucket, step, 3)], widths)


def _readings(query: Query) -> Iterator[str]:
    widths = [19, *map(len, _POWERS.values())]
    from kstar_tui.commands.history import frames

    begun = False
    for row in frame_rows(frames(query), query.calendar):
        if not begun:
            yield _line(["Time", *_POWERS.values()], widths)
            begun = True
        cells = (row[name] for name in _POWERS)
        texts = [NOTHING if cell is None else f"{cell:g}" for cell in cells]
        yield _line([str(row["time"])[:19].replace("T", " "), *texts], widths)


def _cells(bucket: Bucket, seconds: int, decimals: int = 2) -> list[str]:
    shares = (self_consumption(bucket), self_sufficiency(bucket), observed_share(bucket, seconds))
    energies = [f"{bucket.energy(flow):.{decimals}f}" for flow in FLOWS]
    return [*energies, *(NOTHING if s is None else f"{100 * s:.0f} %" for s in shares)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        f"{cell:<{width}}" if not i else f"{cell:>{width}}"
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join((first, *others)).rstrip()
