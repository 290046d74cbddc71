"""Everything that the Battery and the Grid & load screen show at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.energy import Energy, Flow
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.device import DeviceSettings
from kstar_tui.protocol.fields import Value
from kstar_tui.protocol.reading import Reading
from kstar_tui.tui.focus.figures import Today
from kstar_tui.tui.live.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusView:
    """One moment: what is live, and the day from disk. Without a day `message` says why."""

    live: View
    today: Today | None = None
    message: tuple[str, ...] = ()

    @property
    def update(self) -> Update:
        """The monitor's newest word."""
        return self.live.update

    @property
    def calendar(self) -> Calendar:
        """Local days and times."""
        return self.live.calendar

    @property
    def now(self) -> datetime:
        """Local wall time."""
        return self.live.now

    @property
    def reading(self) -> Reading | None:
        """The last accepted reading, however old."""
        return self.live.reading

    @property
    def settings(self) -> DeviceSettings | None:
        """How the inverter is set, as it says itself."""
        return self.update.settings

    @property
    def estimate(self) -> Estimate | None:
        """When the battery is full or empty; None where that is not known now."""
        return self.live.battery if self.live.current else None

    @property
    def energy(self) -> Energy | None:
        """The accounts on disk; None without a history."""
        return self.update.energy

    def tone(self, style: str) -> str:
        """The style for a live value: dim where the value is of the past."""
        return self.live.tone(style)

    def value(self, field: str) -> Value:
        """A value of the reading; None where nothing was read."""
        return None if self.reading is None else getattr(self.reading, field)

    def low(self, field: str) -> float | None:
        """The lowest of today."""
        return self.today.lows.get(field) if self.today else None

    def high(self, field: str) -> float | None:
        """The highest of today."""
        return self.today.highs.get(field) if self.today else None

    def kwh_today(self, flow: Flow) -> float | None:
        """kWh of the local day; without a history only what the inverter counts."""
        return self.live.kwh_today(flow)

    def kwh_total(self, flow: Flow) -> float | None:
        """kWh since the account began; without a history only what the inverter counts."""
        return self.live.kwh_total(flow)

    def counter(self, flow: Flow, period: str) -> str:
        """The field of a flow's kWh `today`, or in `total`."""
        return self.live.counter(flow, period)
