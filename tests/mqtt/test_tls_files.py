"""How a broker is proved: which files are taken, and what is said of those that are not."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from pathlib import Path

import pytest
from certificates import Authority
from mqtt_helpers import PATIENCE

from kstar_tui.mqtt.tls import TlsError, tls_context


class Files:
    """An authority, a certificate of it with its key, and what can be wrong with such files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        authority = Authority(folder)
        self.ca = str(authority.certificate)
        self.certificate, self.key = map(str, authority.issue("IP:127.0.0.1"))

    def named(self, name: str) -> str:
        return str(self.folder / name)

    def with_text(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return self.named(name)

    def made(self, name: str, command: str) -> str:
        """A file that openssl writes where the command says `{}`."""
        done = subprocess.run(
            ["openssl", *command.format(self.named(name)).split()],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return self.named(name)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("tls"))


def said(*names: str | None) -> str:
    """Why these files are of no use."""
    with pytest.raises(TlsError) as caught:
        tls_context(*names)
    # What OpenSSL says beside it would only confuse.
    assert caught.value.__suppress_context__
    return str(caught.value)


def assert_safe(context: ssl.SSLContext) -> None:
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_without_any_file_the_systems_authorities_count() -> None:
    context = tls_context()
    assert_safe(context)
    assert context.cert_store_stats() == ssl.create_default_context().cert_store_stats()


def test_an_authority_of_ones_own_is_the_only_one(files: Files) -> None:
    context = tls_context(files.ca)
    assert_safe(context)
    (trusted,) = context.get_ca_certs()
    assert trusted["subject"] == ((("commonName", "Test-CA"),),)


def test_whoever_accepts_any_certificate_proves_nobody_but_keeps_to_modern_tls() -> None:
    context = tls_context(accept_any=True)
    assert context.verify_mode is ssl.CERT_NONE
    assert not context.check_hostname
    assert context.protocol is ssl.PROTOCOL_TLS_CLIENT
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_certificate_of_ones_own_loosens_nothing(files: Files) -> None:
    assert_safe(tls_context(files.ca, files.certificate, files.key))


def test_a_certificate_may_have_its_key_in_the_same_file(files: Files) -> None:
    both = Path(files.certificate).read_text() + Path(files.key).read_text()
    assert_safe(tls_context(None, files.with_text("both.pem", both)))


def test_a_tilde_is_the_home_folder(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(files.folder))
    assert tls_context("~/ca.crt").get_ca_certs()
    assert_safe(tls_context("~/ca.crt", "~/server.crt", "~/server.key"))


@pytest.mark.parametrize(
    ("setting", "position"), [("mqtt.ca", 0), ("mqtt.certificate", 1), ("mqtt.key", 2)]
)
def test_a_file_that_is_not_there_is_named_with_its_setting(
    files: Files, setting: str, position: int
) -> None:
    names: list[str | None] = [None, files.certificate, files.key]
    gone = names[position] = files.named("gone.pem")
    assert said(*names) == f"{setting}: {gone} cannot be read: No such file or directory."
    folder = names[position] = str(files.folder)
    assert said(*names) == f"{setting}: {folder} cannot be read: Is a directory."
    names[position] = "~nobody-of-this-name/x.pem"
    assert said(*names) == f"{setting}: {names[position]}: there is no such home folder."


def test_what_is_no_authority(files: Files) -> None:
    text = files.with_text("text", "no certificate")
    assert said(text) == f"mqtt.ca: {text} holds no certificate in PEM form."
    empty = files.with_text("empty", "")
    assert said(empty) == f"mqtt.ca: {empty} holds no certificate in PEM form."
    assert said(files.key) == f"mqtt.ca: {files.key} holds no certificate in PEM form."
    binary = files.made("ca.der", "x509 -in ca.crt -outform DER -out {}")
    assert said(binary) == f"mqtt.ca: {binary} holds no certificate in PEM form."


def test_a_damaged_authority(files: Files) -> None:
    first, *_, last = Path(files.ca).read_text().splitlines()
    broken = files.with_text("broken.crt", f"{first}\n!!!!\n{last}\n")
    assert said(broken) == f"mqtt.ca: {broken} holds no certificate in PEM form."


def test_a_key_of_another_certificate(files: Files) -> None:
    other = files.named("ca.key")
    assert said(None, files.certificate, other) == (
        f"mqtt.key: {other} is not the key of the certificate in {files.certificate}."
    )


def test_a_key_of_another_kind(files: Files) -> None:
    other = files.made("rsa.key", "genrsa -out {} 2048")
    assert said(None, files.certificate, other) == (
        f"mqtt.key: {other} is not the key of the certificate in {files.certificate}."
    )


def test_a_key_in_the_certificates_own_file_that_is_not_its_own(files: Files) -> None:
    both = Path(files.certificate).read_text() + Path(files.named("ca.key")).read_text()
    name = files.with_text("mixed.pem", both)
    assert said(None, name) == f"mqtt.key: {name} is not the key of the certificate in {name}."


def test_a_key_with_a_passphrase_is_not_asked_for_on_the_terminal(files: Files) -> None:
    locked = files.made("locked.key", "ec -in server.key -aes256 -passout pass:word -out {}")
    words = "is locked with a passphrase; take it off, and make the file readable by you alone."
    assert said(None, files.certificate, locked) == f"mqtt.key: {locked} {words}"
    both = Path(files.certificate).read_text() + Path(locked).read_text()
    name = files.with_text("locked.pem", both)
    assert said(None, name) == f"mqtt.key: {name} {words}"


def test_what_is_no_certificate_with_a_key(files: Files) -> None:
    text = files.with_text("text", "no certificate")
    words = "do not hold a certificate and its key in PEM form."
    assert said(None, text, files.key) == f"mqtt.certificate: {text} and {files.key} {words}"
    assert said(None, files.certificate, text) == (
        f"mqtt.certificate: {files.certificate} and {text} {words}"
    )
    assert said(None, files.certificate) == (
        f"mqtt.certificate: {files.certificate} holds no certificate with its key in PEM form."
    )


def test_a_key_that_is_too_short_to_be_safe(files: Files) -> None:
    short = files.made(
        "short.pem",
        "req -x509 -newkey rsa:512 -nodes -days 2 -subj /CN=x -keyout short.key -out {}",
    )
    assert said(None, short, files.named("short.key")) == (
        f"mqtt.certificate: the key of {short} is too short to be taken."
    )


async def shaken(files: Files, context: ssl.SSLContext) -> str:
    """The version of TLS that is spoken with a server that has the files' certificate."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    serving = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=server
    )
    async with serving, asyncio.timeout(PATIENCE):
        port = serving.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
    return str(version)


async def test_the_own_authority_proves_its_server(files: Files) -> None:
    assert await shaken(files, tls_context(files.ca)) == "TLSv1.3"


async def test_the_systems_authorities_do_not_know_it(files: Files) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await shaken(files, tls_context())


async def test_accepting_any_certificate_is_still_tls(files: Files) -> None:
    assert await shaken(files, tls_context(accept_any=True)) == "TLSv1.3"
