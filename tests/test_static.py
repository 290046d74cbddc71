"""What the tools say of the whole tree, and what must not be written anywhere in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "kstar_tui"
PYTHON = Path(sys.executable)

TOOLS = {
    "ruff check": (str(PYTHON), "-m", "ruff", "check", "--no-cache", "."),
    "ruff format": (str(PYTHON), "-m", "ruff", "format", "--no-cache", "--check", "--diff", "."),
    # With its cache: what has not changed since the last run costs a tenth.
    "mypy": (str(PYTHON), "-m", "mypy"),
    "import-linter": (str(PYTHON.with_name("lint-imports")), "--no-cache"),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_has_nothing_to_say(tool: str) -> None:
    done = subprocess.run(
        TOOLS[tool], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{tool}:\n{done.stdout}\n{done.stderr}"


def files_under(folder: Path) -> Iterator[Path]:
    """Every file of the project; what is built, cached or hidden is not (but .ci is)."""
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") and path.name not in {".ci", ".github"}
        if hidden or path.name in {"__pycache__", "build", "dist"} or path.suffix == ".egg-info":
            continue
        if path.is_dir():
            yield from files_under(path)
        else:
            yield path


def holders(text: str, *folders: Path) -> list[str]:
    """Files in which this text occurs."""
    wanted = text.encode()
    return [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in files_under(folder)
        if wanted in path.read_bytes()
    ]


def test_the_walk_sees_the_tree() -> None:
    seen = {str(path.relative_to(ROOT)) for path in files_under(ROOT)}
    assert {"pyproject.toml", ".ci/run", "kstar_tui/clock.py", "tests/test_static.py"} <= seen
    assert holders("the walk sees " + "the tree", ROOT) == []
    assert holders("def test_the_walk_sees_the_tree", ROOT) == ["tests/test_static.py"]


@pytest.mark.parametrize("folder", ["work", "root", "home"])
def test_no_path_of_one_machine(folder: str) -> None:
    assert holders(f"/{folder}/", ROOT) == []


def test_tests_and_simulator_know_no_broadcast_to_everyone() -> None:
    everyone = ".".join(["255"] * 4)
    assert holders(everyone, ROOT / "tests", PACKAGE / "simulator") == []


@pytest.mark.parametrize("text", ["AT" + "+", "+" + "ok"])
def test_no_module_command(text: str) -> None:
    """The discovery port takes commands that could reconfigure the WiFi module."""
    assert holders(text, PACKAGE) == []


def test_files_are_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files_under(PACKAGE)
        if path.suffix in {".py", ".tcss"} and (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_base_names_of_tests_are_unique() -> None:
    """Test folders are no packages: two modules of one name would be taken for each other."""
    names = [path.name for path in files_under(ROOT / "tests") if path.suffix == ".py"]
    double = {name for name in names if names.count(name) > 1} - {"conftest.py"}
    assert double == set()
