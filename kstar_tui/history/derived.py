"""How much of its own energy a house uses. Defined in docs/energy.md."""

from __future__ import annotations

from kstar_tui.history.bucket import Bucket
from kstar_tui.monitor.energy import Flow


def self_consumption(bucket: Bucket) -> float | None:
    """Share 0–1 of the observed PV energy that was not exported; None without any."""
    return _kept(bucket.measured(Flow.PV), bucket.measured(Flow.EXPORT))


def self_sufficiency(bucket: Bucket) -> float | None:
    """Share 0–1 of the observed load that was not imported; None without any."""
    return _kept(bucket.measured(Flow.LOAD), bucket.measured(Flow.IMPORT))


def _kept(whole: float, gone: float) -> float | None:
    # Below it: a battery that is charged from, or emptied into, the grid.
    return None if whole <= 0 else min(1.0, max(0.0, 1 - gone / whole))
