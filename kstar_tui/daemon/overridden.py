"""What was changed in config.toml and stays without effect, since another source is stronger."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from kstar_tui.settings import TABLE, Settings, SettingsError
from kstar_tui.settings.desk import Desk
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.settings.row import DEFAULT


class Overridden:
    """Remembers the file from one reading of it to the next."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._written: Mapping[str, SettingValue] = {}
        self._read()

    def news(self, settings: Settings) -> list[str]:
        """Each key that has another value in the file than before, and what overrides it in the
        `settings` that were just read: `inverter.interval by argument --interval`."""
        before = self._written
        self._read()
        now, ours = self._written, (DEFAULT, str(self._desk.config.path))
        return [
            f"{key} by {source}"
            for key in TABLE
            if now.get(key) != before.get(key) and (source := settings.sources[key]) not in ours
        ]

    def _read(self) -> None:
        # What is wrong with it is told by whoever loads the settings.
        with suppress(SettingsError):
            self._written = self._desk.written()
