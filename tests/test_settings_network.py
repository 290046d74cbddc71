"""Settings that say where something is sent: what is nowhere, or another's place, is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui.settings import ConfigFile, SettingsError, load, save_config

EVERYONE = ".".join(["255"] * 4)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        # The system's resolver takes all of these for addresses, the first for a multicast one.
        ("0xef010203", "four numbers from 0 to 255"),
        ("4009820675", "four numbers from 0 to 255"),
        ("0xEF.1.2.3", "four numbers from 0 to 255"),
        ("239.1.0x203", "four numbers from 0 to 255"),
        ("10.1.0x", "four numbers from 0 to 255"),
        ("inverter.5", "four numbers from 0 to 255"),
        ("10.0.0.5.", "four numbers from 0 to 255"),
        ("010.0.0.5", "four numbers from 0 to 255"),
        ("239.1.2.3", "one inverter's own address, not a multicast address"),
        ("0.0.0.1", "one inverter's own address, not no"),
        (EVERYONE, "one inverter's own address, not a broadcast address"),
    ],
)
def test_a_host_that_is_none_is_refused(host: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(environment={"KSTAR_HOST": host})


@pytest.mark.parametrize("host", ["10.0.0.5", "inverter5", "5.lan", "0xef.lan", "wr-1.fritz.box."])
def test_a_name_with_numbers_in_it_is_a_name(host: str) -> None:
    assert load(environment={"KSTAR_HOST": host}).host == host


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("239.1.2.3", "a multicast address"),
        ("240.0.0.255", "a reserved address"),
        ("0.0.0.255", "no address of a network"),
    ],
)
def test_nothing_is_broadcast_to_what_is_no_network(address: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=rf"KSTAR_BROADCAST.*\({address} is {reason}\)"):
        load(environment={"KSTAR_BROADCAST": f"10.0.0.255 {address}"})


def test_networks_and_loopback_can_be_broadcast_to() -> None:
    given = (EVERYONE, "127.255.255.255", "10.0.0.255")
    assert load(environment={"KSTAR_BROADCAST": ",".join(given)}).broadcast == given


def test_the_discovery_text_never_goes_to_the_port_for_data(tmp_path: Path) -> None:
    environment = {"KSTAR_PORT": "8898", "KSTAR_DISCOVERY_PORT": "8899"}
    with pytest.raises(SettingsError, match=r"^environment KSTAR_DISCOVERY_PORT: discovery\.port "):
        load(environment=environment)
    path = tmp_path / "c.toml"
    save_config({"inverter.port": 8898}, path)
    with pytest.raises(SettingsError, match=r"discovery\.port is 8899; allowed is any other port"):
        save_config({"discovery.port": 8899}, path)
    assert load(config=ConfigFile(path)).discovery_port == 48899
