"""`kstar-tui` without a command: the screen, the daemon, or either on a simulated inverter."""

from __future__ import annotations

import asyncio
import sys

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.settings import Settings
from kstar_tui.status import DEMO_WANTED, Status


def run(context: Context) -> int:
    """Run until the user or the system ends it; returns the exit status."""
    settings = context.load()
    if not settings.headless:
        require_terminal()
    if context.options.demo:
        return _demo(context, settings)
    from kstar_tui.settings.desk import Desk

    desk = Desk(context.config, context.load)
    if settings.headless:
        from kstar_tui.headless import run_headless

        return asyncio.run(run_headless(settings, context.clock, desk=desk))
    _check_before(settings, context)
    from kstar_tui.tui.run import run_ui
    from kstar_tui.tui.sources.lookout import BarredError

    try:
        status = asyncio.run(run_ui(settings, clock=context.clock, desk=desk))
    except BarredError as error:
        raise CommandError(str(error)) from None
    return _demo(context, settings) if status == DEMO_WANTED else status


def _check_before(settings: Settings, context: Context) -> None:
    """SettingsError now, and not when a screen covers it."""
    if settings.metrics_listen is not None:
        from kstar_tui.companions import Companions

        Companions(settings, context.clock)
    if settings.mqtt_url is not None and settings.mqtt_url.startswith("mqtts:"):
        from kstar_tui.assembly import make_connection

        make_connection(settings, context.clock)
    if settings.attach.startswith("mqtts:"):
        from kstar_tui.assembly import make_watch

        make_watch(settings, context.clock)


def _demo(context: Context, settings: Settings) -> int:
    from kstar_tui.commands.demo import run_demo

    return asyncio.run(run_demo(context, settings))


def require_terminal() -> None:
    """CommandError where there is nothing to draw a screen on or no keys to read."""
    for name, stream in (("output", sys.__stdout__), ("input", sys.__stdin__)):
        if stream is None or not stream.isatty():
            raise CommandError(
                f"The screen needs a terminal, and standard {name} is none. Use --headless to run "
                "as a daemon, or `kstar-tui read` for one reading.",
                Status.USAGE,
            )
