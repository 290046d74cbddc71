"""The way to the broker, step by step, as `mqtt check` goes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from kstar_tui.assembly import make_connection, make_probe, make_watch, make_watch_probe
from kstar_tui.doctor.finding import Finding, Result, note, ok
from kstar_tui.doctor.world import World
from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.mqtt.probe import Probe, Step
from kstar_tui.mqtt.probe import Result as Outcome
from kstar_tui.mqtt.topics import OFFLINE, ONLINE
from kstar_tui.settings import Settings

_RESULTS = {
    Outcome.OK: Result.OK,
    Outcome.WARNING: Result.WARNING,
    Outcome.FAILED: Result.PROBLEM,
    Outcome.SKIPPED: Result.NOTE,
    Outcome.NOT_TRIED: Result.NOTE,
}
_SAID = {ONLINE: "is published, online", OFFLINE: "was published, offline now"}


async def examine_broker(world: World, settings: Settings) -> AsyncIterator[Finding]:
    """A line a step; SettingsError where a certificate cannot be used."""
    connection = make_connection(settings, world.clock)
    if connection is None:
        yield note("off", "MQTT is off: nothing is published (mqtt.url)")
        return
    async for finding in _examine(make_probe(connection, settings)):
        yield finding


async def examine_watched(world: World, settings: Settings) -> AsyncIterator[Finding]:
    """The same where `attach` names a broker; nothing is published to it."""
    if settings.mqtt_url is not None:
        broker = parse_broker(settings.mqtt_url).url()
        yield note("unused", f"{broker} (mqtt.url) is not used: a screen that watches is silent")
    connection = make_watch(settings, world.clock)
    yield ok(
        "watched",
        f"a screen hears what is published at {connection.broker.url()} (attach)"
        f" under {settings.mqtt_base}/",
        broker=connection.broker.url(),
        base=settings.mqtt_base,
    )
    async for finding in _examine(make_watch_probe(connection, settings)):
        yield finding


async def _examine(probe: Probe) -> AsyncIterator[Finding]:
    async with aclosing(probe.steps()) as steps:
        async for step in steps:
            yield _line(step)
    for key, state in probe.published.items():
        said = _SAID.get(state, "is published, but does not say whether it is online")
        yield ok("published", f"{key} {said}", inverter=key, availability=state)


def _line(step: Step) -> Finding:
    name = step.name.lower()
    result = _RESULTS[step.result]
    text = step.text or "not tried"
    return Finding(name, result, f"{step.name}: {text}", step.advice, step.facts)
