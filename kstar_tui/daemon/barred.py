"""A daemon that this user may not attach to: that it is there, and what would let one.

A health check must not wait for it: hardly anything is loaded.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from kstar_tui.runtime import folders

_MAY_LOOK = stat.S_IRGRP | stat.S_IXGRP
_MAY_TALK = stat.S_IRGRP | stat.S_IWGRP
DYNAMIC = range(61184, 65520)
"""Numbers of users and groups that systemd lends to a service while it runs: nobody can join."""


class Barred(NamedTuple):
    """What is in the way, and for whom."""

    path: Path
    user: str
    group: str | None
    """The group that may; None where there is none that one could join."""
    joined: bool
    """The user is in it, but this login is older than that."""

    @property
    def what(self) -> str:
        """A sentence without its stop."""
        whose = "" if self.group is None else f": {self.path} is for the group {self.group}"
        return (
            f"a daemon of the system runs here, and user {self.user} may not attach to it"
            f"{whose or f' ({self.path})'}"
        )

    @property
    def advice(self) -> str:
        """What lets one, in whole sentences."""
        if self.group is None:
            return "sudo kstar-tui service install makes its service anew, with a group to join."
        if self.joined:
            return (
                f"{self.user} is in that group already, but this login is older:"
                " log out and in again."
            )
        return f"sudo usermod -aG {self.group} {self.user}, then log out and in again."


def barred_folder(environ: Mapping[str, str]) -> Barred | None:
    """The first folder of a daemon into which this user may not look; systemd takes it away when
    the daemon ends, so one runs."""
    for folder in folders(environ):
        if _is_folder(folder) and not os.access(folder, os.R_OK | os.X_OK):
            return barred_by(folder)
    return None


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def barred_by(path: Path) -> Barred:
    """What a folder, or a socket in it, says of who may."""
    user, own = str(os.geteuid()), os.getegid()
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        pass
    else:
        user, own = entry.pw_name, entry.pw_gid
    try:
        info = path.stat()
        group = grp.getgrgid(info.st_gid)
    except (OSError, KeyError):
        return Barred(path, user, None, joined=False)
    needed = _MAY_LOOK if stat.S_ISDIR(info.st_mode) else _MAY_TALK
    # Nobody is told to join root's group, nor one that ends with the daemon.
    if info.st_mode & needed != needed or info.st_gid == 0 or info.st_gid in DYNAMIC:
        return Barred(path, user, None, joined=False)
    joined = user in group.gr_mem or own == info.st_gid
    return Barred(path, user, group.gr_name, joined=joined)
