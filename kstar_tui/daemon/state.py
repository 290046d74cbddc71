"""What a daemon leaves in the runtime folder for others: whether it has fresh data.

A health check must not wait for it: hardly anything is loaded.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kstar_tui.safely import SAFELY, read_safely

SLOTS = 64
"""Daemons that have a place in one folder."""
_LONGEST = 4096
"""Bytes of a state that are read."""
_MODE = 0o644
"""The folder says who may look; nothing in it is a secret."""


class DaemonState(NamedTuple):
    """How a daemon is; `uptime` seconds are those since the machine started."""

    pid: int
    version: str
    started: float
    """s since 1970."""
    state: str
    """How the inverter is reached, as `LinkState` says it."""
    since: float
    """s since 1970 at which `state` began."""
    available: bool
    """The last reading still stands for the present."""
    taken: float | None
    """`uptime` of the last accepted reading."""
    interval: float
    """Seconds between two readings."""
    lag: float
    """Seconds by which `taken` may be behind: not every reading is written down."""
    inverter: str | None = None
    """What it is filed under; None while it is not known."""
    address: str | None = None
    error: str | None = None
    """Why it is not reached."""


class Left(NamedTuple):
    """A state that was found, and whether its daemon still lives."""

    state: DaemonState
    alive: bool


class StateFile:
    """The place of this daemon in a folder, its own from the making on; OSError where none is.

    The lock ends with the process, however that ends.
    """

    def __init__(self, folder: Path) -> None:
        for number in range(1, SLOTS + 1):
            base = folder / f"daemon-{number}"
            lock = os.open(_lock_of(base), os.O_RDONLY | os.O_CREAT | SAFELY, _MODE)
            try:
                os.fchmod(lock, _MODE)
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(lock)
                if error.errno not in (errno.EWOULDBLOCK, errno.EPERM):
                    raise
            else:
                self._lock = lock
                self._path = base.with_suffix(".json")
                self._new = base.with_suffix(".new")
                return
        raise OSError(errno.EUSERS, "All places are taken")

    def write(self, state: DaemonState) -> None:
        """Replace what is there as a whole; OSError."""
        data = json.dumps(state._asdict()).encode()
        handle = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | SAFELY, _MODE)
        try:
            os.fchmod(handle, _MODE)
            os.write(handle, data)
        finally:
            os.close(handle)
        self._new.replace(self._path)

    def close(self, *, keep: bool = False) -> None:
        """Leave the place to others, without a word unless it is to `keep`."""
        # The file of the lock stays, so that nobody locks one that is gone.
        try:
            if not keep:
                self._path.unlink(missing_ok=True)
        finally:
            os.close(self._lock)


def states_in(folder: Path) -> Iterator[Left]:
    """What daemons have left in a folder; what cannot be read or understood is passed over."""
    for path in sorted(folder.glob("daemon-*.json")):
        try:
            # Looked at first: a daemon that ends in between has taken its state away.
            alive = _locked(_lock_of(path.with_suffix("")))
            state = _understood(read_safely(path, _LONGEST))
        except (OSError, ValueError, TypeError, RecursionError):
            continue
        yield Left(state, alive)


def _lock_of(base: Path) -> Path:
    return base.with_suffix(".lock")


def _locked(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY | SAFELY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _understood(text: str) -> DaemonState:
    """TypeError or ValueError for anything that no daemon writes."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError("no object")
    # One of another version may say more.
    state = DaemonState(**{name: found[name] for name in DaemonState._fields if name in found})
    numbers = (state.started, state.since, state.interval, state.lag, state.pid)
    if not all(isinstance(number, int | float) for number in numbers):
        raise TypeError("no number")
    texts = (state.state, state.inverter or "", state.address or "", state.error or "")
    if not all(isinstance(each, str) for each in texts):
        raise TypeError("no text")
    if not isinstance(state.taken, int | float | None):
        raise TypeError("no moment")
    return state._replace(
        state=_shown(state.state),
        inverter=state.inverter and _shown(state.inverter),
        address=state.address and _shown(state.address),
        error=state.error and _shown(state.error),
    )


def _shown(text: str) -> str:
    """On one line and without what moves a terminal's cursor."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
