"""The promise that the program only reads, held against its code.

Three request frames and one discovery text are all that may go to an inverter. Each constant of
each compiled module is looked at, so that a frame cannot hide in a name, a list or an expression
that the compiler folds.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType

import pytest

from kstar_tui.protocol.discovery import DISCOVERY_TEXT
from kstar_tui.protocol.frame import HEADER, READ_CONTROL, Request

PACKAGE = Path(importlib.import_module("kstar_tui").__path__[0])
MODULES = sorted(PACKAGE.rglob("*.py"))

# Who may put a datagram on a socket: the link towards inverters, the simulator towards its askers.
SENDERS = ("link/", "simulator/")
NOTIFIER = "daemon/notify.py"
SENDING = {"sendto", "sendmsg", "sendall", "send", "sock_sendto", "sock_sendall"}
# Who may make a reply: nothing that talks to an inverter.
REPLY_MAKERS = ("protocol/", "simulator/")


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def constants(code: CodeType) -> Iterator[object]:
    """Every constant of a module and all that is in it."""
    todo: list[object] = list(code.co_consts)
    while todo:
        constant = todo.pop()
        if isinstance(constant, CodeType):
            todo += constant.co_consts
        elif isinstance(constant, tuple | frozenset):
            todo += constant
        else:
            yield constant


@cache
def constants_of(path: Path) -> list[object]:
    return list(constants(compile(path.read_bytes(), str(path), "exec")))


def as_bytes(constant: object) -> bytes:
    """What a constant would be as bytes: bytes themselves, hex text, or a large number."""
    if isinstance(constant, bytes):
        return constant
    if isinstance(constant, str):
        digits = re.sub(r"0x|[^0-9a-f]", "", constant.lower())
        return bytes.fromhex(digits[: len(digits) // 2 * 2])
    if isinstance(constant, int) and constant > 0:
        return constant.to_bytes((constant.bit_length() + 7) // 8, "big")
    return b""


def calls(path: Path) -> set[str]:
    """Names of the functions and methods that a module calls."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                found.add(node.func.attr)
            elif isinstance(node.func, ast.Name):
                found.add(node.func.id)
    return found


def test_there_are_three_requests() -> None:
    assert [(request.name, request.frame) for request in Request] == [
        ("DEVICE_INFO", bytes((0xAA, 0x55, 0xB0, 0x7F, 1, 0x02, 0, 0x02, 0x31))),
        ("RUNNING_DATA", bytes((0xAA, 0x55, 0xB0, 0x7F, 1, 0x06, 0, 0x02, 0x35))),
        ("SETTINGS", bytes((0xAA, 0x55, 0xB0, 0x7F, 1, 0x09, 0, 0x02, 0x38))),
    ]
    assert len(Request.__members__) == 3
    assert READ_CONTROL == 1


def test_there_is_no_fourth() -> None:
    for function in set(range(256)) - {0x02, 0x06, 0x09}:
        with pytest.raises(ValueError, match="not a valid Request"):
            Request(function)


def test_a_request_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Request.RUNNING_DATA.__setattr__("frame", b"")
    with pytest.raises(AttributeError):
        Request.RUNNING_DATA.__setattr__("value", 3)


def test_the_scan_finds_what_it_looks_for() -> None:
    source = (
        "a = b'\\xaa' + b'\\x55\\xc0'\n"
        "def f():\n    return ['AA 55 B0 7F 01 06', 0xAA55B07F0106000235]\n"
    )
    found = [as_bytes(c) for c in constants(compile(source, "example", "exec"))]
    assert sum(data.startswith(HEADER) for data in found) == 3


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_holds_a_frame(path: Path) -> None:
    holding = [c for c in constants_of(path) if HEADER in as_bytes(c)]
    allowed = [HEADER] if name_of(path) == "protocol/frame.py" else []
    # The requests are put together from the header and a member of `Request`, in one place.
    assert [c for c in holding if isinstance(c, bytes)] == allowed
    telling = [c for c in holding if not isinstance(c, bytes)]
    assert all(isinstance(c, str) and not re.search(r"aa\W?55\W?[bc]0", c, re.I) for c in telling)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_discovery_text_stands_once(path: Path) -> None:
    holding = [c for c in constants_of(path) if isinstance(c, bytes) and b"WIFI" in c.upper()]
    assert holding == ([DISCOVERY_TEXT] if name_of(path) == "protocol/discovery.py" else [])


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_link_and_simulator_send(path: Path) -> None:
    if name_of(path) == NOTIFIER:
        # It speaks to the service manager of this machine, and knows no address of a network.
        families = set(re.findall(r"AF_\w+", path.read_text()))
        assert (calls(path) & SENDING, families) == ({"sendto"}, {"AF_UNIX"})
    elif not name_of(path).startswith(SENDERS):
        assert not calls(path) & SENDING


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_that_talks_to_an_inverter_makes_replies(path: Path) -> None:
    if not name_of(path).startswith(REPLY_MAKERS):
        tree = ast.walk(ast.parse(path.read_bytes()))
        imported = {a.name for n in tree if isinstance(n, ast.ImportFrom) for a in n.names}
        assert not imported & {"build_reply", "checksum", "encode"}
        assert not any(name.startswith("encode_") for name in imported)
