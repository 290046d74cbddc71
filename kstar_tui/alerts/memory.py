"""Which episodes somebody was told of and not yet that they are over: kept over a restart."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from kstar_tui.alerts.alert import Alert, Kind, Stage
from kstar_tui.safely import SAFELY, read_safely

_MOST = 64
"""Episodes that are kept: more than an inverter has faults."""
_LONGEST = 65536
"""Bytes of the file that are read."""

_log = logging.getLogger(__name__)


class Episode(NamedTuple):
    """One that was told of."""

    kind: Kind
    subject: str
    since: datetime
    """When it began."""
    told: datetime
    """When somebody was told of it the last time."""


class Told(NamedTuple):
    """All that are open, and the inverter that they are of, as far as it is known."""

    serial: str = ""
    episodes: tuple[Episode, ...] = ()

    def without(self, unsaid: list[Alert]) -> Told:
        """As if these had not been told, so that they still are."""
        open_ones = {(each.kind, each.subject): each for each in self.episodes}
        for alert in reversed(unsaid):
            if alert.stage is Stage.BEGINS:
                open_ones.pop((alert.kind, alert.subject), None)
            elif alert.stage is Stage.ENDS:
                ended = Episode(alert.kind, alert.subject, alert.since, alert.at)
                open_ones[alert.kind, alert.subject] = ended
        return self._replace(episodes=tuple(open_ones.values()))


class Memory:
    """A small file; without a path it lasts as long as the process."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._latest = Told()
        self._failing = False

    def recall(self) -> Told:
        """What was kept last, by another process as well; nothing where that cannot be read."""
        if self.path is not None:
            try:
                self._latest = _understood(read_safely(self.path, _LONGEST))
            except FileNotFoundError:
                pass
            except (OSError, ValueError, TypeError, KeyError, RecursionError):
                _log.warning("alerts: %s cannot be read, and is made anew", self.path)
        return self._latest

    def keep(self, told: Told) -> None:
        """Replace it as a whole; that it cannot be written is said once."""
        told = told._replace(episodes=told.episodes[:_MOST])
        self._latest = told
        if self.path is None:
            return
        try:
            _write(self.path, json.dumps(_packed(told)).encode())
            self._failing = False
        except OSError as error:
            if not self._failing:
                _log.warning("alerts: %s cannot be written: %s", self.path, error.strerror)
            self._failing = True


def _packed(told: Told) -> dict[str, Any]:
    return {
        "serial": told.serial,
        "episodes": [
            [each.kind, each.subject, each.since.isoformat(), each.told.isoformat()]
            for each in told.episodes
        ],
    }


def _understood(text: str) -> Told:
    """ValueError, TypeError or KeyError for anything that was not written here."""
    found = json.loads(text)
    episodes = []
    for kind, subject, *moments in found["episodes"][:_MOST]:
        since, told = map(datetime.fromisoformat, moments)
        if since.tzinfo is None or told.tzinfo is None:
            raise ValueError("a moment of nowhere")
        episodes.append(Episode(Kind(kind), _text(subject), since, told))
    return Told(_text(found["serial"]), tuple(episodes))


def _text(value: object) -> str:
    if not isinstance(value, str) or not (value.isprintable() and len(value) <= 100):
        raise ValueError("no text")
    return value


def _write(path: Path, data: bytes) -> None:
    # The history, beside which it lies, may not have been made yet.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | SAFELY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    new.replace(path)
