"""`kstar-tui service`: the daemon as a systemd service, of the system or of one user."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.service_program import (
    check_program,
    check_readable,
    hidden_folders,
    this_program,
)
from kstar_tui.commands.service_unit import CREDENTIALS, MARK, NAME, Unit
from kstar_tui.settings import TABLE, ConfigFile, Settings, load, save_config
from kstar_tui.settings.files import read_text
from kstar_tui.settings.paths import history_path
from kstar_tui.status import Status

_FILE = f"{NAME}.service"
_XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")
_PATIENCE = 120.0
"""Seconds that systemd may take to start it or to end it."""


class Place(NamedTuple):
    """Where a service and what belongs to it are."""

    system: bool
    folder: Path
    """Of the units."""
    config: ConfigFile
    history: Path | None

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
        _check_seen(place.config.path)
    if changes:
        _check_secrets(place, settings)
        steps.do(
            f"write {', '.join(changes)} into {place.config.path}",
            lambda: save_config(changes, place.config.path),
        )
    if place.system:
        # A folder that was made just now is as private as root's files are here.
        _check_seen(place.config.path)
    again = place.unit.exists()
    steps.do(f"write {place.unit}", lambda: _write(place.unit, unit.text()))
    done = steps.systemctl(
        place.words("daemon-reload"),
        place.words("enable", "--now", NAME),
        *([place.words("restart", NAME)] if again else []),
    )
    if unit.visible:
        shown = ", ".join(map(str, unit.visible))
        steps.say(f"The program is in a folder of one user; the service sees {shown} of it alone.")
    steps.say(f"Settings: {place.config.path}; read again by: {place.text('reload', NAME)}")
    if place.system:
        steps.say(
            f"A password at the broker: {CREDENTIALS}/{NAME}.mqtt.password, mode 600; then: "
            f"{place.text('restart', NAME)}"
        )
    elif not _lingers():
        steps.say("It runs while you are logged in; from the machine's start on with:")
        steps.say("  loginctl enable-linger")
    journal = "journalctl -u" if place.system else "journalctl --user -u"
    steps.say(f"How it is: {place.text('status', NAME)}; its log: {journal} {NAME}")
    return Status.DONE if done else Status.FAILED


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
    steps.say(f"Left as they are: {', '.join(kept)}.")
    return Status.DONE if done else Status.FAILED


class Steps:
    """What is done one after the other, each told; or only told, where it is `dry`."""

    def __init__(self, say: Callable[[str], None], *, dry: bool = False) -> None:
        self.say = say
        self.dry = dry

    def do(self, what: str, work: Callable[[], object]) -> None:
        """One step; CommandError where the system refuses."""
        if self.dry:
            self.say(f"would {what}")
            return
        try:
            work()
        except OSError as error:
            raise CommandError(f"Could not {what}: {error.strerror or error}.") from None
        self.say(f"done: {what}")

    def systemctl(self, *calls: Sequence[str]) -> bool:
        """Calls in their order up to one that fails; False where one did."""
        if shutil.which("systemctl") is None:
            self.say("There is no systemctl here: the rest is for systemd, where it runs.")
            return True
        for words in calls:
            text = " ".join(words)
            if self.dry:
                self.say(f"would run {text}")
                continue
            try:
                done = subprocess.run(  # noqa: S603
                    words, capture_output=True, text=True, timeout=_PATIENCE, check=False
                )
                why = "" if done.returncode == 0 else done.stderr.strip() or "it gave no reason"
            except (OSError, subprocess.TimeoutExpired) as error:
                why = str(error)
            if why:
                self.say(f"failed: {text}: {why}")
                return False
            self.say(f"done: {text}")
        return True


def _place(context: Context, *, system: bool) -> Place:
    config = context.config
    if config.named:
        config = ConfigFile(config.path.absolute(), named=True)
    if system:
        if not config.named:
            config = ConfigFile(Path("/etc") / NAME / "config.toml")
        history = Path("/var/lib") / NAME
        return Place(True, Path("/etc/systemd/system"), config, history)
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


def _check_secrets(place: Place, settings: Settings) -> None:
    """CommandError for a password that would be written where the service cannot read it."""
    if not place.system or settings.mqtt_url is None:
        return
    from kstar_tui.mqtt.broker import parse_broker

    if parse_broker(settings.mqtt_url).secret:
        raise CommandError(
            f"A password does not belong into {place.config.path}, which the service's own user "
            "has to read. Give the broker and --mqtt-username here, and put the password into "
            f"{CREDENTIALS}/{NAME}.mqtt.password."
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


def _check_seen(config: Path) -> None:
    """CommandError where a user of its own could not read the settings."""
    try:
        hidden = not config.stat().st_mode & stat.S_IROTH
        hidden = hidden or not config.parent.stat().st_mode & stat.S_IXOTH
    except FileNotFoundError:
        return
    except OSError:
        hidden = True
    if hidden:
        raise CommandError(
            f"The service has a user of its own, who may not read {config}. Take passwords out of "
            f"it (mqtt.password goes into {CREDENTIALS}/{NAME}.mqtt.password), then: "
            f"chmod o+rX {config.parent} {config}."
        )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.chmod(0o644)
    new.replace(path)


def _user_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("HOME", *_XDG) if name in os.environ}


def _lingers() -> bool:
    import getpass

    try:
        return (Path("/var/lib/systemd/linger") / getpass.getuser()).exists()
    except (OSError, KeyError):
        return False
