"""`--demo`: the screen or the daemon on a simulated inverter, over real UDP on loopback."""

from __future__ import annotations

from dataclasses import replace

from kstar_tui.commands.context import Context
from kstar_tui.commands.day import simulated_day
from kstar_tui.settings import Settings
from kstar_tui.simulator.days import named_day
from kstar_tui.simulator.server import Simulator

_START = "09:00"
_SPEED = "60"
_LOOPBACK_BROADCAST = "127.255.255.255"
_SECONDS_BETWEEN_POLLS = 1.0


async def run_demo(context: Context, settings: Settings) -> int:
    """Start a simulator and run on it, both by one clock; returns the exit status."""
    options, clock = simulated_day(
        context.options, start=_START, speed=_SPEED, port=0, discovery_port=0
    )
    demo_asked: bool = context.options.demo

    def wanted(key: str) -> bool:
        return demo_asked and key in context.given

    async with Simulator(options, clock) as simulator:
        address, discovery = simulator.address, simulator.discovery_address
        settings = replace(
            settings,
            host=address.host,
            port=address.port,
            serial=None,
            # A search finds this one, and asks nobody beyond this machine.
            broadcast=(_LOOPBACK_BROADCAST,),
            discovery_port=discovery.port if discovery else settings.discovery_port,
            # The day passes faster than an inverter can be asked.
            interval=max(settings.interval, _SECONDS_BETWEEN_POLLS * clock.speed),
            # A simulated house must not be published over a real one, nor wake anybody: only what
            # is named together with --demo counts, and nothing where the search led here.
            mqtt_url=settings.mqtt_url if wanted("mqtt.url") else None,
            metrics_listen=settings.metrics_listen if wanted("metrics.listen") else None,
            alerts_command=settings.alerts_command if wanted("alerts.command") else (),
            alerts_mqtt=settings.alerts_mqtt and wanted("alerts.mqtt"),
        )
        if settings.headless:
            from kstar_tui.headless import run_headless

            return await run_headless(settings, clock, demo=True)
        from kstar_tui.past import Past
        from kstar_tui.settings.desk import Desk
        from kstar_tui.tui.run import run_ui

        past = Past(options.serial_number, named_day(options.day), clock.start, options.seed)
        return await run_ui(
            settings,
            clock=clock,
            demo=True,
            address=address,
            past=past,
            desk=Desk(context.config, context.load),
        )
