"""The systemd unit: what systemd makes of it, and that the program runs within its walls."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from answering import an_inverter, answering
from daemon_talk import PATIENCE
from unit_sandbox import MISSING

from kstar_tui.commands.service import Place, unit_of
from kstar_tui.commands.service_account import LINE as SYSUSERS_LINE
from kstar_tui.commands.service_unit import Unit
from kstar_tui.settings import ConfigFile

sys.path.insert(0, str(Path(__file__).parent / "mqtt"))
from mqtt_helpers import Mosquitto, mosquitto_in

ROOT = Path(__file__).resolve().parent.parent
SANDBOX = ROOT / "tests" / "support" / "unit_sandbox.py"
WORST = 2.0
"""How exposed a service may be, of 10."""


@pytest.fixture
def systemd_analyze(tmp_path: Path) -> list[str]:
    program = shutil.which("systemd-analyze", path=f"{os.environ['PATH']}:/usr/bin")
    if program is None or not Path("/bin/kill").exists():
        pytest.skip("systemd-analyze or procps is not installed")
    return [program, "--no-pager"]


def written(folder: Path, *, system: bool = True) -> Path:
    """The unit of this very program."""
    place = Place(system, folder, ConfigFile(folder / "config.toml"), None)
    place.unit.write_text(unit_of(place).text())
    return place.unit


@pytest.mark.parametrize("system", [True, False], ids=["system", "user"])
def test_systemd_understands_every_line(
    systemd_analyze: list[str], tmp_path: Path, system: bool
) -> None:
    manager = [] if system else ["--user"]
    done = subprocess.run(
        [*systemd_analyze, "verify", *manager, written(tmp_path, system=system)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("visible", [(), (Path("/srv/of one user"),)], ids=["usual", "in a home"])
def test_it_is_hardly_exposed(
    systemd_analyze: list[str], tmp_path: Path, visible: tuple[Path, ...]
) -> None:
    path = tmp_path / "kstar-tui.service"
    path.write_text(Unit(True, ["/bin/true", "--headless"], visible).text())
    done = subprocess.run(
        [*systemd_analyze, "security", "--offline=true", f"--threshold={WORST * 10:.0f}", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    level = re.search(r"Overall exposure level for kstar-tui.service: ([\d.]+)", done.stdout)
    assert level, done.stdout + done.stderr
    assert float(level[1]) < WORST
    assert done.returncode == 0


def test_the_users_line_is_understood(tmp_path: Path) -> None:
    program = shutil.which("systemd-sysusers", path=f"{os.environ['PATH']}:/usr/bin")
    if program is None or os.geteuid() != 0:
        pytest.skip("systemd-sysusers is not installed, or this is not root")
    line = tmp_path / "kstar-tui.conf"
    line.write_text(SYSUSERS_LINE)
    (tmp_path / "etc").mkdir()
    for _ in range(2):
        # With an old one as with a new machine.
        subprocess.run([program, f"--root={tmp_path}", line], check=True, timeout=60)
    ((name, _, user, group, _, home, shell),) = [
        line.split(":") for line in (tmp_path / "etc/passwd").read_text().splitlines()
    ]
    assert (name, home, shell) == ("kstar-tui", "/var/lib/kstar-tui", "/usr/sbin/nologin")
    assert 0 < int(user) < 1000
    assert f"kstar-tui:x:{group}:" in (tmp_path / "etc/group").read_text()


def test_a_group_may_look_and_nobody_else(tmp_path: Path) -> None:
    text = written(tmp_path).read_text()
    for line in ("User=kstar-tui", "Group=kstar-tui", "UMask=0027"):
        assert f"\n{line}\n" in text
    assert re.findall(r"^(\w+)DirectoryMode=(\d+)$", text, re.M) == [
        ("State", "0750"),
        ("Runtime", "0750"),
    ]
    # What a dynamic user would have brought along.
    for line in (
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "ProtectSystem=strict",
        "RemoveIPC=yes",
        "RestrictSUIDSGID=yes",
    ):
        assert f"\n{line}\n" in text


def confined(folder: Path, *command: str) -> list[str]:
    """A command within the walls of the unit; those of a user's one are no higher."""
    return [sys.executable, str(SANDBOX), str(written(folder)), *command]


NETWORKS_AND_THREADS = """
import ctypes, mmap, socket, threading, ifaddr
print(len(list(ifaddr.get_adapters())) > 0)
worker = threading.Thread(target=lambda: print("a thread"))
worker.start()
worker.join()
# What ctypes makes to be called back is code in memory.
print(ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)())
for attempt in (
    lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
):
    try:
        attempt()
    except OSError:
        print("refused")
"""


def test_the_walls_stand_and_leave_what_is_needed(tmp_path: Path) -> None:
    done = subprocess.run(
        confined(tmp_path, sys.executable, "-c", NETWORKS_AND_THREADS),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == MISSING:
        pytest.skip(f"needs libseccomp and systemd-analyze: {done.stderr.strip()}")
    assert done.stderr == ""
    assert done.stdout.split("\n") == ["True", "a thread", "7", "refused", "refused", ""]


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    async with mosquitto_in(tmp_path) as broker:
        await broker.start()
        yield broker


async def test_the_daemon_does_its_work_within_them(mosquitto: Mosquitto, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "RUNTIME_DIRECTORY": str(tmp_path / "run"),
    }
    with answering(an_inverter()) as port:
        process = await asyncio.create_subprocess_exec(
            *confined(tmp_path, sys.executable, "-m", "kstar_tui", "--headless"),
            *("--host", "localhost", "--port", str(port)),
            *("--mqtt", f"127.0.0.1:{mosquitto.port}"),
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        try:
            if await asyncio.wait_for(_ended_or_published(process, mosquitto), PATIENCE):
                pytest.skip("needs libseccomp and systemd-analyze")
            process.terminate()
            _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
    lines = said.decode().splitlines()
    assert process.returncode == 0
    assert len(lines) == 2, lines
    assert re.search(r"stopped \(SIGTERM\): \d+ polls, 0 lost; MQTT [1-9]", lines[1])
    assert re.search(r"history [1-9]\d* rows saved$", lines[1])


async def _ended_or_published(process: asyncio.subprocess.Process, broker: Mosquitto) -> bool:
    """Return once it has published everything (False), or has found out that it cannot (True)."""
    published = asyncio.create_task(broker.logged("kstar/KSE1/state"))
    ended = asyncio.create_task(process.wait())
    await asyncio.wait((published, ended), return_when=asyncio.FIRST_COMPLETED)
    for task in (published, ended):
        task.cancel()
    return process.returncode == MISSING
