"""What kind of interface a network is behind, and whether this is a container."""

from __future__ import annotations

from enum import StrEnum

from kstar_tui.doctor.world import World

_CONTAINER_BRIDGES = ("docker", "br-", "podman", "cni", "virbr", "lxc", "lxd", "incus")
_BY_DEVTYPE = ("bridge", "wireguard", "macvlan", "ipvlan", "vlan", "bond")


class Interface(StrEnum):
    """What an interface is; the value is for people."""

    WIRED = "wired"
    WIFI = "WiFi"
    CONTAINERS = "a bridge for containers"
    TUNNEL = "a tunnel"
    INSIDE = "a container's own"
    """One end of a pair of which the other is on the container's host."""
    OTHER = ""


def interface_kind(world: World, name: str) -> Interface:
    """What the system tells of an interface."""
    # An alias such as eth0:1 has no folder of its own.
    base = f"sys/class/net/{name.partition(':')[0]}"
    devtype = _devtype(world.read(f"{base}/uevent"))
    if devtype == "wlan" or world.exists(f"{base}/wireless"):
        return Interface.WIFI
    if devtype == "bridge" and name.startswith(_CONTAINER_BRIDGES):
        return Interface.CONTAINERS
    if devtype == "wireguard" or world.exists(f"{base}/tun_flags"):
        return Interface.TUNNEL
    if world.exists(f"{base}/device"):
        return Interface.WIRED
    number, peer = world.read(f"{base}/ifindex").strip(), world.read(f"{base}/iflink").strip()
    if number and peer and number != peer and devtype not in _BY_DEVTYPE:
        return Interface.INSIDE
    return Interface.OTHER


def container(world: World) -> str | None:
    """What kind of container this runs in; None where it is none, as far as can be told."""
    if "KUBERNETES_SERVICE_HOST" in world.environ:
        return "Kubernetes"
    if world.exists(".dockerenv"):
        return "Docker"
    if world.exists("run/.containerenv"):
        return "Podman"
    # What systemd and LXC hand to the first process is there for others to read, too.
    told = world.environ.get("container") or world.read("run/systemd/container").strip()
    return told if told.isalnum() else None


def _devtype(uevent: str) -> str:
    for line in uevent.splitlines():
        key, _, value = line.partition("=")
        if key == "DEVTYPE":
            return value.strip()
    return ""
