"""The command line: every option, what it may be, and kstar.sharp's spellings."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from kstar_tui import __version__
from kstar_tui.commands import help_texts as texts
from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT
from kstar_tui.settings import TABLE, Given, Setting
from kstar_tui.settings.errors import masked, suggestion
from kstar_tui.settings.kinds import Flag

_SEARCHING = ("inverter.port", "discovery.port", "discovery.broadcast")
_USES: dict[str, tuple[str, ...]] = {
    "discover": _SEARCHING,
    "read": ("inverter.host", "inverter.serial", *_SEARCHING),
    "decode": (),
    "simulate": (),
    "history": ("history.path",),
    "mqtt": (
        *(key for key in texts.BROKER_KEYS if key != "mqtt.client_id"),
        *("mqtt.base", "mqtt.discovery", "mqtt.discovery_prefix"),
    ),
    "doctor": tuple(TABLE),
    "service": tuple(key for key in TABLE if key not in ("headless", "ui.ascii")),
    "healthcheck": (),
    "config": tuple(TABLE),
    "completion": (),
    "manual": (),
}
"""Keys of the settings that mean something to each command."""

_ASSIGNED = r"--[a-z-]+=.*"

_DAY_OPTIONS = ("day", "start", "speed", "seed")


class UsageError(Exception):
    """The command line cannot be understood; the message is for the user."""


class CommandLine(NamedTuple):
    """A command line taken apart, its settings not yet checked."""

    command: str | None
    options: argparse.Namespace
    settings: dict[str, Given]
    """By key, as they were written."""


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options
        )

    def error(self, message: str) -> NoReturn:
        if unknown := re.search(r"argument COMMAND: invalid choice: '(.*?)'", message):
            word = masked(unknown[1])
            raise UsageError(f"there is no command {word!r}.{suggestion(word, _USES)}")
        raise UsageError(re.sub(r"\S+@", "***@", message) + ".")


class _Keep(argparse.Action):
    """Keeps a setting as it was written, for `load` to check like any other source."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        spelled = option_string or self.option_strings[0]
        if self.nargs == 0:
            text = "false" if spelled.startswith("--no-") else "true"
        else:
            text = str(values)
            if self.dest == "discovery.broadcast" and hasattr(namespace, self.dest):
                text = f"{getattr(namespace, self.dest).text},{text}"
        setattr(namespace, self.dest, Given(f"argument {spelled}", text))


def whole_parser() -> argparse.ArgumentParser:
    """The parser of every option and command, for whatever describes them."""
    return _build()[0]


def parse_arguments(argv: Sequence[str]) -> CommandLine:
    """Take a command line apart; UsageError says what is wrong with it.

    Help and version are printed by argparse, which then raises SystemExit(0).
    """
    glued, rest = _take_glued(argv)
    options, extra = _start_options(rest) or _any_options(rest)
    command: str | None = options.command
    if extra:
        where = f" for {command}" if command else ""
        raise UsageError(f"{masked(extra[0])!r} means nothing{where}.")
    written = {key: getattr(options, key) for key in TABLE if hasattr(options, key)}
    settings = {**glued, **written}
    _check_demo_options(options, settings)
    for key, given in settings.items():
        if command is not None and key not in _USES[command]:
            spelled = given.place.removeprefix("argument ")
            behind = " Write it behind the command." if command == "simulate" else ""
            raise UsageError(f"{spelled} means nothing for {command}.{behind}")
    return CommandLine(command, options, settings)


def _start_options(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]] | None:
    """What a start without a command is told; None where there may be more to say.

    A daemon need not build the parsers of all commands first.
    """
    if any(word in texts.COMMANDS or word in ("-h", "--help") for word in words):
        return None
    try:
        options, extra = _start_parser().parse_known_args(words)
    except UsageError:
        return None
    return None if extra else (options, extra)


def _any_options(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser, known = _build()
    _refuse_unknown(words, known)
    return parser.parse_known_args(words)


def _take_glued(argv: Sequence[str]) -> tuple[dict[str, Given], list[str]]:
    found: dict[str, Given] = {}
    rest: list[str] = []
    old = [row for row in TABLE.values() if row.glued]
    ours = {row.argument for row in TABLE.values()}
    for i, word in enumerate(argv):
        if word == "--":
            rest.extend(argv[i:])
            break
        _refuse_secret(word.partition("=")[0])
        row = next((row for row in old if word.startswith(row.glued)), None)
        # No address holds an =: what does is an option, if only a misspelt one.
        if row is None or word.partition("=")[0] in ours or re.fullmatch(_ASSIGNED, word):
            rest.append(word)
            continue
        text = word.removeprefix(row.glued)
        if isinstance(row.kind, Flag):
            text = text or "true"
        # An empty one stands in many a template, and means that it is not set.
        if text:
            found[row.key] = Given(f"argument {row.glued}…", text)
    return found, rest


def _refuse_secret(option: str) -> None:
    # Before anything else: what stands behind it must not be told as a wrong word.
    for key, row in TABLE.items():
        if row.secret and not row.argument and option == f"--{key.replace('.', '-')}":
            name = row.environment[0]
            raise UsageError(
                f"there is no option {option}, which others on this machine could read. Set "
                f"{name} or {name}_FILE in the environment, or run: kstar-tui config set {key} -."
            )


def _refuse_unknown(words: Iterable[str], known: set[str]) -> None:
    # argparse would take the value of an unknown option for a command.
    for word in words:
        if word == "--":
            return
        option = word.partition("=")[0]
        if option.startswith("--") and option not in known:
            raise UsageError(f"there is no option {masked(option)}.{suggestion(option, known)}")


def _check_demo_options(options: argparse.Namespace, settings: Mapping[str, Given]) -> None:
    if options.demo and options.command:
        raise UsageError(f"--demo means nothing for {options.command}.")
    if options.demo:
        for key, given in settings.items():
            if key.startswith(("inverter.host", "inverter.port", "inverter.serial", "discovery.")):
                spelled = given.place.removeprefix("argument ")
                raise UsageError(f"--demo brings its own inverter; leave out {spelled}.")
    if not options.demo and options.command != "simulate":
        for name in _DAY_OPTIONS:
            if hasattr(options, name):
                raise UsageError(f"--{name} needs --demo, or the command simulate.")


def _start_parser() -> _Parser:
    parser = _Parser(prog="kstar-tui", description=texts.MAIN, epilog=texts.MAIN_EXAMPLES)
    parser.set_defaults(command=None)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    for title, keys, note in texts.SETTING_GROUPS:
        group = parser.add_argument_group(title, note)
        _add_settings(group, [row for row in TABLE.values() if row.key.startswith(keys)])
    _add_config_option(parser.add_argument_group("configuration"))
    demo = parser.add_argument_group("demonstration")
    demo.add_argument("--demo", action="store_true", help=texts.DEMO)
    _add_day(demo)
    return parser


def _build() -> tuple[_Parser, set[str]]:
    parser = _start_parser()
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=_Parser
    )
    parsers = {
        name: commands.add_parser(
            name, help=summary, description=description, epilog=texts.EPILOGS.get(name)
        )
        for name, (summary, description) in texts.COMMANDS.items()
    }
    for name in ("discover", "read", "history", "mqtt", "doctor", "service", "config"):
        group = parsers[name].add_argument_group("settings")
        _add_settings(group, [TABLE[key] for key in _USES[name]])
        _add_config_option(group)
    printing = parsers["read"].add_mutually_exclusive_group()
    for name in texts.JSON:
        where = printing if name == "read" else parsers[name]
        where.add_argument("--json", action="store_true", help=texts.JSON[name])
    printing.add_argument("--hex", action="store_true", help=texts.FRAMES_AS_HEX)
    parsers["read"].add_argument("--keep-serial", action="store_true", help=texts.KEEP_SERIAL)
    parsers["decode"].add_argument("hex", nargs="*", metavar="FILE|HEX", help=texts.HEX)
    _add_simulate(parsers["simulate"])
    _add_history(parsers["history"])
    _add_mqtt(parsers["mqtt"])
    parsers["doctor"].add_argument("--polls", metavar="N", help=texts.POLLS)
    _add_service(parsers["service"])
    _add_healthcheck(parsers["healthcheck"])
    parsers["config"].add_argument(
        "action", nargs="?", choices=("show", "path", "set"), default="show", help=texts.ACTION
    )
    parsers["config"].add_argument("key", nargs="?", metavar="KEY", help=texts.KEY)
    parsers["config"].add_argument("value", nargs="?", metavar="VALUE", help=texts.VALUE)
    parsers["completion"].add_argument(
        "shell", choices=texts.SHELLS, metavar="SHELL", help=texts.SHELL
    )
    known = {
        option
        for each in (parser, *parsers.values())
        for action in each._actions
        for option in action.option_strings
    }
    return parser, known


def _add_settings(group: argparse._ArgumentGroup, rows: Iterable[Setting]) -> None:
    for row in rows:
        if not row.argument:
            continue
        if isinstance(row.kind, Flag):
            spellings = [row.argument, f"--no-{row.argument.removeprefix('--')}"]
            nargs: dict[str, Any] = {"nargs": 0}
        else:
            spellings = [row.argument]
            nargs = {"metavar": row.metavar}
        # Suppressed: what stands before the command must not be undone behind it.
        group.add_argument(
            *spellings,
            dest=row.key,
            action=_Keep,
            default=argparse.SUPPRESS,
            help=texts.setting(row),
            **nargs,
        )
        if row.refusable:
            group.add_argument(
                f"--no-{row.argument.removeprefix('--')}",
                dest=row.key,
                action=_Keep,
                default=argparse.SUPPRESS,
                nargs=0,
                help=texts.REFUSED,
            )


def _add_config_option(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--config", metavar="FILE", dest="config", default=argparse.SUPPRESS, help=texts.CONFIG
    )


def _add_day(group: argparse._ActionsContainer) -> None:
    absent = argparse.SUPPRESS
    group.add_argument("--day", metavar="DAY", default=absent, help=texts.DAY)
    group.add_argument("--start", metavar="HH:MM", default=absent, help=texts.START)
    group.add_argument("--speed", metavar="N", default=absent, help=texts.SPEED)
    group.add_argument("--seed", metavar="N", default=absent, help=texts.SEED)


def _add_history(parser: _Parser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        choices=("show", "import"),
        default="show",
        metavar="ACTION",
        help=texts.HISTORY_ACTION,
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help=texts.OLD_FILE)
    parser.add_argument("--from", dest="first", metavar="DATE", help=texts.FIRST)
    parser.add_argument("--to", dest="last", metavar="DATE", help=texts.LAST)
    parser.add_argument(
        "--resolution",
        choices=("raw", "minute", "quarter", "day"),
        default="day",
        help=texts.RESOLUTION,
    )
    parser.add_argument("--format", choices=("table", "csv", "json"), help=texts.FORMAT)
    parser.add_argument("--inverter", metavar="SERIAL", help=texts.WHICH)


def _add_mqtt(parser: _Parser) -> None:
    parser.add_argument(
        "action", choices=("check", "clean"), metavar="ACTION", help=texts.MQTT_ACTION
    )
    parser.add_argument("--inverter", metavar="SERIAL", help=texts.WHOSE)
    parser.add_argument("--force", action="store_true", help=texts.FORCE)


def _add_service(parser: _Parser) -> None:
    parser.add_argument(
        "action",
        choices=("show", "install", "uninstall"),
        metavar="ACTION",
        help=texts.SERVICE_ACTION,
    )
    scope = parser.add_mutually_exclusive_group()
    for name, text in (("system", texts.SYSTEM), ("user", texts.USER)):
        scope.add_argument(f"--{name}", dest="scope", action="store_const", const=name, help=text)
    parser.add_argument("--dry-run", action="store_true", help=texts.DRY_RUN)


def _add_healthcheck(parser: _Parser) -> None:
    parser.add_argument("--max-age", metavar="SECONDS", help=texts.MAX_AGE)
    parser.add_argument("--inverter", metavar="SERIAL", help=texts.WHICH_DAEMON)


def _add_simulate(parser: _Parser) -> None:
    _add_day(parser.add_argument_group("the day"))
    place = parser.add_argument_group("where it answers")
    place.add_argument("--bind", metavar="ADDRESS", default="127.0.0.1", help=texts.BIND)
    place.add_argument("--port", metavar="PORT", default=str(DATA_PORT), help=texts.SIM_PORT)
    place.add_argument(
        "--discovery-port",
        metavar="PORT",
        default=str(DISCOVERY_PORT),
        help=texts.SIM_DISCOVERY_PORT,
    )
    answers = parser.add_argument_group("what it answers")
    answers.add_argument("--frames", metavar="FILE", help=texts.FRAMES)
    answers.add_argument("--fault", metavar="FAULT", action="append", default=[], help=texts.FAULT)
    answers.add_argument("--goodwe", action="store_true", help=texts.GOODWE)
    parser.add_argument("--verbose", action="store_true", help=texts.VERBOSE)
