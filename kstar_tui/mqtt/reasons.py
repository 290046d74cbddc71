"""Why a broker is not reached, in words that tell the user what to look at. No secrets in them."""

from __future__ import annotations

import errno
import socket
import ssl

from kstar_tui.mqtt.broker import Broker

LOST = "the connection was lost"
SILENT = "it stopped answering"
UNASKED = "it sends what nobody asked for"
GARBLED = "it sent what no MQTT broker sends"
TAKEN_OVER = "another client took over with the same client id"
MUTE = "it takes connections but does not answer: is it an MQTT broker?"

_UNKNOWN_CA = "its certificate comes from an authority that this system does not know"
_CERTIFICATES = {
    9: "its certificate is not valid yet: check both clocks",
    10: "its certificate has expired (or this system's clock is wrong)",
    18: "its certificate is self-signed, which this system does not accept",
    19: _UNKNOWN_CA,
    20: _UNKNOWN_CA,
    21: _UNKNOWN_CA,
}
"""By OpenSSL's verification code."""
_WRONG_NAME_CODES = (62, 64)

_NOT_AUTHORISED = (4, 5, 0x86, 0x87)
_REFUSALS = {
    1: "it does not speak this version of MQTT",
    0x84: "it does not speak this version of MQTT",
    2: "it refuses the client id",
    0x85: "it refuses the client id",
    3: "it says that it is not available",
    0x88: "it says that it is not available",
    0x9A: "it keeps no retained messages, which the will and Home Assistant need",
}

_NO_TLS = "it does not speak TLS on this port: use mqtt:// or the port of mqtts://"
_BROKEN_OFF = f"it broke off the TLS handshake; perhaps {_NO_TLS}"
_NO_ROUTE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)


def closed_early(broker: Broker) -> str:
    """A connection that ended before the broker said a word."""
    tls = "" if broker.tls else ", or it expects TLS (mqtts://)"
    return (
        f"it closed the connection without an answer: it is no MQTT broker{tls}, or it keeps no"
        " retained messages"
    )


def refusal(code: int, broker: Broker) -> str:
    """What a broker means by an MQTT 3.1.1 CONNACK return code (1 to 5) or its 5.0 reason code."""
    if code in _NOT_AUTHORISED:
        if broker.username is None:
            return "it wants a user and password (not authorised)"
        return "wrong user or password, or the user is not authorised"
    return _REFUSALS.get(code) or f"it refuses the connection with code {code}"


def failure(error: BaseException | None, broker: Broker) -> str:
    """Why no connection came about, from what the socket or TLS raised."""
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            return f"the name {broker.host} cannot be looked up now: no name server answers"
        return f"unknown host {broker.host}"
    if isinstance(error, ssl.SSLError):
        return _tls_failure(error, broker)
    if isinstance(error, OSError):
        return _socket_failure(error, broker)
    return "the connection failed"


def _socket_failure(error: OSError, broker: Broker) -> str:
    if isinstance(error, TimeoutError):
        if "handshake" in str(error):
            return f"the TLS handshake timed out: {_NO_TLS}"
        return f"timed out: nothing answers at {broker.host}"
    if isinstance(error, ConnectionRefusedError):
        return f"refused: nothing listens on port {broker.port}"
    if isinstance(error, ConnectionError):
        # With TLS this is the handshake: a refused connection has its own reason.
        return _BROKEN_OFF if broker.tls else closed_early(broker)
    if error.errno in _NO_ROUTE:
        return f"no route to {broker.host}"
    return error.strerror or "the connection failed"


def _tls_failure(error: ssl.SSLError, broker: Broker) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _WRONG_NAME_CODES:
            return f"its certificate is for another host name than {broker.host}"
        known = _CERTIFICATES.get(error.verify_code)
        return known or f"its certificate is not accepted: {error.verify_message}"
    # Not every SSLError has been given a reason.
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, ssl.SSLEOFError):
        return _BROKEN_OFF
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return _NO_TLS
    words = reason.replace("_", " ").lower() or "no reason given"
    return f"the TLS handshake failed: {words}"
