"""The simulator's own exact account of energy, against which measured figures can be held."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kstar_tui.simulator.conversion import Flows

_JOULES = 3.6e6


@dataclass(slots=True)
class Account:
    """Energies in kWh, never rounded. PV + imported + discharged = the other three + lost."""

    pv: float = 0.0
    load: float = 0.0
    grid_import: float = 0.0
    grid_export: float = 0.0
    battery_charge: float = 0.0
    battery_discharge: float = 0.0
    loss: float = 0.0

    def add(self, flows: Flows, seconds: float) -> None:
        """Book `seconds` of these powers."""
        share = seconds / _JOULES
        self.pv += flows.pv * share
        self.load += flows.load * share
        if flows.grid > 0:
            self.grid_import += flows.grid * share
        else:
            self.grid_export -= flows.grid * share
        if flows.battery > 0:
            self.battery_discharge += flows.battery * share
        else:
            self.battery_charge -= flows.battery * share
        self.loss += flows.loss * share

    def copy(self) -> Account:
        """The account as it stands now."""
        return replace(self)
