"""Completion for zsh: a function in its own completion system."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kstar_tui.commands.outline.parts import PROGRAM, Command, Option, Outline, Place, Values

_HEAD = f"""\
#compdef {PROGRAM}
# Completion of {PROGRAM} in zsh, as printed by: {PROGRAM} completion zsh

"""

# Loaded by name it is the function's body, sourced it has to make itself known.
_TAIL = f"""\

if [[ $funcstack[1] == _{PROGRAM} ]]; then
    _{PROGRAM} "$@"
else
    compdef _{PROGRAM} {PROGRAM}
fi
"""


def zsh(outline: Outline) -> str:
    """The script as zsh reads it, with a line end at its end."""
    return _HEAD + "\n".join(_function(outline)) + "\n" + _TAIL


def _function(outline: Outline) -> Iterator[str]:
    yield f"_{PROGRAM}() {{"
    yield '    local curcontext="$curcontext" state state_descr line ret=1'
    yield "    local -A opt_args"
    yield "    local -a commands=("
    for command in outline.commands:
        yield f"        {_quoted(f'{command.name}:{command.summary}')}"
    yield "    )"
    yield "    _arguments -C \\"
    for spec in _options(outline.main):
        yield f"        {spec} \\"
    yield "        '1: :->command' '*:: :->rest' && ret=0"
    yield "    case $state in"
    yield "        command) _describe -t commands command commands && ret=0 ;;"
    yield "        rest)"
    yield "            case $words[1] in"
    for command in outline.commands:
        yield f"                {command.name})"
        yield "                    _arguments \\"
        for spec in (*_options(command), *_places(command)):
            yield f"                        {spec} \\"
        yield "                        && ret=0 ;;"
    yield "            esac ;;"
    yield "    esac"
    yield "    return ret"
    yield "}"


def _options(command: Command) -> Iterator[str]:
    for option in command.options:
        for spelling in option.spellings:
            yield _option(option, spelling)


def _option(option: Option, spelling: str) -> str:
    # The sign = lets the value stand behind one, too.
    name = f"{spelling}=" if option.metavar and spelling.startswith("--") else spelling
    text = f"{'*' if option.repeats else ''}{name}[{_escaped(option.short(spelling))}]"
    if option.metavar:
        text += f":{_escaped(option.metavar)}:{_action(option.values)}"
    return _quoted(text)


def _places(command: Command) -> Iterator[str]:
    for number, place in enumerate(command.places, start=1):
        count = "*" if place.repeats else str(number)
        yield _quoted(f"{count}:{_escaped(place.metavar)}:{_place_action(place, number)}")


def _place_action(place: Place, number: int) -> str:
    before = f"$line[{number - 1}]"
    if place.values.each:
        cases = [
            f"{key}) {_command(values)} ;;"
            for key, values in place.values.each.items()
            if _command(values)
        ]
        return f"{{case {before} in {' '.join(cases)} esac}}"
    if place.behind:
        return f"{{[[ {before} == {place.behind} ]] && {_command(place.values) or 'false'}}}"
    return _action(place.values)


def _action(values: Values) -> str:
    if values.words:
        return f"({' '.join(values.words)})"
    if values.files:
        return "_files"
    # One blank: there is something to say, and nothing to offer.
    return "_hosts" if values.hosts else " "


def _command(values: Values) -> str:
    if values.words:
        return f"compadd -- {' '.join(values.words)}"
    if values.files:
        return "_files"
    return "_hosts" if values.hosts else ""


def _escaped(text: str) -> str:
    """Text inside a specification, whose brackets and colons mean something."""
    return re.sub(r"([\\\[\]:])", r"\\\1", text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
