"""Everything that the Live screen shows at one moment, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.events import Event
from kstar_tui.monitor.trail import Trail
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.reading import Reading
from kstar_tui.tui.words import age, moment

if TYPE_CHECKING:
    # Each is loaded only where it is on.
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.history.today import TodaySummary
    from kstar_tui.mqtt.publisher import MqttStatus


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
    paused: datetime | None = None
    """Since when the picture is held still."""
    demo: bool = False
    calm: float = 10.0
    today: TodaySummary | None = None
    """Shares and money of the day; None where no history is kept."""
    battery: Estimate | None = None
    calendar: Calendar = field(default_factory=Calendar)
    """What was local time then: the offset of `now` is not that of every day."""

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

    def tone(self, style: str) -> str:
        """The style for a live value: dim where the value is of the past."""
        return style if self.current else "dim"
