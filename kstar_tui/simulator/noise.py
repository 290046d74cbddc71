"""Smooth chance: a wandering value that depends on the time alone, never on who looks how often."""

from __future__ import annotations

import random


class SmoothNoise:
    """A value from -1 to 1 that turns smoothly between random knots `period` seconds apart."""

    def __init__(self, seed: str, period: float) -> None:
        self._seed = seed
        self._period = period
        self._index: int | None = None
        self._left = 0.0
        self._right = 0.0

    def at(self, seconds: float) -> float:
        """The value at this many seconds."""
        position = seconds / self._period
        index = int(position // 1)
        if index != self._index:
            self._left = self._right if index - 1 == self._index else self._knot(index)
            self._right = self._knot(index + 1)
            self._index = index
        share = position - index
        return self._left + (self._right - self._left) * share * share * (3 - 2 * share)

    def _knot(self, index: int) -> float:
        # A text seed goes through a hash that is the same in every process and Python version.
        return random.Random(f"{self._seed}/{index}").uniform(-1, 1)
