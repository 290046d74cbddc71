"""What the cursor reads, and what a period adds up to."""

from __future__ import annotations

from collections.abc import Mapping

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.derived import self_consumption, self_sufficiency
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.glyphs import ASCII
from kstar_tui.tui.history.figures import SOC, Figures, Slot
from kstar_tui.tui.history.period import Reach
from kstar_tui.tui.live.rows import Part
from kstar_tui.tui.outlet import COUNTER
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import DEADBAND, NOTHING, number

Parts = list[Part]
_WHOLE_FROM = 100
"""kWh of which a decimal gives way before a figure does."""
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


def cursor_parts(
    slot: Slot, calendar: Calendar, now: int, width: int, *, ends: bool = False
) -> Parts:
    """When, with `ends` until when too, and what was measured then, as much as has room in
    `width` cells; or that nothing was."""
    day = slot.period.reach is Reach.DAY
    column = SOC in slot.values
    if column:
        head = f"{calendar.local(slot.start):%H:%M}"
        head += f"–{calendar.local(slot.end):%H:%M}" if ends else ""
    else:
        head = slot.period.title[:-5] if day else f"{slot.period.first:%b %Y}"
    when = Part(f"{head}  ", "title")
    if slot.observed <= 0 and not any(slot.values.values()):
        return [when, Part("not observed" if slot.start < now else "still to come", "dim")]
    return _fitting(when, _powers(slot), width) if column else _energies(when, slot.values, width)


def _powers(slot: Slot) -> list[Parts]:
    def watts(word: str, style: str, flow: Flow) -> Parts:
        value = Part(number(slot.values[flow]), "text", f"{flow}:column")
        return [Part(f"{word} ", style), value, Part(" W", "dim")]

    groups = [watts("solar", "solar", Flow.PV), watts("house", "house", Flow.LOAD)]
    for first, one, second, other, idle in (
        (Flow.CHARGE, "charge", Flow.DISCHARGE, "discharge", "battery idle"),
        (Flow.IMPORT, "import", Flow.EXPORT, "export", "grid idle"),
    ):
        a, b = slot.values[first.value] or 0.0, slot.values[second.value] or 0.0
        flow, style = (first, one) if a >= b else (second, other)
        if max(a, b) < DEADBAND:
            groups.append([Part(idle, "dim")])
            continue
        word = "charging" if flow is Flow.CHARGE else style.removesuffix("e") + "ing"
        word = "discharging" if flow is Flow.DISCHARGE else word
        groups.append(watts(word, style, flow))
    charge = Part(number(slot.values[SOC]), "text", f"{SOC}:column")
    return [*groups, [charge, Part(" %", "dim")]]


def _energies(head: Part, values: Mapping[str, float | None], width: int) -> Parts:
    """All six in kWh where they have room, if need be without decimals, else the first of them."""

    def groups(*, whole: bool) -> list[Parts]:
        texts = (
            number(value) if whole and value is not None and value >= _WHOLE_FROM else kwh(value)
            for value in (values[flow.value] for flow, _, _ in _WORDS)
        )
        return [
            [Part(f"{word} ", style), Part(text, "text", f"{COUNTER}{flow.energy}_period")]
            for (flow, word, style), text in zip(_WORDS, texts, strict=True)
        ]

    unit = Part(" kWh", "dim")
    exact = _fitting(head, groups(whole=False), width, unit=unit)
    rounded = _fitting(head, groups(whole=True), width, unit=unit)
    return rounded if len(rounded) > len(exact) else exact


def _followed(figures: Figures, paint: Paint) -> list[tuple[str, Part, Part]]:
    """What follows from the energies: its word, the value, the unit."""
    own, sufficient = self_consumption(figures.total), self_sufficiency(figures.total)
    shares = (
        ("self-use", own, "self_consumption"),
        ("self-sufficient", sufficient, "self_sufficiency"),
    )
    found = []
    for word, share, field in shares:
        text = NOTHING if share is None else f"{share * 100:.0f}"
        unit = Part("" if share is None else " %", "dim")
        found.append((word, Part(text, "text", f"{field}:period"), unit))
    if figures.money is not None:
        unit = Part(f" {currency(figures.currency, paint)}", "dim")
        for word, amount in (("saved", figures.money.saved), ("earned", figures.money.earned)):
            found.append((word, Part(number(amount, 2), "text", f"{word}:period"), unit))
    return found


def currency(unit: str, paint: Paint) -> str:
    """The unit of money with the signs that there are."""
    return unit.replace("€", "EUR") if paint.glyphs is ASCII else unit


def _known(figures: Figures) -> dict[str, float | None]:
    """kWh by field; None where nothing is known of the period."""
    total = figures.total
    return {
        flow.value: total.energy(flow) if total.observed or total.energy(flow) else None
        for flow in Flow
    }


def draw_sums(paint: Paint, rect: Rect, figures: Figures) -> None:
    """The energies of the whole period, and behind or below them what follows from them."""
    x = rect.x + 1
    head = Part("Sum  ", "title")
    paint.row(rect.y, x, rect.right, _energies(head, _known(figures), rect.right - x))
    follows = [
        [Part(f"{word} ", "dim"), value, unit] for word, value, unit in _followed(figures, paint)
    ]
    x += len(head.text)
    paint.row(rect.y + 1, x, rect.right, _fitting(Part(""), follows, rect.right - x, gap="   "))


def _fitting(
    head: Part, groups: list[Parts], width: int, *, gap: str = "  ", unit: Part | None = None
) -> Parts:
    """The head and as many groups as fit whole, with their common unit behind the last of them:
    half a number would be another number."""
    width -= len(head.text) + (len(unit.text) if unit else 0)
    fitting: Parts = [head]
    for group in groups:
        between = [Part(gap)] if len(fitting) > 1 else []
        width -= sum(len(part.text) for part in (*between, *group))
        if width < 0:
            break
        fitting += [*between, *group]
    return [*fitting, unit] if unit and len(fitting) > 1 else fitting


def draw_list(paint: Paint, rect: Rect, figures: Figures) -> None:
    """The sums a line each, where a chart has no room."""
    energies = _known(figures)
    rows = [
        (
            word,
            Part(kwh(energies[flow.value]), field=f"{COUNTER}{flow.energy}_period"),
            Part(" kWh"),
        )
        for flow, word, _ in _WORDS
    ]
    rows += _followed(figures, paint)
    rows.append(("observed", Part(f"{figures.observed * 100:.0f}", field="observed"), Part(" %")))
    end = min(rect.right, rect.x + 34)
    for y, (word, value, unit) in enumerate(rows[: rect.height], rect.y):
        paint.put(rect.x, y, word, "dim")
        x = paint.right(end, y, unit.text, "dim")
        paint.right(x, y, value.text, "strong", value.field)
