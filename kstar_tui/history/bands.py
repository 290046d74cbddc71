"""Prices that hold at certain times of the day: how they are written, and that none overlap."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

DAY = 24 * 60
STEP = 15
"""Bands begin and end on quarters of an hour: prices hold for whole stored quarters."""
HIGHEST_PRICE = 100
_BAND = re.compile(
    r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})"
    r"\s+([0-9]{1,3}(?:[.,][0-9]{1,6})?)(?:\s+([0-9]{1,3}(?:[.,][0-9]{1,6})?))?"
)


class Band(NamedTuple):
    """Local times from `start` to before `end` in minutes since midnight; it may wrap midnight."""

    start: int
    end: int
    import_price: float
    export_price: float | None = None
    """None = as outside of the band."""

    def contains(self, minute: int) -> bool:
        """Whether a local minute of the day (0–1439) belongs to it."""
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def __str__(self) -> str:
        prices = (self.import_price, self.export_price)
        times = "-".join(f"{at // 60:02}:{at % 60:02}" for at in (self.start, self.end))
        return " ".join((times, *(f"{price:.12g}" for price in prices if price is not None)))


def parse_band(text: str) -> Band:
    """A band of "22:00-06:00 0.18" or, with an export price, "22:00-06:00 0.18 0.05"; a decimal
    comma will do.

    ValueError says what is wrong.
    """
    found = _BAND.fullmatch(text.strip())
    if found is None:
        raise ValueError('write it like "22:00-06:00 0.18"')
    start, end = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    if start in (end, DAY):
        raise ValueError("a band begins before it ends; a whole day is 00:00-24:00")
    prices = [float(price.replace(",", ".")) for price in found.groups()[4:] if price is not None]
    if not all(math.isfinite(price) and price <= HIGHEST_PRICE for price in prices):
        raise ValueError(f"a price is from 0 to {HIGHEST_PRICE}")
    return Band(start, end, *prices)


def parse_bands(texts: Sequence[str]) -> tuple[Band, ...]:
    """All bands of a tariff; ValueError also where two of them overlap."""
    bands = tuple(parse_band(text) for text in texts)
    for minute in range(0, DAY, STEP):
        here = [band for band in bands if band.contains(minute)]
        if len(here) > 1:
            raise ValueError(f"two bands hold at {minute // 60:02}:{minute % 60:02}")
    return bands


def _minutes(hour: str, minute: str) -> int:
    at = int(hour) * 60 + int(minute)
    if int(minute) > 59 or at > DAY:
        raise ValueError("times are from 00:00 to 24:00")
    if at % STEP:
        raise ValueError("times are on quarters of an hour")
    return at
