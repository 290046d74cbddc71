"""`doctor` as users start it: what is printed, as text and as JSON, and how it ends."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from broker_talk import plant, retained, url
from mqtt_helpers import Mosquitto, mosquitto_in
from program_talk import PATIENCE, Program, around, at, simulator

from kstar_tui.commands.context import CommandError
from kstar_tui.commands.doctor import number_of_polls
from kstar_tui.doctor.finding import Result, Section
from kstar_tui.simulator.server import Simulator
from kstar_tui.status import Status

QUICK = ("--polls", "2")
WELL = {"TZ": "UTC", "LANG": "C.UTF-8"}


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    async with mosquitto_in(folder) as broker:
        yield broker


def by_name(told: dict[str, Any], section: str) -> dict[str, Any]:
    return {line["name"]: line for line in told["sections"][section]}


async def test_people_get_a_line_for_each_thing(program: Program, inverter: Simulator) -> None:
    done = await program("doctor", *at(inverter), *QUICK, environment=WELL)
    assert done.err == ""
    assert (done.status, done.out.splitlines()[-1]) == (0, "All is well."), done.out
    lines = done.out.splitlines()
    assert max(map(len, lines)) < 80
    assert [line for line in lines[1:] if line and not line.startswith(" ")] == [
        *(section.capitalize() for section in Section),
        "All is well.",
    ]
    marked = [line for line in lines if re.match(r"  \S", line)]
    assert {line.split()[0] for line in marked} <= {"ok", "note"}
    assert f"  ok       inverter.host = {inverter.address.host}, from argument --host" in marked
    assert "  ok       2 of 2 polls were answered" in marked
    assert "serial number SIM0000000001" in done.out
    assert inverter.counters.requests.total() == 4


@pytest.mark.parametrize(
    ("environment", "arguments"), [(WELL, ("--ascii",)), ({**WELL, "LANG": "C"}, ())]
)
async def test_a_terminal_that_has_only_ascii(
    environment: dict[str, str], arguments: tuple[str, ...], program: Program, inverter: Simulator
) -> None:
    wrong = ("--mqtt", "mqtt://127.0.0.1:1")
    done = await program(
        "doctor", *at(inverter), "--polls", "1", *wrong, *arguments, environment=environment
    )
    assert "\n           > Is the broker running" in done.out
    assert done.out.isascii()


async def test_json_is_one_object_with_stable_names(program: Program, mosquitto: Mosquitto) -> None:
    """The search, the inverter that it finds, a broker with a password, all over real sockets."""
    await mosquitto.start()
    async with simulator() as inverter:
        done = await program(
            *("doctor", *around(inverter), "--polls", "1", "--json"),
            environment=WELL | url(mosquitto),
        )
    assert (done.status, done.err, done.out.count("\n")) == (0, "", 1), done.out
    told = json.loads(done.out)
    assert list(told) == ["version", "timestamp", "ok", "status", "counts", "sections"]
    assert list(told["sections"]) == [section.value for section in Section]
    assert list(told["counts"]) == [result.value for result in Result]
    assert (told["ok"], told["status"]) == (True, 0)
    assert told["counts"]["warning"] == told["counts"]["problem"] == 0
    for lines in told["sections"].values():
        for line in lines:
            assert list(line) == ["name", "result", "text", "advice", "facts"]
    search = by_name(told, "search")
    assert search["asked"]["facts"]["broadcast"] == "127.255.255.255"
    assert search["found"]["facts"]["serial"] == "SIM0000000001"
    assert by_name(told, "inverter")["polls"]["facts"]["answered"] == 1
    assert list(by_name(told, "broker")) == [
        *("name", "connection", "tls", "mqtt", "publish", "retain", "discovery"),
    ]
    # User and password mqtt stand before the host, masked.
    assert f"mqtt://mqtt:***@127.0.0.1:{mosquitto.port}" in done.out
    # Nothing is left at the broker.
    assert await retained(mosquitto) == {}


async def test_wrong_settings_are_told_and_the_rest_is_looked_at(
    program: Program, inverter: Simulator, tmp_path: Path
) -> None:
    config = tmp_path / "c.toml"
    config.write_text("[inverter]\nprot = 1\n")
    config.chmod(0o600)
    done = await program(
        *("doctor", "--config", str(config), *at(inverter), *QUICK, "--mqtt", "http://a:hunter2@b"),
        environment=WELL,
    )
    assert (done.status, done.err) == (2, "")
    assert "unknown key inverter.prot. Did you mean inverter.port?" in " ".join(done.out.split())
    assert "argument --mqtt: mqtt.url is a value that cannot be used" in " ".join(done.out.split())
    assert "hunter2" not in done.out
    assert "  ok       2 of 2 polls were answered" in done.out
    assert "mqtt.url cannot be used (see Settings)" in done.out
    assert done.out.splitlines()[-1] == "2 problems: see Settings."


async def test_a_broker_that_refuses(program: Program, inverter: Simulator) -> None:
    broker = "mqtt://me:hunter2@127.0.0.1:1"
    ascii_only = WELL | {"PYTHONIOENCODING": "ascii"}
    done = await program("doctor", *at(inverter), *QUICK, "--mqtt", broker, environment=ascii_only)
    assert done.status == 1
    assert "  problem  connection: refused: nothing listens on port 1" in done.out
    # What cannot be written is not written as a question mark.
    assert "           > Is the broker running" in done.out
    assert "hunter2" not in done.out + done.err
    assert done.out.splitlines()[-1] == "1 problem: see Broker."


def watched(mosquitto: Mosquitto, user: str = "mqtt:mqtt") -> tuple[str, ...]:
    return ("doctor", "--attach", f"mqtt://{user}@127.0.0.1:{mosquitto.port}", "--json")


async def test_a_machine_that_only_watches(program: Program, mosquitto: Mosquitto) -> None:
    """One that asks no inverter and publishes nothing, whose user may only read."""
    (acl := Path(mosquitto._config).with_name("acl")).write_text(
        "user watcher\ntopic readwrite #\nuser mqtt\ntopic read kstar/#\n"
    )
    acl.chmod(0o600)
    mosquitto.listen(f"acl_file {acl}")
    await mosquitto.start()
    await plant(
        mosquitto,
        {"kstar/B2/availability": "online", "kstar/A1/availability": "offline"},
    )
    done = await program(*watched(mosquitto), environment=WELL)
    told = json.loads(done.out)
    assert (done.status, told["ok"]) == (0, True), done.out
    where = f"127.0.0.1:{mosquitto.port}"
    not_asked = f"not asked: this machine watches what is published at {where}"
    assert by_name(told, "daemon")["daemon"]["text"] == (
        f"no daemon runs here, and none is needed: a screen watches {where}"
    )
    for section in ("search", "inverter"):
        assert [line["text"] for line in told["sections"][section]] == [not_asked]
    assert list(by_name(told, "broker")) == [
        *("watched", "name", "connection", "tls", "mqtt", "watch", "published"),
    ]
    # The one that is published now, though another comes before it.
    assert by_name(told, "broker")["watch"]["text"] == "watch: a screen here shows B2"
    assert f"mqtt://mqtt:***@{where}" in done.out
    assert "Received PUBLISH from kstar-tui-check" not in mosquitto.log
    assert "Will message specified" not in mosquitto.log
    off = json.loads((await program(*watched(mosquitto), "--serial", "a1")).out)
    assert off["status"] == 1
    assert by_name(off, "broker")["watch"]["result"] == "warning"
    other = json.loads((await program(*watched(mosquitto), "--serial", "C3")).out)
    assert other["status"] == 1
    assert by_name(other, "broker")["watch"]["text"] == (
        "watch: C3 is not published under kstar/, but A1, B2"
    )


async def test_what_hides_a_watched_inverter(program: Program, mosquitto: Mosquitto) -> None:
    await mosquitto.start()
    done = await program(*watched(mosquitto, "mqtt:hunter2"), "--mqtt", "h", environment=WELL)
    told = json.loads(done.out)
    broker = by_name(told, "broker")
    assert (done.status, broker["mqtt"]["result"]) == (1, "problem")
    assert "wrong user or password" in broker["mqtt"]["text"]
    assert "in attach (mqtt://USER:PASSWORD@HOST)" in broker["mqtt"]["advice"]
    assert broker["watch"]["text"] == "watch: not tried"
    assert broker["unused"]["result"] == "note"
    assert "hunter2" not in done.out
    done = await program(*watched(mosquitto), "--mqtt-base", "solar", environment=WELL)
    told = json.loads(done.out)
    assert done.status == 1
    assert by_name(told, "broker")["watch"]["text"] == "watch: nothing is published under solar/"
    advice = by_name(told, "broker")["watch"]["advice"]
    assert "mqtt.base" in advice
    assert "let user mqtt read solar/#" in advice


@pytest.mark.parametrize("polls", ["0", "1001", "x", "-1", "1e3", "²", "", "1" * 5000])
def test_a_number_of_polls_that_is_none(polls: str) -> None:
    with pytest.raises(CommandError, match="no whole number from 1 to 1000") as caught:
        number_of_polls(polls)
    assert caught.value.status is Status.USAGE


def test_numbers_of_polls() -> None:
    assert [number_of_polls(text) for text in (None, "1", "1000")] == [10, 1, 1000]


async def test_ctrl_c_ends_it_cleanly(program: Program, inverter: Simulator) -> None:
    process = await program.start("doctor", *at(inverter), environment=WELL)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while b"it tells how it is set" not in await process.stdout.readline():
            assert process.returncode is None
        process.send_signal(2)
        out, err = await process.communicate()
    # What was known is told already; nothing comes behind it.
    assert (process.returncode, out, err) == (130, b"", b"")
