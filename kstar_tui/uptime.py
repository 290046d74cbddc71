"""Seconds that all processes of this machine count alike."""

import sys
import time


def uptime() -> float:
    """Seconds that never jump, and that also pass while the machine is suspended, where the system
    counts them."""
    # On Linux the usual monotonic clock stands still then: a reading from before would be new.
    if sys.platform != "win32" and hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
