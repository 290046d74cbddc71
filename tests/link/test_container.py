"""Containers and hosts as /sys, /proc and the engines' marks tell of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui.link.container import is_closed_in

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
    assert is_closed_in(machine(tmp_path, marks, LO, *interfaces))


@pytest.mark.parametrize("interface", [CARD, WLAN, MACVLAN, BRIDGE])
def test_a_container_with_the_network_of_the_house(
    interface: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    assert not is_closed_in(machine(tmp_path, DOCKER, LO, VETH, interface))


@pytest.mark.parametrize("marks", [HOST, LXC])
def test_no_container_of_an_engine(marks: dict[str, str], tmp_path: Path) -> None:
    """In an LXC container the veth pair usually ends in a bridge to the house."""
    assert not is_closed_in(machine(tmp_path, marks, LO, VETH))


def test_what_cannot_be_read_counts_as_open(tmp_path: Path) -> None:
    assert not is_closed_in(tmp_path)
    (tmp_path / ".dockerenv").touch()
    assert not is_closed_in(tmp_path)
    assert not is_closed_in(machine(tmp_path, DOCKER, {"eth0": {"ifindex": "2\n"}}))
