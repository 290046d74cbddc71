"""Whether this is a container with a network of its own, out of which no broadcast comes."""

from __future__ import annotations

import re
from pathlib import Path

_MARKS = (".dockerenv", "run/.containerenv")
_ENGINES = r"\b(docker|containerd|libpod|kubepods)\b"


def is_closed_in(root: Path = Path("/")) -> bool:
    """True in a container that sees no network but one of its engine's, or none at all.

    What is not known for sure counts as open. `root` is where /sys and /proc are.
    """
    try:
        return _is_container(root) and not any(
            _leads_out(interface) for interface in (root / "sys/class/net").iterdir()
        )
    except OSError:
        return False


def _is_container(root: Path) -> bool:
    if any((root / mark).exists() for mark in _MARKS):
        return True
    return re.search(_ENGINES, (root / "proc/1/cgroup").read_text(errors="replace")) is not None


def _leads_out(interface: Path) -> bool:
    """True for hardware, and for what has a type: wlan, vlan, macvlan, or a host's own bridges.

    False for loopback and for what ends in the engine: one end of a veth pair, a tap or tun device.
    """
    # Among the interfaces can lie files, such as bonding_masters.
    if not interface.is_dir():
        return False
    return (interface / "device").exists() or "DEVTYPE=" in (interface / "uevent").read_text()
