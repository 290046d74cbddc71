"""The daemon as a process of its own: what it feeds, what it says, how it ends."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from daemon_talk import PATIENCE, Daemons, daemons
from prometheus_client.parser import text_string_to_metric_families

from kstar_tui import __version__
from kstar_tui.protocol.frame import Request
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.simulator.server import Simulator

sys.path.insert(0, str(Path(__file__).parent / "mqtt"))
from certificates import Authority
from mqtt_helpers import (
    Mosquitto,
    Subscriber,
    free_port,
    mosquitto_in,
)

TOPICS = ["pvpower", "grid", "grid/import", "grid/export", "load", "temp", "etoday"]
NOWHERE = ("--broadcast", "127.255.255.255")
STARTED = f"kstar-tui {__version__} started: "


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Daemons]:
    async with daemons(tmp_path) as made:
        yield made


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    options = SimulatorOptions(port=0, discovery_port=0)
    async with Simulator(options, options.clock()) as running:
        yield running


@pytest.fixture
def deaf() -> Iterator[socket.socket]:
    """A UDP socket that takes questions and answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        yield sock


@pytest.fixture
def hidden() -> Iterator[socket.socket]:
    """A UDP socket that hears what is broadcast on this machine and answers nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((NOWHERE[1], 0))
        sock.setblocking(False)
        yield sock


def port_of(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])


async def asked(sock: socket.socket) -> bytes:
    """The next datagram that comes in."""
    loop = asyncio.get_running_loop()
    return await asyncio.wait_for(loop.sock_recv(sock, 2048), PATIENCE)


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    async with mosquitto_in(tmp_path) as broker:
        yield broker


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_kstar_sharps_arguments_feed_its_topics(
    run: Daemons,
    simulator: Simulator,
    mosquitto: Mosquitto,
    tmp_path: Path,
    number: signal.Signals,
    status: int,
) -> None:
    await mosquitto.start()
    subscriber = Subscriber(mosquitto.port)
    await subscriber.ready()
    daemon = await run(
        "--ip-127.0.0.1",
        f"--mqtt-127.0.0.1:{mosquitto.port}",
        "--silent-",
        "--port",
        str(simulator.address.port),
    )
    messages = await subscriber.take(len(TOPICS))
    assert [topic for topic, *_ in messages] == [f"sensor/inverter/{name}" for name in TOPICS]
    for topic, text, qos, retained in messages:
        assert re.fullmatch(r"-?\d+(\.\d+)?", text), topic
        assert (qos, retained) == (0, False)
    serial = simulator.options.serial_number
    await mosquitto.logged(f"as kstar-tui-{serial}-")
    subscriber.stop()
    assert await daemon.end(number) == status
    begun, ended = daemon.lines
    assert begun.endswith(
        f"{STARTED}inverter 127.0.0.1:{simulator.address.port}, every 5 s;"
        f" MQTT mqtt://mqtt:***@127.0.0.1:{mosquitto.port} under kstar;"
        f" history in {tmp_path}/.local/share/kstar-tui/history.sqlite"
    )
    assert re.search(
        rf"stopped \({number.name}\): 1 polls, 0 lost; MQTT 1 readings sent, 0 dropped;"
        r" history [1-9]\d* rows saved$",
        ended,
    )
    for line in daemon.lines:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 kstar-tui ", line)


async def test_killed_it_is_offline_for_everybody(
    run: Daemons, simulator: Simulator, mosquitto: Mosquitto
) -> None:
    await mosquitto.start()
    subscriber = Subscriber(mosquitto.port, ("kstar/+/availability",))
    await subscriber.ready()
    broker = f"mqtt://mqtt:mqtt@127.0.0.1:{mosquitto.port}"
    port = str(simulator.address.port)
    daemon = await run("--headless", "--host", "127.0.0.1", "--port", port, "--mqtt", broker)
    topic = f"kstar/{simulator.options.serial_number}/availability"
    await subscriber.until(topic, "online")
    daemon.process.kill()
    assert await subscriber.until(topic, "offline")
    subscriber.stop()
    late = Subscriber(mosquitto.port, ("kstar/+/availability",))
    # It stays said.
    assert await late.take(1) == [(topic, "offline", 1, True)]
    late.stop()


async def test_a_broker_that_proves_itself_and_wants_proof(
    run: Daemons, simulator: Simulator, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("IP:127.0.0.1")
    mosquitto.listen(
        *(f"certfile {certificate}", f"keyfile {key}", f"cafile {authority.certificate}"),
        *("require_certificate true", "use_identity_as_username false"),
    )
    await mosquitto.start()
    password = tmp_path / "password"
    password.write_text("mqtt\n")
    port = str(simulator.address.port)
    daemon = await run(
        *("--headless", "--host", "127.0.0.1", "--port", port),
        *("--mqtt-ca", str(authority.certificate), "--mqtt-version", "5"),
        KSTAR_MQTT=f"mqtts://127.0.0.1:{mosquitto.port}",
        KSTAR_MQTT_USERNAME="mqtt",
        KSTAR_MQTT_PASSWORD_FILE=str(password),
        KSTAR_MQTT_CERTIFICATE=str(certificate),
        KSTAR_MQTT_KEY=str(key),
    )
    await mosquitto.logged(f"kstar/{simulator.options.serial_number}/energy")
    assert await daemon.end(signal.SIGTERM) == 0
    assert not any("MQTT broker" in line for line in daemon.lines)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_ends_while_a_try_waits(
    run: Daemons, deaf: socket.socket, number: signal.Signals, status: int
) -> None:
    port = port_of(deaf)
    daemon = await run("--headless", "--no-history", "--host", "127.0.0.1", "--port", str(port))
    assert await asked(deaf) == bytes.fromhex("aa55b07f0106000235")
    assert await daemon.end(number) == status
    assert [line.partition(" ")[2] for line in daemon.lines] == [
        f"{STARTED}inverter 127.0.0.1:{port}, every 5 s; MQTT off; history off",
        "warning: MQTT and the history are off, so nothing is done with the readings;"
        " name a broker with --mqtt HOST",
        f"kstar-tui stopped ({number.name}): 0 polls, 0 lost",
    ]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_ends_while_it_searches(
    run: Daemons, hidden: socket.socket, number: signal.Signals, status: int
) -> None:
    daemon = await run("--headless", *NOWHERE, "--discovery-port", str(port_of(hidden)))
    assert await asked(hidden) == b"WIFIKIT-214028-READ"
    assert "searching for an inverter" in await daemon.line(STARTED)
    assert await daemon.end(number) == status


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_ends_while_the_broker_is_unreachable(
    run: Daemons, simulator: Simulator, number: signal.Signals, status: int
) -> None:
    port = free_port()
    daemon = await run(
        "--headless",
        *("--host", "127.0.0.1", "--port", str(simulator.address.port)),
        *("--mqtt", f"mqtt://me:tops3cret@127.0.0.1:{port}"),
    )
    refused = await daemon.line("MQTT broker")
    assert refused.endswith(f"refused: nothing listens on port {port}; still trying")
    assert await daemon.end(number) == status
    assert "1 polls, 0 lost; MQTT 0 readings sent, 0 dropped;" in daemon.lines[-1]
    assert len(daemon.lines) == 3
    assert "tops3cret" not in "".join(daemon.lines)


async def test_metrics_are_fetched_from_a_running_daemon(
    run: Daemons, simulator: Simulator
) -> None:
    port = free_port()
    daemon = await run(
        *("--headless", "--no-history", "--metrics", str(port)),
        *("--host", "127.0.0.1", "--port", str(simulator.address.port)),
    )
    assert (await daemon.line(STARTED)).endswith(f"history off; metrics on 127.0.0.1:{port}")
    async with asyncio.timeout(PATIENCE):
        while "kstar_pv_power_watts" not in (text := await asyncio.to_thread(fetched, port)):
            await asyncio.sleep(0.05)
    found = {family.name: family for family in text_string_to_metric_families(text)}
    (sample,) = found["kstar_battery_soc_ratio"].samples
    assert sample.labels == {"serial": simulator.options.serial_number}
    assert 0 < sample.value <= 1
    assert await daemon.end(signal.SIGTERM) == 0
    # With metrics alone something is done with the readings.
    assert len(daemon.lines) == 2


async def test_an_alert_runs_a_program_and_goes_to_the_broker(
    run: Daemons, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    """A fault that the inverter has from the start; nothing of it is in the command's words."""
    await mosquitto.start()
    subscriber = Subscriber(mosquitto.port, ("kstar/+/alert",))
    await subscriber.ready()
    told, config = tmp_path / "told", tmp_path / "config.toml"
    config.write_text(
        f"""[alerts]
        command = ["sh", "-c", 'echo "$KSTAR_ALERT_TEXT $KSTAR_MQTT" >>{told}']
        mqtt = true
        """
    )
    options = SimulatorOptions(port=0, discovery_port=0, faults=Faults(error=1 << 18))
    async with Simulator(options, options.clock()) as inverter:
        daemon = await run(
            *("--headless", "--config", str(config)),
            *("--host", "127.0.0.1", "--port", str(inverter.address.port)),
            KSTAR_MQTT=f"mqtt://mqtt:mqtt@127.0.0.1:{mosquitto.port}",
        )
        assert (await daemon.line(STARTED)).endswith("; alerts by sh")
        ((topic, payload, qos, retained),) = await subscriber.take(1)
        async with asyncio.timeout(PATIENCE):
            while not told.exists() or not told.read_text():
                await asyncio.sleep(0.02)
        assert await daemon.end(signal.SIGTERM) == 0
    subscriber.stop()
    # No password is handed on.
    assert told.read_text() == "fault: isolation \n"
    assert (topic, qos, retained) == (f"kstar/{options.serial_number}/alert", 0, False)
    alert = json.loads(payload)
    assert list(alert) == ["timestamp", "stage", "kind", "subject", "severity", "text", "since"]
    assert (alert["stage"], alert["kind"], alert["subject"]) == ("begins", "fault", "isolation")
    assert alert["text"] == "fault: isolation"


def fetched(port: int) -> str:
    """The metrics; nothing while nobody serves them yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


WITHOUT_PROMETHEUS = """
import sys
sys.modules["prometheus_client"] = None
from kstar_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


async def test_metrics_need_a_package_only_where_they_are_on(
    run: Daemons, deaf: socket.socket
) -> None:
    there = ("--headless", "--host", "127.0.0.1", "--port", str(port_of(deaf)))
    daemon = await run(*there, code=WITHOUT_PROMETHEUS)
    await daemon.line(STARTED)
    assert await daemon.end(signal.SIGTERM) == 0
    daemon = await run(*there, "--metrics", "9898", code=WITHOUT_PROMETHEUS)
    assert await daemon.line("kstar-tui:") == (
        "kstar-tui: argument --metrics: metrics.listen is 127.0.0.1:9898, but the package"
        " prometheus-client is missing; install it with: pip install 'kstar-tui[prometheus]'."
    )
    assert await daemon.process.wait() == 2


HANGING_LOOKUP = """
import socket, sys, time
from kstar_tui.cli import main
def hang(*args, **kwargs):
    print("a name is looked up", file=sys.stderr, flush=True)
    time.sleep(60)
socket.getaddrinfo = hang
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_ends_while_a_name_server_is_silent(
    run: Daemons, number: signal.Signals, status: int
) -> None:
    daemon = await run("--headless", "--host", "inverter.example", *NOWHERE, code=HANGING_LOOKUP)
    await daemon.line("a name is looked up")
    assert await daemon.end(number) == status


async def test_finds_the_inverter_by_itself(
    run: Daemons, simulator: Simulator, mosquitto: Mosquitto
) -> None:
    await mosquitto.start()
    subscriber = Subscriber(mosquitto.port, ("home/#",))
    await subscriber.ready()
    assert simulator.discovery_address is not None
    daemon = await run(
        *("--headless", *NOWHERE),
        *("--discovery-port", str(simulator.discovery_address.port)),
        *("--port", str(simulator.address.port)),
        *("--mqtt", f"127.0.0.1:{mosquitto.port}", "--topic-prefix", "home/roof"),
    )
    topics = [topic for topic, *_ in await subscriber.take(len(TOPICS))]
    assert topics == [f"home/roof/{name}" for name in TOPICS]
    subscriber.stop()
    assert await daemon.end(signal.SIGTERM) == 0
    assert len(daemon.lines) == 2
    assert "searching for an inverter, every 5 s" in daemon.lines[0]


IN_THE_JOURNAL = """
import os, sys
from kstar_tui.cli import main
stream = os.fstat(2)
os.environ["JOURNAL_STREAM"] = f"{stream.st_dev}:{stream.st_ino}"
sys.exit(main(sys.argv[1:]))
"""


async def test_takes_the_one_that_is_meant_and_waits_for_it(
    run: Daemons, simulator: Simulator
) -> None:
    assert simulator.discovery_address is not None
    ports = {
        "port": simulator.address.port,
        "discovery_port": simulator.discovery_address.port,
    }
    daemon = await run(
        *("--headless", *NOWHERE, "--interval", "2", "--serial", "SIM0000000002"),
        *("--discovery-port", str(ports["discovery_port"]), "--port", str(ports["port"])),
    )
    line = await daemon.line("only other inverters")
    assert "for SIM0000000002: 127.0.0.1" in line
    assert line.endswith("(SIM0000000001); searching on")
    options = SimulatorOptions(bind="127.0.0.2", seed=2, **ports)
    async with Simulator(options, options.clock()) as meant:
        async with asyncio.timeout(PATIENCE):
            # Once to prove what it is; whatever comes behind that is a poll.
            while meant.counters.requests[Request.RUNNING_DATA] < 2:
                await asyncio.sleep(0.05)
        assert await daemon.end(signal.SIGTERM) == 0
    assert "searching for an inverter with serial number SIM0000000002, ev" in daemon.lines[0]
    assert not [line for line in daemon.lines if "name it with --host" in line]
    assert simulator.counters.requests[Request.SETTINGS] == 0


async def test_of_two_that_search_the_later_one_yields(run: Daemons, simulator: Simulator) -> None:
    """Neither knows beforehand which inverter it will be."""
    assert simulator.discovery_address is not None
    arguments = (
        *("--headless", "--no-history", *NOWHERE),
        *("--discovery-port", str(simulator.discovery_address.port)),
        *("--port", str(simulator.address.port)),
    )
    first = await run(*arguments)
    await first.line(STARTED)
    second = await run(*arguments)
    told = await second.line(" polls ")
    assert f"error: process {first.process.pid} polls {simulator.address} already" in told
    assert "stopped (another one polls)" in await second.line("stopped")
    async with asyncio.timeout(PATIENCE):
        assert await second.process.wait() == 1
    assert first.process.returncode is None
    assert await first.end(signal.SIGTERM) == 0


async def test_one_that_keeps_to_itself_is_neither_found_nor_looks(
    run: Daemons, deaf: socket.socket, tmp_path: Path
) -> None:
    port = str(port_of(deaf))
    arguments = "--headless", "--no-history", "--attach", "off", "--host", "127.0.0.1"
    daemons = [await run(*arguments, "--port", port) for _ in range(2)]
    for daemon in daemons:
        await daemon.line("nothing is done with the readings")
        assert await daemon.end(signal.SIGTERM) == 0
    assert not list(tmp_path.rglob("*.sock"))


async def test_tells_once_that_nothing_is_found_and_searches_on(
    run: Daemons, deaf: socket.socket
) -> None:
    daemon = await run(
        "--headless",
        "--no-history",
        *NOWHERE,
        "--discovery-port",
        str(port_of(deaf)),
        "--interval",
        "2",
        code=IN_THE_JOURNAL,
    )
    await daemon.line("name it with --host ADDRESS")
    assert await daemon.end(signal.SIGTERM) == 0
    assert daemon.lines[0].startswith(f"<6>{STARTED}searching")
    assert daemon.lines[1].startswith("<4>MQTT and the history are off")
    assert daemon.lines[2].startswith("<4>no inverter answered on 127.255.255.255")
    assert daemon.lines[3].startswith("<4>no inverter found yet")
    assert daemon.lines[4].startswith("<6>kstar-tui stopped (SIGTERM)")
    assert len(daemon.lines) == 5


FRESH_PROCESS = """
import asyncio, os, signal, sys
from kstar_tui.headless import run_headless
from kstar_tui.settings import Settings
async def briefly():
    asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)
    settings = Settings(host="127.0.0.1", port=9, mqtt_url="mqtt://127.0.0.1:1", headless=True)
    return await run_headless(settings)
status = asyncio.run(briefly())
heavy = {"textual", "rich", "tomli_w", "goodwe", "prometheus_client"} & set(sys.modules)
print("loaded", sorted(heavy), status, file=sys.stderr)
"""


async def test_imports_no_screen(run: Daemons) -> None:
    daemon = await run(code=FRESH_PROCESS)
    assert await daemon.line("loaded") == "loaded [] 0"


async def test_the_whole_command_imports_no_screen(run: Daemons, deaf: socket.socket) -> None:
    code = (
        "import atexit, sys\nfrom kstar_tui.cli import main\n"
        "status = main(sys.argv[1:])\n"
        "print('loaded', sorted({'textual', 'rich'} & set(sys.modules)), file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    daemon = await run("--headless", "--host", "127.0.0.1", "--port", str(port_of(deaf)), code=code)
    await daemon.line("MQTT off")
    assert await daemon.end(signal.SIGTERM) == 0
    assert daemon.lines[-1] == "loaded []"
