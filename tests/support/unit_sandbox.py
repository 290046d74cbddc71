"""Runs a command under the system call filters of a systemd unit, without systemd.

`python unit_sandbox.py UNIT COMMAND…`. As systemd reads them, so are SystemCallFilter,
MemoryDenyWriteExecute, RestrictAddressFamilies and RestrictNamespaces; the rest of a unit is not
tried here. Exit status 77 where libseccomp or systemd-analyze is missing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

MISSING = 77
ALLOW = 0x7FFF0000
EQUAL, MASKED_EQUAL = 4, 7
WRITE, EXECUTE, SHM_EXECUTE = 2, 4, 0o100000
NAMESPACES = (0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x00020000)


class Comparison(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


class Filter:
    """One filter of the kernel; each that is loaded is held beside the others."""

    def __init__(self, library: ctypes.CDLL, default: int) -> None:
        library.seccomp_init.restype = ctypes.c_void_p
        self.library = library
        self.context = ctypes.c_void_p(library.seccomp_init(default))

    def add(self, action: int, name: str, *comparisons: Comparison) -> None:
        """A rule; a call that this machine does not have needs none."""
        number = self.library.seccomp_syscall_resolve_name(name.encode())
        array = (Comparison * len(comparisons))(*comparisons)
        if number >= 0:
            done = self.library.seccomp_rule_add_array(
                self.context, ctypes.c_uint32(action), number, len(comparisons), array
            )
            assert done == 0, (name, done)

    def load(self) -> None:
        assert self.library.seccomp_load(self.context) == 0


def refused(number: int) -> int:
    return 0x00050000 | number


def values(unit: str, key: str) -> list[str]:
    """What a unit says under a key, one a line."""
    return [line.partition("=")[2] for line in unit.splitlines() if line.startswith(f"{key}=")]


def calls_of(name: str) -> set[str]:
    """The system calls of a group, or the call itself."""
    if not name.startswith("@"):
        return {name}
    done = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", name],
        capture_output=True,
        text=True,
        check=True,
    )
    words = [line.strip() for line in done.stdout.splitlines()[1:]]
    return set().union(*(calls_of(word) for word in words if word and not word.startswith("#")))


def confine(unit: str, library: ctypes.CDLL) -> None:
    others = Filter(library, ALLOW)
    deny_write_execute(unit, others)
    restrict(unit, others)
    calls = only_calls(unit, library)
    others.load()
    calls.load()


def only_calls(unit: str, library: ctypes.CDLL) -> Filter:
    allowed: set[str] = set()
    for line in values(unit, "SystemCallFilter"):
        for name in line.removeprefix("~").split():
            if line.startswith("~"):
                allowed -= calls_of(name)
            else:
                allowed |= calls_of(name)
    assert allowed
    assert values(unit, "SystemCallErrorNumber") == ["EPERM"]
    calls = Filter(library, refused(errno.EPERM))
    for name in allowed:
        calls.add(ALLOW, name)
    return calls


def deny_write_execute(unit: str, others: Filter) -> None:
    assert values(unit, "MemoryDenyWriteExecute") == ["yes"]
    both, action = WRITE | EXECUTE, refused(errno.EPERM)
    others.add(action, "mmap", Comparison(2, MASKED_EQUAL, both, both))
    for name in ("mprotect", "pkey_mprotect"):
        others.add(action, name, Comparison(2, MASKED_EQUAL, EXECUTE, EXECUTE))
    others.add(action, "shmat", Comparison(2, MASKED_EQUAL, SHM_EXECUTE, SHM_EXECUTE))


def restrict(unit: str, others: Filter) -> None:
    (line,) = values(unit, "RestrictAddressFamilies")
    families = {int(getattr(socket, name)) for name in line.split()}
    for family in set(range(1, 46)) - families:
        others.add(refused(errno.EAFNOSUPPORT), "socket", Comparison(0, EQUAL, family))
    assert values(unit, "RestrictNamespaces") == ["yes"]
    others.add(refused(errno.ENOSYS), "clone3")
    for flag in NAMESPACES:
        for name in ("clone", "unshare"):
            others.add(refused(errno.EPERM), name, Comparison(0, MASKED_EQUAL, flag, flag))


def main() -> None:
    unit, *command = sys.argv[1:]
    try:
        library = ctypes.CDLL("libseccomp.so.2")
        confine(Path(unit).read_text(), library)
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(MISSING)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
