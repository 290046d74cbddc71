"""`kstar-tui mqtt`: whether the broker does all that is needed, and what was left there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.status import Status

if TYPE_CHECKING:
    from kstar_tui.mqtt.connection import MqttConnection
    from kstar_tui.settings import Settings

_NO_BROKER = (
    "No MQTT broker is configured. Name one with --mqtt, or for good: kstar-tui config set "
    "mqtt.url mqtt://broker.lan"
)


def run(context: Context) -> int:
    """Check or clean; CommandError says why that cannot be done."""
    # A failure is told once, with what to do about it: nobody needs "still trying" above it.
    logging.getLogger("kstar_tui.mqtt.connection").setLevel(logging.ERROR)
    if context.options.action == "clean":
        from kstar_tui.commands.mqtt_clean import run as run_clean

        return run_clean(context)
    if context.options.inverter is not None or context.options.force:
        word = "--force" if context.options.inverter is None else "--inverter"
        raise CommandError(f"{word} means nothing for mqtt check.", Status.USAGE)
    from kstar_tui.commands.mqtt_check import run as run_check

    return run_check(context)


def connection_to_broker(
    context: Context, settings: Settings, *, most: int | None = None
) -> MqttConnection:
    """The connection of the settings, not open; CommandError where no broker is named."""
    from kstar_tui.assembly import make_connection

    connection = make_connection(settings, context.clock, most=most)
    if connection is None:
        raise CommandError(_NO_BROKER, Status.USAGE)
    return connection
