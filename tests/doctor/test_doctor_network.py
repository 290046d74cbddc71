"""Networks, containers, and a search: what is said of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from doctor_world import LAN, arguments, lines, world

from kstar_tui.doctor.finding import Finding, Result
from kstar_tui.doctor.interfaces import examine_interfaces
from kstar_tui.doctor.searching import Searching
from kstar_tui.doctor.world import World
from kstar_tui.link.events import Asked, Found, NotAnInverter, SearchEvent, Target
from kstar_tui.link.interface import Address
from kstar_tui.link.targets import GIVEN, Network
from kstar_tui.settings import Settings, load

DOCKER = Network("docker0", "172.17.0.1", 16, "172.17.255.255")
INSIDE = Network("eth0", "172.17.0.2", 16, "172.17.255.255")


def interface(folder: Path, name: str, **files: str) -> None:
    base = folder / "root" / "sys" / "class" / "net" / name
    base.mkdir(parents=True)
    for file, text in files.items():
        (base / file).write_text(text)


def in_docker(folder: Path, *, pair: bool = True) -> None:
    interface(folder, "eth0", ifindex="5\n", iflink="9\n" if pair else "5\n", uevent="")
    (folder / "root" / ".dockerenv").touch()


def look(folder: Path, *networks: Network, **settings: object) -> dict[str, Finding]:
    here = world(folder, networks=networks)
    return lines(examine_interfaces(here, Settings(**settings)))  # type: ignore[arg-type]


def test_a_machine_at_home(tmp_path: Path) -> None:
    interface(tmp_path, "eth0", device="")
    interface(tmp_path, "docker0", uevent="DEVTYPE=bridge\n")
    tunnel = Network("wg0", "10.8.0.2", 32, None)
    here = world(tmp_path, networks=[LAN, DOCKER, tunnel])
    found = list(examine_interfaces(here, Settings()))
    assert [(one.name, one.result) for one in found] == [
        ("network", Result.OK),
        ("network", Result.NOTE),
        ("network", Result.NOTE),
    ]
    assert found[0].text == "eth0 (wired): 192.168.1.20/24, broadcast 192.168.1.255"
    assert found[0].facts == {
        "interface": "eth0",
        "address": "192.168.1.20",
        "prefix": 24,
        "broadcast": "192.168.1.255",
        "kind": "wired",
    }


def test_a_container_by_itself(tmp_path: Path) -> None:
    in_docker(tmp_path)
    found = look(tmp_path, INSIDE)
    assert found["container"].result is Result.PROBLEM
    assert "no search gets out of it, and no inverter is named" in found["container"].text
    assert "--network host" in found["container"].advice
    assert "KSTAR_HOST" in found["container"].advice
    named = look(tmp_path, INSIDE, host="192.168.1.50")
    assert named["container"].result is Result.OK
    # A broadcast address of another network does not get out either.
    assert look(tmp_path, INSIDE, broadcast=("192.168.1.255",))["container"].result is (
        Result.PROBLEM
    )


def test_a_container_in_its_hosts_network(tmp_path: Path) -> None:
    interface(tmp_path, "docker0", uevent="DEVTYPE=bridge\n")
    in_docker(tmp_path, pair=False)
    found = list(examine_interfaces(world(tmp_path, networks=[LAN, DOCKER]), Settings()))
    assert (found[-1].name, found[-1].result) == ("container", Result.OK)
    assert found[-1].text == "this is a container (Docker) in the network of its host"


def test_a_container_of_which_too_little_is_known(tmp_path: Path) -> None:
    in_docker(tmp_path, pair=False)
    assert look(tmp_path, LAN)["container"].result is Result.NOTE


def test_a_container_whose_network_is_mostly_that_of_the_house(tmp_path: Path) -> None:
    """As LXC of Proxmox makes it: a pair, the other end of which is in a bridge."""
    interface(tmp_path, "eth0", ifindex="2\n", iflink="9\n", uevent="")
    here = world(tmp_path, networks=[LAN], environ={"container": "lxc"})
    found = lines(examine_interfaces(here, Settings()))
    assert found["container"].result is Result.NOTE
    assert found["container"].text == (
        "this is a container (lxc); whether a search gets out of it cannot be told"
    )


def test_no_network_at_all(tmp_path: Path) -> None:
    assert look(tmp_path)["none"].result is Result.PROBLEM
    assert look(tmp_path, host="192.168.1.50")["none"].result is Result.PROBLEM
    assert look(tmp_path, host="127.0.0.1")["none"].result is Result.NOTE


def test_only_the_networks_of_its_containers(tmp_path: Path) -> None:
    interface(tmp_path, "docker0", uevent="DEVTYPE=bridge\n")
    assert look(tmp_path, DOCKER)["none"].result is Result.PROBLEM
    assert "none" not in look(tmp_path, DOCKER, host="192.168.1.50")


def test_an_address_that_no_router_gave(tmp_path: Path) -> None:
    found = look(tmp_path, Network("eth0", "169.254.7.8", 16, "169.254.255.255"))
    assert found["network"].result is Result.WARNING
    assert "DHCP" in found["network"].advice
    beside = world(tmp_path, networks=[Network("eth0", "169.254.7.8", 16, "169.254.255.255"), LAN])
    assert [one.result for one in examine_interfaces(beside, Settings())] == [
        Result.NOTE,
        Result.OK,
    ]


def test_a_system_that_tells_nothing(tmp_path: Path) -> None:
    def refused() -> list[Network]:
        raise OSError(1, "Operation not permitted")

    here = world(tmp_path)._replace(networks=refused)
    (found,) = examine_interfaces(here, Settings())
    assert (found.name, found.result) == ("interfaces", Result.WARNING)


ASKED = Asked(Target("eth0", "192.168.1.20", "192.168.1.255"), None)
STRANGER = NotAnInverter("192.168.1.77", None, "Logger", "answers discovery, but not questions (x)")
INVERTER = Found(Address("192.168.1.50"), "AC:CF:23:00:00:04", "Solar-WiFi1", None, None)


async def search(
    folder: Path, events: Iterable[SearchEvent], **given: str
) -> tuple[Searching, list[Finding]]:
    here: World = world(folder, events=events)
    searching = Searching()
    settings = load(arguments(**given))
    return searching, [finding async for finding in searching.examine(here, settings)]


async def test_every_question_and_every_reply(tmp_path: Path) -> None:
    refused = Asked(Target(GIVEN, None, "10.0.0.255"), "network unreachable")
    searching, found = await search(tmp_path, [ASKED, refused, STRANGER, INVERTER])
    assert [(one.name, one.result) for one in found] == [
        ("asked", Result.OK),
        ("asked", Result.WARNING),
        ("stranger", Result.NOTE),
        ("found", Result.OK),
    ]
    assert [one.text for one in found] == [
        "eth0: 192.168.1.255 port 48899: asked",
        "10.0.0.255 port 48899: cannot be asked: network unreachable",
        "192.168.1.77 Logger: no inverter: answers discovery, but not questions (x)",
        "192.168.1.50 Solar-WiFi1: an inverter, does not say who it is; it sent no reading yet",
    ]
    assert found[3].facts["mac"] == "AC:CF:23:00:00:04"
    assert (searching.found, searching.asked) == ([INVERTER], True)


async def test_a_search_that_the_system_refuses(tmp_path: Path) -> None:
    async def refused(_settings: Settings) -> AsyncIterator[SearchEvent]:
        yield ASKED
        raise PermissionError(1, "Operation not permitted")

    searching = Searching()
    here = world(tmp_path)._replace(find=refused)
    found = [finding async for finding in searching.examine(here, Settings())]
    assert [one.name for one in found] == ["asked", "failed", "nobody"]


@pytest.mark.parametrize(
    ("events", "text", "advice"),
    [
        ([], "nowhere could be asked", "--broadcast"),
        ([ASKED._replace(error="network down")], "nowhere could be asked", "--broadcast"),
        ([ASKED], "nobody answered", "guest WiFi"),
        ([ASKED, STRANGER], "who answered is no inverter", "WiFi stick answers"),
    ],
)
async def test_nobody_is_there(
    events: list[SearchEvent], text: str, advice: str, tmp_path: Path
) -> None:
    _, found = await search(tmp_path, events)
    assert (found[-1].name, found[-1].result, found[-1].text) == ("nobody", Result.PROBLEM, text)
    assert advice in found[-1].advice
    # One that is named need not be found.
    _, found = await search(tmp_path, events, inverter_host="192.168.1.50")
    assert (found[-1].name, found[-1].result) == ("nobody", Result.NOTE)
