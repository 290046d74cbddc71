"""Settings as far as they can be used: for whoever is to find out what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kstar_tui.settings.configfile import ConfigFile, read_each
from kstar_tui.settings.errors import SettingsError
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.settings.load import Given, given_for, is_behind_host, parse_setting, rank_of
from kstar_tui.settings.row import DEFAULT
from kstar_tui.settings.table import TABLE, Settings
from kstar_tui.settings.together import check_together


class Loaded(NamedTuple):
    """What could be loaded, and what could not."""

    settings: Settings
    """Checked; what is wrong has its default."""
    errors: tuple[SettingsError, ...]
    """All that is wrong; empty where `load` gives the same settings."""
    wrong: frozenset[str]
    """Keys whose value nobody knows."""
    in_file: Mapping[str, SettingValue]
    """What config.toml says, whether it wins or not."""


def load_what_is_right(
    arguments: Mapping[str, Given], environment: Mapping[str, str], config: ConfigFile
) -> Loaded:
    """The settings without those that are wrong; raises nothing."""
    errors: list[SettingsError] = []
    wrong: set[str] = set()
    in_file: dict[str, SettingValue] = {}
    try:
        for key, value in read_each(config):
            if isinstance(value, SettingsError):
                errors.append(value)
                wrong |= {key} & TABLE.keys()
            else:
                in_file[key] = value
    except SettingsError as error:
        errors.append(error)
    values: dict[str, Any] = {}
    sources = dict.fromkeys(TABLE, DEFAULT)
    ranks: dict[str, int] = {}
    for key, row in TABLE.items():
        try:
            given = given_for(row, arguments, environment)
            if given is not None:
                values[key] = parse_setting(row, given)
                sources[key] = given.place
                ranks[key] = rank_of(key, arguments, given)
                wrong.discard(key)
            elif key in in_file:
                values[key] = in_file[key]
                sources[key] = str(config.path)
                ranks[key] = rank_of(key, arguments, None)
        except SettingsError as error:
            errors.append(error)
            wrong.add(key)
    if is_behind_host("inverter.serial", values.get("inverter.host"), ranks):
        del values["inverter.serial"]
        sources["inverter.serial"] = DEFAULT
    settings = _together(values, sources, errors, wrong)
    return Loaded(settings, tuple(errors), frozenset(wrong), MappingProxyType(in_file))


def _together(
    values: dict[str, Any], sources: dict[str, str], errors: list[SettingsError], wrong: set[str]
) -> Settings:
    """The settings without those that do not go together."""
    while True:
        known = {TABLE[key].name: value for key, value in values.items()}
        settings = Settings(**known, sources=MappingProxyType(dict(sources)))
        try:
            check_together(settings)
        except SettingsError as error:
            errors.append(error)
            # Such a message names the keys that it is about.
            named = [key for key in values if _names(str(error), key)] or list(values)
            for key in named:
                del values[key]
                sources[key] = DEFAULT
                wrong.add(key)
        else:
            return settings


def _names(message: str, key: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(key)}(?![\w])", message) is not None
