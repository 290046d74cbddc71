"""Versions, what the terminal can do, and which files are used: what this program runs on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kstar_tui.report.versions import versions
from kstar_tui.tui.diagnostics.view import About, Line

if TYPE_CHECKING:
    from kstar_tui.tui.app import KstarApp

_COLOURS = {"truecolor": "16 million", "256": "256", "standard": "16", "windows": "16"}
_WITHIN = {
    "TMUX": "tmux",
    "STY": "screen",
    "SSH_CONNECTION": "ssh",
    "WT_SESSION": "Windows Terminal",
}


def about(app: KstarApp, environment: Mapping[str, str] = os.environ) -> About:
    """All of it."""
    return (
        ("Settings", (("file", settings_file(app)),)),
        ("Versions", versions()),
        ("Terminal", tuple(terminal_lines(app, environment))),
    )


def settings_file(app: KstarApp) -> str:
    """The path of config.toml."""
    path = app.desk.config.path if app.desk is not None else None
    if path is None:
        return "none"
    return str(path) if path.exists() else f"{path} (no such file yet)"


def terminal_lines(app: KstarApp, environment: Mapping[str, str]) -> list[Line]:
    """What the terminal says of itself, and what is made of it. No address: ssh is only named."""
    size = app.size
    colours = "16, the terminal's own" if app.native_ansi_color else _colours(app)
    signs = "ASCII" if app.glyphs.ascii_only else "Unicode"
    within = [word for name, word in _WITHIN.items() if environment.get(name)]
    names = ("TERM", "COLORTERM", "TERM_PROGRAM", "LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR")
    return [
        ("size", f"{size.width} × {size.height}"),
        ("colours", colours),
        ("theme", app.theme),
        ("signs", signs),
        ("within", ", ".join(within) or "nothing known"),
        *((name, environment[name]) for name in names if environment.get(name)),
    ]


def _colours(app: KstarApp) -> str:
    system = app.console.color_system
    return _COLOURS.get(system, system) if system else "none"
