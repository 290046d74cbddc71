"""The manual page: complete, well formed, and shown where somebody looks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from program_talk import Program
from terminal import Terminal

from kstar_tui import __version__
from kstar_tui.commands.outline import outline
from kstar_tui.commands.outline.roff import manual
from kstar_tui.settings import TABLE
from kstar_tui.status import Status

OUTLINE = outline()
PAGE = manual(OUTLINE)
SIGNS = {"\\-": "-", "\\(aq": "'", "\\(dq": '"', "\\(ti": "~", "\\(ha": "^", "\\&": "", "\\e": "\\"}


def plain(roff: str) -> str:
    """The words of the page without fonts and escapes."""
    text = re.sub(r"\\f[BIR]", "", roff)
    return re.sub(r"\\(-|\(..|&|e)", lambda match: SIGNS[match[0]], text)


def section(title: str) -> str:
    """One section's words."""
    return plain(PAGE.partition(f"\n.SH {title}\n")[2].partition("\n.SH ")[0])


def test_every_command_and_option() -> None:
    for command in OUTLINE.commands:
        part = section("COMMANDS").partition(f".SS {command.name} - {command.summary}\n")[2]
        part = part.partition("\n.SS ")[0]
        for option in command.options:
            if "--help" not in option.spellings:
                assert ", ".join(option.spellings) in part
        for place in command.places:
            assert f"\n.TP\n{place.metavar}\n" in part
    for option in OUTLINE.main.options:
        assert f"\n{', '.join(option.spellings)}" in section("OPTIONS")


@pytest.mark.parametrize("key", TABLE)
def test_every_setting(key: str) -> None:
    row = TABLE[key]
    described = section("CONFIGURATION").partition(f".TP\n{key}\n")[2].partition("\n.TP")[0]
    assert described.startswith(f"{row.help}. Allowed: {row.kind.allowed}. Default: ")
    assert f"Environment: {', '.join(row.environment)}." in described
    assert (f"{row.environment[0]}_FILE" in section("ENVIRONMENT")) == row.secret


def test_every_exit_status() -> None:
    described = section("EXIT STATUS").split(".TP\n")[1:]
    assert [int(one.partition("\n")[0]) for one in described] == [int(one) for one in Status]


def test_it_says_whose_it_is() -> None:
    assert PAGE.startswith(f'.TH KSTAR-TUI 1 "" "kstar-tui {__version__}" "User Commands"\n')
    assert section("NAME").startswith("kstar-tui - ")
    assert "kstar-tui --headless --mqtt homeassistant" in section("EXAMPLES")


def test_mandoc_finds_nothing_wrong(tmp_path: Path) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed here")
    path = tmp_path / "kstar-tui.1"
    path.write_text(PAGE)
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", str(path)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    # A build on another day has to make the same page.
    said = [line for line in done.stdout.splitlines() if "missing date" not in line]
    assert (said, done.stderr) == ([], "")


async def test_in_a_pipe_it_is_roff(program: Program) -> None:
    ended = await program("manual")
    assert (ended.status, ended.out, ended.err) == (0, PAGE, "")


def test_on_a_terminal_it_is_shown(tmp_path: Path) -> None:
    if shutil.which("man") is None:
        pytest.skip("there is no man here")
    extra = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "MANPAGER": "cat"}
    with Terminal([sys.executable, "-m", "kstar_tui", "manual"], 80, 999, extra) as terminal:
        text = terminal.wait_for("stopped by Ctrl-C")
        assert "NAME\n       kstar-tui - live view and MQTT bridge" in text
        assert terminal.wait_end() == 0
    assert list(tmp_path.iterdir()) == []


def test_without_a_viewer_it_is_printed(tmp_path: Path) -> None:
    extra = {"HOME": str(tmp_path), "PATH": str(tmp_path)}
    with Terminal([sys.executable, "-m", "kstar_tui", "manual"], 120, 999, extra) as terminal:
        assert ".SH NAME" in terminal.wait_for("stopped by Ctrl")
        assert terminal.wait_end() == 0
