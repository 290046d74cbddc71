"""Bytes from and to the inverter, as values. Pure: no I/O, no clock."""
