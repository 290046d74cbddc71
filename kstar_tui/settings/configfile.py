"""config.toml: found, read strictly, and written so that a power cut never leaves half of it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.settings.errors import SettingsError, kind_of, refusal, suggestion
from kstar_tui.settings.files import read_text
from kstar_tui.settings.kinds import BrokerUrl, SettingValue
from kstar_tui.settings.row import DEFAULT, Setting, as_data
from kstar_tui.settings.table import TABLE, Settings
from kstar_tui.settings.together import check_together

CONFIG_VARIABLE = "KSTAR_CONFIG"
_SECTIONS = {key.split(".")[0] for key in TABLE if "." in key}
_PRIVATE = 0o600


class ConfigFile(NamedTuple):
    """A path, and whether somebody named it: then it has to exist."""

    path: Path
    named: bool = False


def locate_config(argument: str | None, environment: Mapping[str, str]) -> ConfigFile:
    """The file of `--config`, else of KSTAR_CONFIG, else the one in the user's config folder.

    SettingsError for a home folder (~) that there is not.
    """
    for text in (argument, environment.get(CONFIG_VARIABLE)):
        if text:
            try:
                return ConfigFile(Path(text).expanduser(), named=True)
            except RuntimeError:
                raise SettingsError(f"{text}: there is no such home folder.") from None
    # Loaded, like the two below, only when it is wanted: each costs a start time.
    import platformdirs

    return ConfigFile(platformdirs.user_config_path("kstar-tui", appauthor=False) / "config.toml")


def read_config(config: ConfigFile) -> dict[str, SettingValue]:
    """The values in a file by key; SettingsError for anything that is not understood."""
    values: dict[str, SettingValue] = {}
    for key, value in read_each(config):
        if isinstance(value, SettingsError):
            raise value
        values[key] = value
    return values


def read_each(config: ConfigFile) -> Iterator[tuple[str, SettingValue | SettingsError]]:
    """Each key in a file with its value, or with why that is not understood; SettingsError where
    the file cannot be read at all."""
    path = config.path
    for parts, value in _leaves(_parse(config)):
        key = ".".join(parts)
        row = TABLE.get(key) if all("." not in part for part in parts) else None
        if row is None:
            yield key, SettingsError(_unknown(path, parts, value))
            continue
        try:
            checked = row.kind.check(value)
        except ValueError as error:
            refused = refusal(str(path), row, value, str(error))
        else:
            yield key, checked
            continue
        # Outside the handler: the cause's text may repeat what was refused.
        yield key, refused


def save_config(changes: Mapping[str, SettingValue], path: Path) -> Path | None:
    """Write the changed keys into the file, all else as it was; None takes a key out.

    The file is replaced as a whole, with mode 0600 when it holds a secret, and stays its owner's
    when root does it: a service reads it as another user. Comments are lost: when
    there were any, the old file is kept, passwords masked, and its path returned. SettingsError,
    and nothing written, when the file there is not valid, the new one would not be, or it cannot
    be written.
    """
    values = {**read_config(ConfigFile(path)), **changes}
    _check(values, path)
    tables: dict[str, Any] = {}
    for key in TABLE:
        value = values.get(key)
        if value is None:
            continue
        *sections, name = key.split(".")
        table = tables
        for section in sections:
            table = table.setdefault(section, {})
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        table[name] = as_data(TABLE[key], value)
    secret = any(_is_secret(row, values.get(key)) for key, row in TABLE.items())
    try:
        # A symbolic link stays one; what it points to is replaced.
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        kept = _keep_comments(target)
        _replace(target, tables, secret=secret)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None
    return kept


def _check(values: Mapping[str, SettingValue], path: Path) -> None:
    known: dict[str, Any] = {
        row.name: values[key] for key, row in TABLE.items() if values.get(key) is not None
    }
    sources = {key: DEFAULT if values.get(key) is None else str(path) for key in TABLE}
    try:
        check_together(Settings(**known, sources=sources))
    except SettingsError as error:
        raise SettingsError(f"Not written, as nothing would start with it: {error}") from None


def _is_secret(row: Setting, value: SettingValue) -> bool:
    """Whether nobody else may read it; a URL without a password of its own hides nothing."""
    if isinstance(row.kind, BrokerUrl) and isinstance(value, str):
        return parse_broker(value).secret
    return row.secret and value is not None


def _parse(config: ConfigFile) -> dict[str, Any]:
    path = config.path
    try:
        text = read_text(path)
    except FileNotFoundError:
        if not config.named:
            return {}
        raise SettingsError(
            f"{path}: there is no such file. Make it, or leave out --config and {CONFIG_VARIABLE}."
        ) from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not text in UTF-8.") from None
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}.") from None


def _leaves(
    table: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, value in table.items():
        parts = (*above, name)
        if isinstance(value, dict) and ".".join(parts) in _SECTIONS:
            yield from _leaves(value, parts)
        else:
            yield parts, value


def _unknown(path: Path, parts: tuple[str, ...], value: object) -> str:
    # The value is not shown: it may be a secret beside a misspelt key.
    key = ".".join(part if part.replace("_", "").isalnum() else repr(part) for part in parts)
    section = parts[0]
    inside = [known for known in TABLE if known.startswith(f"{section}.")]
    if len(parts) == 1 and section in _SECTIONS:
        return (
            f"{path}: {key} is {kind_of(value)}; allowed is a table [{key}] "
            f"with {', '.join(inside)}."
        )
    if len(parts) == 1 and isinstance(value, dict):
        hint = suggestion(section, sorted(_SECTIONS))
        return f"{path}: unknown table {key}.{hint} Allowed are {', '.join(sorted(_SECTIONS))}."
    last = [known for known in TABLE if known.rpartition(".")[2] == parts[-1]]
    hint = f" Did you mean {last[0]}?" if last else suggestion(".".join(parts), TABLE)
    return f"{path}: unknown key {key}.{hint} Allowed are {', '.join(inside or TABLE)}."


def _keep_comments(path: Path) -> Path | None:
    from kstar_tui.settings.backup import worth_keeping

    try:
        old = worth_keeping(read_text(path))
    except FileNotFoundError:
        return None
    if old is None:
        return None
    kept = path.with_name(path.name + ".bak")
    _write(kept, old.encode(), _PRIVATE)
    return kept


def _replace(path: Path, tables: Mapping[str, Any], *, secret: bool) -> None:
    import tomli_w

    data = tomli_w.dumps(tables).encode()
    before = path.stat() if path.exists() else None
    mode = 0o644 if before is None else stat.S_IMODE(before.st_mode)
    if secret:
        mode = _PRIVATE
    _write(path, data, mode, before)


def _write(path: Path, data: bytes, mode: int, before: os.stat_result | None = None) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if before is not None and os.geteuid() == 0:
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    # Without this a power cut can bring the old name back with the new file gone.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
