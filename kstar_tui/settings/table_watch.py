"""The rows of how kstar-tui is watched from elsewhere, and whom it tells by itself."""

from dataclasses import dataclass
from typing import Annotated

from kstar_tui.settings.kinds import Flag, Number
from kstar_tui.settings.row import Setting
from kstar_tui.settings.watch_kinds import Command, Hours, Limit, Listen


# What would be generated here is generated for `Settings` again.
@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class WatchSettings:
    """Metrics for Prometheus, and alerts. Times in the units of their rows."""

    metrics_listen: Annotated[
        str | None,
        Setting(
            "metrics.listen",
            Listen(),
            "port, or address and port, on which Prometheus gets its metrics; a port alone is open"
            " to this machine only",
            "--metrics",
            ("KSTAR_METRICS",),
            "PORT",
        ),
    ] = None
    alerts_command: Annotated[
        tuple[str, ...],
        Setting(
            "alerts.command",
            Command(),
            "program that is run for an alert, without a shell; its environment says what happened",
            "--alerts-command",
            ("KSTAR_ALERTS_COMMAND",),
            "COMMAND",
        ),
    ] = ()
    alerts_mqtt: Annotated[
        bool,
        Setting(
            "alerts.mqtt",
            Flag(),
            "publish alerts at the broker, too",
            "--alerts-mqtt",
            ("KSTAR_ALERTS_MQTT",),
        ),
    ] = False
    alerts_fault: Annotated[
        bool,
        Setting(
            "alerts.fault",
            Flag(),
            "alert for a fault that the inverter reports",
            "--alerts-fault",
            ("KSTAR_ALERTS_FAULT",),
        ),
    ] = True
    alerts_grid_lost: Annotated[
        int,
        Setting(
            "alerts.grid_lost",
            Limit(Number(1, 86400, "s")),
            "seconds without the grid after which there is an alert",
            "--alerts-grid-lost",
            ("KSTAR_ALERTS_GRID_LOST",),
            "SECONDS",
        ),
    ] = 60
    alerts_battery_low: Annotated[
        int,
        Setting(
            "alerts.battery_low",
            Limit(Number(1, 99, "%")),
            "alert below this state of charge",
            "--alerts-battery-low",
            ("KSTAR_ALERTS_BATTERY_LOW",),
            "PERCENT",
        ),
    ] = 10
    alerts_no_data: Annotated[
        int,
        Setting(
            "alerts.no_data",
            Limit(Number(1, 10080, "min")),
            "minutes without a reading after which there is an alert",
            "--alerts-no-data",
            ("KSTAR_ALERTS_NO_DATA",),
            "MINUTES",
        ),
    ] = 30
    alerts_quiet: Annotated[
        str,
        Setting(
            "alerts.quiet",
            Hours(),
            "local times at which only a fault and a lost grid are told at once",
            "--alerts-quiet",
            ("KSTAR_ALERTS_QUIET",),
            "TIMES",
        ),
    ] = ""
    alerts_repeat: Annotated[
        int,
        Setting(
            "alerts.repeat",
            Limit(Number(5, 10080, "min")),
            "minutes after which an alert is repeated while it lasts",
            "--alerts-repeat",
            ("KSTAR_ALERTS_REPEAT",),
            "MINUTES",
        ),
    ] = 0
