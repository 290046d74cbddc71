"""What the goodwe library and we both call by a name of our own, with the same unit and sign."""

from __future__ import annotations

SAME = {
    "vpv1": "pv1_voltage",
    "ipv1": "pv1_current",
    "vpv2": "pv2_voltage",
    "ipv2": "pv2_current",
    "vbattery1": "battery_voltage",
    "battery_soc": "battery_soc",
    "vgrid": "grid_voltage",
    "igrid": "ac_output_current",
    "fgrid": "grid_frequency",
    "vload": "backup_voltage",
    "iload": "backup_current",
    "fload": "backup_frequency",
    "pload": "load_power",
    "pback_up": "backup_power",
    "temperature": "temperature",
    "error_codes": "error_bits",
    "e_total": "energy_total",
    "h_total": "hours_total",
    "e_day": "energy_today",
    "e_load_day": "load_energy_today",
    "e_load_total": "load_energy_total",
    "total_power": "inverter_power",
    "effective_relay_control": "relay_bits",
}
