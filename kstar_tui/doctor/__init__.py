"""What may be wrong between this machine, the inverter, the disk and the broker, looked at in turn.

Nothing is changed anywhere, and an inverter is asked no faster than the monitor asks it.
"""
