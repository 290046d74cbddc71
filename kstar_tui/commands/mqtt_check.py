"""`kstar-tui mqtt check`: what works on the way to the broker and what does not, step by step."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from textwrap import wrap

from kstar_tui.assembly import make_probe
from kstar_tui.commands.context import Context
from kstar_tui.commands.mqtt import connection_to_broker
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.probe import Probe, Result, Step
from kstar_tui.mqtt.topics import OFFLINE, ONLINE
from kstar_tui.settings import Settings
from kstar_tui.status import Status

_MARKS = {
    Result.OK: "ok",
    Result.WARNING: "BEWARE",
    Result.FAILED: "FAILED",
    Result.SKIPPED: "skipped",
    Result.NOT_TRIED: "not tried",
}
_MARK = max(map(len, _MARKS.values()))
_NAME = len("connection")
_WIDTH = 90
_SAID = {ONLINE: "is published, online", OFFLINE: "was published, offline now"}


def run(context: Context) -> int:
    """Print each step; FAILED where one failed."""
    settings = context.load()
    connection = connection_to_broker(context, settings)
    probe = make_probe(connection, settings)
    steps = asyncio.run(_take(context, probe, _configured(settings, connection.broker)))
    ok = all(step.result is not Result.FAILED for step in steps)
    if context.options.json:
        context.emit_json(_as_json(connection.broker, ok, steps, probe.published))
    elif ok:
        _tell_published(context, settings, probe.published)
    return Status.DONE if ok else Status.FAILED


async def _take(context: Context, probe: Probe, first: Step) -> list[Step]:
    _tell(context, first)
    taken = [first]
    async with aclosing(probe.steps()) as steps:
        async for step in steps:
            _tell(context, step)
            taken.append(step)
    return taken


def _configured(settings: Settings, broker: Broker) -> Step:
    sources = settings.sources
    text = f"{broker.url()}, from {sources['mqtt.url']}"
    if settings.mqtt_username is not None:
        text += f"; user from {sources['mqtt.username']}"
    if settings.mqtt_password is not None:
        text += f"; password from {sources['mqtt.password']}"
    if broker.tls and not settings.mqtt_accept_any_certificate:
        text += f"; trusts {settings.mqtt_ca or 'the authorities of this system'}"
    if settings.mqtt_certificate:
        text += f"; client certificate {settings.mqtt_certificate}"
    return Step("settings", Result.OK, text)


def _tell(context: Context, step: Step) -> None:
    if context.options.json:
        return
    context.emit(f"{_MARKS[step.result]:<{_MARK}}  {step.name:<{_NAME}}  {step.text}".rstrip())
    for line in wrap(step.advice, _WIDTH - _MARK - _NAME):
        context.emit(f"{'':<{_MARK}}  {'':<{_NAME}}  {line}")
    # As it happens, also where something else reads along.
    context.out.flush()


def _tell_published(context: Context, settings: Settings, published: dict[str, str]) -> None:
    for key, state in published.items():
        said = _SAID.get(state, "is published, but does not say whether it is online")
        context.emit(f"{key} {said}")
    if not published:
        context.emit(f"No kstar-tui has published under {settings.mqtt_base}/ yet.")


def _as_json(
    broker: Broker, ok: bool, steps: list[Step], published: dict[str, str]
) -> dict[str, object]:
    return {
        "broker": broker.url(),
        "ok": ok,
        "steps": [
            {
                "step": step.name,
                "result": step.result.value,
                "text": step.text or None,
                "advice": step.advice or None,
                **({"facts": dict(step.facts)} if step.facts else {}),
            }
            for step in steps
        ],
        "published": [{"inverter": key, "availability": published[key]} for key in published],
    }
