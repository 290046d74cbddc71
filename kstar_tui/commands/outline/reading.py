"""The outline, read off the parser of the arguments and the table of the settings."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from kstar_tui.commands.arguments import whole_parser
from kstar_tui.commands.outline.parts import Command, Group, Option, Outline, Place, Values
from kstar_tui.settings import TABLE, Setting
from kstar_tui.settings.kinds import Flag, Host
from kstar_tui.settings.look_kinds import AUTO, ThemeName
from kstar_tui.settings.mqtt_kinds import Choice, PemFile
from kstar_tui.settings.use_kinds import HistoryFile
from kstar_tui.simulator.days import DAYS
from kstar_tui.simulator.faults import Faults

THEMES = (
    *(AUTO, "kstar-dark", "kstar-light", "ansi-dark", "ansi-light", "atom-one-dark"),
    *("atom-one-light", "catppuccin-frappe", "catppuccin-latte", "catppuccin-macchiato"),
    *("catppuccin-mocha", "dracula", "flexoki", "gruvbox", "monokai", "nord", "rose-pine"),
    *("rose-pine-dawn", "rose-pine-moon", "solarized-dark", "solarized-light", "textual-dark"),
    *("textual-light", "tokyo-night"),
)
"""Those of the screen. A build that writes completions has no Textual to ask."""

_HELP = "show this help and exit"
_VERSION = "show the version and exit"


def outline() -> Outline:
    """Every command, option and place there is, with what each may be."""
    parser = whole_parser()
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    summaries = {action.dest: action.help or "" for action in commands._choices_actions}
    return Outline(
        _command("", "", parser),
        tuple(_command(name, summaries[name], parser) for name, parser in commands.choices.items()),
    )


def _command(name: str, summary: str, parser: argparse.ArgumentParser) -> Command:
    groups = [
        Group(group.title or "", group.description or "", tuple(_options(group)))
        for group in parser._action_groups
    ]
    places = (
        action
        for action in parser._get_positional_actions()
        if not isinstance(action, argparse._SubParsersAction)
    )
    return Command(
        name,
        summary,
        parser.description or "",
        tuple(_place(name, action) for action in places),
        tuple(group for group in groups if group.options),
        parser.epilog or "",
    )


def _options(group: argparse._ArgumentGroup) -> Iterator[Option]:
    for action in group._group_actions:
        if not action.option_strings:
            continue
        metavar = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
        text = {"help": _HELP, "version": _VERSION}.get(action.dest) or _help(action)
        repeats = isinstance(action, argparse._AppendAction) or "can be repeated" in text
        yield Option(tuple(action.option_strings), metavar, text, _values(action), repeats)


def _place(command: str, action: argparse.Action) -> Place:
    behind, values = _BEHIND.get((command, action.dest), ("", _values(action)))
    return Place(
        # A metavar can be a tuple where an action takes several words; none here does.
        str(action.metavar) if action.metavar else action.dest.upper(),
        _help(action),
        values,
        needed=action.nargs not in ("?", "*"),
        repeats=action.nargs in ("*", "+"),
        behind=behind,
    )


def _help(action: argparse.Action) -> str:
    return (action.help or "") % {**vars(action), "prog": "kstar-tui"}


def _values(action: argparse.Action) -> Values:
    if action.nargs == 0:
        return Values()
    if action.choices is not None:
        return Values(tuple(map(str, action.choices)))
    if action.dest in TABLE:
        return _of_setting(TABLE[action.dest])
    if action.metavar in ("FILE", "PATH"):
        return Values(files=True)
    return _KNOWN.get(action.dest, Values())


def _of_setting(row: Setting) -> Values:
    match row.kind:
        case Flag():
            return Values(("true", "false"))
        case Choice():
            return Values(row.kind.words)
        case PemFile() | HistoryFile():
            return Values(files=True)
        case Host():
            return Values(hosts=True)
        case ThemeName():
            return Values(THEMES)
    return Values()


_KNOWN = {
    "day": Values(tuple(DAYS)),
    "fault": Values(tuple(Faults.__dataclass_fields__)),
    "hex": Values(files=True),
}
"""Values of options and places whose parser takes any text, because more is checked later."""

_BEHIND = {
    ("config", "key"): ("set", Values(tuple(TABLE))),
    ("config", "value"): (
        "",
        Values(each={key: _of_setting(row) for key, row in TABLE.items()}),
    ),
    ("history", "file"): ("import", Values(files=True)),
}
"""Places that depend on the word before them."""
