"""The rows of where inverters are, and how they are searched for."""

from dataclasses import dataclass
from typing import Annotated

from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT
from kstar_tui.settings.kinds import Broadcasts, Host, Number, Serial
from kstar_tui.settings.row import Setting

_PORT = Number(1, 65535)


# What would be generated here is generated for `Settings` again.
@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class LinkSettings:
    """How inverters are reached. Intervals in s."""

    host: Annotated[
        str | None,
        Setting(
            "inverter.host",
            Host(),
            "the inverter's address or host name; without it the network is searched",
            "--host",
            ("KSTAR_HOST", "IP_ADDRESS_INVERTER"),
            "HOST",
            glued="--ip-",
        ),
    ] = None
    port: Annotated[
        int,
        Setting(
            "inverter.port",
            _PORT,
            "the inverter's UDP port for data",
            "--port",
            ("KSTAR_PORT",),
            "PORT",
        ),
    ] = DATA_PORT
    serial: Annotated[
        str | None,
        Setting(
            "inverter.serial",
            Serial(),
            "serial number of the inverter that is meant, whatever its address; no other is taken",
            "--serial",
            ("KSTAR_SERIAL",),
            "NUMBER",
        ),
    ] = None
    interval: Annotated[
        float,
        Setting(
            "inverter.interval",
            Number(2, 3600, "s", whole=False),
            "seconds between two readings",
            "--interval",
            ("KSTAR_INTERVAL",),
            "SECONDS",
        ),
    ] = 5.0
    discovery_port: Annotated[
        int,
        Setting(
            "discovery.port",
            _PORT,
            "UDP port on which WiFi modules are searched for",
            "--discovery-port",
            ("KSTAR_DISCOVERY_PORT",),
            "PORT",
        ),
    ] = DISCOVERY_PORT
    broadcast: Annotated[
        tuple[str, ...],
        Setting(
            "discovery.broadcast",
            Broadcasts(),
            "broadcast address to search on instead of every interface's own; can be repeated",
            "--broadcast",
            ("KSTAR_BROADCAST",),
            "ADDRESS",
        ),
    ] = ()
