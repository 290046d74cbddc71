"""Opening the file: made where it is missing, set aside where it is damaged or foreign."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from kstar_tui.history.columns import KEPT
from kstar_tui.history.errors import StoreDamaged, StoreError, StoreUnusable
from kstar_tui.history.schema import APPLICATION_ID, TABLES, VERSION

_MAGIC = b"SQLite format 3\0"
_BUSY_SECONDS = 0.05
"""We live in an event loop: whoever holds the database longer is waited for by trying again."""
MEMORY = ":memory:"


ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite's module raises: the words of an error can be damaged too."""


class Stamp(NamedTuple):
    """By what it shows that a file is another one, or has been written to."""

    inode: int
    changed: int
    size: int
    log: bool
    """Somebody writes, or ended without a word: what is new stands beside it."""

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """As it is now; OSError."""
        log = _beside(path, "-wal")
        info = path.stat()
        return cls(info.st_ino, info.st_mtime_ns, info.st_size, log.exists())


class Opened(NamedTuple):
    """A connection that only reads."""

    connection: sqlite3.Connection
    still: bool
    """It holds what was there when it was opened, and is of no more use once somebody writes: the
    file's `Stamp` is then another one."""


class ForeignFileError(Exception):
    """A database, but not one of ours."""


def open_writing(path: Path | str, now: float) -> tuple[sqlite3.Connection, Path | None]:
    """A connection that may write, and where a file that was of no use is now."""
    if path == MEMORY:
        return _prepared(sqlite3.connect(MEMORY)), None
    path = Path(path)
    aside: Path | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_odd(path)
        if _is_no_database(path):
            aside = set_aside(path, "damaged", now)
        mode = _mode(path.parent)
        if not path.exists():
            path.touch(mode=mode)
        _share(path, mode)
        try:
            return _connect(path), aside
        except ForeignFileError:
            aside = set_aside(path, "foreign", now)
        except StoreDamaged:
            aside = set_aside(path, "damaged", now)
        path.touch(mode=mode)
        return _connect(path), aside
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from None


def _refuse_odd(path: Path) -> None:
    """A pipe would be waited for, for ever: StoreError. Another process may have named it."""
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is no regular file")


def _mode(folder: Path) -> int:
    """Of the files in a folder: where its group, and nobody else, may look in, that may read them,
    as the group of a service of the system may."""
    shared = stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0o050
    return 0o640 if shared else 0o600


def _share(path: Path, mode: int) -> None:
    """One that was made before its folder was shared."""
    for each in (path, _beside(path, "-wal"), _beside(path, "-shm")):
        with contextlib.suppress(OSError):
            had = stat.S_IMODE(each.stat().st_mode)
            if had | mode != had:
                each.chmod(had | mode)


def _beside(path: Path, tail: str) -> Path:
    return path.with_name(f"{path.name}{tail}")


def open_reading(path: Path) -> Opened:
    """To read, and nothing else; StoreError where there is nothing to read."""
    try:
        if not path.exists():
            raise StoreError(f"there is no history yet: {path} does not exist")
        if not os.access(path, os.R_OK):
            raise StoreError(f"{path}: {os.strerror(errno.EACCES)}")
        _refuse_odd(path)
        try:
            return Opened(_read_only(path, "mode=ro"), still=False)
        except sqlite3.OperationalError:
            before = Stamp.of(path)
            log = _beside(path, "-wal")
            if os.access(path.parent, os.W_OK) or (before.log and log.stat().st_size):
                raise
            # A complete file, in a folder in which SQLite cannot make what it needs beside it.
            return _still(path, before)
    except ERRORS as error:
        raise worded(error, path) from None
    except ForeignFileError:
        raise StoreError(f"{path} is no history of kstar-tui") from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from None


def _still(path: Path, before: Stamp) -> Opened:
    """SQLite takes it for one that nobody ever writes, and would not notice who does."""
    connection = _read_only(path, "mode=ro&immutable=1")
    try:
        if Stamp.of(path) != before:
            raise StoreError(f"{path}: somebody has just begun to write it")
    except BaseException:
        connection.close()
        raise
    return Opened(connection, still=True)


def _read_only(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?{mode}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
    try:
        _check(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def set_aside(path: Path, why: str, now: float) -> Path:
    """Rename the database with all that belongs to it; its new name."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}.{why}-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.{why}-{stamp}-{number}")
    for tail in ("-wal", "-shm"):
        extra = _beside(path, tail)
        if extra.exists():
            extra.rename(aside.with_name(aside.name + tail))
    path.rename(aside)
    return aside


def worded(error: sqlite3.Error | UnicodeDecodeError, path: Path | str) -> StoreError:
    """What SQLite means, for people."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, UnicodeDecodeError) or code in (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    ):
        return StoreDamaged(f"{path} is damaged")
    words = {
        sqlite3.SQLITE_FULL: "the disk is full",
        sqlite3.SQLITE_READONLY: "the file cannot be written",
        sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
        sqlite3.SQLITE_IOERR: "the disk does not read or write",
        sqlite3.SQLITE_BUSY: "another program holds the database",
        sqlite3.SQLITE_LOCKED: "another program holds the database",
    }.get(code, str(error))
    return StoreError(f"{path}: {words}")


def _is_no_database(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
    return bool(start) and start != _MAGIC


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise worded(error, path) from None
    try:
        return _prepared(connection)
    except ERRORS as error:
        connection.close()
        raise worded(error, path) from None
    except BaseException:
        connection.close()
        raise


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.isolation_level = None
    # Small pages: what is written a minute is a few rows, and an SD card counts every byte.
    connection.execute("PRAGMA page_size = 1024")
    new = _check(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    # What is published must outlive a power cut too.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -1000")
    if new:
        connection.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            connection.execute(table)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    else:
        _widen(connection)
    return connection


def _check(connection: sqlite3.Connection) -> bool:
    """Whether it is still empty."""
    # A damaged word of an event is no reason to keep no history.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not tables and application in (0, APPLICATION_ID):
        return True
    if application != APPLICATION_ID:
        raise ForeignFileError
    if version > VERSION:
        raise StoreUnusable("a newer kstar-tui made the history file: it is left alone")
    return False


def _widen(connection: sqlite3.Connection) -> None:
    """A field that is kept since a later version gets its columns."""
    for table in ("minute", "quarter", "day"):
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for name in KEPT:
            for column in (f"{name}_sum", f"{name}_low", f"{name}_high"):
                if column not in there:
                    connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER")
