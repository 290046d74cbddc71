"""Completion for bash. It needs nothing of the bash-completion package."""

from __future__ import annotations

from collections.abc import Iterator

from kstar_tui.commands.outline.parts import PROGRAM, Command, Outline, Values

_HEAD = f"""\
# Completion of {PROGRAM} in bash, as printed by: {PROGRAM} completion bash

"""

_TAIL = f"""\
# Offers words that begin with what is typed, file names, host names, or nothing.
_kstar_tui_offer() {{
    case $1 in
        files) compopt -o default ;;
        hosts) mapfile -t COMPREPLY < <(compgen -A hostname -- "$2") ;;
        words) mapfile -t COMPREPLY < <(compgen -W "${{*:3}}" -- "$2") ;;
    esac
}}

_kstar_tui() {{
    local command="" waiting="" ended="" word options valued i
    local -a places=()
    local cur=${{COMP_WORDS[COMP_CWORD]}}
    COMPREPLY=()
    _kstar_tui_options ""
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${{COMP_WORDS[i]}}
        if [[ $waiting ]]; then
            # The shell takes --option=value for three words.
            [[ $word == = ]] || waiting=""
        elif [[ ! $ended && $word == -- ]]; then
            ended=yes
        elif [[ ! $ended && $word == -* ]]; then
            [[ " $valued " == *" $word "* ]] && waiting=$word
        elif [[ $command ]]; then
            places+=("$word")
        elif [[ " $_kstar_tui_commands " == *" $word "* ]]; then
            command=$word
            _kstar_tui_options "$command"
        fi
    done
    [[ $waiting && $cur == = ]] && cur=""
    if [[ $waiting ]]; then
        _kstar_tui_value "$cur" "$command" "$waiting"
    elif [[ ! $ended && $cur == -* ]]; then
        _kstar_tui_offer words "$cur" "$options"
    elif [[ ! $command ]]; then
        _kstar_tui_offer words "$cur" "$_kstar_tui_commands"
    else
        _kstar_tui_place "$cur" "$command" "${{places[@]}}"
    fi
}}

complete -F _kstar_tui {PROGRAM}
"""


def bash(outline: Outline) -> str:
    """The script as bash reads it, with a line end at its end."""
    names = " ".join(command.name for command in outline.commands)
    lines = [f'_kstar_tui_commands="{names}"', "", *_options(outline), *_values(outline)]
    return _HEAD + "\n".join([*lines, *_places(outline)]) + "\n" + _TAIL


def _options(outline: Outline) -> Iterator[str]:
    yield "_kstar_tui_options() {"
    yield "    case $1 in"
    for command in outline.every:
        options = [one for option in command.options for one in option.spellings]
        valued = [one for option in command.options if option.metavar for one in option.spellings]
        yield f'        "{command.name}")'
        yield f'            options="{" ".join(options)}"'
        yield f'            valued="{" ".join(valued)}"'
        yield "            ;;"
    yield "    esac"
    yield "}"
    yield ""


def _values(outline: Outline) -> Iterator[str]:
    yield "_kstar_tui_value() {"
    yield '    case "$2 $3" in'
    for offered, asked in _by_offer(outline.every).items():
        yield f"        {' | '.join(asked)})"
        yield f'            _kstar_tui_offer {offered[0]} "$1"{offered[1]}'
        yield "            ;;"
    yield "    esac"
    yield "}"
    yield ""


def _by_offer(commands: tuple[Command, ...]) -> dict[tuple[str, str], list[str]]:
    """Patterns for a command and its option, by what is offered for them."""
    found: dict[tuple[str, str], list[str]] = {}
    for command in commands:
        for option in command.options:
            if option.metavar and (offered := _offer(option.values)):
                asked = [f'"{command.name} {one}"' for one in option.spellings]
                found.setdefault(offered, []).extend(asked)
    return found


def _places(outline: Outline) -> Iterator[str]:
    yield "_kstar_tui_place() {"
    yield "    # What is typed, the command, and the words behind it so far."
    yield '    local before="${*: -1}"'
    yield '    case "$2 $(($# - 2)) $before" in'
    for command in outline.commands:
        for number, place in enumerate(command.places):
            count = "*" if place.repeats else str(number)
            for word, values in (place.values.each or {place.behind: place.values}).items():
                if not (offered := _offer(values)):
                    continue
                before = f'"{word}"' if word else "*"
                yield f'        "{command.name} "{count}" "{before})'
                yield f'            _kstar_tui_offer {offered[0]} "$1"{offered[1]}'
                yield "            ;;"
    yield "    esac"
    yield "}"
    yield ""


def _offer(values: Values) -> tuple[str, str] | None:
    """How it is offered, and the words; None for nothing."""
    if values.words:
        return "words", f' "{" ".join(values.words)}"'
    if values.files:
        return "files", ""
    return ("hosts", "") if values.hosts else None
