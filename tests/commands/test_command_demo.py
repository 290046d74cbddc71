"""`--demo` in a terminal, as somebody without an inverter starts it."""

from __future__ import annotations

import sys

import pytest
from program_talk import Program
from terminal import Terminal


@pytest.mark.parametrize(("key", "status"), [("q", 0), ("\x03", 130)])
def test_it_shows_a_house_and_leaves_a_clean_terminal(
    key: str, status: int, program: Program
) -> None:
    command = [sys.executable, "-m", "kstar_tui", "--demo", "--day", "clear", "--start", "12:00"]
    with Terminal(command, environment=program.environment({"TERM": "xterm-256color"})) as terminal:
        terminal.wait_for(lambda text: "online" in text and "kWh" in text and "demo" in text)
        terminal.send(key)
        assert terminal.wait_end() == status
        # Back from the alternate screen, and the cursor is to be seen again.
        assert bytes(terminal.raw).rfind(b"\x1b[?1049l") > bytes(terminal.raw).rfind(b"\x1b[?1049h")
        assert bytes(terminal.raw).rfind(b"\x1b[?25h") > bytes(terminal.raw).rfind(b"\x1b[?25l")
        assert b"Traceback" not in terminal.raw
