"""`kstar-tui doctor`: what works and what does not, and what to do about it."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import aclosing
from textwrap import wrap
from typing import TextIO

from kstar_tui import __version__
from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.progress import Progress
from kstar_tui.doctor.examination import Examination
from kstar_tui.doctor.finding import Finding, Result, Section
from kstar_tui.doctor.terminal import Terminal
from kstar_tui.doctor.world import POLLS, World
from kstar_tui.status import Status

MOST_POLLS = 1000
_WIDTH = 79
_MARK = max(map(len, Result))
_INDENT = 2 + _MARK + 2


def run(context: Context) -> int:
    """Print each line; 0 where all is well, 2 for wrong settings, 3 without an inverter, else 1."""
    # A failure is told once, with what to do about it.
    logging.getLogger("kstar_tui.mqtt.connection").setLevel(logging.ERROR)
    return asyncio.run(_run(context, number_of_polls(context.options.polls)))


async def _run(context: Context, polls: int) -> int:
    with Progress(context.err, context.clock, "reading") as progress:
        world = World(
            clock=context.clock,
            config=context.config,
            arguments=context.arguments,
            environ=context.environ,
            polls=polls,
            progress=progress.show,
        )
        examination = Examination(world, _terminal())
        printer = _Printer(context, ascii_only=examination.ascii_only)
        begun = context.clock.now()
        if not context.options.json:
            context.emit(f"kstar-tui {__version__}, {begun:%Y-%m-%d %H:%M:%S %z}")
        async with aclosing(examination.run()) as findings:
            async for section, finding in findings:
                progress.clear()
                if not context.options.json:
                    printer.tell(section, finding)
    if context.options.json:
        stamp = begun.isoformat(timespec="seconds")
        context.emit_json({"version": __version__, "timestamp": stamp, **as_json(examination)})
    else:
        printer.end(examination)
    return examination.status


def as_json(examination: Examination) -> dict[str, object]:
    """All that was found, by section."""
    sections: dict[str, list[dict[str, object]]] = {section.value: [] for section in Section}
    for section, finding in examination.findings:
        sections[section].append(
            {
                "name": finding.name,
                "result": finding.result.value,
                "text": finding.text,
                "advice": finding.advice or None,
                "facts": dict(finding.facts),
            }
        )
    counts = examination.counts
    return {
        "ok": examination.status is Status.DONE,
        "status": int(examination.status),
        "counts": {result.value: counts[result] for result in Result},
        "sections": sections,
    }


class _Printer:
    """Lines for people, section by section, at once."""

    def __init__(self, context: Context, *, ascii_only: bool) -> None:
        self._context = context
        self._section: Section | None = None
        self._arrow = "→" if not ascii_only and _can_say("→", context.out) else ">"

    def tell(self, section: Section, finding: Finding) -> None:
        if section is not self._section:
            self._section = section
            self._context.emit("")
            self._context.emit(section.capitalize())
        for line in self._lines(finding):
            self._context.emit(line)
        # As it happens, also where something else reads along.
        self._context.out.flush()

    def _lines(self, finding: Finding) -> Iterator[str]:
        first, *rest = _wrapped(finding.text, _WIDTH - _INDENT)
        yield f"  {finding.result:<{_MARK}}  {first}".rstrip()
        for line in rest:
            yield f"{'':{_INDENT}}{line}"
        sign = f"{self._arrow} "
        for line in _wrapped(finding.advice, _WIDTH - _INDENT - 2) if finding.advice else ():
            yield f"{'':{_INDENT}}{sign}{line}"
            sign = "  "

    def end(self, examination: Examination) -> None:
        counts = examination.counts
        said = [
            f"{number} {result}{'' if number == 1 else 's'}"
            for result in (Result.PROBLEM, Result.WARNING)
            if (number := counts[result])
        ]
        self._context.emit("")
        if not said:
            self._context.emit("All is well.")
            return
        where = dict.fromkeys(
            section.capitalize()
            for section, finding in examination.findings
            if finding.result in (Result.PROBLEM, Result.WARNING)
        )
        for line in _wrapped(f"{' and '.join(said)}: see {', '.join(where)}.", _WIDTH):
            self._context.emit(line)


def _wrapped(text: str, width: int) -> list[str]:
    # A name of this machine's own may hold anything.
    clean = "".join(sign if sign.isprintable() else "?" for sign in text)
    return wrap(clean, width, break_on_hyphens=False) or [""]


def _can_say(text: str, stream: TextIO) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True


def number_of_polls(text: str | None) -> int:
    """What --polls says, 1 to 1000; CommandError for anything else."""
    if text is None:
        return POLLS
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text) or int(text) > MOST_POLLS:
        shown = text if len(text) <= 20 else f"{text[:20]}…"
        raise CommandError(
            f"--polls {shown!r} is no whole number from 1 to {MOST_POLLS}.", Status.USAGE
        )
    return int(text)


def _terminal() -> Terminal:
    """The first of output, error and input that is a terminal: output may go into a file."""
    keys = sys.__stdin__ is not None and sys.__stdin__.isatty()
    encoding = sys.__stdout__.encoding if sys.__stdout__ is not None else "utf-8"
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        if stream is not None and stream.isatty():
            try:
                columns, lines = os.get_terminal_size(stream.fileno())
            except (OSError, ValueError):
                columns = lines = 0
            # A serial line does not know how large what is behind it is.
            size = (columns, lines) if columns and lines else None
            return Terminal(there=True, keys=keys, size=size, encoding=encoding)
    return Terminal(there=False, keys=keys)
