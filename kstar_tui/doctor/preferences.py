"""The settings in force, where each came from, and what nothing could be made of."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator, Mapping

from kstar_tui.alerts.runner import at_home
from kstar_tui.doctor.finding import Finding, note, ok, problem, warning
from kstar_tui.doctor.world import World
from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.settings import TABLE, Settings, shown
from kstar_tui.settings.configfile import CONFIG_VARIABLE
from kstar_tui.settings.errors import suggestion, without_passwords
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.settings.lenient import Loaded
from kstar_tui.settings.load import FILE_SUFFIX
from kstar_tui.settings.row import DEFAULT

_OURS = "KSTAR_"
_BARE = "mqtt"
"""The password of a broker that is named by its host alone: no secret."""


def examine_settings(world: World, loaded: Loaded) -> Iterator[Finding]:
    """The file, each setting that is not its default, what is wrong, and variables unknown."""
    yield from _file(world, loaded.in_file)
    for error in loaded.errors:
        yield problem(
            "refused",
            without_passwords(error),
            "Correct it there, or take it out: kstar-tui does not start with it.",
        )
    given = 0
    settings = loaded.settings
    for key, row in TABLE.items():
        source = settings.sources[key]
        if source != DEFAULT and key not in loaded.wrong:
            given += 1
            value = shown(settings, row)
            if key == "alerts.command":
                # What stands behind the program may be a token of some service.
                first, *rest = settings.alerts_command or (value,)
                value = f"{first}{' …' if rest else ''}"
            place = "the file" if source == str(world.config.path) else source
            yield ok(
                "setting", f"{key} = {value}, from {place}", key=key, value=value, source=source
            )
    if not given and not loaded.errors:
        yield ok("defaults", "every setting has its default")
    yield from _alerts(settings)
    yield from _variables(world.environ)


def _file(world: World, in_file: Mapping[str, SettingValue]) -> Iterator[Finding]:
    path, named = world.config
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        # That one which was named is missing is an error by itself.
        yield note("file", f"there is no {path}", path=str(path), exists=False, named=named)
        return
    secret = _holds_secret(in_file)
    facts = {"path": str(path), "exists": True, "named": named, "mode": f"{mode:04o}"}
    if mode & stat.S_IWOTH:
        yield warning(
            "file",
            f"{path} can be written by everybody on this machine (mode {mode:04o})",
            f"chmod {'600' if secret else '644'} {path}",
            **facts,
            secret=secret,
        )
    elif secret and mode & stat.S_IROTH:
        yield warning(
            "file",
            f"{path} holds a password and can be read by everybody on this machine"
            f" (mode {mode:04o})",
            f"chmod 600 {path}",
            **facts,
            secret=secret,
        )
    else:
        yield ok("file", f"{path}, mode {mode:04o}", **facts, secret=secret)


def _holds_secret(in_file: Mapping[str, SettingValue]) -> bool:
    url = in_file.get("mqtt.url")
    in_url = parse_broker(url).password if isinstance(url, str) else None
    others = (in_file.get(key) for key, row in TABLE.items() if row.secret and key != "mqtt.url")
    return in_url not in (None, _BARE) or any(value is not None for value in others)


def _alerts(settings: Settings) -> Iterator[Finding]:
    command = settings.alerts_command
    if command and shutil.which(at_home(command[0])) is None:
        yield warning(
            "alerts",
            f"alerts.command is {command[0]}, which is no program that can be run",
            "Is its path right, and does it have the permission (chmod +x)? Its arguments are words"
            " of their own.",
            command=list(command),
        )
    if settings.alerts_mqtt and settings.mqtt_url is None:
        yield warning(
            "alerts",
            "alerts.mqtt is on, but MQTT is off: nobody is told there",
            "Name a broker with mqtt.url, or set alerts.mqtt to false.",
        )


def known_variables() -> set[str]:
    """Every variable of the environment that means something to kstar-tui."""
    names = {CONFIG_VARIABLE}
    for row in TABLE.values():
        names.update(row.environment)
        if row.secret:
            names.add(row.environment[0] + FILE_SUFFIX)
    return names


def _variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    known = known_variables()
    for name in sorted(environ):
        if name.startswith(_OURS) and name not in known:
            yield warning(
                "variable",
                f"the environment has {name}, which means nothing to kstar-tui",
                suggestion(name, known).strip() or "Take it out; README.md lists those there are.",
                variable=name,
            )
