"""Whether a broker does all that publishing needs, one step after the other. Leaves nothing."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple, cast

from kstar_tui.mqtt import reasons
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.conversation import PATIENCE, BrokenOffError, Conversation
from kstar_tui.mqtt.entities import SENSOR
from kstar_tui.mqtt.message import Will
from kstar_tui.mqtt.reach import Certificate, Place, UnreachableError, connect, look_up, secure
from kstar_tui.mqtt.topics import DEFAULT_BASE, DISCOVERY_PREFIX, KEY, OFFLINE, ONLINE

EXPIRES_SOON = timedelta(days=14)
MOST_PUBLISHED = 50
"""Inverters that are told of; more were never in one house."""

_NOTHING: Mapping[str, object] = MappingProxyType({})
_ENTRY = (
    "Check mqtt.username and mqtt.password (kstar-tui config says where they come from). A broker"
    " that is given as a bare host name has user and password mqtt."
)


class Result(Enum):
    """What came of a step."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_TRIED = "not tried"


class Step(NamedTuple):
    """One step and what came of it. The texts are fit to be shown."""

    name: str
    result: Result
    text: str = ""
    advice: str = ""
    """What may help where it failed."""
    facts: Mapping[str, object] = _NOTHING
    """Its figures by name, for machines."""


class Options(NamedTuple):
    """What is going to be published."""

    base: str = DEFAULT_BASE
    discovery: str = "device"
    """`device`, `entities` or `off`."""
    discovery_prefix: str = DISCOVERY_PREFIX
    version: str = "3.1.1"
    """Of MQTT, as people call it."""


Work = Callable[[], Awaitable[Step]]


class FailedError(Exception):
    """A step has failed; the message says why."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.advice = advice


class Probe:
    """One check of a broker over a connection that is not open yet."""

    def __init__(self, connection: MqttConnection, options: Options) -> None:
        self.published: dict[str, str] = {}
        """Inverters that somebody publishes, with their availability: known when all is well."""
        self._options = options
        self._broker = connection.broker
        self._clock = connection.clock
        self._tls = connection.tls
        self._conversation = Conversation(connection)
        self._token = os.urandom(4).hex()
        self._topic = f"{options.base}/check/{self._token}"
        self._places: list[Place] = []
        self._socket: socket.socket | None = None
        self._kept = False
        # Should we be killed, the broker itself takes away what we retain.
        self._will: Will | None = Will(self._topic, "")
        self._who_asks = _ENTRY

    async def steps(self) -> AsyncGenerator[Step, None]:
        """Each step when it is done; behind one that failed none is tried."""
        failed = False
        try:
            for name, work in self._steps():
                if failed:
                    yield Step(name, Result.NOT_TRIED)
                    continue
                try:
                    step = (await work())._replace(name=name)
                except (FailedError, UnreachableError) as error:
                    step = Step(name, Result.FAILED, str(error), error.advice)
                except BrokenOffError as error:
                    # Some brokers end the connection over what is not allowed.
                    advice = self._permission(discovery=name == "discovery")
                    step = Step(name, Result.FAILED, str(error), advice)
                failed = step.result is Result.FAILED
                yield step
            if not failed:
                await self._look_around()
        finally:
            await self._end()

    def _steps(self) -> tuple[tuple[str, Work], ...]:
        return (
            ("name", self._look_up),
            ("connection", self._connect),
            ("TLS", self._secure),
            ("MQTT", self._begin),
            ("publish", self._publish),
            ("retain", self._retain),
            ("discovery", self._discover),
        )

    # The steps.

    async def _look_up(self) -> Step:
        self._places = await look_up(self._broker, self._clock)
        hosts = [place.host for place in self._places]
        if hosts == [self._broker.host]:
            return Step("", Result.SKIPPED, "an address, there is no name to look up")
        text = f"{self._broker.host} is {', '.join(hosts)}"
        return Step("", Result.OK, text, facts={"addresses": hosts})

    async def _connect(self) -> Step:
        begun = self._clock.monotonic()
        place, self._socket = await connect(self._broker, self._places, self._clock)
        ms = self._since(begun)
        text = f"port {self._broker.port} at {place.host} is open, {ms} ms"
        return Step("", Result.OK, text, facts={"address": place.host, "ms": ms})

    async def _secure(self) -> Step:
        sock, self._socket = cast(socket.socket, self._socket), None
        if not self._broker.tls:
            sock.close()
            text = "not used: anybody in between can read along (mqtts:// is with TLS)"
            return Step("", Result.SKIPPED, text)
        context = self._tls or ssl.create_default_context()
        certificate = await secure(self._broker, sock, context, self._clock)
        return self._judge(certificate, checked=context.verify_mode is not ssl.CERT_NONE)

    def _judge(self, certificate: Certificate, *, checked: bool) -> Step:
        version, until = certificate.version, certificate.until
        facts: dict[str, object] = {
            "version": version,
            "subject": certificate.subject or None,
            "issuer": certificate.issuer or None,
            "valid_until": until.isoformat() if until else None,
            "sha256": certificate.fingerprint,
            "checked": checked,
        }
        if not checked or until is None:
            return Step(
                "",
                Result.WARNING,
                f"{version}, but ANY CERTIFICATE IS ACCEPTED: whoever is in between can pose as the"
                f" broker and read the password (SHA-256 {certificate.fingerprint})",
                "Give the broker's authority with mqtt.ca instead of mqtt.accept_any_certificate.",
                facts,
            )
        left = until - self._clock.now()
        text = (
            f"{version}, certificate of {certificate.subject or '(no name)'}"
            f" by {certificate.issuer or '(no name)'}, valid until {until:%Y-%m-%d}"
        )
        if left < EXPIRES_SOON:
            text += f", {left.days} day{'' if left.days == 1 else 's'} from now"
            return Step("", Result.WARNING, text, "Have it renewed in time.", facts)
        return Step("", Result.OK, text, facts=facts)

    async def _begin(self) -> Step:
        # An own id: with a running daemon's the broker would throw that one out.
        client_id = f"kstar-tui-check-{self._token}"
        begun = self._clock.monotonic()
        try:
            await self._conversation.begin(client_id, self._will)
        except BrokenOffError as error:
            raise FailedError(str(error), self._entry(str(error))) from None
        user = self._broker.username
        who = "without a user" if user is None else f"as user {_printable(user)}"
        text = f"MQTT {self._options.version}, accepted {who}"
        return Step(
            "",
            Result.OK,
            text,
            facts={"version": self._options.version, "user": user, "ms": self._since(begun)},
        )

    async def _publish(self) -> Step:
        begun = self._clock.monotonic()
        self._conversation.subscribe([self._topic])
        self._conversation.publish(self._topic, self._token)
        await self._back(self._topic, self._token)
        ms = self._since(begun)
        text = f"{self._topic} came back in {ms} ms"
        return Step("", Result.OK, text, facts={"topic": self._topic, "ms": ms})

    async def _retain(self) -> Step:
        topic, talk = self._topic, self._conversation
        self._kept = True
        talk.publish(topic, self._token, retain=True)
        await self._back(topic, self._token)
        talk.subscribe([topic])
        if not await self._came(topic, self._token, retained=True):
            raise FailedError(
                f"{topic} was not kept: the broker retains nothing",
                "Home Assistant would lose the inverter at each of its restarts. Let the broker "
                "retain messages (in Mosquitto: retain_available true).",
            )
        talk.publish(topic, retain=True)
        await self._back(topic, "")
        # What is still kept would come before what is published behind.
        last = f"{self._token} cleaned up"
        talk.subscribe([topic])
        talk.publish(topic, last)
        if await self._came(topic, self._token, retained=True, unless=last):
            raise FailedError(f"{topic} is kept, and cannot be removed again")
        self._kept = False
        return Step("", Result.OK, "a retained message was kept, and is removed again")

    async def _discover(self) -> Step:
        options = self._options
        if options.discovery == "off":
            return Step("", Result.SKIPPED, "off (mqtt.discovery): Home Assistant is told nothing")
        node = f"kstar_check_{self._token}"
        kind, end = ("device", "") if options.discovery == "device" else (SENSOR, "/check")
        topic = f"{options.discovery_prefix}/{kind}/{node}{end}/config"
        # Empty, for a device that does not exist: Home Assistant takes no notice.
        self._conversation.subscribe([topic])
        self._conversation.publish(topic)
        await self._back(topic, "", discovery=True)
        return Step(
            "",
            Result.OK,
            f"{options.discovery_prefix}/ can be written, where Home Assistant listens",
            facts={"topic": topic},
        )

    async def _look_around(self) -> None:
        """Who publishes; nothing where the broker does not say."""
        with suppress(BrokenOffError):
            await self._hear(self._topic)

    async def _hear(self, marker: str | None) -> None:
        """Who publishes, by what is retained; the marker is as `retained` has it."""
        base = self._options.base
        shape = re.compile(rf"{re.escape(base)}/({KEY})/availability")
        topics = [f"{base}/+/availability"]
        async for message in self._conversation.retained(topics, marker):
            match = shape.fullmatch(message.topic)
            if match and len(self.published) < MOST_PUBLISHED:
                known = {ONLINE.encode(): ONLINE, OFFLINE.encode(): OFFLINE}
                self.published[match[1]] = known.get(message.payload, "unclear")

    async def _end(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._kept:
            self._conversation.publish(self._topic, retain=True)
        await self._conversation.end()

    # What they share.

    async def _back(self, topic: str, payload: str, *, discovery: bool = False) -> None:
        if not await self._came(topic, payload):
            raise FailedError(
                f"{topic} was sent, but did not come back within {PATIENCE:.0f} s",
                self._permission(discovery=discovery),
            )

    async def _came(
        self, topic: str, payload: str, *, retained: bool = False, unless: str | None = None
    ) -> bool:
        """Whether this message comes, before `unless` on the same topic."""
        end = self._clock.monotonic() + PATIENCE
        while message := await self._conversation.next(end):
            if message.topic != topic:
                continue
            if message.payload == payload.encode() and message.retained is retained:
                return True
            if unless is not None and message.payload == unless.encode():
                return False
        return False

    def _permission(self, *, discovery: bool) -> str:
        base = self._options.discovery_prefix if discovery else self._options.base
        return (
            f"A broker drops without a word what is not allowed: let {self._user()} read and write"
            f" {base}/# (in Mosquitto's acl_file: topic readwrite {base}/#)."
        )

    def _user(self) -> str:
        user = self._broker.username
        return f"user {_printable(user)}" if user is not None else "a client without a user"

    def _entry(self, reason: str) -> str:
        broker = self._broker
        if reason == reasons.refusal(4, broker):
            return self._who_asks
        if reason == reasons.refusal(1, broker):
            return "Set mqtt.version to the other one of 3.1.1 and 5."
        if reason in (reasons.MUTE, reasons.GARBLED, reasons.closed_early(broker)):
            return (
                f"Is port {broker.port} the broker's? Usual are 1883, and 8883 with TLS (mqtts://)."
                " A broker that retains nothing (retain_available false) hangs up, too."
            )
        return ""

    def _since(self, begun: float) -> float:
        return round(1000 * (self._clock.monotonic() - begun), 1)


def _printable(text: str) -> str:
    return text if text.isprintable() else repr(text)[1:-1]
