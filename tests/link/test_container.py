"""Containers and hosts as /sys, /proc and the engines' marks tell of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui.link.container import Container, Interface, container, interface_kind, is_closed_in

LO = {"lo": {"uevent": "INTERFACE=lo\nIFINDEX=1\n"}}
VETH = {"eth0": {"uevent": "INTERFACE=eth0\nIFINDEX=2\n", "ifindex": "2\n", "iflink": "17\n"}}
TAP = {"tap0": {"uevent": "INTERFACE=tap0\nIFINDEX=2\n", "tun_flags": "0x1002\n"}}
CARD = {"eth0": {"uevent": "INTERFACE=eth0\nIFINDEX=2\n", "device/vendor": "0x8086\n"}}
WLAN = {"wlan0": {"uevent": "DEVTYPE=wlan\nINTERFACE=wlan0\nIFINDEX=3\n"}}
MACVLAN = {"eth0": {"uevent": "DEVTYPE=macvlan\nINTERFACE=eth0\nIFINDEX=9\n"}}
BRIDGE = {"docker0": {"uevent": "DEVTYPE=bridge\nINTERFACE=docker0\nIFINDEX=4\n"}}

DOCKER = {".dockerenv": ""}
PODMAN = {"run/.containerenv": 'engine="podman-5.4.2"\n'}
CGROUP = {"proc/1/cgroup": "12:pids:/docker/0123456789abcdef\n"}
KUBERNETES = {"proc/1/cgroup": "0::/kubepods.slice/kubepods-besteffort.slice\n"}
HOST = {"proc/1/cgroup": "0::/init.scope\n"}
LXC = {"proc/1/cgroup": "0::/lxc/101/init.scope\n"}


def machine(root: Path, marks: dict[str, str], *interfaces: dict[str, dict[str, str]]) -> Path:
    files = {"proc/1/cgroup": "0::/\n", "sys/class/net/bonding_masters": "\n"} | marks
    for interface in interfaces:
        for name, parts in interface.items():
            files |= {f"sys/class/net/{name}/{part}": text for part, text in parts.items()}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize("marks", [DOCKER, PODMAN, CGROUP, KUBERNETES])
@pytest.mark.parametrize("interfaces", [(), (VETH,), (TAP,)])
def test_a_network_of_the_engine(
    marks: dict[str, str], interfaces: tuple[dict[str, dict[str, str]], ...], tmp_path: Path
) -> None:
    assert is_closed_in(machine(tmp_path, marks, LO, *interfaces), {})


@pytest.mark.parametrize("interface", [CARD, WLAN, MACVLAN, BRIDGE])
def test_a_container_with_the_network_of_the_house(
    interface: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    assert not is_closed_in(machine(tmp_path, DOCKER, LO, VETH, interface), {})


@pytest.mark.parametrize("marks", [HOST, LXC])
def test_no_container_of_an_engine(marks: dict[str, str], tmp_path: Path) -> None:
    """In an LXC container the veth pair usually ends in a bridge to the house."""
    assert not is_closed_in(machine(tmp_path, marks, LO, VETH), {})


def test_what_cannot_be_read_counts_as_open(tmp_path: Path) -> None:
    assert not is_closed_in(tmp_path, {})
    (tmp_path / ".dockerenv").touch()
    assert not is_closed_in(tmp_path, {})
    assert not is_closed_in(machine(tmp_path, DOCKER, {"eth0": {"ifindex": "2\n"}}), {})


@pytest.mark.parametrize(
    ("name", "files", "kind"),
    [
        ("wlan0", {"uevent": "DEVTYPE=wlan\nINTERFACE=wlan0\n"}, Interface.WIFI),
        ("wlp2s0", {"wireless": "", "device": ""}, Interface.WIFI),
        ("eth0", {"device": "", "ifindex": "2", "iflink": "2"}, Interface.WIRED),
        ("eth0:1", {"device": ""}, Interface.WIRED),
        ("docker0", {"uevent": "DEVTYPE=bridge\n"}, Interface.CONTAINERS),
        ("br0", {"uevent": "DEVTYPE=bridge\n", "ifindex": "3", "iflink": "3"}, Interface.OTHER),
        ("wg0", {"uevent": "DEVTYPE=wireguard\n"}, Interface.TUNNEL),
        ("tun0", {"tun_flags": "0x1"}, Interface.TUNNEL),
        ("eth0", {"ifindex": "5\n", "iflink": "9\n"}, Interface.INSIDE),
        ("eth0", {"ifindex": "5", "iflink": "2", "uevent": "DEVTYPE=macvlan\n"}, Interface.OTHER),
        ("eth0.7", {"ifindex": "5", "iflink": "2", "uevent": "DEVTYPE=vlan\n"}, Interface.OTHER),
        ("eth0", {}, Interface.OTHER),
        ("lo", {}, Interface.LOOPBACK),
    ],
)
def test_what_an_interface_is(
    name: str, files: dict[str, str], kind: Interface, tmp_path: Path
) -> None:
    assert interface_kind(name, machine(tmp_path, {}, {name.partition(":")[0]: files})) is kind


@pytest.mark.parametrize(
    ("marks", "environ", "name", "engine"),
    [
        (DOCKER, {}, "Docker", True),
        (PODMAN, {"container": "lxc"}, "Podman", True),
        (CGROUP, {}, "Docker", True),
        (KUBERNETES, {}, "Kubernetes", True),
        (HOST, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "Kubernetes", True),
        (HOST, {"container": "podman"}, "Podman", True),
        (LXC, {"container": "lxc"}, "lxc", False),
        ({"run/systemd/container": "systemd-nspawn\n"}, {}, "systemd-nspawn", False),
        ({"run/systemd/container": "wsl\n"}, {}, "wsl", False),
    ],
)
def test_what_a_container_is(
    marks: dict[str, str], environ: dict[str, str], name: str, engine: bool, tmp_path: Path
) -> None:
    assert container(machine(tmp_path, marks), environ) == Container(name, engine)


@pytest.mark.parametrize("told", ["", "\x1b[31m", "a b", "x" * 33])
def test_what_is_no_container(told: str, tmp_path: Path) -> None:
    assert container(machine(tmp_path, HOST), {"container": told}) is None
