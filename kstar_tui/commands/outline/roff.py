"""The manual page, in the macros that man(7) describes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from kstar_tui import __version__
from kstar_tui.commands.outline.parts import PROGRAM, Command, Option, Outline, Place
from kstar_tui.settings import TABLE, Setting
from kstar_tui.settings.configfile import CONFIG_VARIABLE
from kstar_tui.settings.load import CREDENTIALS, FILE_SUFFIX

_NAME = "live view and MQTT bridge for KStar KSE hybrid solar inverters"

_SIGNS = {"\\": "\\e", "-": "\\-", "~": "\\(ti", "^": "\\(ha", "'": "\\(aq", '"': "\\(dq"}
"""Signs that would mean something, or be printed as others."""

_SOURCES = """\
Every setting has a default. The configuration file wins over it, a systemd credential of the
setting's name over the file, a variable of the environment over that, and an argument over all.
An empty variable counts as not set."""

_FILES = (
    (
        "~/.config/kstar-tui/config.toml",
        "the settings, as TOML; in $XDG_CONFIG_HOME where that is set. "
        "`kstar-tui config path` prints where it is.",
    ),
    (
        "~/.local/share/kstar-tui/history.sqlite",
        "what was kept of the readings; in $XDG_DATA_HOME where that is set.",
    ),
)


def manual(outline: Outline) -> str:
    """The page as roff, with a line end at its end."""
    lines = list(_page(outline))
    # A heading begins a paragraph by itself.
    kept = [b for a, b in pairwise(lines) if b != ".PP" or not a.startswith(".S")]
    return "\n".join([lines[0], *kept]) + "\n"


def _page(outline: Outline) -> Iterator[str]:
    main = outline.main
    sections = dict(_sections(main.epilog))
    yield f'.TH {PROGRAM.upper()} 1 "" "{PROGRAM} {__version__}" "User Commands"'
    # Names are to be copied as they stand.
    yield ".nh"
    yield ".ad l"
    yield ".SH NAME"
    yield f"{_text(PROGRAM)} \\- {_text(_NAME)}"
    yield ".SH SYNOPSIS"
    yield f".B {_text(PROGRAM)}"
    yield f"[{_italic('OPTION')}]..."
    for command in outline.commands:
        yield ".br"
        yield f".B {_text(PROGRAM)} {_text(command.name)}"
        yield " ".join([f"[{_italic('OPTION')}]...", *map(_usage, command.places)])
    yield ".SH DESCRIPTION"
    yield from _paragraphs(main.description)
    yield from _paragraphs(sections.pop("", ""))
    yield ".SH OPTIONS"
    yield from _groups(main)
    yield ".SH COMMANDS"
    for command in outline.commands:
        yield from _command(command)
    yield ".SH CONFIGURATION"
    yield from _paragraphs(_SOURCES)
    for row in TABLE.values():
        yield from _setting(row)
    yield ".SH ENVIRONMENT"
    yield from _environment()
    yield ".SH FILES"
    for path, meaning in _FILES:
        yield from _item(f"\\fI{_text(path)}\\fR", meaning)
    yield ".SH EXIT STATUS"
    for status in sections.pop("exit status").strip().split(", "):
        number, _, meaning = status.partition(" ")
        yield from _item(f"\\fB{number}\\fR", meaning)
    for title, text in sections.items():
        yield f".SH {_text(title.upper())}"
        yield from _paragraphs(text)


def _command(command: Command) -> Iterator[str]:
    yield f".SS {_text(command.name)} \\- {_text(command.summary)}"
    yield from _paragraphs(command.description)
    for place in command.places:
        yield from _item(_italic(place.metavar), place.help)
    yield from _groups(command)
    yield from _paragraphs(command.epilog)


def _groups(command: Command) -> Iterator[str]:
    """Options under their headings; of a command those that all have are left out."""
    for group in command.groups:
        options = [one for one in group.options if not (command.name and "--help" in one.spellings)]
        if not options:
            continue
        if command.name and group.title == "settings":
            # They stand among the options of the program already.
            words = [_spelled(option) for option in options]
            yield from (".PP", f"Settings: {', '.join(words)}.")
            continue
        if not command.name and group.title != "options":
            yield f".SS {_text(group.title[:1].upper() + group.title[1:])}"
        yield from _paragraphs(group.note)
        for option in options:
            yield from _item(_spelled(option), option.help)


def _setting(row: Setting) -> Iterator[str]:
    argument = f" Argument: {row.argument}." if row.argument else ""
    variables = ", ".join(row.environment)
    yield from _item(
        f"\\fB{_text(row.key)}\\fR",
        f"{row.help}. Allowed: {row.kind.allowed}. Default: {row.kind.show(row.default)}."
        f"{argument} Environment: {variables}.",
    )


def _environment() -> Iterator[str]:
    yield from _paragraphs("The variables of each setting stand with it, above. Beside them:")
    for key, row in TABLE.items():
        if row.secret:
            name = row.environment[0] + FILE_SUFFIX
            yield from _item(f"\\fB{_text(name)}\\fR", f"path of a file that holds {key}")
    yield from _item(f"\\fB{CONFIG_VARIABLE}\\fR", "path of the configuration file")
    secrets = " and ".join(key for key, row in TABLE.items() if row.secret)
    yield from _item(
        f"\\fB{CREDENTIALS}\\fR",
        f"folder in which systemd puts the credentials of a service; those called {secrets} are "
        "read.",
    )


def _usage(place: Place) -> str:
    text = _italic(place.metavar) + ("..." if place.repeats else "")
    return text if place.needed else f"[{text}]"


def _spelled(option: Option) -> str:
    words = (f"\\fB{_text(one)}\\fR" for one in option.spellings)
    return ", ".join(words) + (f" {_italic(option.metavar)}" if option.metavar else "")


def _item(head: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield head
    yield from (_line(line) for line in text.splitlines())


def _sections(epilog: str) -> Iterator[tuple[str, str]]:
    """Parts of an epilog by their headings, which end in a colon; empty for what has none."""
    for part in epilog.split("\n\n"):
        head, _, rest = part.partition("\n")
        if head.endswith(":") and rest.startswith(" "):
            yield head.removesuffix(":"), rest
        else:
            yield "", part


def _paragraphs(text: str) -> Iterator[str]:
    """Running text filled anew; lines that begin with blanks as they stand."""
    for part in text.split("\n\n"):
        if not part.strip():
            continue
        yield ".PP"
        for verbatim, lines in groupby(part.splitlines(), key=lambda line: line.startswith(" ")):
            if verbatim:
                yield ".RS 4"
                yield ".nf"
                yield from (_line(line.removeprefix("  ")) for line in lines)
                yield ".fi"
                yield ".RE"
            else:
                yield from (_line(line) for line in lines)


def _line(text: str) -> str:
    """A line of text that no request can be made of."""
    escaped = _text(text)
    return f"\\&{escaped}" if escaped.startswith((".", "'", " ")) else escaped


def _text(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in text)


def _italic(text: str) -> str:
    return f"\\fI{_text(text)}\\fR"
