"""Who is told of every update; one that fails harms nobody else."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kstar_tui.monitor.update import Update

_log = logging.getLogger("kstar_tui.monitor")


class _Subscriber:
    def __init__(self, call: Callable[[Update], None]) -> None:
        self.call = call
        self.failed = False


class Subscribers:
    """Called in the order in which they came, each with every update."""

    def __init__(self) -> None:
        self._all: list[_Subscriber] = []

    def add(self, call: Callable[[Update], None]) -> Callable[[], None]:
        """Returns what ends the subscription; calling that again does nothing."""
        subscriber = _Subscriber(call)
        self._all.append(subscriber)

        def end() -> None:
            if subscriber in self._all:
                self._all.remove(subscriber)

        return end

    def tell(self, update: Update) -> None:
        """Hand it to each; an exception is logged once for each subscriber."""
        for subscriber in tuple(self._all):
            try:
                subscriber.call(update)
            except Exception:
                if not subscriber.failed:
                    subscriber.failed = True
                    _log.exception("a subscriber failed; its further failures are not logged")
