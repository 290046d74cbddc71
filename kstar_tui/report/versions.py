"""Which versions of what run here."""

from __future__ import annotations

import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from kstar_tui import __version__


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """Names and versions: of the program, of Python and the system, of the libraries."""
    return (
        ("kstar-tui", __version__),
        ("Python", f"{platform.python_version()} on {sys.platform} {platform.machine()}"),
        *((name, _version(package)) for name, package in _LIBRARIES.items()),
        ("SQLite", _sqlite()),
    )


_LIBRARIES = {"Textual": "textual", "paho-mqtt": "paho-mqtt"}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _sqlite() -> str:
    try:
        import sqlite3
    except ImportError:
        return "not installed"
    return sqlite3.sqlite_version
