"""The program in a terminal: what it sends, and the state in which it leaves that behind."""

from __future__ import annotations

import os
import signal
import socket
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import answering
from terminal import Terminal
from tui_world import VALUES

from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import Request, build_reply

ANSWERS = {
    Request.RUNNING_DATA.frame: build_reply(0x86, encode_running_data(VALUES)),
    Request.DEVICE_INFO.frame: build_reply(
        0x82, encode_device_info(model="KSE4000", serial="SIM0000005678")
    ),
    Request.SETTINGS.frame: build_reply(0x89, encode_settings({"battery_capacity": 200})),
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """An inverter on loopback that always answers the same."""
    with answering(ANSWERS) as port:
        yield port


def program(
    port: int,
    tmp_path: Path,
    *arguments: str,
    size: tuple[int, int] = (80, 24),
    environment: dict[str, str] | None = None,
) -> Terminal:
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "kstar_tui", "--host", "127.0.0.1", "--port", str(port)]
    return Terminal([*command, *arguments], *size, {**home, **(environment or {})})


def last(raw: bytes, *sequences: bytes) -> bytes:
    """Which of the sequences came last."""
    return max(sequences, key=raw.rfind)


def check_restored(terminal: Terminal) -> None:
    raw = bytes(terminal.raw)
    assert b"\x1b[?1049h" in raw
    for on, off in ((1049, 1049), (1000, 1000), (1003, 1003), (1006, 1006), (2004, 2004)):
        if b"\x1b[?%dh" % on in raw:
            left = last(raw, b"\x1b[?%dh" % on, b"\x1b[?%dl" % off)
            assert left == b"\x1b[?%dl" % off, f"mode {on} is left on"
    assert last(raw, b"\x1b[?25l", b"\x1b[?25h") == b"\x1b[?25h", "the cursor stays hidden"
    assert b"Traceback" not in raw


def tty_settings(terminal: Terminal) -> list[object]:
    return termios.tcgetattr(terminal._master)[:4]


@pytest.mark.parametrize(
    ("how", "status"),
    [("q", 0), ("\x03", 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)],
    ids=["q", "ctrl-c", "SIGTERM", "SIGHUP"],
)
def test_it_leaves_the_terminal_as_it_was(
    how: str | signal.Signals, status: int, port: int, tmp_path: Path
) -> None:
    with program(port, tmp_path) as terminal:
        before = tty_settings(terminal)
        terminal.wait_for("online")
        assert tty_settings(terminal) != before, "keys come one by one, without echo"
        if isinstance(how, str):
            terminal.send(how)
        else:
            terminal.process.send_signal(how)
        assert terminal.wait_end() == status
        assert tty_settings(terminal) == before
        check_restored(terminal)


def test_keys_that_come_in_pieces(port: int, tmp_path: Path) -> None:
    """A lone escape is a key after a moment; the pieces of a sequence are one key."""
    with program(port, tmp_path) as terminal:
        terminal.wait_for("polls 1")
        terminal.send("?")
        terminal.wait_for("keys and signs")
        terminal.send("\x1b")
        terminal.wait_for(lambda text: "keys and signs" not in text)
        terminal.send("?")
        terminal.wait_for("keys and signs")
        # Page down, a byte at a time: closes nothing, quits nothing.
        for byte in "\x1b[6~":
            terminal.send(byte)
        terminal.send(" ")
        terminal.read_for(0.3)
        assert "keys and signs" in terminal.text
        # A character of more than a byte, in halves.
        os.write(terminal._master, "ü".encode()[:1])
        terminal.read_for(0.1)
        os.write(terminal._master, "ü".encode()[1:])
        terminal.send("q")
        terminal.wait_for(lambda text: "keys and signs" not in text)
        terminal.send("q")
        assert terminal.wait_end() == 0
        check_restored(terminal)


def test_suspended_and_back(port: int, tmp_path: Path) -> None:
    with program(port, tmp_path) as terminal:
        terminal.wait_for("polls 1")
        before = len(terminal.raw)
        terminal.send("\x1a")
        stat = Path(f"/proc/{terminal.process.pid}/stat")
        terminal.wait_for(lambda _: stat.read_text().rpartition(")")[2].split()[0] == "T")
        terminal.read_for(0.1)
        check_restored(terminal)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for(lambda _: b"\x1b[?1049h" in terminal.raw[before:])
        terminal.wait_for("3 300 W")
        terminal.send(" ")
        terminal.wait_for("paused")
        terminal.send("q")
        assert terminal.wait_end() == 0
        check_restored(terminal)


def test_ctrl_c_while_it_asks_in_vain(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        with program(mute.getsockname()[1], tmp_path) as terminal:
            terminal.wait_for("connecting")
            terminal.send("\x03")
            assert terminal.wait_end() == 130
            check_restored(terminal)


def test_nothing_is_sent_while_nothing_changes(port: int, tmp_path: Path) -> None:
    with program(port, tmp_path, "--interval", "3600", size=(120, 40)) as terminal:
        terminal.wait_for(lambda text: "online" in text and "200 Ah" in text)
        for polls in range(2, 5):
            terminal.read_for(0.5)
            minute = terminal.text.split("\n")[0][-5:]
            sent = terminal.read_for(4)
            if terminal.text.split("\n")[0][-5:] == minute:
                assert sent == 0
                break
            # The minute turned: that is a change. Once more, before the data is old enough to say.
            terminal.send("r")
            terminal.wait_for(f"polls {polls}")
        else:
            pytest.fail("every four seconds a minute turns")


def test_the_same_again_costs_next_to_nothing(port: int, tmp_path: Path) -> None:
    """A poll that brings what the last one brought changes its own count and the latency."""
    with program(port, tmp_path, "--interval", "2", size=(120, 40)) as terminal:
        terminal.wait_for("polls 2")
        terminal.read_for(0.3)
        # The turn of a minute may fall into it: then the time of day and a column are sent too.
        assert terminal.read_for(4.1) / 2 <= 250
        terminal.send(" ")
        terminal.wait_for("paused")
        terminal.read_for(0.3)
        assert terminal.read_for(2.1) <= 250


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (10, 4), (40, 8), (59, 15), (60, 15), (60, 16)])
def test_tiny_sizes(size: tuple[int, int], port: int, tmp_path: Path) -> None:
    with program(port, tmp_path, size=size) as terminal:
        terminal.wait_for(lambda text: b"\x1b[?1049h" in terminal.raw)
        if size[0] >= 40:
            terminal.wait_for("3 300 W")
        terminal.resize(100, 30)
        terminal.wait_for("3 300 W")
        terminal.resize(*size)
        terminal.send("q")
        assert terminal.wait_end() == 0
        check_restored(terminal)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(["--ascii"], {}), ([], {"LANG": "C"}), ([], {"LC_ALL": "C"}), ([], {"KSTAR_ASCII": "1"})],
    ids=["--ascii", "LANG=C", "LC_ALL=C", "KSTAR_ASCII"],
)
def test_ascii(
    arguments: list[str], environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    with program(port, tmp_path, *arguments, environment=environment) as terminal:
        text = terminal.wait_for(lambda text: "online" in text and "3 300 W" in text)
        assert text.isascii()
        terminal.send("q")
        assert terminal.wait_end() == 0
        assert bytes(terminal.raw).isascii()


@pytest.mark.parametrize(
    ("environment", "truecolour"),
    [
        ({}, True),
        ({"COLORTERM": "", "TERM": "xterm"}, False),
        ({"COLORTERM": "", "TERM": "linux"}, False),
        ({"NO_COLOR": "1"}, None),
    ],
)
def test_colours_suit_the_terminal(
    environment: dict[str, str], truecolour: bool | None, port: int, tmp_path: Path
) -> None:
    with program(port, tmp_path, environment=environment) as terminal:
        terminal.wait_for(lambda text: "online" in text and "3 300 W" in text)
        raw = bytes(terminal.raw)
        if truecolour is None:
            cells = [cell for row in terminal.screen.buffer.values() for cell in row.values()]
            for colour in {c for cell in cells for c in (cell.fg, cell.bg)} - {"default"}:
                red, green, blue = colour[:2], colour[2:4], colour[4:]
                assert red == green == blue, f"{colour} is no grey"
        else:
            assert (b"38;2;" in raw) == truecolour
        assert b"38;2;" not in raw or truecolour is not False
        terminal.send("q")
        assert terminal.wait_end() == 0
