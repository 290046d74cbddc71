"""What people install: built, put into an environment with nothing else, and used there."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import AsyncIterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import kstar_tui
from kstar_tui.simulator.days import day_clock
from kstar_tui.simulator.server import Simulator, SimulatorOptions

ROOT = Path(__file__).resolve().parent.parent
SHARED = {
    "share/man/man1/kstar-tui.1": "manual",
    "share/bash-completion/completions/kstar-tui": "completion bash",
    "share/zsh/site-functions/_kstar-tui": "completion zsh",
    "share/fish/vendor_completions.d/kstar-tui.fish": "completion fish",
}

pytestmark = pytest.mark.skipif(
    not (ROOT / "hatch_build.py").is_file(), reason="this is no checkout and no sdist"
)


def call(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run to the end; what it printed. No variable of ours or of a workflow is inherited."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KSTAR_", "GITHUB_"))}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=inherited | {"PYTHONNOUSERSITE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(target: str, source: Path, to: Path, **environment: str) -> Path:
    """Build as a package index or pip would, but with the tools that are here already."""
    pytest.importorskip("hatchling")
    command = (sys.executable, "-m", "hatchling", "build", "-t", target, "-d", to)
    # Python's own bytecode of the build's script is not what a build leaves behind.
    call(*command, cwd=source, PYTHONDONTWRITEBYTECODE="1", **environment)
    (built,) = to.iterdir()
    return built


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked: the checkout has no part in what follows."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", ROOT, folder / "built")) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    return unpacked


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel, and finds what it depends on in this one."""
    pytest.importorskip("pip")
    folder = tmp_path_factory.mktemp("venv")
    call(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    install = (
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--no-compile",
        "--disable-pip-version-check",
    )
    call(sys.executable, "-m", "pip", "--python", python, *install, wheel, cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    # The .pth files of what lies there are not read: a checkout installed there stays unknown.
    borrowed = Path(__import__("textual").__file__).parent.parent
    (packages / "borrowed.pth").write_text(f"{borrowed}\n")
    return folder


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_the_sdist_holds_what_the_tests_need(source: Path) -> None:
    for name in ("tests/conftest.py", "tests/support/terminal.py", ".ci/run", "docs/protocol.md"):
        assert (source / name).read_bytes() == (ROOT / name).read_bytes()
    assert not list(source.rglob("__pycache__"))


def test_a_build_leaves_nothing_in_the_source(source: Path, wheel: Path) -> None:
    again = {path.relative_to(source) for path in source.rglob("*")}
    assert not {path for path in again if path.suffix in {".pyc", ".1", ".fish"}}
    assert not {"build", "dist", "share"} & {path.parts[0] for path in again}
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_holds_the_package_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    ours = {f"kstar_tui/{p.relative_to(ROOT / 'kstar_tui')}" for p in packaged()}
    info = f"kstar_tui-{kstar_tui.__version__}.dist-info"
    data = f"kstar_tui-{kstar_tui.__version__}.data/data"
    beside = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert names == (
        ours | {f"{info}/{name}" for name in beside} | {f"{data}/{name}" for name in SHARED}
    )


def packaged() -> list[Path]:
    return [p for p in (ROOT / "kstar_tui").rglob("*.*") if p.is_file() and p.suffix != ".pyc"]


def test_manual_and_completions(installed: Path) -> None:
    for name, words in SHARED.items():
        printed = call(installed / "bin/kstar-tui", *words.split(), cwd=installed)
        assert (installed / name).read_text() == printed
        assert len(printed) > 5000


@pytest.fixture
async def inverter() -> AsyncIterator[Simulator]:
    options = SimulatorOptions(port=0, discovery_port=None)
    async with Simulator(options, day_clock("clear")) as running:
        yield running


async def test_it_runs_without_the_checkout(
    installed: Path, inverter: Simulator, tmp_path: Path
) -> None:
    async def run(*words: str | Path) -> str:
        process = await started(*words, home=tmp_path)
        out, said = await process.communicate()
        assert process.returncode == 0, said
        return out.decode()

    program, python = installed / "bin/kstar-tui", installed / "bin/python"
    host = ("--host", inverter.address.host, "--port", str(inverter.address.port))
    async with asyncio.timeout(60):
        where = await run(python, "-c", "import kstar_tui.tui.app as it; print(it.__file__)")
        assert Path(where.strip()).is_relative_to(installed)
        assert await run(program, "--version") == f"kstar-tui {kstar_tui.__version__}\n"
        assert "PV power" in await run(program, "read", *host)
        frames = (await run(program, "read", "--hex", *host)).splitlines()
        assert "PV power" in await run(program, "decode", *frames)
        daemon = await started(program, "--headless", "--demo", home=tmp_path)
        assert daemon.stderr is not None
        first = await daemon.stderr.readline()
        daemon.terminate()
        _, rest = await daemon.communicate()
    assert f"kstar-tui {kstar_tui.__version__} started".encode() in first
    assert (daemon.returncode, b"stopped (SIGTERM)" in rest) == (0, True)


async def started(*words: str | Path, home: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *words,
        cwd=home,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def test_links_of_a_release_lead_to_its_repository(source: Path, tmp_path: Path) -> None:
    repository = "https://forge.example/me/kstar-tui"
    built = build(
        *("wheel", source, tmp_path),
        GITHUB_SERVER_URL="https://forge.example",
        GITHUB_REPOSITORY="me/kstar-tui",
        GITHUB_REF_NAME="v1.2.3",
    )
    told = metadata_of(built)
    assert f"Source, {repository}" in told.get_all("Project-URL", [])
    text = str(told.get_payload())
    assert f"]({repository}/raw/v1.2.3/screenshots/live-120x40.png)" in text
    assert f"]({repository}/blob/v1.2.3/docs/mqtt.md#topics)" in text
    assert "](docs/" not in text
    assert "](screenshots/" not in text


def test_elsewhere_no_repository_is_made_up(wheel: Path) -> None:
    told = metadata_of(wheel)
    assert told.get_all("Project-URL") is None
    assert str(told.get_payload()).strip() == (ROOT / "README.md").read_text().strip()
