"""What kind of interface a network is behind, whether this is a container, and whether that is
closed in: out of a network that an engine made for it no broadcast comes."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

_MARKS = {".dockerenv": "Docker", "run/.containerenv": "Podman"}
_ENGINES = {
    "docker": "Docker",
    "podman": "Podman",
    "libpod": "Podman",
    "containerd": "containerd",
    "kubepods": "Kubernetes",
}
"""Engines that give a container a network of its own, by their words in its control group, or in
what its first process was told."""
_BRIDGES = ("docker", "br-", "podman", "cni", "virbr", "lxc", "lxd", "incus")
_BY_DEVTYPE = ("bridge", "wireguard", "macvlan", "ipvlan", "vlan", "bond")
_ROOT = Path("/")
_MOST = 65536
"""Bytes of a file of the system that are read."""


class Interface(StrEnum):
    """What an interface is; the value is for people."""

    WIRED = "wired"
    WIFI = "WiFi"
    CONTAINERS = "a bridge for containers"
    TUNNEL = "a tunnel"
    INSIDE = "a container's own"
    """One end of a pair of which the other is on the container's host."""
    LOOPBACK = "this machine itself"
    OTHER = ""


class Container(NamedTuple):
    """What this runs in."""

    name: str
    """Of its engine, for people."""
    engine: bool
    """Of a kind that closes in: elsewhere, as in LXC, the pair mostly ends in a bridge to the
    house."""


def interface_kind(name: str, root: Path = _ROOT) -> Interface:
    """What the system tells of an interface; `root` is where /sys is."""
    # An alias such as eth0:1 has no folder of its own.
    base = root / "sys/class/net" / name.partition(":")[0]
    devtype = _devtype(_text(base / "uevent"))
    number, peer = _text(base / "ifindex").strip(), _text(base / "iflink").strip()
    paired = bool(number and peer) and number != peer and devtype not in _BY_DEVTYPE
    kinds = {
        Interface.LOOPBACK: name == "lo",
        Interface.WIFI: devtype == "wlan" or _exists(base / "wireless"),
        Interface.CONTAINERS: devtype == "bridge" and name.startswith(_BRIDGES),
        Interface.TUNNEL: devtype == "wireguard" or _exists(base / "tun_flags"),
        Interface.WIRED: _exists(base / "device"),
        Interface.INSIDE: paired,
    }
    return next((kind for kind, so in kinds.items() if so), Interface.OTHER)


def container(root: Path = _ROOT, environ: Mapping[str, str] = os.environ) -> Container | None:
    """What kind of container this runs in; None where it is none, as far as can be told."""
    if "KUBERNETES_SERVICE_HOST" in environ:
        return Container("Kubernetes", engine=True)
    for mark, name in _MARKS.items():
        if _exists(root / mark):
            return Container(name, engine=True)
    group = re.search(rf"\b({'|'.join(_ENGINES)})\b", _text(root / "proc/1/cgroup"))
    if group is not None:
        return Container(_ENGINES[group[1]], engine=True)
    # What systemd and LXC hand to the first process is there for others to read, too.
    told = environ.get("container") or _text(root / "run/systemd/container").strip()
    if told in _ENGINES:
        return Container(_ENGINES[told], engine=True)
    return Container(told, engine=False) if re.fullmatch(r"[a-z0-9-]{1,32}", told) else None


def is_closed_in(root: Path = _ROOT, environ: Mapping[str, str] = os.environ) -> bool:
    """True in a container that sees no network but one of its engine's, or none at all.

    What is not known for sure counts as open. `root` is where /sys, /proc and /run are.
    """
    inside = container(root, environ)
    if inside is None or not inside.engine:
        return False
    try:
        # Among the interfaces can lie files, such as bonding_masters.
        found = [one.name for one in (root / "sys/class/net").iterdir() if one.is_dir()]
    except OSError:
        return False
    ends_here = (Interface.LOOPBACK, Interface.INSIDE, Interface.TUNNEL)
    return all(interface_kind(name, root) in ends_here for name in found)


def _devtype(uevent: str) -> str:
    for line in uevent.splitlines():
        key, _, value = line.partition("=")
        if key == "DEVTYPE":
            return value.strip()
    return ""


def _exists(path: Path) -> bool:
    return os.path.lexists(path)


def _text(path: Path) -> str:
    """What a small file of the system says, "" where there is none that can be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MOST)
    except OSError:
        return ""
