"""What the cursor reads, and what a period adds up to."""

from __future__ import annotations

from collections.abc import Mapping

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.derived import self_consumption, self_sufficiency
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.glyphs import ASCII
from kstar_tui.tui.history.figures import SOC, Figures, Slot
from kstar_tui.tui.history.period import Reach
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import DEADBAND, NOTHING, number

Parts = list[tuple[str, str]]
_WORDS = (
    (Flow.PV, "solar", "solar"),
    (Flow.LOAD, "house", "house"),
    (Flow.IMPORT, "import", "import"),
    (Flow.EXPORT, "export", "export"),
    (Flow.CHARGE, "in", "charge"),
    (Flow.DISCHARGE, "out", "discharge"),
)


def kwh(value: float | None) -> str:
    """kWh with one decimal, or none from a thousand on."""
    return number(value, 1 if value is None or value < 1000 else 0)


def cursor_parts(slot: Slot, calendar: Calendar, now: int) -> Parts:
    """When, and what was measured then; or that nothing was."""
    day = slot.period.reach is Reach.DAY
    column = SOC in slot.values
    if column:
        head = f"{calendar.local(slot.start):%H:%M}"
    else:
        head = slot.period.title[:-5] if day else f"{slot.period.first:%b %Y}"
    parts: Parts = [(f"{head}  ", "title")]
    if slot.observed <= 0 and not any(slot.values.values()):
        return [*parts, ("not observed" if slot.start < now else "still to come", "dim")]
    return parts + (_powers(slot) if column else _energies(slot.values))


def _powers(slot: Slot) -> Parts:
    def watts(field: str) -> str:
        return f"{number(slot.values[field])} W  "

    parts: Parts = [("solar ", "solar"), (watts(Flow.PV.value), "text")]
    parts += [("house ", "house"), (watts(Flow.LOAD.value), "text")]
    for first, one, second, other, idle in (
        (Flow.CHARGE, "charge", Flow.DISCHARGE, "discharge", "battery idle  "),
        (Flow.IMPORT, "import", Flow.EXPORT, "export", "grid idle  "),
    ):
        a, b = slot.values[first.value] or 0.0, slot.values[second.value] or 0.0
        flow, style = (first, one) if a >= b else (second, other)
        if max(a, b) < DEADBAND:
            parts.append((idle, "dim"))
            continue
        word = "charging" if flow is Flow.CHARGE else style.removesuffix("e") + "ing"
        word = "discharging" if flow is Flow.DISCHARGE else word
        parts += [(f"{word} ", style), (watts(flow.value), "text")]
    return [*parts, (f"{number(slot.values[SOC])} %", "text")]


def _energies(values: Mapping[str, float | None]) -> Parts:
    parts: Parts = []
    for flow, word, style in _WORDS:
        parts += [(f"{word} ", style), (f"{kwh(values[flow.value])}  ", "text")]
    parts[-1] = (parts[-1][0].rstrip(), "text")
    return [*parts, (" kWh", "dim")]


def _shares(figures: Figures) -> list[tuple[str, str]]:
    own, sufficient = self_consumption(figures.total), self_sufficiency(figures.total)
    return [
        (word, NOTHING if share is None else f"{share * 100:.0f} %")
        for word, share in (("self-use", own), ("self-sufficient", sufficient))
    ]


def _amounts(figures: Figures, paint: Paint) -> list[tuple[str, str]]:
    if figures.money is None:
        return []
    unit = figures.currency
    if paint.glyphs is ASCII:
        unit = unit.replace("€", "EUR")
    return [
        (word, f"{number(amount, 2)} {unit}")
        for word, amount in (("saved", figures.money.saved), ("earned", figures.money.earned))
    ]


def _known(figures: Figures) -> dict[str, float | None]:
    """kWh by field; None where nothing is known of the period."""
    total = figures.total
    return {
        flow.value: total.energy(flow) if total.observed or total.energy(flow) else None
        for flow in Flow
    }


def draw_sums(paint: Paint, rect: Rect, figures: Figures) -> None:
    """The energies of the whole period, and behind or below them what follows from them."""
    energies = _known(figures)
    parts: Parts = [("Sum  ", "title"), *_energies(energies)]
    shares: Parts = []
    for word, text in _shares(figures):
        shares += [(f"{word} ", "dim"), (f"{text}   ", "text")]
    for word, text in _amounts(figures, paint):
        shares += [(f"{word} ", "dim"), (f"{text}   ", "text")]
    paint.row(rect.y, rect.x + 1, rect.right, _fitting(parts, rect.right - rect.x - 1))
    paint.row(rect.y + 1, rect.x + 6, rect.right, _fitting(shares, rect.right - rect.x - 6))


def _fitting(parts: Parts, width: int) -> Parts:
    """As many as fit whole: half a number would be another number."""
    fitting: Parts = []
    for text, style in parts:
        width -= len(text)
        if width + len(text) - len(text.rstrip()) < 0:
            break
        fitting.append((text, style))
    return fitting


def draw_list(paint: Paint, rect: Rect, figures: Figures) -> None:
    """The sums a line each, where a chart has no room."""
    energies = _known(figures)
    rows = [(word, f"{kwh(energies[flow.value])} kWh") for flow, word, _ in _WORDS]
    rows += [
        *_shares(figures),
        *_amounts(figures, paint),
        ("observed", f"{figures.observed * 100:.0f} %"),
    ]
    for y, (word, text) in enumerate(rows[: rect.height], rect.y):
        paint.put(rect.x, y, word, "dim")
        paint.right(min(rect.right, rect.x + 34), y, text, "strong")
