"""How a broker is proved and how we prove ourselves, from the files that a user names."""

from __future__ import annotations

import ssl
from pathlib import Path


class TlsError(Exception):
    """A file is of no use; the message names the setting and the file."""


def tls_context(
    ca: str | None = None,
    certificate: str | None = None,
    key: str | None = None,
    *,
    accept_any: bool = False,
) -> ssl.SSLContext:
    """TLS as a client: by the system's authorities or those in the file `ca`, with a client
    certificate where one is named (PEM). With `accept_any` nobody is proved. TlsError says why a
    file cannot be used."""
    if accept_any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca is None:
        context = ssl.create_default_context()
    else:
        context = _trusting(ca)
    if certificate is not None:
        _prove(context, certificate, key)
    return context


def _trusting(ca: str) -> ssl.SSLContext:
    path = _readable("mqtt.ca", ca)
    try:
        return ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise TlsError(f"mqtt.ca: {path} holds no certificate in PEM form.") from None
    except OSError as error:
        raise TlsError(f"mqtt.ca: {path} cannot be read: {error.strerror}.") from None


def _prove(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    chain = _readable("mqtt.certificate", certificate)
    private = None if key is None else _readable("mqtt.key", key)
    try:
        # Without a password of our own OpenSSL would ask for one on the terminal.
        context.load_cert_chain(chain, private, password=_no_password)
    except _LockedError:
        raise TlsError(
            f"mqtt.key: {private or chain} is locked with a passphrase; take it off, and make the"
            " file readable by you alone."
        ) from None
    except ssl.SSLError as error:
        reason = error.reason or ""
        # For a key of another kind OpenSSL misses a certificate that it could belong to.
        if "MISMATCH" in reason or reason == "NO_CERTIFICATE_ASSIGNED":
            raise TlsError(
                f"mqtt.key: {private or chain} is not the key of the certificate in {chain}."
            ) from None
        if reason == "EE_KEY_TOO_SMALL":
            raise TlsError(
                f"mqtt.certificate: the key of {chain} is too short to be taken."
            ) from None
        where = f"{chain} and {private}" if private else f"{chain}"
        raise TlsError(
            f"mqtt.certificate: {where} do not hold a certificate and its key in PEM form."
            if private
            else f"mqtt.certificate: {where} holds no certificate with its key in PEM form."
        ) from None
    except OSError as error:
        raise TlsError(f"mqtt.certificate: {chain} cannot be read: {error.strerror}.") from None


class _LockedError(Exception):
    pass


def _no_password() -> str:
    raise _LockedError


def _readable(setting: str, name: str) -> Path:
    """The file itself, opened once: OpenSSL does not say what is wrong with which."""
    try:
        path = Path(name).expanduser()
        path.open("rb").close()
    except RuntimeError:
        raise TlsError(f"{setting}: {name}: there is no such home folder.") from None
    except OSError as error:
        raise TlsError(f"{setting}: {path} cannot be read: {error.strerror}.") from None
    return path
