"""The history database: where it is, whether it can be used, and how sound it is."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from kstar_tui.doctor.finding import Finding, note, ok, problem, warning
from kstar_tui.doctor.world import World
from kstar_tui.history.archive import Archive
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.database import ERRORS, worded
from kstar_tui.history.errors import StoreBusy, StoreDamaged, StoreError, StoreUnusable
from kstar_tui.history.lock import holder
from kstar_tui.history.store import Store

CHECK_SECONDS = 5.0
"""Seconds for which the database is checked: a card in a Raspberry Pi reads slowly."""
_STEPS = 2000
"""Instructions of SQLite after which the time is looked at."""
_TIGHT, _FULL = 200 << 20, 20 << 20
"""Bytes of free disk: what three years of history take, and what is as good as nothing."""
_BEHIND = 300
"""Seconds by which the newest minute may be behind while somebody writes."""
_AHEAD = 120

_PERMISSION = (
    "Let the user that kstar-tui runs as own the folder and the files in it, or name another place"
    " with --history."
)


class Database:
    """The file of the history under examination."""

    def __init__(self, path: Path, interval: float) -> None:
        self.busy: StoreBusy | None = None
        """Who writes, where somebody does."""
        self._path = path
        self._interval = interval
        self._there = False
        """There is a file that may be looked into."""

    def examine(self, world: World, stopped: Callable[[], bool]) -> Iterator[Finding]:
        """Each line as it is known; ends early once `stopped`."""
        yield self._file()
        yield from self._writable()
        yield self._writer()
        yield self._free()
        if self._there:
            yield from self._contents(world, stopped)
        yield from self._set_aside()

    def _file(self) -> Finding:
        path = self._path
        try:
            found = path.stat()
        except FileNotFoundError:
            text = f"{path} does not exist yet: it is made with the first minute"
            return note("file", text, path=str(path), exists=False)
        except OSError as error:
            text = f"{path}: {error.strerror}"
            return problem("file", text, _PERMISSION, path=str(path), exists=None)
        if not stat.S_ISREG(found.st_mode):
            text = f"{path} is no regular file"
            return problem("file", text, "Name another with --history.", path=str(path))
        self._there = True
        size = found.st_size + _size(path.with_name(f"{path.name}-wal"))
        return ok("file", f"{path}, {_bytes(size)}", path=str(path), exists=True, size=size)

    def _writable(self) -> Iterator[Finding]:
        path = self._path
        folder = path.parent
        there = _nearest(folder)
        facts = {"folder": str(folder), "exists": there == folder}
        # SQLite makes files of its own beside the database.
        if not os.access(there, os.W_OK | os.X_OK):
            text = f"nothing can be written in {there} by {_user()}"
            yield problem("writable", text, _PERMISSION, **facts, writable=False)
        elif _exists(path) and not os.access(path, os.R_OK | os.W_OK):
            text = f"{path} cannot be written by {_user()}"
            yield problem("writable", text, _PERMISSION, **facts, writable=False)
        else:
            yield ok("writable", f"{_user()} can write there", **facts, writable=True)

    def _writer(self) -> Finding:
        try:
            self.busy = busy = holder(self._path)
        except OSError as error:
            return note("writer", f"who writes it cannot be told: {error.strerror}")
        if busy is None:
            return note("writer", "no kstar-tui writes it now", pid=None)
        whose = f" for {busy.key}" if busy.key else ""
        publishes = busy.key is not None and busy.publishes
        return ok(
            "writer",
            f"{busy.who} writes it{whose}{', and publishes' if publishes else ''}",
            pid=busy.pid,
            inverter=busy.key,
            publishes=publishes if busy.key else None,
        )

    def _free(self) -> Finding:
        try:
            free = shutil.disk_usage(_nearest(self._path.parent)).free
        except OSError as error:
            return note("free", f"how much room the disk has cannot be told: {error.strerror}")
        text = f"{_bytes(free)} free on that disk"
        advice = "Make room: a year of history takes up to 60 MB."
        if free < _FULL:
            return problem("free", text, advice, free=free)
        if free < _TIGHT:
            return warning("free", text, advice, free=free)
        return ok("free", text, free=free)

    def _contents(self, world: World, stopped: Callable[[], bool]) -> Iterator[Finding]:
        now = world.clock.now().timestamp()
        calendar = Calendar()
        try:
            with closing(Store.open(self._path, calendar, now=now, write=False)) as store:
                yield self._integrity(store, world, stopped)
                yield from self._newest(Archive(store, calendar), calendar, now)
        except StoreError as error:
            yield _unreadable(error)

    def _integrity(self, store: Store, world: World, stopped: Callable[[], bool]) -> Finding:
        clock = world.clock
        begun = clock.monotonic()

        def enough() -> bool:
            return stopped() or clock.monotonic() - begun > CHECK_SECONDS

        store.connection.set_progress_handler(enough, _STEPS)
        try:
            rows = store.connection.execute("PRAGMA quick_check(3)").fetchall()
        except ERRORS as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                text = f"nothing wrong was found in {CHECK_SECONDS:.0f} s; the rest was not checked"
                return note("integrity", text, checked=False)
            return _unreadable(worded(error, self._path))
        finally:
            store.connection.set_progress_handler(None, 0)
        if rows == [("ok",)]:
            return ok("integrity", "the database is sound", checked=True)
        return _unreadable(StoreDamaged(f"{self._path} is damaged"))

    def _newest(self, archive: Archive, calendar: Calendar, now: float) -> Iterator[Finding]:
        known = archive.inverters()
        if not known:
            yield note("newest", "nothing is kept in it yet", inverters=[])
            return
        newest = max(one.last for one in known)
        when = f"{calendar.local(newest):%Y-%m-%d %H:%M}"
        names = ", ".join(one.key for one in known)
        text = f"the newest minute kept is {when} ({names})"
        facts = {
            "inverters": [one.key for one in known],
            "newest": calendar.local(newest).isoformat(),
            "age_s": round(now - newest),
        }
        if newest - now > _AHEAD:
            yield warning(
                "newest",
                f"{text}: that is in the future",
                "This machine's clock is wrong, or it was when that was kept.",
                **facts,
            )
        elif self.busy is not None and now - newest > _BEHIND + self._interval:
            # At night it may sleep: that is not the disk's fault.
            yield note("newest", f"{text}: since then the inverter has not been read", **facts)
        else:
            yield ok("newest", text, **facts)

    def _set_aside(self) -> Iterator[Finding]:
        path = self._path
        try:
            names = sorted(one.name for one in path.parent.glob(f"{path.name}.*-*"))
        except OSError:
            return
        begins = tuple(f"{path.name}.{why}-" for why in ("damaged", "foreign"))
        aside = [n for n in names if n.startswith(begins) and not n.endswith(("-wal", "-shm"))]
        if aside:
            yield note(
                "set_aside",
                f"set aside earlier, as it could not be used: {', '.join(aside)}",
                "Delete it when you no longer need it.",
                files=aside,
            )


def _unreadable(error: StoreError) -> Finding:
    if isinstance(error, StoreUnusable):
        advice = "Install the newer kstar-tui again, or name another file with --history."
    elif isinstance(error, StoreDamaged):
        advice = (
            "At its next minute kstar-tui sets the file aside and begins a new one. Copy it first"
            " if you want to have it repaired (the sqlite3 program's .recover may help)."
        )
    else:
        advice = _PERMISSION
    return problem("integrity", str(error), advice, checked=True)


def _exists(path: Path) -> bool:
    """Whether it can be seen at all."""
    try:
        return path.exists()
    except OSError:
        return False


def _nearest(folder: Path) -> Path:
    """The folder, or the first one above it that there is."""
    while not _exists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _user() -> str:
    try:
        return f"user {pwd.getpwuid(os.geteuid()).pw_name}"
    except KeyError:
        return f"user {os.geteuid()}"


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"
