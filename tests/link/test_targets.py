"""Where the question goes: each interface's broadcast address, or what the user gave."""

from __future__ import annotations

import ifaddr
import pytest

from kstar_tui.link.targets import GIVEN, broadcast_targets, targets_for


def adapter(name: str, *addresses: tuple[str | tuple[str, int, int], int]) -> ifaddr.Adapter:
    return ifaddr.Adapter(name, name, [ifaddr.IP(ip, prefix, name) for ip, prefix in addresses])


def test_one_target_for_each_ipv4_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ifaddr,
        "get_adapters",
        lambda: [
            adapter("lo", ("127.0.0.1", 8), (("::1", 0, 0), 128)),
            adapter("eth0", ("192.168.1.20", 24), (("fe80::1", 0, 2), 64)),
            adapter("wlan0", ("10.1.2.3", 20), ("10.1.2.4", 20), ("172.16.0.9", 30)),
            adapter("tun0", ("10.8.0.2", 32), ("10.9.0.2", 31)),
        ],
    )
    assert [(t.interface, t.local, t.broadcast) for t in broadcast_targets()] == [
        ("eth0", "192.168.1.20", "192.168.1.255"),
        ("wlan0", "10.1.2.3", "10.1.15.255"),
        ("wlan0", "172.16.0.9", "172.16.0.11"),
    ]


def test_this_machine_never_offers_loopback() -> None:
    assert not [t for t in broadcast_targets() if t.broadcast.startswith("127.")]


def test_given_addresses_are_taken_once_each() -> None:
    targets = targets_for(["192.168.1.255", " 10.0.0.255", "192.168.1.255"])
    assert [(t.interface, t.local, t.broadcast) for t in targets] == [
        (GIVEN, None, "192.168.1.255"),
        (GIVEN, None, "10.0.0.255"),
    ]


@pytest.mark.parametrize(
    "text", ["", "eth0", "192.168.1", "192.168.1.256", "fe80::1", "1.2.3.4/24"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no IPv4 address; .* 192\.168\.1\.255"):
        targets_for([text])
