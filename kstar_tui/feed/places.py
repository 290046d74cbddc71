"""The sockets of running daemons: where they are, and which are left over."""

from __future__ import annotations

import os
import re
import socket
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_NAMES = r"live-[0-9]{1,10}\.sock"
_LONGEST = 100
"""Bytes that the name of a socket may always have."""
_MOST = 32
"""Sockets of one folder that are looked at."""


class Sockets(NamedTuple):
    """What is there, and the folders that may not be looked into."""

    found: list[Path]
    closed: list[Path]


def socket_path(folder: Path, pid: int) -> Path:
    """Where the daemon of a process listens."""
    return folder / f"live-{pid}.sock"


def sockets_in(folders: Iterable[Path]) -> Sockets:
    """The sockets of daemons in folders; what is no socket itself, links included, is none."""
    found: list[Path] = []
    closed: list[Path] = []
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                named = [entry.path for entry in entries if re.fullmatch(_NAMES, entry.name)]
        except PermissionError:
            closed.append(folder)
        except OSError:
            continue
        else:
            found += [Path(path) for path in sorted(named)[:_MOST] if _is_socket(path)]
    return Sockets(found, closed)


@contextmanager
def short(path: Path) -> Iterator[str]:
    """A name by which a socket is bound or opened, however deep its folder lies. OSError."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def remove_stale(folder: Path) -> None:
    """Remove the sockets of daemons that ended without a word."""
    for path in sockets_in([folder]).found:
        with socket.socket(socket.AF_UNIX) as one:
            # Here it is never waited for: it is taken, refused, or the queue is full.
            one.setblocking(False)
            try:
                with short(path) as name:
                    one.connect(name)
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:
                continue


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.lstat(path).st_mode)
    except OSError:
        return False
