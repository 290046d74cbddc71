"""Everything that the Live screen shows at one moment, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.energy import Flow
from kstar_tui.monitor.events import Event
from kstar_tui.monitor.trail import Trail
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.reading import Reading
from kstar_tui.tui.explain import Told, counter, explain
from kstar_tui.tui.outlet import Outlet
from kstar_tui.tui.sources.source import Via
from kstar_tui.tui.words import age, moment

if TYPE_CHECKING:
    # Each is loaded only where it is on.
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.history.today import TodaySummary
    from kstar_tui.mqtt.status import MqttStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One moment. `calm` is the age in seconds up to which data counts as now."""

    update: Update
    now: datetime
    now_monotonic: float
    trail: Trail
    events: tuple[Event, ...] = ()
    mqtt: MqttStatus | None = None
    history: HistoryStatus | None = None
    """How the history is kept; None where it is off."""
    via: Via | None = None
    """Who polls in our place; None where this program does."""
    paused: datetime | None = None
    """Since when the picture is held still."""
    demo: bool = False
    calm: float = 10.0
    today: TodaySummary | None = None
    """Shares and money of the day; None where no history is kept."""
    battery: Estimate | None = None
    outlet: Outlet | None = None
    """Where values are published."""
    calendar: Calendar = field(default_factory=Calendar)
    """What was local time then: the offset of `now` is not that of every day."""
    search_key: str = ""
    """The key to another search; empty where there is none."""
    events_key: str = ""
    """The one to what faults mean; empty where it is not told."""

    @property
    def reading(self) -> Reading | None:
        """The last accepted reading, however old."""
        return self.update.reading

    @property
    def current(self) -> bool:
        """The reading still stands for the present."""
        return self.update.state.available and self.update.reading is not None

    @property
    def age(self) -> float | None:
        """Seconds since the reading was taken."""
        taken = self.update.taken_monotonic
        return None if taken is None else max(0.0, self.now_monotonic - taken)

    @property
    def passing(self) -> tuple[str, str, str]:
        """What time alone changes: the minute, the age in words, the wait for the next try."""
        due = self.update.next_poll_monotonic
        if due is None or self.update.state.available:
            wait = ""
        else:
            wait = str((due - self.now_monotonic) // 10)
        old = "" if self.age is None else age(self.age, self.calm)
        return f"{self.now:%H:%M}", old, wait

    @property
    def day(self) -> date:
        """The local day of now."""
        return self.calendar.day(self.now.timestamp())

    @property
    def midnight(self) -> datetime:
        """The moment at which that day began."""
        return datetime.fromtimestamp(self.calendar.start(self.day), UTC)

    def moment(self, at: datetime) -> str:
        """A local time of day, with the date where it is not today's."""
        return moment(self.calendar.local(at.timestamp()), self.now)

    @property
    def read_at(self) -> datetime | None:
        """Local time at which the reading was taken."""
        taken = self.update.taken
        return None if taken is None else self.calendar.local(taken.timestamp())

    def explain(self, field: str) -> Told | None:
        """What to tell of a value."""
        return explain(field, self.reading, self.outlet)

    def kept(self, flow: Flow) -> bool:
        """Its energy is known at all: by the history, else by the inverter."""
        return self.update.energy is not None or flow.counted

    def counter(self, flow: Flow, period: str) -> str:
        """The field of a flow's kWh `today`, or in `total`."""
        return counter(flow, period, kept=self.update.energy is not None)

    def kwh_today(self, flow: Flow) -> float | None:
        """kWh of the local day; without a history what the inverter counted."""
        energy = self.update.energy
        if energy is not None:
            # Until something of a new day is on disk, nothing is known of it.
            return energy.today.get(flow) if energy.day == self.day else None
        return self._by_the_inverter(flow, "today")

    def kwh_total(self, flow: Flow) -> float | None:
        """kWh since the account began; without a history what the inverter counted."""
        energy = self.update.energy
        return self._by_the_inverter(flow, "total") if energy is None else energy.total.get(flow)

    def _by_the_inverter(self, flow: Flow, period: str) -> float | None:
        if self.reading is None or not flow.counted:
            return None
        kwh: float = getattr(self.reading, counter(flow, period, kept=False))
        return kwh

    def tone(self, style: str) -> str:
        """The style for a live value: dim where the value is of the past."""
        return style if self.current else "dim"
