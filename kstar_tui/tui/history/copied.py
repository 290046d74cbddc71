"""What `y` puts into the clipboard on the History screen: two lines that a spreadsheet takes."""

from __future__ import annotations

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.derived import self_consumption, self_sufficiency
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.history.figures import SOC, Figures, Slot

_NAMES = {
    Flow.PV: "solar",
    Flow.LOAD: "house",
    Flow.IMPORT: "import",
    Flow.EXPORT: "export",
    Flow.CHARGE: "charge",
    Flow.DISCHARGE: "discharge",
}


def copied_slot(slot: Slot, calendar: Calendar) -> str:
    """Heads and values of a column, with tabs between; empty where nothing was observed.

    Means in W and % of a column of a day, kWh of a bar.
    """
    if SOC not in slot.values:
        days = str(slot.period.first), str(slot.period.last)
        cells = {"from": days[0], "to": days[1]}
        cells |= {f"{name} kWh": _number(slot.values[flow], 3) for flow, name in _NAMES.items()}
        return _lines(cells)
    start, end = (calendar.local(at).isoformat(timespec="minutes") for at in (slot.start, slot.end))
    cells = {"from": start, "to": end}
    cells |= {f"{name} W": _number(slot.values[flow], 0) for flow, name in _NAMES.items()}
    return _lines(cells | {"charge %": _number(slot.values[SOC], 0)})


def copied_sums(figures: Figures, calendar: Calendar) -> str:
    """Heads and sums of all that is looked at, with tabs between."""
    total = figures.total
    if figures.sight.hours is None:
        ends = str(figures.period.first), str(figures.period.last)
    else:
        start, end = figures.sight.hours
        ends = (
            calendar.local(start).isoformat(timespec="minutes"),
            calendar.local(end).isoformat(timespec="minutes"),
        )
    cells = {"from": ends[0], "to": ends[1]}
    for flow, name in _NAMES.items():
        kwh = total.energy(flow)
        cells[f"{name} kWh"] = _number(kwh if total.observed or kwh else None, 3)
    for name, share in (
        ("self-use %", self_consumption(total)),
        ("self-sufficient %", self_sufficiency(total)),
    ):
        cells[name] = _number(None if share is None else 100 * share, 1)
    if figures.money is not None:
        cells[f"saved {figures.currency}"] = _number(figures.money.saved, 2)
        cells[f"earned {figures.currency}"] = _number(figures.money.earned, 2)
    return _lines(cells | {"observed %": _number(100 * figures.observed, 1)})


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"


def _lines(cells: dict[str, str]) -> str:
    return "\n".join(("\t".join(cells), "\t".join(cells.values())))
