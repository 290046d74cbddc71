"""The folder in which running daemons leave what other processes of this machine may look at.

A health check must not wait for it: nothing of the project is loaded.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

NAME = "kstar-tui"
VARIABLE = "RUNTIME_DIRECTORY"
"""Where systemd, or whoever starts the program, names the folder."""
_SYSTEM = Path("/run")
_OTHERS_WRITE = 0o022
_MOUNTS = Path("/proc/self/mountinfo")
_IN_MEMORY = ("tmpfs", "ramfs")


def make_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder of this process, made where it is missing; None where there can be none.

    It is the one that the environment names, else the user's own below XDG_RUNTIME_DIR, else `run`
    in the data folder. One in which others could write is passed over.
    """
    for path in _own(environ):
        named = bool(environ.get(VARIABLE))
        try:
            path.mkdir(mode=0o755 if named else 0o700, parents=True, exist_ok=True)
            # Whoever names one may have made it for an owner that is not us.
            if os.access(path, os.W_OK | os.X_OK) and (named or _is_ours(path)):
                return path
        except OSError:
            continue
    return None


def folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where daemons of this user, and then of the system, may have left something.

    Where the environment names a folder it is the only one.
    """
    if environ.get(VARIABLE):
        yield from _own(environ)
        return
    yield from _session(environ)
    # Only root can make one there; a second service has a name of its own.
    yield from sorted(_SYSTEM.glob(f"{NAME}*"))
    yield from (path for path in _lasting(environ) if not _is_closed(path))


def is_of_system(folder: Path) -> bool:
    """Whether it is that of a service of the whole system."""
    return folder.parent == _SYSTEM


def in_memory(path: Path) -> bool:
    """Whether what is written there wears out no disk; False where that is not known."""
    try:
        device = path.stat().st_dev
        mounts = _MOUNTS.read_text(errors="replace").splitlines()
    except OSError:
        return False
    number = f"{os.major(device)}:{os.minor(device)}"
    for mount in mounts:
        before, _, behind = mount.partition(" - ")
        if before.split()[2] == number:
            return behind.split()[0] in _IN_MEMORY
    return False


def _own(environ: Mapping[str, str]) -> Iterator[Path]:
    """Folders for what this process leaves, the best one first."""
    if named := environ.get(VARIABLE):
        # systemd puts colons between several.
        yield Path(named.split(":")[0])
        return
    yield from _session(environ)
    yield from _lasting(environ)


def _lasting(environ: Mapping[str, str]) -> Iterator[Path]:
    # By hand: the library that knows data folders takes longer than all else here.
    try:
        data = Path(environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    except RuntimeError:
        return
    if data.is_absolute():
        yield data / NAME / "run"


def _is_closed(path: Path) -> bool:
    """Whether it is one that somebody else has made in our place, as who ran the program with sudo
    and our home folder; it stays, and says nothing of a daemon."""
    try:
        info = path.lstat()
    except OSError as error:
        return isinstance(error, PermissionError)
    return info.st_uid != os.geteuid() and not os.access(path, os.R_OK | os.X_OK)


def _session(environ: Mapping[str, str]) -> Iterator[Path]:
    # A program that cron or su started does not have the variable, or has another user's.
    text = environ.get("XDG_RUNTIME_DIR")
    usual = _SYSTEM / "user" / str(os.geteuid())
    for parent in dict.fromkeys((Path(text) if text else usual, usual)):
        if parent.is_absolute() and _is_ours(parent):
            yield parent / NAME
            return


def _is_ours(path: Path) -> bool:
    """Whether it is a folder, not a link to one, in which nobody but we can write."""
    try:
        info = path.lstat()
    except OSError:
        return False
    ours = info.st_uid == os.geteuid() and not info.st_mode & _OTHERS_WRITE
    return stat.S_ISDIR(info.st_mode) and ours
