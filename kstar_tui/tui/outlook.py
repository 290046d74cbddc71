"""What the Live screen tells beyond readings: today's shares and money, the battery's end."""

from __future__ import annotations

import logging
from datetime import datetime

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.tariff import Tariff
from kstar_tui.history.today import Buckets, TodaySummary, today_summary
from kstar_tui.monitor.battery_time import BatteryTime, Estimate
from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings

_log = logging.getLogger(__name__)


class Outlook:
    """Fed with every update; the day is read anew when something of it was saved."""

    def __init__(self, settings: Settings) -> None:
        self.battery: Estimate | None = None
        self.today: TodaySummary | None = None
        self._battery_time = BatteryTime(settings.battery_capacity)
        self._settings = settings
        self._seen: tuple[str, datetime] | None = None

    def adopt(self, settings: Settings) -> None:
        """Another tariff or battery counts from the next update on."""
        self._settings = settings
        self._battery_time.capacity = settings.battery_capacity
        self._seen = None

    def take(self, update: Update, archive: Buckets | None, key: str | None) -> None:
        """An update, and where its inverter's history is, if it is kept."""
        self.battery = self._battery_time.take(update)
        energy = update.energy
        if energy is None or archive is None or key is None:
            self.today = self._seen = None
        elif self._seen != (key, energy.saved):
            self._seen = (key, energy.saved)
            try:
                self.today = self._summary(archive, key, update.at)
            except Exception:
                # Shares are worth less than the readings beside them.
                self.today = None
                _log.exception("today's shares could not be read")

    def _summary(self, archive: Buckets, key: str, now: datetime) -> TodaySummary:
        of = self._settings
        tariff = Tariff.of(of.import_price, of.export_price, of.currency, of.tariff_bands)
        return today_summary(archive, key, now, Calendar(), tariff)
