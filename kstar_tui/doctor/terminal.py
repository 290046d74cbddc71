"""What the terminal can do, for the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kstar_tui.doctor.finding import Finding, note, ok, warning
from kstar_tui.tui.glyphs import speaks_unicode

LEAST = (60, 16)
"""Columns and lines below which the screen is a list of numbers."""
WHOLE = (80, 24)
"""Columns and lines that have room for everything."""


class Terminal(NamedTuple):
    """What is known of a terminal."""

    there: bool
    keys: bool
    """Standard input is one, too."""
    size: tuple[int, int] | None = None
    """Columns and lines; None where nobody knows."""
    encoding: str = "utf-8"


def examine_terminal(
    terminal: Terminal, environ: Mapping[str, str], *, ascii_wanted: bool
) -> Iterator[Finding]:
    """A line each for the terminal, its size, its colours and its characters."""
    term = environ.get("TERM", "")
    if not terminal.there:
        yield note("terminal", "no terminal here: the screen needs one", tty=False, term=term)
        return
    if term in ("", "dumb", "unknown"):
        yield warning(
            "terminal",
            f"TERM is {term!r}: the screen may not be drawn right",
            "Over SSH use ssh -t; else say what the terminal is, as in TERM=xterm-256color.",
            tty=True,
            term=term,
        )
    elif not terminal.keys:
        text = f"{term}, but standard input is no terminal: no keys"
        yield note("terminal", text, tty=True, term=term)
    else:
        yield ok("terminal", term, tty=True, term=term)
    if terminal.size is not None:
        yield _size(terminal.size)
    yield _colours(term, environ)
    yield _characters(terminal, environ, ascii_wanted=ascii_wanted)


def _size(size: tuple[int, int]) -> Finding:
    columns, lines = size
    text = f"{columns} columns, {lines} lines"
    if columns < LEAST[0] or lines < LEAST[1]:
        advice = f"Make it at least {WHOLE[0]} by {WHOLE[1]}: below {LEAST[0]} by {LEAST[1]}"
        return warning(
            "size", text, f"{advice} the screen is a list of numbers.", columns=columns, lines=lines
        )
    if columns < WHOLE[0] or lines < WHOLE[1]:
        text += f"; from {WHOLE[0]} by {WHOLE[1]} on there is room for everything"
        return note("size", text, columns=columns, lines=lines)
    return ok("size", text, columns=columns, lines=lines)


def _colours(term: str, environ: Mapping[str, str]) -> Finding:
    if environ.get("NO_COLOR"):
        return ok("colours", "no colours, as NO_COLOR says: words and signs do without", colours=0)
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or "direct" in term:
        return ok("colours", "16 million colours", colours=1 << 24)
    if "256" in term:
        return ok("colours", "256 colours", colours=256)
    return ok("colours", "16 colours", colours=16)


def _characters(terminal: Terminal, environ: Mapping[str, str], *, ascii_wanted: bool) -> Finding:
    if ascii_wanted:
        return ok("characters", "ASCII, as ui.ascii says", unicode=False)
    if speaks_unicode(environ) and "utf" in terminal.encoding.lower():
        return ok("characters", "Unicode", unicode=True)
    return note(
        "characters",
        "ASCII only, as the locale says",
        "For lines and blocks set a locale with UTF-8, as in LANG=C.UTF-8.",
        unicode=False,
    )
