"""`kstar-tui mqtt clean`: takes away what kstar-tui has retained at the broker."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.mqtt import connection_to_broker
from kstar_tui.mqtt import reasons
from kstar_tui.mqtt.cleanup import MOST, Remains, Search, look, remove, remove_unseen
from kstar_tui.mqtt.conversation import BrokenOffError, Conversation
from kstar_tui.mqtt.topics import KEY, Topics
from kstar_tui.settings import Settings
from kstar_tui.status import Status

_FEW = 8
"""Topics of entities that are listed one by one; a device message may stand for 150."""
_TOO_MUCH = (
    f"The broker retains more than can be looked through ({MOST} messages, or one over 128 kB). "
    "Name the inverter: kstar-tui mqtt clean --inverter SERIAL"
)


class _Cleaned(NamedTuple):
    found: Sequence[Remains]
    removed: Sequence[str] = ()
    left: Sequence[str] = ()
    refusal: CommandError | None = None
    """Why nothing was removed although there is something."""


def run(context: Context) -> int:
    """Print what there is and remove it; CommandError says why not."""
    settings = context.load()
    wanted: str | None = context.options.inverter
    if wanted is not None and not re.fullmatch(KEY, wanted):
        raise CommandError(f"--inverter {wanted!r} is no serial number.", Status.USAGE)
    connection = connection_to_broker(context, settings, most=MOST)
    broker = connection.broker.endpoint
    try:
        cleaned = asyncio.run(_clean(context, settings, Conversation(connection), wanted))
    except BrokenOffError as error:
        if str(error) == reasons.UNASKED:
            return _clean_unseen(context, settings, wanted)
        raise _unreached(broker, error) from None
    if context.options.json:
        context.emit_json(_as_json(broker, cleaned))
    if cleaned.refusal is not None:
        raise cleaned.refusal
    if cleaned.left:
        raise CommandError(
            f"The broker did not confirm that {len(cleaned.left)} of them are gone, of which the "
            f"first is {cleaned.left[0]}: the user may not write there, or the connection is slow."
        )
    return Status.DONE


def _clean_unseen(context: Context, settings: Settings, wanted: str | None) -> int:
    """What is there is too much to look at; CommandError where it is not known whose to remove."""
    if wanted is None:
        raise CommandError(_TOO_MUCH)
    connection = connection_to_broker(context, settings)
    topics = Topics(settings.mqtt_base, wanted)

    async def remove() -> list[str]:
        talk = Conversation(connection)
        try:
            await talk.begin(f"kstar-tui-clean-{os.urandom(4).hex()}")
            return await remove_unseen(talk, topics, settings.mqtt_discovery_prefix)
        finally:
            await talk.end()

    try:
        removed = asyncio.run(remove())
    except BrokenOffError as error:
        raise _unreached(connection.broker.endpoint, error) from None
    if context.options.json:
        cleaned = _Cleaned((), removed)
        context.emit_json(_as_json(connection.broker.endpoint, cleaned))
    context.say(
        f"There was more for {wanted} than kstar-tui has ever published. Removed unseen: "
        f"{', '.join(removed)}. Messages of single entities may be left: run it once more."
    )
    return Status.DONE


async def _clean(
    context: Context, settings: Settings, talk: Conversation, wanted: str | None
) -> _Cleaned:
    token = os.urandom(4).hex()
    search = Search(settings.mqtt_base, settings.mqtt_discovery_prefix, wanted)
    try:
        await talk.begin(f"kstar-tui-clean-{token}")
        await look(talk, search, f"{settings.mqtt_base}/check/{token}")
        found = search.found()
        _tell(context, settings, talk.connection.broker.endpoint, search, wanted)
        if not found:
            return _Cleaned(found)
        try:
            topics = _allowed(context, found).topics
        except CommandError as refusal:
            return _Cleaned(found, refusal=refusal)
        left = await remove(talk, topics)
    finally:
        await talk.end()
    removed = [topic for topic in topics if topic not in left]
    context.say(f"Removed {_messages(len(removed))}.")
    return _Cleaned(found, removed, left)


def _tell(
    context: Context, settings: Settings, broker: str, search: Search, wanted: str | None
) -> None:
    found = search.found()
    if not context.options.json:
        for one in found:
            _show(context, settings, one)
    for one in search.doubtful():
        context.say(
            f"Left alone, as others may have such topics: {', '.join(sorted(one.own))}. If it is "
            f"kstar-tui's: kstar-tui mqtt clean --inverter {one.key}"
        )
    if not found and not search.doubtful():
        whose = f" of {wanted}" if wanted is not None else ""
        context.say(
            f"Nothing{whose} is retained at {broker} under {settings.mqtt_base}/ and "
            f"{settings.mqtt_discovery_prefix}/ that kstar-tui has put there."
        )


def _show(context: Context, settings: Settings, one: Remains) -> None:
    context.emit(f"{one.key}, {'online' if one.online else 'offline'}")
    topics = one.topics
    if len(one.entities) > _FEW:
        node = next(iter(one.entities)).removeprefix(f"{settings.mqtt_discovery_prefix}/")
        pattern = f"{settings.mqtt_discovery_prefix}/+/{node.split('/')[1]}/+/config"
        topics = [topic for topic in topics if topic not in one.entities]
        context.emit(f"  {pattern}: {_messages(len(one.entities))}")
    for topic in topics:
        context.emit(f"  {topic}")


def _allowed(context: Context, found: Sequence[Remains]) -> Remains:
    """The one that is to go; CommandError where it is not to."""
    if len(found) > 1:
        raise CommandError(
            f"There are several inverters: {', '.join(one.key for one in found)}. Say with "
            "--inverter which one is to go.",
            Status.USAGE,
        )
    (one,) = found
    if one.online:
        again = f"{one.key} is online: a kstar-tui is running and will announce it again"
        if not context.options.force:
            raise CommandError(f"{again}. Stop that one first, or use --force.")
        context.say(f"{again} when it, or Home Assistant, starts the next time.")
    return one


def _unreached(broker: str, error: BrokenOffError) -> CommandError:
    return CommandError(f"MQTT broker {broker}: {error}. More says: kstar-tui mqtt check.")


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"


def _as_json(broker: str, cleaned: _Cleaned) -> dict[str, object]:
    return {
        "broker": broker,
        "found": [
            {"inverter": one.key, "online": one.online, "topics": one.topics}
            for one in cleaned.found
        ],
        "removed": list(cleaned.removed),
        "left": list(cleaned.left),
    }
