"""The first start: which inverter, perhaps a broker, and what of it is saved."""
