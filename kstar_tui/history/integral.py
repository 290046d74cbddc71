"""Readings become sums over minutes: in whole numbers, so that nothing drifts or gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from kstar_tui.history.bucket import MINUTE, Bucket
from kstar_tui.history.columns import FLOW_INDEX, INDEX, KEPT, SCALES
from kstar_tui.monitor.energy import Flow
from kstar_tui.monitor.limits import MAX_POWER_KW
from kstar_tui.protocol.reading import Reading

LONGEST = 3
"""Poll intervals between two readings above which nobody knows what was in between."""
MAX_SKEW = 2.0
"""Seconds by which the wall clock and the monotonic one may differ, else a clock was set."""

_MINUTE_MS = 1000 * MINUTE
_COUNT = len(KEPT)
_values_of = attrgetter(*KEPT)
_HALVES = tuple(2 * scale for scale in SCALES)
"""Areas are counted in 1/(2 × scale) units × ms: in those a trapezoid is a whole number."""
_MOST = tuple((index, round(1000 * MAX_POWER_KW) * SCALES[index]) for index in FLOW_INDEX)
_PAIRS = tuple(
    (INDEX[one.value], INDEX[other.value])
    for one, other in ((Flow.IMPORT, Flow.EXPORT), (Flow.CHARGE, Flow.DISCHARGE))
)

_Raw = list[int | None]


class _Seen(NamedTuple):
    values: _Raw
    """In whole 1/scale units, in the order of `KEPT`."""
    flowing: bool
    """All six flows are known, and none is beyond what such a house can carry."""
    at_ms: int
    monotonic_ms: int


class Integrator:
    """The area under straight lines from reading to reading, minute by minute.

    Each direction of the grid and the battery is counted apart: where the sign changes between
    two readings, at the crossing. A field that only one of two readings knows is taken to have
    had that value all along. A reading's own value is a low and a high of the minute in which it
    was taken; what lies between two readings is never one.
    """

    def __init__(self, interval: float) -> None:
        """Readings are asked for every `interval` s."""
        self.retime(interval)
        self._last: _Seen | None = None
        self._rest = [0] * _COUNT

    def retime(self, interval: float) -> None:
        """Readings are asked for every `interval` s from now on."""
        self._longest_ms = round(LONGEST * interval * 1000)

    def forget(self) -> None:
        """The next reading is a first one again; what rounding left over goes too."""
        self._last = None
        self._rest = [0] * _COUNT

    def take(self, reading: Reading, at: float, at_monotonic: float) -> list[Bucket]:
        """What came since the reading before, by minutes; empty where that is not known.

        `at` in s since 1970, `at_monotonic` in s. It is not known after a long gap, a clock that
        was set, or where a flow was unknown or impossibly large.
        """
        last, now = self._last, _seen(reading, at, at_monotonic)
        self._last = now
        if last is None or not (last.flowing and now.flowing):
            return []
        length = now.monotonic_ms - last.monotonic_ms
        skew = now.at_ms - last.at_ms - length
        if not 0 < length <= self._longest_ms or abs(skew) > 1000 * MAX_SKEW:
            return []
        start = now.at_ms - length
        if start // _MINUTE_MS == now.at_ms // _MINUTE_MS:
            return [self._whole(last.values, now.values, start, length)]
        return list(self._pieces(last.values, now.values, start, length))

    def _whole(self, old: _Raw, new: _Raw, start: int, length: int) -> Bucket:
        """An interval within one minute: a trapezoid for each field."""
        areas: list[int | None] = [None] * _COUNT
        bucket = _bucket(start, length)
        lows, highs = bucket.lows, bucket.highs
        for i in range(_COUNT):
            first, last = old[i], new[i]
            if first is None:
                if last is None:
                    continue
                first = last
            elif last is None:
                last = first
            areas[i] = (first + last) * length
            if first < last:
                lows[i], highs[i] = first, last
            else:
                lows[i], highs[i] = last, first
        for pair in _PAIRS:
            if _crosses(old, new, pair):
                _set_pair(areas, pair, old, new, length, length)
        self._add(bucket, areas)
        return bucket

    def _pieces(self, old: _Raw, new: _Raw, start: int, length: int) -> Iterator[Bucket]:
        done = _areas(old, new, 0, length)
        begin = 0
        while begin < length:
            moment = start + begin
            end = min(length, begin + _MINUTE_MS - moment % _MINUTE_MS)
            bucket = _bucket(moment, end - begin)
            until = _areas(old, new, end, length)
            self._add(bucket, [_less(a, b) for a, b in zip(until, done, strict=True)])
            if begin == 0:
                bucket.lows, bucket.highs = old.copy(), old.copy()
            elif end == length and end + start < moment + _MINUTE_MS:
                bucket.lows, bucket.highs = new.copy(), new.copy()
            yield bucket
            begin, done = end, until

    def _add(self, bucket: Bucket, areas: list[int | None]) -> None:
        """Whole units go into the bucket, the rest of each division waits for the next."""
        sums, rest = bucket.sums, self._rest
        for i, area in enumerate(areas):
            if area is not None:
                sums[i], rest[i] = divmod(area + rest[i], _HALVES[i])


def _seen(reading: Reading, at: float, at_monotonic: float) -> _Seen:
    values = [
        None if value is None else round(value * scale)
        for value, scale in zip(_values_of(reading), SCALES, strict=True)
    ]
    flowing = True
    for index, most in _MOST:
        flow = values[index]
        if flow is None or flow > most:
            flowing = False
    return _Seen(values, flowing, round(1000 * at), round(1000 * at_monotonic))


def _bucket(start_ms: int, length: int) -> Bucket:
    bucket = Bucket(start_ms // _MINUTE_MS * MINUTE)
    bucket.observed = length
    return bucket


def _areas(old: _Raw, new: _Raw, until: int, length: int) -> list[int | None]:
    """The areas from the first reading until `until` ms after it.

    They are rounded down as areas from the start, so that the pieces of an interval add up to the
    whole of it and none is negative where the field is not.
    """
    areas: list[int | None] = [None] * _COUNT
    for i in range(_COUNT):
        first, last = old[i], new[i]
        first = last if first is None else first
        last = first if last is None else last
        if first is not None and last is not None:
            areas[i] = 2 * first * until + (last - first) * until * until // length
    for pair in _PAIRS:
        if _crosses(old, new, pair):
            _set_pair(areas, pair, old, new, until, length)
    return areas


def _crosses(old: _Raw, new: _Raw, pair: tuple[int, int]) -> bool:
    """Whether the course goes from one direction to the other."""
    one, other = pair
    return bool((old[one] and new[other]) or (old[other] and new[one]))


def _set_pair(
    areas: list[int | None], pair: tuple[int, int], old: _Raw, new: _Raw, until: int, length: int
) -> None:
    """The areas of a direction that ends at the crossing and of the other that begins there."""
    before, after = pair if old[pair[0]] else pair[::-1]
    first, last = old[before] or 0, new[after] or 0
    span = first + last
    # The crossing is after first/span of the interval.
    if until * span <= first * length:
        areas[before] = (2 * first * length - span * until) * until // length
        areas[after] = 0
    else:
        areas[before] = first * first * length // span
        beyond = until * span - first * length
        areas[after] = beyond * beyond // (span * length)


def _less(area: int | None, before: int | None) -> int | None:
    return None if area is None or before is None else area - before
