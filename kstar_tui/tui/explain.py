"""What a value on the screen is: its name, unit, raw bytes, origin, and where it is published."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.monitor.energy import FLOWS, Flow
from kstar_tui.protocol.device import SETTING_FIELDS
from kstar_tui.protocol.fields import Field, Source
from kstar_tui.protocol.reading import FIELDS, Reading
from kstar_tui.tui.outlet import COUNTER, Outlet

_OF_TIME = {
    "low": "lowest today",
    "high": "highest today",
    "range": "lowest and highest today",
    "hour": "in this hour of today",
    "shown": "highest of the hours shown",
    "span": "lowest and highest of the hours shown",
    "column": "mean of the column that is read",
    "period": "of all that is shown",
}
"""What the end of a field's name says of the value, behind a colon."""
_PERIODS = {
    "today": "today",
    "total": "in all",
    "period": "of the period",
    "highest": "of the highest bar",
}
_SOURCES = {
    "pv1_power": ("pv1_voltage", "pv1_current"),
    "pv2_power": ("pv2_voltage", "pv2_current"),
    "pv_power": ("pv1_voltage", "pv1_current", "pv2_voltage", "pv2_current"),
    "battery_power": ("battery_voltage", "battery_current", "battery_mode"),
    "battery_charge_power": ("battery_voltage", "battery_current", "battery_mode"),
    "battery_discharge_power": ("battery_voltage", "battery_current", "battery_mode"),
    "grid_power": ("grid_power", "grid_direction"),
    "grid_import_power": ("grid_power", "grid_direction"),
    "grid_export_power": ("grid_power", "grid_direction"),
    "errors": ("error_bits",),
}
"""What the values come from that are not in the bytes of one field alone."""
_OTHER: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "charge_window": ("Charge window", "", ("of the settings, by the inverter's own clock",)),
    "discharge_window": ("Discharge window", "", ("of the settings, by the inverter's own clock",)),
    "country": ("Country whose grid code applies", "", ("of the device information",)),
    "grid_allowed": (
        "Voltage and frequency that the public grid is to keep",
        "",
        (
            "by the country of the grid code: EN 50160, in Great Britain ESQCR 2002",
            "the inverter does not say at which limits it disconnects",
        ),
    ),
    "model": ("Model, and the end of the serial number", "", ("of the device information",)),
    "battery_end": (
        "When the battery is full, empty or at its reserve",
        "",
        ("if the power of the last 5 minutes goes on",),
    ),
    "self_consumption": ("Self-use", "%", ("of the PV energy, what was not exported",)),
    "self_sufficiency": ("Self-sufficiency", "%", ("of the load, what was not imported",)),
    **{
        f"mix_{name}": (
            f"Share of the house's load that {what} feeds now",
            "%",
            ("import and discharge reach the house first, the sun feeds the rest",),
        )
        for name, what in (("sun", "the sun"), ("battery", "the battery"), ("grid", "the grid"))
    },
    "saved": ("Saved", "", ("by the tariff of the settings: load that was not imported",)),
    "earned": ("Earned", "", ("by the tariff of the settings: export",)),
    "observed": ("Time that was observed", "%", ("of all that is shown, up to now",)),
    "since": ("When the integrated accounts began", "", ("import, export, charge, discharge",)),
    "age": ("How long ago the values were read", "", ()),
    "sent": ("Readings sent to the broker", "", ("since kstar-tui was started",)),
    "polls": ("Polls", "", ("since kstar-tui was started",)),
    "lost": ("Polls without a reading", "", ("since kstar-tui was started",)),
    "refused": ("Frames and readings not taken", "", ("since kstar-tui was started",)),
    "latency": ("How long the last answer took", "ms", ()),
    "address": ("Where the inverter is asked", "", ()),
}


class Told(NamedTuple):
    """The explanation of a value, in parts."""

    label: str
    unit: str
    field: str
    lines: tuple[str, ...]
    """Its bytes, or what it is made of; its origin."""
    topics: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called, and its unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    @property
    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join((self.title, self.field, *self.lines, *self.topics))


def explain(field: str, reading: Reading | None, outlet: Outlet | None = None) -> Told | None:
    """What is behind the field of a span; None for what is no value.

    `field` is of the field table, a setting, a counter behind `energy/`, or another of the
    screen's own; what stands behind a colon says of which time.
    """
    name, _, time = field.partition(":")
    row = FIELDS.get(name) or SETTING_FIELDS.get(name)
    if row is not None:
        if time:
            lines = [_OF_TIME.get(time, time)]
        else:
            lines = _bytes(row, reading) if name in FIELDS else [_place(row, " of the settings")]
        told = Told(row.label, row.unit or "", name, (*lines, *_origin(row)))
    elif name in _OTHER:
        label, unit, origin = _OTHER[name]
        told = Told(label, unit, name, (*([_OF_TIME[time]] if time in _OF_TIME else ()), *origin))
    elif (account := _counter(name)) is not None:
        told = account
    else:
        return None
    # The extremes of a value are shown, not published.
    return told if outlet is None else told._replace(topics=outlet.lines(field))


def counter(flow: Flow, period: str, *, kept: bool) -> str:
    """The field of a flow's energy `today` or in `total`: the account that is `kept`, without one
    the inverter's own counter."""
    if kept or not flow.counted:
        return f"{COUNTER}{flow.energy}_{period}"
    return f"energy_{period}" if flow is Flow.PV else f"load_energy_{period}"


def _place(row: Field, where: str = "") -> str:
    if row.offset is None or row.end is None:
        return ""
    last = f"-{row.end - 1}" if row.end - 1 > row.offset else ""
    return f"byte{'s' if last else ''} {row.offset}{last}{where}"


def _bytes(row: Field, reading: Reading | None) -> list[str]:
    sources = [FIELDS[name] for name in _SOURCES.get(row.name, ())] or [row]
    raw = b"" if reading is None else reading.raw[7:-2]
    told = []
    for source in sources:
        text = _place(source)
        if reading is not None and source.offset is not None and source.end is not None:
            text += f": {raw[source.offset : source.end].hex(' ') or 'not sent'}"
        told.append(text if len(sources) == 1 else f"{source.name}, {text}")
    if len(sources) == 1 and sources[0] is not row:
        told[0] = f"from {sources[0].name}, {told[0]}"
    return told


def _origin(row: Field) -> tuple[str, ...]:
    return () if row.source is Source.KSTAR else (f"({row.source.value})",)


def _counter(field: str) -> Told | None:
    name = field.removeprefix(COUNTER)
    for flow in FLOWS:
        for period, when in _PERIODS.items():
            if field != name == f"{flow.energy}_{period}":
                how = "counted by the inverter, guarded" if flow.counted else "integrated"
                label = flow.energy.replace("_", " ").capitalize().replace("Pv", "PV")
                told = name if period in ("today", "total") else flow.energy
                return Told(f"{label} {when}", "kWh", told, (how,))
    return None
