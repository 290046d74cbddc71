"""The characters that drawings are made of: block and box glyphs, or plain ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of single-width characters."""

    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    horizontal: str
    vertical: str
    wires: tuple[str, str, str, str]
    """A line without power, and under 500 W, under 2 kW, and above."""
    arrow_right: str
    arrow_left: str
    levels: str
    """From nothing to a full cell, evenly spaced, growing upwards."""
    inverse_levels: bool
    """Cells growing downwards are drawn as the inverse of `levels`."""
    bar_full: str
    bar_empty: str
    online: str
    stale: str
    offline: str
    waiting: str
    pause: str
    warning: str
    axis_vertical: str
    braille: bool
    ascii_only: bool

    def spell(self, text: str) -> str:
        """The text in as many characters, of those that the terminal has."""
        if not self.ascii_only or text.isascii():
            return text
        return text.translate(_SPELLING).encode("ascii", "replace").decode("ascii")


_SPELLING = str.maketrans("—–·…°→×", "--|.'>x")

UNICODE = Glyphs(
    top_left="╭",
    top_right="╮",
    bottom_left="╰",
    bottom_right="╯",
    horizontal="─",
    vertical="│",
    wires=("╌", "─", "━", "═"),
    arrow_right="▶",
    arrow_left="◀",
    levels=" ▁▂▃▄▅▆▇█",
    inverse_levels=True,
    bar_full="█",
    bar_empty="░",
    online="●",
    stale="◐",
    offline="✕",
    waiting="○",
    pause="‖",
    warning="▲",
    axis_vertical="┤",
    braille=True,
    ascii_only=False,
)

ASCII = Glyphs(
    top_left="+",
    top_right="+",
    bottom_left="+",
    bottom_right="+",
    horizontal="-",
    vertical="|",
    wires=(".", "-", "=", "#"),
    arrow_right=">",
    arrow_left="<",
    levels=" .:-=+*#",
    inverse_levels=False,
    bar_full="#",
    bar_empty=".",
    online="*",
    stale="~",
    offline="x",
    waiting="o",
    pause="||",
    warning="!",
    axis_vertical="|",
    braille=False,
    ascii_only=True,
)


def speaks_unicode(environment: Mapping[str, str]) -> bool:
    """Whether the user's locale has more than ASCII; where none is named at all, it has.

    Python itself answers UTF-8 for the C locale, and then says so in LC_CTYPE.
    """
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    set_by_python = environment.get("LC_CTYPE") == "C.UTF-8" and "LC_ALL" not in environment
    if set_by_python and environment.get("LANG") in ("C", "POSIX"):
        return False
    name = next((environment[name] for name in names if environment.get(name)), "utf-8")
    return "utf" in name.lower()
