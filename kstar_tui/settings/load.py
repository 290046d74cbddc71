"""Settings from their sources: defaults < config.toml < credentials < environment < arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from kstar_tui.settings.configfile import ConfigFile, read_config
from kstar_tui.settings.errors import SettingsError, refusal, suggestion
from kstar_tui.settings.files import read_text
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.settings.row import DEFAULT, Setting
from kstar_tui.settings.table import TABLE, Settings
from kstar_tui.settings.together import check_together

FILE_SUFFIX = "_FILE"
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Variable in which systemd names the folder of a service's secrets."""
_FILE, _ENVIRONMENT, _ARGUMENT = range(3)


_NOTHING: Mapping[str, SettingValue] = MappingProxyType({})


class Load(Protocol):
    """Reads the settings from all their sources."""

    def __call__(self, *, changes: Mapping[str, SettingValue] = _NOTHING) -> Settings:
        """As they are now, or would be with these changes saved; SettingsError."""
        ...


class Given(NamedTuple):
    """A value that somebody wrote, and where."""

    place: str
    text: str


def load(
    arguments: Mapping[str, Given] | None = None,
    environment: Mapping[str, str] | None = None,
    config: ConfigFile | None = None,
    changes: Mapping[str, SettingValue] = _NOTHING,
) -> Settings:
    """The settings in force and where each came from; SettingsError for the first wrong one.

    An empty environment variable counts as not set. A host wins over a serial number that stands in
    a source behind its own: whoever answers there is meant. `changes` are taken as if they had been
    saved in the file; None takes a key out of it.
    """
    arguments, environment = arguments or {}, environment or {}
    from_file = dict(read_config(config)) if config else {}
    for key, value in changes.items():
        from_file.pop(key, None)
        if value is not None:
            from_file[key] = value
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for key, row in TABLE.items():
        given = given_for(row, arguments, environment)
        if given is not None:
            values[row.name] = parse_setting(row, given)
            sources[key] = given.place
            ranks[key] = rank_of(key, arguments, given)
        elif config is not None and key in from_file:
            values[row.name] = from_file[key]
            sources[key] = str(config.path)
            ranks[key] = rank_of(key, arguments, None)
        else:
            sources[key] = DEFAULT
    if is_behind_host("inverter.serial", values.get("host"), ranks):
        del values["serial"]
        sources["inverter.serial"] = DEFAULT
    settings = Settings(**values, sources=MappingProxyType(sources))
    check_together(settings)
    return settings


def rank_of(key: str, arguments: Mapping[str, Given], given: Given | None) -> int:
    """How strong the source of a value is; it is from the file where nothing else was `given`."""
    if given is None:
        return _FILE
    return _ARGUMENT if key in arguments else _ENVIRONMENT


def is_behind_host(key: str, host: SettingValue | None, ranks: Mapping[str, int]) -> bool:
    """Whether a `host` is named by a stronger source than the one of this key."""
    return bool(host) and ranks.get(key, _ARGUMENT) < ranks["inverter.host"]


def given_for(
    row: Setting, arguments: Mapping[str, Given], environment: Mapping[str, str]
) -> Given | None:
    """What was written for a row outside the file, and wins; SettingsError for a secret's file."""
    return (
        arguments.get(row.key) or _in_environment(row, environment) or _credential(row, environment)
    )


def parse_setting(row: Setting, given: Given) -> SettingValue:
    """The value that a text means for a row; SettingsError says what is allowed."""
    try:
        return row.kind.parse(given.text)
    except ValueError as error:
        refused = refusal(given.place, row, given.text, str(error))
    # Outside the handler: the cause's text may repeat what was refused.
    raise refused


def find_setting(key: str) -> Setting:
    """The row of a key; SettingsError with the nearest key where there is none."""
    if key not in TABLE:
        raise SettingsError(
            f"There is no setting {key!r}.{suggestion(key, TABLE)} Known are {', '.join(TABLE)}."
        )
    return TABLE[key]


def secret_variables() -> frozenset[str]:
    """Every variable of the environment that may hold a secret, or name the file that does."""
    names = {name for row in TABLE.values() if row.secret for name in row.environment}
    return frozenset(names | {name + FILE_SUFFIX for name in names})


def closed_credentials(environment: Mapping[str, str]) -> str | None:
    """The folder of a service's secrets that it may not look into, None where it may: in some
    containers systemd cannot hand them over, and leaves it to root. They count as not given."""
    folder = environment.get(CREDENTIALS)
    closed = folder and Path(folder).is_dir() and not os.access(folder, os.X_OK)
    return folder if closed else None


def _in_environment(row: Setting, environment: Mapping[str, str]) -> Given | None:
    for name in row.environment:
        if text := environment.get(name):
            return Given(f"environment {name}", text)
        file_name = name + FILE_SUFFIX
        # Only for our own name: kstar.sharp knew no such file.
        if row.secret and name == row.environment[0] and (path := environment.get(file_name)):
            place = f"environment {file_name}"
            text = _content(place, Path(path))
            if text is None:
                raise SettingsError(f"{place}: {path} cannot be read: No such file or directory.")
            return Given(f"{place} ({path})", text)
    return None


def _credential(row: Setting, environment: Mapping[str, str]) -> Given | None:
    folder = environment.get(CREDENTIALS)
    if not row.secret or not folder or closed_credentials(environment):
        return None
    place = f"systemd credential {row.key}"
    text = _content(place, Path(folder, row.key))
    return None if text is None else Given(place, text)


def _content(place: str, path: Path) -> str | None:
    """What a file with a secret holds; None where there is none. SettingsError says why not."""
    try:
        # Only line ends: a password may begin or end with a space.
        text = read_text(path).strip("\r\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{place}: {path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise SettingsError(f"{place}: {path} is not text in UTF-8.") from None
    if not text.strip():
        raise SettingsError(f"{place}: {path} is empty; it has to hold the value and nothing else.")
    return text
