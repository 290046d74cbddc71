"""Completion for fish: one line a word that it can offer."""

from __future__ import annotations

from collections.abc import Iterator

from kstar_tui.commands.outline.parts import PROGRAM, Command, Option, Outline, Values


def fish(outline: Outline) -> str:
    """The script as fish reads it, with a line end at its end."""
    return "\n".join((*_head(outline), *_lines(outline))) + "\n"


def _head(outline: Outline) -> Iterator[str]:
    valued = sorted(
        {
            one
            for command in outline.every
            for option in command.options
            if option.metavar
            for one in option.spellings
        }
    )
    names = " ".join(command.name for command in outline.commands)
    yield f"# Completion of {PROGRAM} in fish, as printed by: {PROGRAM} completion fish"
    yield ""
    yield "# Whether the command is this one (empty: none yet), with so many words behind it, the"
    yield "# last of which is this one."
    yield "function __kstar_tui_at"
    yield "    set -l command ''"
    yield "    set -l places"
    yield "    set -l waiting ''"
    yield "    for word in (commandline -opc)[2..-1]"
    yield '        if test -n "$waiting"'
    yield "            set waiting ''"
    yield f"        else if contains -- $word {' '.join(valued)}"
    yield "            set waiting yes"
    yield "        else if string match -q -- '-*' $word"
    yield "            continue"
    yield '        else if test -n "$command"'
    yield "            set -a places $word"
    yield f"        else if contains -- $word {names}"
    yield "            set command $word"
    yield "        end"
    yield "    end"
    yield '    test "$command" = "$argv[1]"'
    yield '    and begin; test -z "$argv[2]"; or test (count $places) = "$argv[2]"; end'
    yield '    and begin; test -z "$argv[3]"; or test "$places[-1]" = "$argv[3]"; end'
    yield "end"
    yield ""
    yield f"complete -c {PROGRAM} -f"


def _lines(outline: Outline) -> Iterator[str]:
    for command in outline.commands:
        yield _complete("", f"-a {command.name} -d {_quoted(command.summary)}")
    for command in outline.every:
        for option in command.options:
            yield from _option(command, option)
        yield from _places(command)


def _option(command: Command, option: Option) -> Iterator[str]:
    for spelling in option.spellings:
        kind = "-l" if spelling.startswith("--") else "-s"
        text = f"{kind} {spelling.lstrip('-')} -d {_quoted(option.short(spelling))}"
        if option.metavar:
            text += f" -r {_offer(option.values)}".rstrip()
        yield _complete(_at(command.name), text)


def _places(command: Command) -> Iterator[str]:
    for number, place in enumerate(command.places):
        for word, values in (place.values.each or {place.behind: place.values}).items():
            offered = _offer(values)
            if offered != _NOTHING:
                count = "" if place.repeats else str(number)
                yield _complete(_at(command.name, count, word), offered)


_NOTHING = "-f"


def _offer(values: Values) -> str:
    if values.words:
        return f"-f -a {_quoted(' '.join(values.words))}"
    if values.files:
        return "-F"
    return "-f -a '(__fish_print_hostnames)'" if values.hosts else _NOTHING


def _at(command: str, count: str = "", word: str = "") -> str:
    words = [
        _quoted(command),
        *([count or "''"] if count or word else []),
        *([word] if word else []),
    ]
    return " ".join(words)


def _complete(at: str, rest: str) -> str:
    condition = f"__kstar_tui_at {at}".strip() if at else "__kstar_tui_at ''"
    return f'complete -c {PROGRAM} -n "{condition}" {rest}'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
