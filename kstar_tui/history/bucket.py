"""A stretch of time in sums, so that any two can be added without a loss."""

from __future__ import annotations

from collections.abc import Iterable

from kstar_tui.history.columns import INDEX, KEPT, SCALES
from kstar_tui.monitor.energy import FLOWS, MJ_PER_KWH, Flow

MINUTE = 60
QUARTER = 900
_COUNT = len(KEPT)


class Bucket:
    """What was measured from `start` (s since 1970, UTC) on.

    A field's sum is its integral over the observed time, in whole unit × ms; its low and high are
    whole 1/scale units. None = the field was not known. `pv_energy` and `load_energy` are what the
    inverter counted, in mJ; the other four energies are the sums of their powers.
    """

    __slots__ = ("highs", "load_energy", "lows", "observed", "pv_energy", "start", "sums")

    def __init__(self, start: int) -> None:
        self.start = start
        self.observed = 0
        """Milliseconds during which all six flows were known."""
        self.pv_energy = 0
        self.load_energy = 0
        self.sums: list[int | None] = [None] * _COUNT
        self.lows: list[int | None] = [None] * _COUNT
        self.highs: list[int | None] = [None] * _COUNT

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Bucket):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Bucket({self.start}, observed={self.observed})"

    def merge(self, other: Bucket) -> None:
        """Add another stretch to this one; the order of merging changes nothing."""
        self.observed += other.observed
        self.pv_energy += other.pv_energy
        self.load_energy += other.load_energy
        sums, lows, highs = self.sums, self.lows, self.highs
        for i, (total, low, high) in enumerate(
            zip(other.sums, other.lows, other.highs, strict=True)
        ):
            if total is not None:
                sums[i] = total + (sums[i] or 0)
            if low is not None:
                mine = lows[i]
                lows[i] = low if mine is None else min(mine, low)
            if high is not None:
                mine = highs[i]
                highs[i] = high if mine is None else max(mine, high)

    def mean(self, field: str) -> float | None:
        """The mean of a kept field over the observed time, in its unit."""
        total = self.sums[INDEX[field]]
        return None if total is None or not self.observed else total / self.observed

    def low(self, field: str) -> float | None:
        """The lowest value of a kept field, in its unit."""
        return _scaled(self.lows, INDEX[field])

    def high(self, field: str) -> float | None:
        """The highest value of a kept field, in its unit."""
        return _scaled(self.highs, INDEX[field])

    def millijoules(self, flow: Flow) -> int:
        """The energy of a flow in mJ: counted by the inverter for PV and load, else integrated."""
        if flow is Flow.PV:
            return self.pv_energy
        if flow is Flow.LOAD:
            return self.load_energy
        return self.sums[INDEX[flow.value]] or 0

    def measured(self, flow: Flow) -> float:
        """kWh integrated over the observed time, also for PV and load."""
        return (self.sums[INDEX[flow.value]] or 0) / MJ_PER_KWH

    def energy(self, flow: Flow) -> float:
        """kWh of a flow."""
        return self.millijoules(flow) / MJ_PER_KWH

    def energies(self) -> dict[Flow, float]:
        """kWh of all six."""
        return {flow: self.energy(flow) for flow in FLOWS}


def merged(start: int, parts: Iterable[Bucket]) -> Bucket:
    """One bucket of many."""
    whole = Bucket(start)
    for part in parts:
        whole.merge(part)
    return whole


def _scaled(values: list[int | None], index: int) -> float | None:
    value, scale = values[index], SCALES[index]
    return None if value is None else value if scale == 1 else value / scale
