"""What kstar-tui is made of, and whether each part is new enough."""

from __future__ import annotations

import platform
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata

from kstar_tui import __version__
from kstar_tui.doctor.finding import Finding, ok, problem

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 24, 0)
"""Knows what is to be done where a row is there already."""
_PACKAGE = "kstar-tui"
_AGAIN = "Install kstar-tui again into an environment of its own: pip install --upgrade kstar-tui."


def examine_versions(
    requires: Callable[[str], Sequence[str] | None] = metadata.requires,
    version_of: Callable[[str], str] = metadata.version,
) -> Iterator[Finding]:
    """A line for kstar-tui and the machine, and one for each part of it."""
    python = platform.python_version()
    machine = f"{platform.system()} {platform.release()} {platform.machine()}"
    yield ok(
        "kstar_tui", f"kstar-tui {__version__}, {machine}", version=__version__, machine=machine
    )
    yield _compared("python", "Python", python, tuple(sys.version_info[:3]), OLDEST_PYTHON)
    yield _compared(
        "sqlite", "SQLite", sqlite3.sqlite_version, sqlite3.sqlite_version_info, OLDEST_SQLITE
    )
    try:
        wanted = requires(_PACKAGE) or ()
    except metadata.PackageNotFoundError:
        # Run from its folder, without having been installed.
        wanted = ()
    for line in wanted:
        if ";" not in line:
            yield _part(line, version_of)


def _compared(
    name: str, title: str, text: str, version: Sequence[int], oldest: Sequence[int]
) -> Finding:
    least = ".".join(map(str, oldest))
    if tuple(version) < tuple(oldest):
        told = f"{title} {text} is too old: {least} is needed"
        return problem(name, told, f"Install {title} {least} or newer.", version=text)
    return ok(name, f"{title} {text}", version=text)


def _part(requirement: str, version_of: Callable[[str], str]) -> Finding:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    name = match[0] if match else requirement
    key = name.lower().replace("-", "_")
    try:
        version = version_of(name)
    except metadata.PackageNotFoundError:
        return problem(key, f"{name} is missing", _AGAIN, version=None)
    for sign, bound in re.findall(r"(>=|<)\s*([0-9.]+)", requirement):
        if (_numbers(version) < _numbers(bound)) is (sign == ">="):
            text = f"{name} {version} does not fit: {requirement}"
            return problem(key, text, _AGAIN, version=version)
    return ok(key, f"{name} {version}", version=version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.match(r"[0-9.]*", version)[0].split(".") if part)  # type: ignore[index]
