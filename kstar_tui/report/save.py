"""A report on disk: a new file, for its owner only, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

_MOST = 1000
"""Reports of one second, after which there is something wrong with the folder."""


def folders() -> Iterator[Path]:
    """Where a report may go, the best place first: the current folder, the program's, the home."""
    with contextlib.suppress(OSError):
        # It may have been removed.
        yield Path.cwd()
    import platformdirs

    yield platformdirs.user_data_path("kstar-tui", appauthor=False)
    with contextlib.suppress(RuntimeError):
        yield Path.home()


def save_report(text: str, at: datetime, places: Sequence[Path] | None = None) -> Path:
    """Write it into the first folder that can be written to; its path. Nothing is overwritten.

    OSError, the first one, where there is no such folder.
    """
    first: OSError | None = None
    for folder in places if places is not None else folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _write(text.encode(errors="replace"), folder, f"kstar-report-{at:%Y%m%d-%H%M%S}")
        except OSError as error:
            first = first or error
    raise first or FileNotFoundError("no folder to write to")


def _write(data: bytes, folder: Path, stem: str) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{stem}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path = _reserved(folder, stem)
        try:
            # In the place of an empty file that is ours, so that nobody else's goes.
            Path(name).replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _reserved(folder: Path, stem: str) -> Path:
    for number in range(1, _MOST):
        path = folder / (f"{stem}.txt" if number == 1 else f"{stem}-{number}.txt")
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return path
    raise FileExistsError(errno.EEXIST, "There are too many reports of this second")
