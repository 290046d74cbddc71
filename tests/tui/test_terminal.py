"""The program in a terminal: what it sends, and the state in which it leaves that behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import answering
from terminal import Terminal, told_polls
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
            while terminal.read_for(0.5):
                pass
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
        costs = []
        while not costs or (min(costs) > 250 and len(costs) < 3):
            before = told_polls(terminal)
            sent = terminal.read_for(4.1)
            # The turn of a minute may fall into it, or a late answer: then more than that is sent.
            costs.append(sent / (told_polls(terminal) - before))
        assert min(costs) <= 250
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
        ({"KSTAR_THEME": "ansi-light"}, False),
    ],
)
def test_colours_suit_the_terminal(
    environment: dict[str, str], truecolour: bool, port: int, tmp_path: Path
) -> None:
    with program(port, tmp_path, environment=environment) as terminal:
        terminal.wait_for(lambda text: "online" in text and "3 300 W" in text)
        raw = bytes(terminal.raw)
        assert (b"38;2;" in raw) == truecolour
        terminal.send("q")
        assert terminal.wait_end() == 0


def colours(raw: bytes) -> set[bytes]:
    """Every code that sets a colour; going back to the terminal's own is none."""
    codes = {code for found in re.findall(rb"\x1b\[([0-9;:]*)m", raw) for code in found.split(b";")}
    return {code for code in codes if re.fullmatch(rb"[349][0-8]|10[0-7]", code)} - {b"39", b"49"}


@pytest.mark.parametrize("theme", ["auto", "nord"])
def test_without_colour_there_is_none_and_a_fault_is_told(theme: str, tmp_path: Path) -> None:
    data = encode_running_data({**VALUES, "error_bits": 1 << 18, "work_mode": "fault"})
    answers = {**ANSWERS, Request.RUNNING_DATA.frame: build_reply(0x86, data)}
    environment = {"NO_COLOR": "1", "KSTAR_THEME": theme, "XDG_DATA_HOME": str(tmp_path)}
    with answering(answers) as port, program(port, tmp_path, environment=environment) as terminal:
        terminal.wait_for("FAULT  isolation")
        reversed_ = [
            cell.data
            for row in terminal.screen.buffer.values()
            for cell in row.values()
            if cell.reverse
        ]
        assert "FAULT" in "".join(reversed_)
        for keys, word in (
            ("3", "FAULT"),
            ("4", "FAULT"),
            ("5", "fault: isolation"),
            ("2", "[day]"),
            ("7", "inverter.host"),
            ("\r", "enter saves"),
            ("\x1b", "means"),
            ("?", "keys and signs"),
            ("q", "means"),
            ("t", "all is well"),
            ("q", "means"),
            ("\x10", "Search for an action"),
        ):
            terminal.send(keys)
            terminal.wait_for(lambda text, word=word: word in text)
        assert colours(bytes(terminal.raw)) == set()
        terminal.send("\x03")
        assert terminal.wait_end() == 130


def test_a_theme_or_keys_that_cannot_be_are_told_before_the_screen(
    port: int, tmp_path: Path
) -> None:
    for environment, message in (
        ({"KSTAR_THEME": "nrod"}, "Did you mean nord?"),
        ({"KSTAR_KEYS": "live.pauze=p"}, "Did you mean live.pause?"),
        ({"KSTAR_KEYS": "live.pause=q"}, "both live.pause and app.quit would be q"),
    ):
        with program(port, tmp_path, size=(120, 40), environment=environment) as terminal:
            terminal.wait_for(lambda text, message=message: message in text.replace("\n", ""))
            assert terminal.wait_end() == 2
            assert b"\x1b[?1049h" not in terminal.raw, "no screen was opened"


def test_settings_that_lie_open_send_nothing(port: int, tmp_path: Path) -> None:
    with program(port, tmp_path, "--interval", "3600", size=(120, 40)) as terminal:
        terminal.wait_for("online")
        terminal.send("7")
        terminal.wait_for("inverter.host")
        for _ in range(3):
            terminal.read_for(0.5)
            minute = terminal.text.split("\n")[0][-5:]
            sent = terminal.read_for(2.5)
            if terminal.text.split("\n")[0][-5:] == minute:
                assert sent == 0
                break
        else:
            pytest.fail("every three seconds a minute turns")
