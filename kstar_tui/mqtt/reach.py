"""The way to a broker one step at a time: its name, its port, its certificate. Nothing is said."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple, cast

from kstar_tui.clock import Clock
from kstar_tui.mqtt import reasons
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.conversation import PATIENCE, within
from kstar_tui.protocol.text import clean_text

LOOKUP = 15.0
"""Seconds after which no name server will answer any more."""
OBJECTION = 0.5
"""Seconds in which a broker with TLS 1.3 objects to our certificate: it does so afterwards."""
_MOST_NAMES = 3
_TIME_OUT = "the handshake timed out"

_UNKNOWN_CA = (
    "Save the certificate of the authority that signed it (or the broker's own, where it is "
    "self-signed) as a PEM file and name that with mqtt.ca."
)
_ADVICE: Mapping[int, str] = {
    9: "Set the clock of this machine and of the broker's.",
    10: "Renew the broker's certificate, or set this machine's clock.",
    **dict.fromkeys((18, 19, 20, 21), _UNKNOWN_CA),
    **dict.fromkeys(
        (62, 64), "Write into mqtt.url the name or address for which the certificate was made."
    ),
}
"""By OpenSSL's verification code."""
_CLIENT_CERTIFICATE = (
    "Name the client certificate that the broker's administrator gave you with mqtt.certificate "
    "and mqtt.key."
)


class UnreachableError(Exception):
    """This step did not succeed; the message says why, `advice` what may help."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.advice = advice


class Place(NamedTuple):
    """One address of a broker."""

    family: int
    address: tuple[Any, ...]

    @property
    def host(self) -> str:
        """The IP address."""
        return str(self.address[0])


class Certificate(NamedTuple):
    """Who answers, and how it is encrypted. Its texts are clean."""

    version: str
    """Of TLS."""
    subject: str
    """Empty, like the next two, where no certificate is checked: then nobody reads it."""
    issuer: str
    until: datetime | None
    fingerprint: str
    """SHA-256, in hex."""


async def look_up(broker: Broker, clock: Clock) -> list[Place]:
    """The addresses of the broker's name, at least one; UnreachableError."""
    try:
        return await within(clock, LOOKUP, _asked(broker))
    except TimeoutError:
        again = socket.gaierror(socket.EAI_AGAIN, "")
        raise UnreachableError(reasons.failure(again, broker)) from None
    except (OSError, UnicodeError) as error:
        raise UnreachableError(
            reasons.failure(error, broker),
            "Is the name in mqtt.url spelled right? An IP address in its place needs no look-up "
            "(names that end in .local need mDNS on this machine).",
        ) from None


async def _asked(broker: Broker) -> list[Place]:
    """Ask in a thread that nobody waits for when the program ends."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Place]] = loop.create_future()

    def tell(places: list[Place] | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(places or [])

    def work() -> None:
        places, failure = None, None
        try:
            found = socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)
            places = list(dict.fromkeys(Place(one[0], one[4]) for one in found))
        except Exception as error:
            failure = error
        # The loop may be closed by now.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, places, failure)

    threading.Thread(target=work, name="lookup", daemon=True).start()
    return await answer


async def connect(broker: Broker, places: list[Place], clock: Clock) -> tuple[Place, socket.socket]:
    """A TCP connection to the first address that takes one; UnreachableError for the last."""
    error: OSError = OSError()
    for place in places:
        try:
            return place, await _connected(place, clock)
        except OSError as failed:
            error = failed
    raise UnreachableError(
        reasons.failure(error, broker),
        f"Is the broker running, and is {broker.port} its port (usual are 1883, and 8883 with "
        "TLS)? Does a firewall keep it closed? Without a `listener` line Mosquitto takes "
        "connections of its own machine only.",
    )


async def _connected(place: Place, clock: Clock) -> socket.socket:
    sock = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await within(clock, PATIENCE, loop.sock_connect(sock, place.address))
    except BaseException:
        sock.close()
        raise
    return sock


async def secure(
    broker: Broker, sock: socket.socket, context: ssl.SSLContext, clock: Clock
) -> Certificate:
    """TLS over a connection, which is closed in the end; UnreachableError."""
    try:
        opened = asyncio.open_connection(sock=sock, ssl=context, server_hostname=broker.host)
        reader, writer = await within(clock, PATIENCE, opened)
    except TimeoutError:
        raise UnreachableError(reasons.failure(TimeoutError(_TIME_OUT), broker)) from None
    except OSError as error:
        raise _not_secured(error, broker) from None
    try:
        secured = cast(ssl.SSLObject, writer.get_extra_info("ssl_object"))
        # It has no version any more where the objection is here already.
        if secured.version() in ("TLSv1.3", None):
            await _objection(reader, broker, clock)
        return _certificate(secured)
    finally:
        writer.transport.abort()


async def _objection(reader: asyncio.StreamReader, broker: Broker, clock: Clock) -> None:
    """Wait for what a broker may have against us: by itself it says nothing else."""
    try:
        await within(clock, OBJECTION, reader.read(1))
    except TimeoutError:
        return
    except OSError as error:
        raise _not_secured(error, broker) from None
    raise UnreachableError("it ends the connection after the TLS handshake", _CLIENT_CERTIFICATE)


def _not_secured(error: OSError, broker: Broker) -> UnreachableError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachableError(
            reasons.failure(error, broker), _ADVICE.get(error.verify_code, _UNKNOWN_CA)
        )
    reason = (getattr(error, "reason", None) or "") if isinstance(error, ssl.SSLError) else ""
    if "CERTIFICATE_REQUIRED" in reason:
        return UnreachableError("it wants a certificate of this client", _CLIENT_CERTIFICATE)
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        what = reason.partition("ALERT_")[2].replace("_", " ").lower()
        return UnreachableError(
            f"it does not accept the certificate of this client: {what}", _CLIENT_CERTIFICATE
        )
    advice = _CLIENT_CERTIFICATE if "HANDSHAKE_FAILURE" in reason else ""
    return UnreachableError(reasons.failure(error, broker), advice)


def _certificate(secured: ssl.SSLObject) -> Certificate:
    whole = secured.getpeercert(binary_form=True) or b""
    # Empty where nothing is checked.
    told: Mapping[str, Any] = secured.getpeercert() or {}
    ends = told.get("notAfter")
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
    names = ", ".join(str(value) for _, value in told.get("subjectAltName", ())[:_MOST_NAMES])
    return Certificate(
        version=secured.version() or "",
        subject=_name(told.get("subject", ())) or clean_text(names),
        issuer=_name(told.get("issuer", ())),
        until=until,
        fingerprint=sha256(whole).hexdigest(),
    )


def _name(parts: Any) -> str:
    """The common name and the organisation of a distinguished name."""
    found = {key: value for part in parts for key, value in part}
    names = (found.get("commonName"), found.get("organizationName"))
    return clean_text(", ".join(str(name) for name in names if name))
