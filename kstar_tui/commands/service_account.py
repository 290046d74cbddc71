"""The user and the group of the system's service, and what belongs to them."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from kstar_tui.commands.context import CommandError
from kstar_tui.commands.service_steps import Steps, write_file
from kstar_tui.commands.service_unit import MARK, NAME
from kstar_tui.daemon.barred import DYNAMIC

SYSUSERS = Path("/etc/sysusers.d")
LINE = f'u {NAME} - "KStar inverter" /var/lib/{NAME} -\n'
"""As systemd-sysusers reads it."""
_BY_HAND: dict[str, Sequence[str]] = {
    "useradd": ("--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"),
    "adduser": ("--system", "--group", "--no-create-home", "--shell", "/usr/sbin/nologin"),
}
_SBIN = "/usr/sbin:/usr/bin:/sbin:/bin"


def numbers() -> tuple[int, int] | None:
    """Those of user and group; None where either is missing, or lent by systemd to a service that
    runs."""
    try:
        user, group = pwd.getpwnam(NAME).pw_uid, grp.getgrnam(NAME).gr_gid
    except KeyError:
        return None
    return None if user in DYNAMIC or group in DYNAMIC else (user, group)


def make_account(folder: Path, steps: Steps) -> None:
    """Both, where they are not there yet; CommandError where they cannot be made."""
    if numbers() is not None:
        steps.say(f"The service's user and group {NAME} are there.")
        return
    declared = folder / f"{NAME}.conf"
    if program := _program("systemd-sysusers"):
        steps.do(f"write {declared}", lambda: write_file(declared, f"{MARK}.\n{LINE}"))
        done = steps.run([program, str(declared)])
    else:
        found = ((_program(name), words) for name, words in _BY_HAND.items())
        program, words = next(((path, words) for path, words in found if path), (None, ()))
        if program is None:
            raise CommandError(
                f"The service needs a user and a group of its own, {NAME}, and there is neither"
                f" systemd-sysusers nor useradd nor adduser here: make them, and run this again."
            )
        done = steps.run([program, *words, NAME])
    if not steps.dry and (not done or numbers() is None):
        raise CommandError(f"The service's user and group {NAME} could not be made.")


def give_config(path: Path, steps: Steps) -> None:
    """Have the service's user own root's settings, made where they are missing: it reads them
    whatever their mode is, so that they may hold a password. CommandError where it could not."""
    found = _stat(path)
    own = numbers()
    if found is None or found.st_uid == os.geteuid():
        steps.do(f"let {NAME} read {path}, which may hold a password", lambda: _give(path))
        own = numbers()
    elif own is not None and not _may(found, own, stat.S_IRUSR):
        raise CommandError(
            f"The service's user {NAME} may not read {path}, which belongs to somebody else: "
            f"chown {NAME} {path}."
        )
    folder = _stat(path.parent)
    if folder is not None and own is not None and not _may(folder, own, stat.S_IXUSR):
        raise CommandError(
            f"The service's user {NAME} may not look into {path.parent}: chmod o+x {path.parent}."
        )


def tell_how_to_join(steps: Steps) -> None:
    """By which command a user of this machine may look on; nobody is added by us."""
    user = os.environ.get("SUDO_USER") or ""
    if user in ("", "root"):
        steps.say(f"Who is to see it on a screen: sudo usermod -aG {NAME} USER, and log in anew.")
    elif _is_member(user):
        steps.say(f"{user} is in the group {NAME}: kstar-tui shows it.")
    else:
        steps.say(f"To see it on a screen: sudo usermod -aG {NAME} {user}, log in anew, kstar-tui.")


def _give(path: Path) -> None:
    own = numbers()
    if own is None:
        raise CommandError(f"There is no user {NAME}.")
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.touch(mode=0o644)
    os.chown(path, own[0], -1)


def _may(found: os.stat_result, own: tuple[int, int], owner_bit: int) -> bool:
    user, group = own
    shift = 0 if found.st_uid == user else 3 if found.st_gid == group else 6
    return bool(found.st_mode & (owner_bit >> shift))


def _is_member(user: str) -> bool:
    try:
        group = grp.getgrnam(NAME)
        return user in group.gr_mem or pwd.getpwnam(user).pw_gid == group.gr_gid
    except KeyError:
        return False


def _program(name: str) -> str | None:
    # `su` without a dash leaves root with a user's path.
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SBIN}")


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
