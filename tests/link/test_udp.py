"""Sockets and their errors, and what the link's code hands to a socket."""

from __future__ import annotations

import ast
import errno
import importlib
import socket
from collections.abc import Iterable
from pathlib import Path

import pytest

from kstar_tui.link import udp
from kstar_tui.link.udp import check_port, explain, open_socket

PACKAGE = Path(importlib.import_module("kstar_tui").__path__[0])
SENDING = {"send", "sendall", "sendto", "sendmsg", "sendfile", "sock_sendto", "sock_sendall"}


def test_a_port_that_others_listen_on_is_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = iter([48899, 8899, 40123])
    closed: list[int] = []

    class Chosen(socket.socket):
        port = 0

        def bind(self, _address: object, /) -> None:
            self.port = next(ports)

        def getsockname(self) -> tuple[str, int]:
            return "0.0.0.0", self.port

        def close(self) -> None:
            closed.append(self.port)
            super().close()

    monkeypatch.setattr(udp.socket, "socket", Chosen)
    with open_socket() as sock:
        assert sock.getsockname()[1] == 40123
        assert closed == [48899, 8899]


def test_a_socket_is_ephemeral_and_does_not_block() -> None:
    with open_socket("127.0.0.1") as one, open_socket("127.0.0.1") as other:
        assert one.getsockname() != other.getsockname()
        assert not one.getblocking()
        assert not one.getsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST)
    with open_socket(broadcast=True) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST)


def test_a_socket_that_cannot_be_bound_is_closed() -> None:
    with pytest.raises(OSError, match="assign requested address"):
        open_socket("192.0.2.1")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENETUNREACH, "x"), "network unreachable, this machine has no route there"),
        (OSError(errno.EHOSTUNREACH, "x"), "host unreachable"),
        (PermissionError(errno.EPERM, "x"), "not permitted to send there (a firewall"),
        (OSError(errno.ENOBUFS, "No buffer space available"), "no buffer space available"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "temporary failure"),
        (UnicodeError("label too long"), "label too long"),
    ],
)
def test_errors_are_said_in_words(error: Exception, words: str) -> None:
    assert explain(error).startswith(words)


@pytest.mark.parametrize("port", [0, 65536, -8899])
def test_ports_are_checked(port: int) -> None:
    with pytest.raises(ValueError, match="1 to 65535"):
        check_port(port)
    assert check_port(8899) == 8899


def sent_by(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """File and payload expression of each call that puts bytes on a socket."""
    found = []
    for path in sorted(paths):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in SENDING:
                payload = node.args[node.func.attr.startswith("sock_")]
                found.append((path.relative_to(PACKAGE).as_posix(), ast.unparse(payload)))
    return found


def test_requests_and_the_discovery_text_are_all_that_is_sent() -> None:
    # The simulator is the other side: what it sends goes to whoever asked it.
    ours = (p for p in PACKAGE.rglob("*.py") if PACKAGE / "simulator" not in p.parents)
    assert sent_by(ours) == [
        # To systemd, over a Unix socket.
        ("daemon/notify.py", "'\\n'.join(lines).encode()"),
        ("link/client.py", "request.frame"),
        ("link/search.py", "DISCOVERY_TEXT"),
        ("link/search.py", "DISCOVERY_TEXT"),
    ]
