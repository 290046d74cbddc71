"""The text of the systemd unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kstar_tui import __version__
from kstar_tui.settings import TABLE

NAME = "kstar-tui"
MARK = "# Made by `kstar-tui service install`"
"""How each of our units begins."""
CREDENTIALS = Path("/etc/credstore")
"""Where systemd looks for secrets of services; root alone reads there."""

_SERVICE = """\
[Service]
Type=notify
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
# It is fed while polls go on, also where the inverter does not answer.
WatchdogSec=2min
Restart=on-failure
RestartSec=30
# Wrong settings: only a person can help.
RestartPreventExitStatus=2
TimeoutStopSec=15
SyslogIdentifier={name}
LimitCORE=0
"""

# Nobody else reads what it makes.
_FOR_ONE = "UMask=0077\n"

_PLACES = """\
# Members of its group may attach a screen, and read the history.
User={name}
Group={name}
UMask=0027

# Settings are in /etc/{name}, the history is in /var/lib/{name}.
ConfigurationDirectory={name}
StateDirectory={name}
StateDirectoryMode=0750
RuntimeDirectory={name}
RuntimeDirectoryMode=0750
Environment=XDG_CONFIG_HOME=%E XDG_DATA_HOME=%S
# Secrets that are not in the settings: {credentials}/{name}.mqtt.password
{secrets}
"""

_EVERYWHERE = """
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
# The interfaces to search on are asked for by netlink.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""

_SYSTEM_ONLY = """\
CapabilityBoundingSet=
DevicePolicy=closed
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
{home}
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
"""


class Unit(NamedTuple):
    """What the unit is made of."""

    system: bool
    """For the whole system; else for one user."""
    command: Sequence[str]
    """What is run, with its arguments."""
    visible: Sequence[Path] = ()
    """Folders of the program that a service of the system would not see."""
    environment: Sequence[tuple[str, str]] = ()

    def text(self) -> str:
        """The whole file."""
        parts = [
            f"{MARK} (version {__version__}).",
            f"# Put changes of your own beside it: systemctl {self._flag}edit {NAME}",
            "[Unit]",
            "Description=KStar inverter: history, MQTT and Home Assistant",
        ]
        if self.system:
            # A user's manager does not know this target; without it the first polls may fail.
            parts += ["Wants=network-online.target", "After=network-online.target"]
        parts += ["StartLimitIntervalSec=1h", "StartLimitBurst=20", ""]
        program, *words = self.command
        # Only what stands behind the program may hold variables.
        command = " ".join([quoted(program), *(quoted(w.replace("$", "$$")) for w in words)])
        service = _SERVICE.format(command=command, name=NAME)
        if not self.system:
            service += _FOR_ONE
        for name, value in self.environment:
            service += f"Environment={quoted(f'{name}={value}')}\n"
        if self.system:
            service += _PLACES.format(name=NAME, credentials=CREDENTIALS, secrets=_secrets())
        service += _EVERYWHERE
        if self.system:
            service += _SYSTEM_ONLY.format(home=self._home())
        wanted = "multi-user.target" if self.system else "default.target"
        return "\n".join([*parts, service, "[Install]", f"WantedBy={wanted}", ""])

    @property
    def _flag(self) -> str:
        return "" if self.system else "--user "

    def _home(self) -> str:
        if not self.visible:
            return "ProtectHome=yes"
        # No other part of the home folder is seen.
        paths = " ".join(quoted(str(path)) for path in self.visible)
        return f"ProtectHome=tmpfs\nBindReadOnlyPaths={paths}"


def quoted(word: str) -> str:
    """A word as a unit file writes it, so that it stays one and means nothing else."""
    word = word.replace("%", "%%")
    if re.fullmatch(r"[\w./=:@%$+,~-]+", word, re.ASCII):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _secrets() -> str:
    return "\n".join(_credentials(key for key, row in TABLE.items() if row.secret))


def _credentials(keys: Iterable[str]) -> Iterable[str]:
    # By a name, not a path: one that is not there is left out.
    return (f"LoadCredential={key}:{NAME}.{key}" for key in keys)
