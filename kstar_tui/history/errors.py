"""What can go wrong with the database, in words for people."""

from __future__ import annotations


class StoreError(Exception):
    """It did not work now; it may later."""


class StoreUnusable(StoreError):  # noqa: N818
    """The file is another version's, and is left alone."""


class StoreDamaged(StoreError):  # noqa: N818
    """The file can no longer be read."""


class StoreBusy(StoreError):  # noqa: N818
    """Another process writes; its number, the inverter it books, whether it publishes that one and
    tells its alerts: as far as it has told."""

    def __init__(
        self,
        pid: int | None,
        key: str | None = None,
        *,
        publishes: bool = True,
        alerts: bool = True,
    ) -> None:
        self.who = "another process" if pid is None else f"process {pid}"
        super().__init__(f"{self.who} writes the history")
        self.pid = pid
        self.key = key
        self.publishes = publishes
        self.alerts = alerts
