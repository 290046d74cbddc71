"""The six flows of energy, and the accounts that are kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from kstar_tui.monitor.update import Update

JOULES_PER_KWH = 3_600_000
MJ_PER_KWH = 1000 * JOULES_PER_KWH
"""Accounts are whole millijoules (W × ms): sums of them are exact."""


class Flow(StrEnum):
    """A flow of energy; the value is the field of its power in W, never negative."""

    PV = "pv_power"
    LOAD = "load_power"
    IMPORT = "grid_import_power"
    EXPORT = "grid_export_power"
    CHARGE = "battery_charge_power"
    DISCHARGE = "battery_discharge_power"

    @property
    def energy(self) -> str:
        """The name of its energy in kWh over a period: `pv_energy`, `grid_import_energy` …"""
        return f"{self.value.removesuffix('_power')}_energy"

    @property
    def counted(self) -> bool:
        """The inverter counts it itself; the others are integrated from readings."""
        return self in (Flow.PV, Flow.LOAD)


FLOWS = tuple(Flow)


class Energy(NamedTuple):
    """The accounts of one inverter as they are on disk: what is published can never go back."""

    total: Mapping[Flow, float]
    """Lifetime kWh: PV and load as the inverter counts, the others since `since`."""
    today: Mapping[Flow, float]
    """kWh of the local day `day` so far."""
    day: date
    observed: float
    """Seconds of `day` so far during which the flows were known."""
    since: datetime
    """When the four integrated accounts began."""
    saved: datetime
    """When all this was written."""

    def values(self) -> dict[str, float]:
        """The twelve counters by name, in kWh: `pv_energy_total`, `pv_energy_today` …; those of
        which something is known."""
        periods = (("total", self.total), ("today", self.today))
        return {
            f"{flow.energy}_{period}": kwh[flow]
            for period, kwh in periods
            for flow in Flow
            if flow in kwh
        }


class Ledger(Protocol):
    """Who keeps the accounts. The monitor shows it every update before any subscriber."""

    def take(self, update: Update) -> Energy | None:
        """Book what an update tells; the accounts as they stand on disk, None while unknown."""
        ...
