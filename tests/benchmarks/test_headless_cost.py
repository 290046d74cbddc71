"""What the daemon costs, beside a process that imports what any such daemon needs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from statistics import median

from measure import (
    interleaved,
    median_ratio,
    processor_of,
    report,
    run_in_fresh_process,
    running,
    start_until_first_line,
)

BARE = "import asyncio, paho.mqtt.client, sqlite3, tomllib, platformdirs, argparse, logging\n"
DAEMON = """
import kstar_tui.cli, kstar_tui.commands.arguments, kstar_tui.commands.context
import kstar_tui.commands.start, kstar_tui.headless
import kstar_tui.mqtt.connection, kstar_tui.mqtt.publisher
"""
WAITING = "print('ready', flush=True); import time; time.sleep(60)"

POLLS = """
import asyncio, json, logging, socket, sys, tempfile, time
from datetime import datetime
from types import SimpleNamespace
from kstar_tui.clock import ScaledClock, SystemClock
from kstar_tui.daemon.notify import Notifier
from kstar_tui.daemon.pulse import Pulse
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.settings import Settings
import kstar_tui.headless

WARM_UP, POLLS, IDLE = 20, 200, 4.0
port, broker = int(sys.argv[1]), sys.argv[2]

async def main():
    # 5 s pass in 20 ms: only what a poll itself costs is left.
    clock = ScaledClock(datetime.now().astimezone(), 250)
    monitor = Monitor(InverterClient, clock, interval=5.0, address=Address("127.0.0.1", port),
                      find=None, wake=None)
    publisher = None
    if broker:
        from kstar_tui.mqtt.broker import parse_broker
        from kstar_tui.mqtt.connection import MqttConnection
        from kstar_tui.mqtt.publisher import Publisher
        publisher = Publisher(MqttConnection(parse_broker(broker), clock))
        await publisher.start()
        monitor.subscribe(publisher.on_update)
    with tempfile.TemporaryDirectory() as folder:
        # As under systemd: told how it goes, with a watchdog, and with a place for its state.
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(f"{folder}/notify")
        asyncio.get_running_loop().add_reader(manager, manager.recv, 4096)
        environ = {"NOTIFY_SOCKET": f"{folder}/notify", "WATCHDOG_USEC": "120000000",
                   "RUNTIME_DIRECTORY": folder}
        # What they do between polls is measured as it is.
        pulse = Pulse(environ, Notifier(environ), SystemClock())
        parts = SimpleNamespace(monitor=monitor, publisher=publisher, ledger=None,
                                settings=Settings())
        pulse.follow(parts)
        monitor.subscribe(pulse)
        beating = asyncio.create_task(pulse.run())
        await measured(monitor, publisher)
        beating.cancel()
        pulse.close()

async def measured(monitor, publisher):
    polls, marks, done = 0, [], asyncio.Event()

    def count(update):
        nonlocal polls
        polls += update.fresh
        if polls in (WARM_UP, WARM_UP + POLLS) and update.fresh:
            marks.append(time.process_time())
            if len(marks) == 2:
                done.set()

    monitor.subscribe(count)
    run = asyncio.create_task(monitor.run())
    await done.wait()
    run.cancel()
    before = time.process_time()
    await asyncio.sleep(IDLE)
    idle = (time.process_time() - before) / IDLE
    sent = publisher.status.sent if publisher else 0
    if publisher:
        await publisher.stop()
    print(json.dumps({"poll": (marks[1] - marks[0]) / POLLS, "idle": idle, "sent": sent}))

asyncio.run(main())
"""


LEAST = """
import socket, sys, time
import paho.mqtt.client as mqtt
from kstar_tui.protocol.frame import Request

inverter = "127.0.0.1", int(sys.argv[1])
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.connect("127.0.0.1", int(sys.argv[2]), keepalive=30)
client.loop_start()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    while True:
        sock.sendto(Request.RUNNING_DATA.frame, inverter)
        sock.recv(2048)
        for number in range(7):
            client.publish(f"least/{number}", "1234.5")
        client.publish("least/state", "x" * 1500)
        time.sleep(5)
"""
SETTLING, SECONDS = 10.0, 60.0


def test_imports_cost_little_more_than_what_every_daemon_needs() -> None:
    ours, bare = interleaved(
        15, lambda: run_in_fresh_process(DAEMON), lambda: run_in_fresh_process(BARE)
    )
    seconds = median_ratio([c.seconds for c in ours], [c.seconds for c in bare])
    peak = median_ratio([c.peak for c in ours], [c.peak for c in bare])
    report(
        "headless imports: time",
        f"{median(c.seconds for c in ours) * 1000:.0f} ms, "
        f"bare {median(c.seconds for c in bare) * 1000:.0f} ms: {seconds:.2f}×",
        "≤ 1.3×",
    )
    report(
        "headless imports: memory",
        f"{median(c.peak for c in ours) / 1024:.1f} MB, "
        f"bare {median(c.peak for c in bare) / 1024:.1f} MB: {peak:.2f}×",
        "≤ 1.2×",
    )
    assert seconds <= 1.3
    assert peak <= 1.2


def test_start_to_ready(inverter: int, broker: str, tmp_path: Path) -> None:
    """From the first instruction to the line that says it runs, settings read, MQTT on."""
    daemon = ("-m", "kstar_tui", "--headless", "--host", "127.0.0.1", "--port", str(inverter))
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    ours, bare = interleaved(
        11,
        lambda: start_until_first_line(*daemon, "--mqtt", broker, environment=environment),
        lambda: start_until_first_line("-c", BARE + WAITING),
    )
    assert {started.line for started in bare} == {"ready"}
    assert all("127.0.0.1" in started.line for started in ours), ours[0].line
    seconds = median_ratio([s.seconds for s in ours], [s.seconds for s in bare])
    resident = median_ratio([s.resident for s in ours], [s.resident for s in bare])
    report(
        "headless start to ready",
        f"{median(s.seconds for s in ours) * 1000:.0f} ms, "
        f"bare {median(s.seconds for s in bare) * 1000:.0f} ms: {seconds:.2f}×; "
        f"memory {resident:.2f}×",
        "≤ 1.3×, memory ≤ 1.2×",
    )
    assert seconds <= 1.3
    assert resident <= 1.2


def test_a_poll_costs_next_to_nothing(inverter: int, broker: str) -> None:
    bare = run_in_fresh_process(BARE)
    for what, url in (("without MQTT", ""), ("with MQTT", broker)):
        cost = run_in_fresh_process(POLLS, str(inverter), url)
        figures = json.loads(cost.output)
        memory = cost.resident / bare.resident
        report(
            f"headless {what}, one poll behind the other",
            f"{figures['poll'] * 1e6:.0f} µs a poll, idle {figures['idle'] * 1e6:.0f} µs/s; "
            f"memory after 220 polls {memory:.2f}×",
            "memory ≤ 1.2×",
        )
        assert (figures["sent"] > 100) == bool(url)
        assert memory <= 1.2


def test_processor_in_real_time(inverter: int, broker: str, tmp_path: Path) -> None:
    """The daemon with history and MQTT beside a program that only asks and publishes as much: what
    a core is worth differs by machine, what those datagrams and messages cost at least does not."""
    daemon = ("-m", "kstar_tui", "--headless", "--host", "127.0.0.1", "--port", str(inverter))
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    port = broker.rpartition(":")[2]
    with (
        running(*daemon, "--mqtt", broker, environment=environment) as ours,
        running("-c", LEAST, str(inverter), port) as least,
    ):
        time.sleep(SETTLING)
        before = processor_of(ours), processor_of(least)
        time.sleep(SECONDS)
        used = processor_of(ours) - before[0], processor_of(least) - before[1]
    report(
        "headless with history and MQTT, poll every 5 s",
        f"{used[0] / SECONDS:.4%} of a core, the least for it {used[1] / SECONDS:.4%}: "
        f"{used[0] / used[1]:.2f}×",
        "≤ 0.05 %, asserted ≤ 3×",
    )
    assert used[0] <= 3 * used[1]
