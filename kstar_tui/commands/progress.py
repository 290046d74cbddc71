"""How far a long piece of work is: one line on standard error that is gone at the end."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self, TextIO

from kstar_tui.clock import Clock

PATIENCE = 0.5
"""Seconds that a piece of work may take before it is worth a bar."""
_PAUSE = 0.1
"""Seconds between two pictures of it."""


class Progress:
    """A bar for a share 0..1 of what is to be done; says nothing where `err` is no terminal.

    Use as a context manager: the line is cleared at the end, however that comes.
    """

    def __init__(self, err: TextIO, clock: Clock, label: str) -> None:
        self._err = err
        self._clock = clock
        self._label = label
        self._wanted = err.isatty()
        self._next = clock.monotonic() + PATIENCE
        self._drawn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def show(self, share: float, remark: str = "") -> None:
        """Draw it, if the last picture is old enough."""
        if not self._wanted or (now := self._clock.monotonic()) < self._next:
            return
        self._next = now + _PAUSE
        share = min(1.0, max(0.0, share))
        tail = f" {100 * share:3.0f} %{f'  {remark}' if remark else ''}"
        # The last column is left free: writing there makes some terminals go to the next line.
        room = self._width() - 1
        bar = room - len(self._label) - len(tail) - 3
        if bar >= 5:
            full = round(share * bar)
            text = f"{self._label} [{'#' * full}{'.' * (bar - full)}]{tail}"
        else:
            text = f"{self._label}{tail}"[:room]
        self._err.write(f"\r{text:<{min(self._drawn, room)}}")
        self._err.flush()
        self._drawn = len(text)

    def clear(self) -> None:
        """Leave an empty line with the cursor at its start."""
        if self._drawn:
            self._err.write(f"\r{' ' * min(self._drawn, self._width() - 1)}\r")
            self._err.flush()
            self._drawn = 0

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._err.fileno()).columns or 80
        except (OSError, ValueError):
            return 80
