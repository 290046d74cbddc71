"""The settings of a running program, and the way to change them for good."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from kstar_tui.settings.configfile import ConfigFile, read_config, save_config
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.settings.load import Load


class Desk(NamedTuple):
    """Where settings are read and written while the program runs."""

    config: ConfigFile
    load: Load
    """The settings from all their sources, as they are now; raises SettingsError."""

    def written(self) -> Mapping[str, SettingValue]:
        """What stands in config.toml, by key; SettingsError where that is not understood."""
        return read_config(self.config)

    def save(self, changes: Mapping[str, SettingValue]) -> Path | None:
        """Write changed keys into config.toml (None takes a key out); SettingsError, and nothing
        written, where that cannot be. Returns where the old file is kept, if it had comments.
        """
        return save_config(changes, self.config.path)
