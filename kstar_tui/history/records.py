"""What is handed to the store and what comes back, beside buckets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kstar_tui.history.bucket import Bucket


class Account(NamedTuple):
    """The lifetime energies of one inverter, and where its own counters stood."""

    totals: tuple[int, int, int, int, int, int]
    """mJ in the order of `Flow`."""
    since: int
    """s since 1970 at which the account began."""
    at: float
    """s since 1970 of the last reading in it."""
    pv_counter: float | None = None
    """The inverter's own `energy_total` at that reading, kWh."""
    load_counter: float | None = None
    hours_counter: float | None = None


class RawFrame(NamedTuple):
    """A running-data frame as it came. `at` in s since 1970."""

    at: float
    frame: bytes


class StoredEvent(NamedTuple):
    """Something that began or ended. `kind` and `subject` say what, `text` says it to people."""

    at: float
    """s since 1970."""
    kind: str
    """fault, grid, link or mode."""
    subject: str
    """Which fault, state or mode; a beginning and its end have the same."""
    begins: bool
    """False where it ended."""
    severity: str
    text: str


class Batch(NamedTuple):
    """What one transaction writes: what was added since the last one. `account` is the whole."""

    key: str
    """The inverter's `Update.key`."""
    now: float
    """s since 1970, for the roll-up."""
    account: Account | None = None
    minutes: Sequence[Bucket] = ()
    """Added to rows that are there already."""
    frames: Sequence[RawFrame] = ()
    events: Sequence[StoredEvent] = ()
    model: str = ""
    serial: str = ""
