"""Two inverters behind two interfaces, in network namespaces that this test makes and removes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

DATA_PORT = 20899
DISCOVERY_PORT = 21899
HERE = Path(__file__).parent

SEARCH = f"""
import asyncio, json
from kstar_tui.link.search import Asked, Found, broadcast_targets, search

async def main():
    found, asked = [], []
    async for event in search(
        broadcast_targets(), discovery_port={DISCOVERY_PORT}, data_port={DATA_PORT}, listen=1.5
    ):
        if isinstance(event, Found):
            via = [target.interface for target in event.via]
            found.append([event.address.host, event.mac, event.info.serial, via])
        elif isinstance(event, Asked):
            asked.append([event.target.interface, event.target.broadcast, event.error])
    print(json.dumps({{"found": sorted(found), "asked": sorted(asked)}}))

asyncio.run(main())
"""


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=20)


def python_in(space: str, *arguments: str) -> list[str]:
    return ["ip", "netns", "exec", space, sys.executable, *arguments]


@pytest.fixture
def spaces() -> Iterator[tuple[str, list[str]]]:
    """A namespace with two interfaces, and one behind each of them."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    if shutil.which("ip") is None:
        pytest.skip("network namespaces need the ip command")
    home = f"kst{os.getpid()}"
    far = [f"{home}x{n}" for n in (1, 2)]
    with ExitStack() as stack:
        try:
            for space in (home, *far):
                ip("netns", "add", space)
                stack.callback(ip, "netns", "del", space)
            ip("-n", home, "link", "set", "lo", "up")
            for n, space in enumerate(far, 1):
                near_end, far_end = f"near{n}", f"far{n}"
                ip("-n", home, "link", "add", near_end, "type", "veth", "peer", far_end)
                ip("-n", home, "link", "set", far_end, "netns", space)
                for where, end, host in ((home, near_end, 1), (space, far_end, 2)):
                    address = f"10.77.{n}.{host}/24"
                    ip("-n", where, "address", "add", address, "brd", "+", "dev", end)
                    ip("-n", where, "link", "set", end, "up")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr.strip()}")
        yield home, far


def test_both_are_found_by_broadcast_on_each_interface(spaces: tuple[str, list[str]]) -> None:
    home, far = spaces
    script = str(HERE / "scripted_inverter.py")
    with ExitStack() as stack:
        for n, space in enumerate(far, 1):
            command = python_in(space, script, f"KSE000{n}", str(DATA_PORT), str(DISCOVERY_PORT))
            server = stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parents[1])
            )
            stack.callback(server.terminate)
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
        done = subprocess.run(
            python_in(home, "-c", SEARCH),
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=HERE.parents[1],
        )
    assert json.loads(done.stdout) == {
        "found": [
            ["10.77.1.2", "AC:CF:23:A1:B2:C3", "KSE0001", ["near1"]],
            ["10.77.2.2", "AC:CF:23:A1:B2:C3", "KSE0002", ["near2"]],
        ],
        "asked": [["near1", "10.77.1.255", None], ["near2", "10.77.2.255", None]],
    }
