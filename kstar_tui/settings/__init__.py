"""What the user may decide: one table, four sources, each value checked and its source known."""

from kstar_tui.settings.configfile import ConfigFile, locate_config, save_config
from kstar_tui.settings.errors import SettingsError
from kstar_tui.settings.load import Given, find_setting, load, parse_setting
from kstar_tui.settings.row import Setting
from kstar_tui.settings.table import TABLE, Settings, shown

__all__ = [
    "TABLE",
    "ConfigFile",
    "Given",
    "Setting",
    "Settings",
    "SettingsError",
    "find_setting",
    "load",
    "locate_config",
    "parse_setting",
    "save_config",
    "shown",
]
