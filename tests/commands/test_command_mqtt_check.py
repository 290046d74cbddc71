"""`mqtt check` at real brokers, and at what is none."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from broker_talk import plant, retained, url
from certificates import Authority
from mqtt_helpers import PATIENCE, Mosquitto, free_port, mosquitto_in
from owned_clock import OwnedClock
from program_talk import Ended, Program

from kstar_tui.clock import SystemClock
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.probe import Options, Probe, Result, Step
from kstar_tui.mqtt.tls import tls_context

NAMES = ["settings", "name", "connection", "TLS", "MQTT", "publish", "retain", "discovery"]


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    async with mosquitto_in(folder) as broker:
        yield broker


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    folder = tmp_path / "authority"
    folder.mkdir()
    return Authority(folder)


def marks(done: Ended) -> dict[str, str]:
    """What came of each step, by its name."""
    found = {}
    for line in done.out.splitlines():
        for mark in ("ok", "BEWARE", "FAILED", "skipped", "not tried"):
            if line.startswith(mark):
                found[line.removeprefix(mark).split()[0]] = mark
    return found


def failing(name: str) -> dict[str, str]:
    """Every step up to the one that fails, for a broker without TLS at an address."""
    at = NAMES.index(name)
    found = dict.fromkeys(NAMES[:at], "ok") | {name: "FAILED"}
    found |= dict.fromkeys(NAMES[at + 1 :], "not tried")
    return {
        one: "skipped" if one in ("name", "TLS") and found[one] == "ok" else found[one]
        for one in NAMES
    }


async def test_all_is_well(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    done = await program("mqtt", "check", environment=url(mosquitto, "mqtt:mqtt@"))
    assert (done.status, done.err) == (0, "")
    assert marks(done) == dict.fromkeys(NAMES, "ok") | {"name": "skipped", "TLS": "skipped"}
    assert f"mqtt://mqtt:***@127.0.0.1:{mosquitto.port}, from environment KSTAR_MQTT\n" in done.out
    assert "MQTT 3.1.1, accepted as user mqtt\n" in done.out
    assert done.out.endswith("\nNo kstar-tui has published under kstar/ yet.\n")
    assert await retained(mosquitto) == {}
    # Were it killed in between, the broker would take away what it has retained.
    assert "Will message specified (0 bytes) (r1, q1)." in mosquitto.log
    assert " as kstar-tui-check-" in mosquitto.log


async def test_version_5_with_other_topics(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    done = await program(
        *("mqtt", "check", "--mqtt-version", "5", "--mqtt-base", "solar/roof"),
        *("--mqtt-discovery", "entities", "--mqtt-discovery-prefix", "ha", "--json"),
        environment=url(mosquitto),
    )
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    assert (told["ok"], told["published"]) == (True, [])
    assert told["broker"] == f"mqtt://mqtt:***@127.0.0.1:{mosquitto.port}"
    steps = {step["step"]: step for step in told["steps"]}
    assert list(steps) == NAMES
    assert {name: step["result"] for name, step in steps.items()} == dict.fromkeys(NAMES, "ok") | {
        "name": "skipped",
        "TLS": "skipped",
    }
    assert steps["MQTT"]["facts"]["version"] == "5"
    assert steps["publish"]["facts"]["topic"].startswith("solar/roof/check/")
    assert 0 <= steps["publish"]["facts"]["ms"] < 1000 * PATIENCE
    assert steps["discovery"]["facts"]["topic"].startswith("ha/sensor/kstar_check_")
    assert await retained(mosquitto) == {}


async def test_a_name_is_looked_up_and_discovery_may_be_off(
    mosquitto: Mosquitto, program: Program, tmp_path: Path
) -> None:
    await mosquitto.start()
    config = tmp_path / "c.toml"
    config.write_text(
        f'[mqtt]\nurl = "mqtt://localhost:{mosquitto.port}"\nusername = "mqtt"\npassword = "mqtt"\n'
        "discovery = false\n"
    )
    done = await program("mqtt", "check", "--config", str(config))
    assert done.status == 0
    assert marks(done)["name"] == "ok"
    assert "localhost is " in done.out
    assert marks(done)["discovery"] == "skipped"
    assert f"from {config}; user from {config}; password from {config}\n" in done.out


async def test_a_wrong_password(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    done = await program("mqtt", "check", environment=url(mosquitto, "mqtt:hunter2@"))
    assert (done.status, done.err) == (1, "")
    assert marks(done) == failing("MQTT")
    assert "wrong user or password, or the user is not authorised\n" in done.out
    assert "Check mqtt.username and mqtt.password" in done.out
    assert "hunter2" not in done.out


async def test_tls_with_an_own_authority(
    mosquitto: Mosquitto, authority: Authority, program: Program
) -> None:
    certificate, key = authority.issue("IP:127.0.0.1", days=30)
    mosquitto.listen(f"certfile {certificate}", f"keyfile {key}")
    await mosquitto.start()
    environment = url(mosquitto, scheme="mqtts")
    ca = str(authority.certificate)
    done = await program("mqtt", "check", "--mqtt-ca", ca, environment=environment)
    assert (done.status, done.err) == (0, "")
    assert marks(done) == dict.fromkeys(NAMES, "ok") | {"name": "skipped"}
    assert f"; trusts {ca}\n" in done.out
    assert "TLSv1.3, certificate of server by Test-CA, valid until 20" in done.out

    done = await program("mqtt", "check", environment=environment)
    assert done.status == 1
    assert "its certificate comes from an authority that this system does not know\n" in done.out
    assert "name that with mqtt.ca." in " ".join(done.out.split())
    assert marks(done) == failing("TLS")

    done = await program("mqtt", "check", "--mqtt-accept-any-certificate", environment=environment)
    assert done.status == 0
    assert marks(done)["TLS"] == "BEWARE"
    assert "ANY CERTIFICATE IS ACCEPTED" in done.out


async def test_a_certificate_that_ends_soon_or_is_for_another_name(
    mosquitto: Mosquitto, authority: Authority, program: Program
) -> None:
    certificate, key = authority.issue("IP:127.0.0.1", days=3)
    mosquitto.listen(f"certfile {certificate}", f"keyfile {key}")
    await mosquitto.start()
    check = ("mqtt", "check", "--mqtt-ca", str(authority.certificate))
    done = await program(*check, environment=url(mosquitto, scheme="mqtts"))
    assert (done.status, marks(done)["TLS"]) == (0, "BEWARE")
    assert "days from now\n" in done.out

    await mosquitto.stop()
    authority.issue("DNS:elsewhere.example")
    await mosquitto.start()
    done = await program(*check, environment=url(mosquitto, scheme="mqtts"))
    assert (done.status, marks(done)) == (1, failing("TLS"))
    assert "its certificate is for another host name than 127.0.0.1\n" in done.out
    assert "for which the certificate was made" in " ".join(done.out.split())


async def test_a_broker_that_wants_a_client_certificate(
    mosquitto: Mosquitto, authority: Authority, program: Program
) -> None:
    certificate, key = authority.issue("IP:127.0.0.1", days=30)
    mosquitto.listen(
        *(f"certfile {certificate}", f"keyfile {key}", f"cafile {authority.certificate}"),
        "require_certificate true",
    )
    await mosquitto.start()
    check = ("mqtt", "check", "--mqtt-ca", str(authority.certificate))
    done = await program(*check, environment=url(mosquitto, scheme="mqtts"))
    assert (done.status, marks(done)) == (1, failing("TLS"))
    assert "it wants a certificate of this client\n" in done.out
    assert "with mqtt.certificate" in " ".join(done.out.split())
    ours = ("--mqtt-certificate", str(certificate), "--mqtt-key", str(key))
    done = await program(*check, *ours, environment=url(mosquitto, scheme="mqtts"))
    assert done.status == 0
    assert f"; client certificate {certificate}\n" in done.out


async def test_tls_asked_of_a_port_without_it(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    done = await program("mqtt", "check", environment=url(mosquitto, scheme="mqtts"))
    assert (done.status, marks(done)) == (1, failing("TLS"))
    assert "use mqtt:// or the port of mqtts://" in done.out


async def test_something_else_than_a_broker(program: Program) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        done = await program("mqtt", "check", "--mqtt", f"mqtt://127.0.0.1:{port}")
    assert (done.status, marks(done)) == (1, failing("MQTT"))
    assert "it is no MQTT broker, or it expects TLS (mqtts://), or" in done.out
    assert f"Is port {port} the broker's?" in done.out


async def test_nobody_listens(program: Program) -> None:
    port = free_port()
    done = await program("mqtt", "check", "--mqtt", f"mqtt://127.0.0.1:{port}", "--json")
    assert done.status == 1
    told = json.loads(done.out)
    assert told["ok"] is False
    results = {step["step"]: step["result"] for step in told["steps"]}
    assert results["connection"] == "failed"
    assert results["discovery"] == "not tried"
    (step,) = (step for step in told["steps"] if step["step"] == "connection")
    assert step["text"] == f"refused: nothing listens on port {port}"
    assert "Is the broker running" in step["advice"]


async def test_who_publishes(mosquitto: Mosquitto, program: Program) -> None:
    await mosquitto.start()
    await plant(
        mosquitto,
        {
            "kstar/SIM0000000004/availability": "online",
            "kstar/SIM0000000005/availability": "offline",
            "kstar/SIM0000000006/availability": b"\x1b]0;\xff\x00",
            "kstar/\x7f\N{RIGHT-TO-LEFT OVERRIDE}/availability": "online",
            "kstar/SIM 7/availability": "online",
        },
    )
    done = await program("mqtt", "check", environment=url(mosquitto))
    assert done.status == 0
    assert done.out.splitlines()[-3:] == [
        "SIM0000000004 is published, online",
        "SIM0000000005 was published, offline now",
        "SIM0000000006 is published, but does not say whether it is online",
    ]
    told = json.loads((await program("mqtt", "check", "--json", environment=url(mosquitto))).out)
    assert told["published"] == [
        {"inverter": "SIM0000000004", "availability": "online"},
        {"inverter": "SIM0000000005", "availability": "offline"},
        {"inverter": "SIM0000000006", "availability": "unclear"},
    ]


async def test_what_cannot_even_be_tried(program: Program, tmp_path: Path) -> None:
    done = await program("mqtt", "check")
    assert (done.status, done.out) == (2, "")
    assert "No MQTT broker is configured." in done.err
    (tmp_path / "ca").write_text("nothing")
    done = await program("mqtt", "check", "--mqtt", "mqtts://ha", "--mqtt-ca", f"{tmp_path}/ca")
    assert (done.status, done.out) == (2, "")
    assert f"mqtt.ca: {tmp_path}/ca holds no certificate" in done.err
    for option in (("--inverter", "X"), ("--force",)):
        done = await program("mqtt", "check", "--mqtt", "ha", *option)
        assert (done.status, done.out) == (2, "")
        assert f"{option[0]} means nothing for mqtt check." in done.err
    assert (await program("mqtt", "--mqtt", "ha")).status == 2


# What only shows by nothing coming back, on a clock of the test's own.


class Probing:
    """A probe whose patience ends when the test says so."""

    def __init__(self, port: int) -> None:
        self.clock = OwnedClock()
        broker = Broker("127.0.0.1", port, "mqtt", "mqtt")
        self.probe = Probe(MqttConnection(broker, self.clock), Options())
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> list[Step]:
        return [step async for step in self.probe.steps()]

    async def failed(self, seconds: float = 20.0) -> Step:
        """The step that failed, after this many seconds."""
        await self.clock.advance(seconds)
        steps = await asyncio.wait_for(self._task, PATIENCE)
        (step,) = (step for step in steps if step.result is Result.FAILED)
        return step


@pytest.mark.parametrize(
    ("rules", "name", "prefix"),
    [
        ("topic read #\n", "publish", "kstar"),
        ("topic write #\n", "publish", "kstar"),
        ("topic readwrite kstar/#\n", "discovery", "homeassistant"),
    ],
)
async def test_what_is_not_allowed_does_not_come_back(
    rules: str, name: str, prefix: str, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    acl = tmp_path / "acl"
    acl.write_text(f"user mqtt\n{rules}\nuser watcher\ntopic readwrite #\n")
    acl.chmod(0o600)
    mosquitto.listen(f"acl_file {acl}")
    await mosquitto.start()
    probing = Probing(mosquitto.port)
    topic = "kstar/check" if name == "publish" else "homeassistant/device/kstar_check"
    await mosquitto.logged(f"'{topic}")
    step = await probing.failed()
    assert step.name == name
    assert "did not come back within 5 s" in step.text
    assert f"let user mqtt read and write {prefix}/#" in step.advice
    assert await retained(mosquitto) == {}


async def test_a_broker_that_retains_nothing(mosquitto: Mosquitto, program: Program) -> None:
    mosquitto.listen("retain_available false")
    await mosquitto.start()
    done = await program("mqtt", "check", environment=url(mosquitto))
    assert (done.status, marks(done)) == (1, failing("MQTT"))
    assert "A broker that retains nothing" in " ".join(done.out.split())


async def test_a_certificate_wanted_with_tls_1_2(
    mosquitto: Mosquitto, authority: Authority
) -> None:
    certificate, key = authority.issue("IP:127.0.0.1")
    mosquitto.listen(
        *(f"certfile {certificate}", f"keyfile {key}", f"cafile {authority.certificate}"),
        "require_certificate true",
    )
    await mosquitto.start()
    context = tls_context(str(authority.certificate))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    broker = Broker("127.0.0.1", mosquitto.port, tls=True)
    probe = Probe(MqttConnection(broker, SystemClock(), tls=context), Options())
    steps = [step async for step in probe.steps()]
    (step,) = (step for step in steps if step.result is Result.FAILED)
    assert step.name == "TLS"
    assert "handshake failure" in step.text
    assert "with mqtt.certificate" in step.advice


async def test_a_broker_that_never_answers() -> None:
    asked = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            asked.set()
            await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        probing = Probing(server.sockets[0].getsockname()[1])
        await asyncio.wait_for(asked.wait(), PATIENCE)
        step = await probing.failed()
    assert (step.name, step.text) == (
        "MQTT",
        "it takes connections but does not answer: is it an MQTT broker?",
    )


@pytest.mark.parametrize(
    ("sticky", "said"),
    [
        (False, "was not kept: the broker retains nothing"),
        (True, "is kept, and cannot be removed again"),
    ],
)
async def test_a_broker_that_forgets_or_cannot_forget(sticky: bool, said: str) -> None:
    subscribed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept, subscriptions = b"", 0
        # All packets here are short: their length is one byte.
        while head := await reader.read(2):
            body = await reader.readexactly(head[1])
            match head[0] & 0xF0:
                case 0x10:
                    writer.write(b"\x20\x02\x00\x00")
                case 0x30:
                    writer.write(bytes((0x30, head[1])) + body)
                    if head[0] & 1 and sticky and not kept:
                        kept = bytes((0x31, head[1])) + body
                case 0x80:
                    writer.write(b"\x90\x03" + body[:2] + b"\x00" + kept)
                    subscriptions += 1
                    if subscriptions == 2:
                        subscribed.set()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        probing = Probing(server.sockets[0].getsockname()[1])
        await asyncio.wait_for(subscribed.wait(), PATIENCE)
        step = await probing.failed(0.0 if sticky else 6.0)
    assert step.name == "retain"
    assert said in step.text


async def test_ctrl_c_leaves_nothing_and_says_nothing(program: Program) -> None:
    asked = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            asked.set()
            await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        process = await program.start("mqtt", "check", "--mqtt", f"mqtt://127.0.0.1:{port}")
        await asyncio.wait_for(asked.wait(), PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, err) == (130, b"")
    assert b"connection" in out
