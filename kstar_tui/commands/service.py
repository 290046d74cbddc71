"""`kstar-tui service`: the daemon as a systemd service, of the system or of one user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.service_account import (
    SYSUSERS,
    give_config,
    make_account,
    tell_how_to_join,
)
from kstar_tui.commands.service_program import (
    check_program,
    check_readable,
    hidden_folders,
    this_program,
)
from kstar_tui.commands.service_steps import Steps, write_file
from kstar_tui.commands.service_unit import CREDENTIALS, MARK, NAME, Unit
from kstar_tui.settings import TABLE, ConfigFile, Settings, load, save_config
from kstar_tui.settings.files import read_text
from kstar_tui.settings.paths import SERVICE_FOLDER, history_path
from kstar_tui.status import Status

_FILE = f"{NAME}.service"
_XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")


class Place(NamedTuple):
    """Where a service and what belongs to it are."""

    system: bool
    folder: Path
    """Of the units."""
    config: ConfigFile
    history: Path | None
    sysusers: Path = SYSUSERS
    """Where users of services are declared."""

    @property
    def unit(self) -> Path:
        """The unit itself."""
        return self.folder / _FILE

    def words(self, *words: str) -> list[str]:
        """A call of systemctl."""
        return ["systemctl", *(() if self.system else ("--user",)), *words]

    def text(self, *words: str) -> str:
        """The same, for people."""
        return " ".join(self.words(*words))


def run(context: Context) -> int:
    """Show, install or uninstall; CommandError in words where that cannot be."""
    options = context.options
    system = options.scope == "system" or (options.scope is None and os.geteuid() == 0)
    place = _place(context, system=system)
    if options.action != "install" and context.given:
        first = next(iter(context.arguments.values())).place.removeprefix("argument ")
        raise CommandError(f"{first} means nothing for service {options.action}.", Status.USAGE)
    if options.action == "show":
        if options.dry_run:
            raise CommandError("show does nothing anyway; leave out --dry-run.", Status.USAGE)
        context.out.write(unit_of(place).text())
        return Status.DONE
    if not options.dry_run:
        _check_rights(options.action, system=system)
    steps = Steps(context.say, dry=options.dry_run)
    if options.action == "install":
        return install(context, place, steps)
    return uninstall(place, steps)


def unit_of(place: Place) -> Unit:
    """The unit of this program, as it is installed here."""
    command = [*this_program(), "--headless"]
    if place.config.named:
        command += ["--config", str(place.config.path)]
    if place.system:
        return Unit(True, command, hidden_folders())
    # What a user's manager is not told itself: service and screen share settings and history.
    environment = [(name, value) for name in _XDG if (value := os.environ.get(name))]
    return Unit(False, command, environment=environment)


def install(context: Context, place: Place, steps: Steps) -> int:
    """Write settings and unit, and have systemd start it."""
    unit = unit_of(place)
    check_program(this_program(), {} if place.system else _user_environment())
    check_readable(unit.visible)
    _check_ours(place.unit)
    # Before anything is written: nothing would start with wrong ones.
    settings = load(context.arguments, {}, place.config)
    given = (key for key in TABLE if key in context.given)
    changes = {key: getattr(settings, TABLE[key].name) for key in given}
    if place.system:
        _check_history(place, settings)
    again = place.unit.exists()
    if place.system:
        again = not _stop_older(place, steps) and again
        make_account(place.sysusers, steps)
    if changes:
        steps.do(
            f"write {', '.join(changes)} into {place.config.path}",
            lambda: save_config(changes, place.config.path),
        )
    if place.system:
        give_config(place.config.path, steps)
    steps.do(f"write {place.unit}", lambda: write_file(place.unit, unit.text()))
    done = steps.systemctl(
        place.words("daemon-reload"),
        place.words("enable", "--now", NAME),
        *([place.words("restart", NAME)] if again else []),
    )
    if not done:
        steps.say(_not_started(place))
        return Status.FAILED
    if unit.visible:
        shown = ", ".join(map(str, unit.visible))
        steps.say(f"The program is in a folder of one user; the service sees {shown} of it alone.")
    steps.say(f"Settings: {place.config.path}; read again by: {place.text('reload', NAME)}")
    if place.system:
        tell_how_to_join(steps)
    elif not _lingers():
        steps.say("It runs while you are logged in; from the machine's start on with:")
        steps.say("  loginctl enable-linger")
    journal = "journalctl -u" if place.system else "journalctl --user -u"
    steps.say(f"How it is: {place.text('status', NAME)}; its log: {journal} {NAME}")
    return Status.DONE


def _not_started(place: Place) -> str:
    """What to do where systemd did not do its part."""
    text = "It was not started. Unit and settings are there; install again when that is mended."
    if place.system:
        return text
    return (
        f"{text} A user's systemd is reached from a session of that user: log in as yourself, also"
        " over SSH, not by su or sudo."
    )


def uninstall(place: Place, steps: Steps) -> int:
    """Stop it and remove the unit; settings and history stay."""
    if not place.unit.exists():
        raise CommandError(f"There is no service: {place.unit} does not exist.")
    _check_ours(place.unit)
    # One that was never enabled is not a reason to keep the unit.
    done = steps.systemctl(place.words("disable", "--now", NAME))
    steps.do(f"remove {place.unit}", place.unit.unlink)
    done = steps.systemctl(place.words("daemon-reload")) and done
    kept = [f"settings in {place.config.path}"]
    if place.history is not None:
        kept.append(f"the history in {place.history}")
    if place.system:
        kept.append(f"secrets, if any, in {CREDENTIALS}/{NAME}.*")
        kept.append(f"the user and the group {NAME}")
    steps.say(f"Left as they are: {', '.join(kept)}.")
    return Status.DONE if done else Status.FAILED


def _place(context: Context, *, system: bool) -> Place:
    config = context.config
    if config.named:
        config = ConfigFile(config.path.absolute(), named=True)
    if system:
        if not config.named:
            config = ConfigFile(Path("/etc") / NAME / "config.toml")
        return Place(True, Path("/etc/systemd/system"), config, SERVICE_FOLDER)
    import platformdirs

    folder = platformdirs.user_config_path() / "systemd" / "user"
    path = history_path(Settings())
    return Place(False, folder, config, path)


def _check_rights(action: str, *, system: bool) -> None:
    if system and os.geteuid() != 0:
        program = " ".join(this_program())
        raise CommandError(
            f"A service of the whole system takes root: sudo {program} service {action}. For you "
            f"alone: kstar-tui service {action} --user."
        )
    if not system and os.geteuid() == 0 and os.environ.get("SUDO_USER"):
        raise CommandError(
            f"With sudo the user is root. Leave sudo out: kstar-tui service {action} --user."
        )


def _check_ours(unit: Path) -> None:
    """CommandError for a unit that somebody else wrote."""
    try:
        ours = read_text(unit).startswith(MARK)
    except ValueError:
        ours = False
    except OSError:
        # There is none; or why it cannot be written, either, is told then.
        return
    if ours:
        return
    raise CommandError(
        f"{unit} was not made by kstar-tui service install, and stays as it is: move it away first."
    )


def _check_history(place: Place, settings: Settings) -> None:
    """CommandError where the service may not write."""
    path = history_path(settings)
    folder = place.history
    if settings.history and path and folder and not path.is_relative_to(folder):
        raise CommandError(
            f"{settings.sources['history.path']}: history.path is {path}; a service of the system "
            f"writes below {folder} alone."
        )


def _stop_older(place: Place, steps: Steps) -> bool:
    """Whether there was a service without a user of its own. While it runs systemd lends it one of
    the same name, and until it ends none can be made."""
    try:
        older = "\nDynamicUser=yes\n" in read_text(place.unit)
    except (OSError, ValueError):
        return False
    if older:
        steps.say("The service gets a user and a group of its own; its history stays what it is.")
        steps.systemctl(place.words("stop", NAME))
    return older


def _user_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("HOME", *_XDG) if name in os.environ}


def _lingers() -> bool:
    import getpass

    try:
        return (Path("/var/lib/systemd/linger") / getpass.getuser()).exists()
    except (OSError, KeyError):
        return False
