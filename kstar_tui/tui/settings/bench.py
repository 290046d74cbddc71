"""What is known of the settings while the screen runs, and how one is written and taken over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kstar_tui.settings import TABLE, Settings, SettingsError
from kstar_tui.settings.desk import Desk
from kstar_tui.settings.errors import without_passwords
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.settings.row import DEFAULT
from kstar_tui.tui.apply import check_look
from kstar_tui.tui.settings import words
from kstar_tui.tui.settings.rows import Entry, entries

if TYPE_CHECKING:
    from kstar_tui.tui.app import KstarApp

_log = logging.getLogger(__name__)

_NOT_IN_FORCE = "It is not in force, and what runs goes on as it was"


class Bench:
    """Outlives the Settings screen, which is made anew whenever one goes there."""

    def __init__(self, host: KstarApp, desk: Desk | None) -> None:
        """Without a `desk` nothing can be saved."""
        self.at = ""
        """The setting that was looked at last."""
        self.settings = host.settings
        """Those of all sources, as they were when they were read last."""
        self.written: Mapping[str, SettingValue] = {}
        """What config.toml says."""
        self.trouble = ""
        """Why the file cannot be read."""
        self.desk = desk
        self._host = host
        self._undone: list[tuple[str, SettingValue]] = []

    def read(self) -> list[Entry]:
        """Look at all sources again."""
        self.trouble = ""
        if self.desk is None:
            self.settings = self._host.settings
        else:
            try:
                self.settings, self.written = self.desk.load(), self.desk.written()
            except SettingsError as error:
                self.trouble = without_passwords(error)
        return entries(self.settings, self.written, self._host.settings)

    @property
    def file(self) -> str:
        """The name of config.toml."""
        return self.desk.config.path.name if self.desk is not None else "config.toml"

    @property
    def place(self) -> str:
        """Its path, for people."""
        return words.place_of(self.desk.config.path) if self.desk is not None else ""

    @property
    def note(self) -> str:
        """What holds for all of them."""
        if self.trouble:
            return f"{self.file} cannot be read: these are the settings from before"
        if self.desk is None:
            return words.NO_DESK
        return words.DEMO if self._host.demo else ""

    def would_be(self, key: str, value: SettingValue) -> Settings:
        """The settings with this one in the file; SettingsError where nothing would start so."""
        if self.desk is None:
            raise SettingsError(words.NO_DESK)
        settings = self.desk.load(changes={key: value})
        check_look(settings, type(self._host))
        return settings

    def save(self, key: str, value: SettingValue) -> words.Said:
        """Write it down; None takes it out. SettingsError, and nothing written, where that cannot
        be."""
        self.would_be(key, value)
        if self.desk is None:
            return ()
        before = self.written.get(key)
        if self._is_so(key, value):
            return ((f"{key} is as it was: nothing had to be written.", "text"),)
        kept = self.desk.save({key: value})
        self._undone.append((key, before))
        said = [(words.saved(key, self.place, out=value is None), "good")]
        if kept is not None:
            said.append((words.kept(kept), "text"))
        return tuple(said)

    def undo(self) -> tuple[str, words.Said] | None:
        """Put the last change back; None where there is none. SettingsError, and it stays the
        last, where it cannot be written."""
        if not self._undone:
            return None
        key, value = self._undone[-1]
        before = len(self._undone) - 1
        said = self.save(key, value)
        # An undo is not undone: the one before is next.
        del self._undone[before:]
        return key, said

    def _is_so(self, key: str, value: SettingValue) -> bool:
        """It need not be written, which would cost the file its comments."""
        if key in self.written:
            return value is not None and self.written[key] == value
        default = self.settings.sources.get(key, DEFAULT) == DEFAULT
        return value is None or (default and value == getattr(self.settings, TABLE[key].name))

    async def take_over(self, key: str) -> words.Said:
        """Run with what was read last, `key` being what was set; what came of it."""
        host, settings = self._host, self.settings
        try:
            applied = await host.apply(settings, key)
        except SettingsError as error:
            why = without_passwords(error)
            return ((f"{_NOT_IN_FORCE}: {why}", "fault"),)
        except Exception as error:
            # A mistake of ours must not end what runs.
            _log.exception("taking over %s", key)
            return ((f"{_NOT_IN_FORCE}: {type(error).__name__}", "fault"),)
        return ((words.in_force(key, settings, applied, demo=host.demo), "text"),) if key else ()
