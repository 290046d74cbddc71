"""What `--help` says. No logic."""

from __future__ import annotations

from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT
from kstar_tui.settings import TABLE, Setting

MAIN = """\
Shows where the power of a KStar KSE hybrid inverter goes, live in the terminal, and feeds MQTT.
It only ever reads: nothing in the inverter can be changed with it.

Without a command the screen starts; with --headless it runs as a daemon without one."""

MAIN_EXAMPLES = """\
examples:
  kstar-tui                            search the network and show what the inverter does
  kstar-tui --demo                     the same with a simulated inverter
  kstar-tui --host 192.168.1.50        an inverter at a known address
  kstar-tui --headless --mqtt homeassistant
                                       a daemon that publishes to a broker
  kstar-tui read --json                one reading, for scripts

Each setting can also stand in config.toml or in the environment; arguments win over the
environment, the environment wins over the file. kstar.sharp's spellings work as well:
--ip-192.168.1.50 --mqtt-homeassistant --silent-

exit status:
  0 done, 1 failed, 2 bad arguments or settings, 3 no inverter answered, 130 stopped by Ctrl-C"""

_SECRETS = """\
A password has no argument, because whoever uses this machine can read the arguments of every
program. It is mqtt.password in config.toml, KSTAR_MQTT_PASSWORD in the environment, or what the
file holds that KSTAR_MQTT_PASSWORD_FILE names."""

_KEYS = """\
Other keys for actions of the screen are ui.keys in config.toml, or KSTAR_KEYS in the environment:
KSTAR_KEYS="live.pause=p; app.quit=q,x". docs/settings.md has the actions' names."""

BROKER_KEYS = (
    "mqtt.url",
    "mqtt.username",
    "mqtt.password",
    "mqtt.ca",
    "mqtt.certificate",
    "mqtt.key",
    "mqtt.accept_any_certificate",
    "mqtt.version",
    "mqtt.keepalive",
    "mqtt.client_id",
)
_TOPIC_KEYS = ("mqtt.base", "mqtt.values", "mqtt.legacy", "mqtt.prefix", "mqtt.discovery")

SETTING_GROUPS: tuple[tuple[str, tuple[str, ...], str | None], ...] = (
    ("inverter", ("inverter.",), None),
    ("search", ("discovery.",), None),
    ("MQTT broker", BROKER_KEYS, _SECRETS),
    ("MQTT topics and Home Assistant", _TOPIC_KEYS, None),
    ("history", ("history.",), None),
    ("metrics for Prometheus", ("metrics.",), None),
    ("alerts", ("alerts.",), None),
    ("battery", ("battery.",), None),
    ("money", ("tariff.",), None),
    ("screen or daemon", ("headless", "attach"), None),
    ("appearance", ("ui.",), _KEYS),
)
"""Heading, first letters of the keys and perhaps a note of each group of settings."""

COMMANDS = {
    "discover": (
        "list the inverters in this network",
        "Asks on every network of this machine who is there, and proves each answer by reading\n"
        "from it. One line an inverter: address, port, MAC, name, serial number, model. What was\n"
        "asked, and what answered but is no inverter, goes to standard error.",
    ),
    "read": (
        "print one reading",
        "Reads once from the inverter at --host or with the number --serial, else from the first\n"
        "one found (the lowest address where there are several), and prints every value.\n"
        "With --hex it prints the frames of all three answers as they came, one a line, for a\n"
        "report of another model or a wrong number.",
    ),
    "decode": (
        "explain frames from a bug report",
        "Decodes reply frames in hex: those in files, on standard input (-), or the arguments\n"
        "themselves. Spaces, colons, 0x and line ends do not matter; several frames may follow\n"
        "each other, with comments behind #. A report, and what `read --hex` printed, can be\n"
        "given as it is. A file whose name could be hex is given as ./NAME.",
    ),
    "simulate": (
        "be an inverter in a simulated house",
        "Answers on the network like an inverter in a house over a day, until Ctrl-C. Wherever it\n"
        "is bound, it answers private and loopback addresses only, so that nobody can aim it at a\n"
        "stranger.",
    ),
    "history": (
        "print what was kept, or take over an old file",
        "Prints the days that were kept: kWh of each flow, how much of the solar energy was used\n"
        "here, how much of the house's use was not bought, and how much of the day was seen.\n"
        "With `import FILE`, takes over the SQLite file of kstar.sharp; what is there already\n"
        "stays as it is. Works beside a running daemon, except for the import.",
    ),
    "mqtt": (
        "check the broker, or remove what was left there",
        "`check` goes to the broker of the settings one step after the other: name, port, TLS,\n"
        "user, a message to and fro, a retained one, Home Assistant's topics. It says what works,\n"
        "and what to do where something does not. `clean` removes what kstar-tui has retained\n"
        "there for one inverter; Home Assistant then removes its device.",
    ),
    "doctor": (
        "find out what is wrong, and what to do",
        "Looks at everything in turn: settings, networks, the search and who answered it, the\n"
        "inverter over ten polls, the history, the broker, the clock and the terminal. Each line\n"
        "is ok, a warning or a problem with what to do; a note asks for nothing. It changes\n"
        "nothing, asks the inverter no faster than kstar-tui itself does, and shows no password.\n"
        "It takes about half a minute.",
    ),
    "service": (
        "run the daemon as a systemd service",
        "`install` writes a unit, starts it now and with the machine; settings given with it are\n"
        "written into the service's config.toml. `uninstall` stops and removes it, and leaves\n"
        "settings and history. `show` prints the unit. As root it is for the whole system, with\n"
        "a user and a group of its own, whose members may look on; else for you alone.",
    ),
    "healthcheck": (
        "say whether the daemon has fresh data",
        "For containers and monitoring: exit status 0 while every daemon of this machine has\n"
        "fresh data, 1 otherwise, and a line that says why. It asks neither the inverter nor the\n"
        "broker.",
    ),
    "config": (
        "show or change the settings",
        "Shows the settings in force and where each comes from, prints the path of config.toml,\n"
        "or writes one setting into it. The file is rewritten without its comments; a file that\n"
        "had any is kept beside it as config.toml.bak.",
    ),
    "completion": (
        "print what completes words in your shell",
        "Prints a script with which the shell completes commands, options and their values.",
    ),
    "manual": (
        "show the manual page",
        "Shows the manual page on a terminal, and prints it as roff where the output goes into a\n"
        "file or a pipe.",
    ),
}
"""Summary and description of every command."""

EPILOGS = {
    "discover": "examples:\n  kstar-tui discover\n  kstar-tui discover --broadcast 192.168.7.255",
    "read": (
        "examples:\n  kstar-tui read\n  kstar-tui read --host 192.168.1.50 --json | jq .pv_power\n"
        "  kstar-tui read --hex > frames.txt"
    ),
    "decode": (
        "examples:\n  kstar-tui decode kstar-report-20260619-120000.txt\n"
        "  kstar-tui decode aa557fb0018653…\n  kstar-tui decode --json - < frames.txt"
    ),
    "simulate": (
        "examples:\n"
        "  kstar-tui simulate --day cloudy --speed 60\n"
        "  kstar-tui simulate --fault loss=0.3 --fault duplicate\n"
        "and in another terminal:\n"
        "  kstar-tui --host 127.0.0.1"
    ),
    "history": (
        "examples:\n"
        "  kstar-tui history\n"
        "  kstar-tui history --from 2026-01-01 --to yesterday --format csv > days.csv\n"
        "  kstar-tui history --from today --resolution minute --json\n"
        "  kstar-tui history import inverter-data.db"
    ),
    "mqtt": (
        "examples:\n"
        "  kstar-tui mqtt check\n"
        "  kstar-tui mqtt check --mqtt mqtts://solar@broker.lan --mqtt-ca ca.pem\n"
        "  kstar-tui mqtt clean --inverter SIM0000000004"
    ),
    "doctor": (
        "exit status:\n"
        "  0 all is well, 1 a warning or a problem, 2 wrong settings, 3 no inverter answered\n"
        "\n"
        "examples:\n"
        "  kstar-tui doctor\n"
        "  kstar-tui doctor --host 192.168.1.50 --polls 100\n"
        "  kstar-tui doctor --json | jq '.sections.inverter'"
    ),
    "service": (
        "examples:\n"
        "  kstar-tui service show\n"
        "  kstar-tui service install --mqtt homeassistant.local\n"
        "  kstar-tui service uninstall --dry-run"
    ),
    "healthcheck": (
        "examples:\n  kstar-tui healthcheck\n  kstar-tui healthcheck --max-age 300 --json"
    ),
    "config": (
        "examples:\n"
        "  kstar-tui config\n"
        "  kstar-tui config path\n"
        "  kstar-tui config set inverter.host 192.168.1.50\n"
        "  kstar-tui config set mqtt.url mqtts://broker.lan\n"
        "  kstar-tui config set mqtt.username solar\n"
        "  kstar-tui config set mqtt.password - < password.txt"
    ),
    "completion": (
        "examples:\n"
        "  kstar-tui completion bash > ~/.local/share/bash-completion/completions/kstar-tui\n"
        "  kstar-tui completion zsh > ~/.zsh/completions/_kstar-tui\n"
        "  kstar-tui completion fish > ~/.config/fish/completions/kstar-tui.fish\n"
        "For one session of bash or zsh:\n"
        "  source <(kstar-tui completion bash)"
    ),
    "manual": (
        "examples:\n  kstar-tui manual\n  kstar-tui manual > ~/.local/share/man/man1/kstar-tui.1"
    ),
}

JSON = {
    "discover": "one JSON object a line for each inverter",
    "read": "one flat JSON object; names and signs as in the documentation, plain numbers",
    "decode": "one JSON object a line for each frame",
    "history": "the same as --format json",
    "mqtt": "one JSON object: the steps of the check, or the topics that were cleaned",
    "doctor": "one JSON object: for each section its lines with their figures",
    "healthcheck": "one JSON object with each daemon",
    "config": "one JSON object: for each key its value and its source",
}

REFUSED = "keep none"
CONFIG = "read the settings from this file (environment: KSTAR_CONFIG)"
DEMO = "show a simulated inverter instead of a real one"
DAY = "clear, cloudy, winter or night"
START = "time of day at which the simulation starts"
SPEED = "how many times faster than real the day passes"
SEED = "whole number that the simulation's chance starts from"
BIND = "local address to answer on (default: 127.0.0.1)"
SIM_PORT = f"UDP port for data, 0 for any free one (default: {DATA_PORT})"
SIM_DISCOVERY_PORT = f"UDP port for discovery, 0 for any free one (default: {DISCOVERY_PORT})"
FRAMES = "answer with the frames in this file in turn, in hex, instead of a house's"
FAULT = (
    "misbehave; can be repeated: loss=0.3, duplicate, late, split, join, corrupt, truncate, "
    "noise, echo, foreign, zeros, silent, reboot=SECONDS, blackout (no grid), "
    "error=BITS (18, 13+18 or 0x42000)"
)
GOODWE = "be a GoodWe ES: answer requests from C0 only, with its longer running data"
VERBOSE = "say every simulated quarter of an hour how the house is doing"
FRAMES_AS_HEX = "print the frames as they came, in hex, with the serial number masked"
KEEP_SERIAL = "with --hex: leave the serial number as it is"
HEX = "a file with frames, or the frames themselves in hex, or - for standard input"
ACTION = "what to do (default: show)"
HISTORY_ACTION = "show, or import with a FILE (default: show)"
OLD_FILE = "with import: the SQLite file that kstar.sharp wrote"
FIRST = (
    "first day: YYYY-MM-DD, today or yesterday (default: 30 days with the last one; the last one "
    "alone for rows finer than days)"
)
LAST = "last day, which is included (default: today)"
RESOLUTION = (
    "what a row is: a reading as it came (kept for 48 hours), a minute (62 days), a quarter of an "
    "hour (five years) or a day (default: day)"
)
FORMAT = "a table for people, CSV with a line of headings, or an array of JSON objects"
WHICH = "serial number of the inverter, where there are several (default: the last one used)"
MQTT_ACTION = "check or clean"
WHOSE = "with clean: serial number of the inverter, where there are several"
FORCE = "with clean: even while a running kstar-tui publishes the inverter"
POLLS = "how often the inverter is read, 1 to 1000, two seconds apart (default: 10)"
SERVICE_ACTION = "show, install or uninstall"
SYSTEM = "for the whole system, which takes root (default as root)"
USER = "for you alone, beside your own screen (default)"
DRY_RUN = "say what would be done, and do nothing"
MAX_AGE = (
    "seconds after which a reading is not fresh any more (default: three intervals, 60 at least)"
)
WHICH_DAEMON = "serial number of the inverter, where there are several daemons (default: all)"
KEY = f"with set: one of {', '.join(TABLE)}"
VALUE = "with set: the new value, or - to read it from standard input"
SHELLS = ("bash", "zsh", "fish")
SHELL = f"{', '.join(SHELLS[:-1])} or {SHELLS[-1]}"


def setting(row: Setting) -> str:
    """A setting's line: its meaning, default and environment variables."""
    default = row.kind.show(row.default)
    text = f"{row.help} (default: {default}; environment: {', '.join(row.environment)})"
    return text.replace("%", "%%")
