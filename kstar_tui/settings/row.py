"""One row of the table of settings."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.settings.kinds import Kind, SettingValue
from kstar_tui.settings.look_kinds import Keys, keys_of

DEFAULT = "default"
"""The source of a setting that nobody gave."""


class Setting(NamedTuple):
    """One row: where a setting can be given, what it may be and what it means."""

    key: str
    """Its place in config.toml."""
    kind: Kind
    help: str
    argument: str
    """Empty where it has none."""
    environment: tuple[str, ...]
    """Names of its variable; an earlier one wins over a later one."""
    metavar: str = ""
    glued: str = ""
    """kstar.sharp's spelling of the argument, to which the value is glued."""
    secret: bool = False
    """Can be given in a file, is masked wherever it is shown."""
    refusable: bool = False
    """Has an argument `--no-…` beside its own that turns it off."""
    name: str = ""
    default: SettingValue = None


def as_data(row: Setting, value: SettingValue) -> object:
    """A value as TOML and JSON have it: a list for several, a table for keys of the screen."""
    if isinstance(row.kind, Keys):
        return keys_of(value if isinstance(value, tuple) else ())
    return list(value) if isinstance(value, tuple) else value
