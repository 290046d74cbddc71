"""`kstar-tui config`: the settings in force, where they come from, and writing one down."""

from __future__ import annotations

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.settings import (
    TABLE,
    Given,
    Settings,
    find_setting,
    parse_setting,
    save_config,
    shown,
)
from kstar_tui.settings.row import as_data
from kstar_tui.status import Status


def run(context: Context) -> int:
    """Show all, print the file's path, or set one key in it."""
    options = context.options
    if options.action == "path":
        _no_more(context, options.key)
        context.emit(str(context.config.path))
    elif options.action == "set":
        _set(context, options.key, options.value)
    else:
        _no_more(context, options.key)
        settings = context.load()
        if options.json:
            context.emit_json(_as_json(settings))
        else:
            _show(context, settings)
    return Status.DONE


def _no_more(context: Context, extra: str | None) -> None:
    if extra is not None:
        raise CommandError(
            f"config {context.options.action} takes nothing more; to change a setting: "
            "kstar-tui config set KEY VALUE.",
            Status.USAGE,
        )


def _show(context: Context, settings: Settings) -> None:
    rows = [(key, shown(settings, row), settings.sources[key]) for key, row in TABLE.items()]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, value, source in rows:
        context.emit(f"{key:<{widths[0]}}  {value:<{widths[1]}}  {source}")
    exists = "" if context.config.path.exists() else " (no such file yet)"
    context.say(f"File: {context.config.path}{exists}")


def _as_json(settings: Settings) -> dict[str, object]:
    return {
        key: {
            # Only a secret is shown otherwise than it is.
            "value": shown(settings, row)
            if row.secret and getattr(settings, row.name) is not None
            else as_data(row, getattr(settings, row.name)),
            "source": settings.sources[key],
        }
        for key, row in TABLE.items()
    }


def _set(context: Context, key: str | None, text: str | None) -> None:
    if key is None or text is None:
        raise CommandError("Write it as: kstar-tui config set KEY VALUE.", Status.USAGE)
    row = find_setting(key)
    place = "argument VALUE"
    if text == "-":
        # A secret on the command line could be read by every user of the machine.
        place, text = "standard input", context.stdin.readline()
        # A password may begin or end with a space.
        text = text.rstrip("\r\n") if row.secret else text.strip()
    value = parse_setting(row, Given(place, text))
    path = context.config.path
    kept = save_config({key: value}, path)
    context.say(f"{key} is now {row.kind.show(value)} in {path}.")
    if kept is not None:
        context.say(f"Its comments are gone from there; the file as it was is {kept}.")
        context.say("Passwords in it are masked.")
