"""`read` and `discover` as users start them, against a simulated inverter over real UDP."""

from __future__ import annotations

import asyncio
import json
import os
import re
from datetime import datetime

import pytest
from program_talk import PATIENCE, Program, around, at, simulator

from kstar_tui.commands.context import CommandError
from kstar_tui.commands.read import take, taken_json
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address, LinkCounters, LinkError
from kstar_tui.protocol.device import DeviceInfo, DeviceSettings
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.fields import Source
from kstar_tui.protocol.frame import Request, build_reply, parse_frame
from kstar_tui.protocol.reading import FIELDS, Reading, decode_running_data
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.server import Simulator
from kstar_tui.status import Status

CONNECTION = ["timestamp", "host", "serial", "model"]


class Instant:
    """A clock that keeps every sleep short and remembers how long it should have been."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def now(self) -> datetime:
        return datetime.fromisoformat("2026-06-18T12:00:00+02:00")

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


async def test_json_is_one_flat_object(program: Program, inverter: Simulator) -> None:
    done = await program("read", *at(inverter), "--json", environment={"TZ": "Europe/Berlin"})
    assert (done.status, done.err) == (0, "")
    assert done.out.count("\n") == 1
    values = json.loads(done.out)
    assert list(values) == [*CONNECTION, *FIELDS]
    assert values["host"] == inverter.address.host
    assert values["serial"] == inverter.options.serial_number
    assert values["model"] == "KSE4000"
    assert values["errors"] == []
    assert re.search(r"\+0[12]:00$", values["timestamp"])
    assert datetime.fromisoformat(values["timestamp"]).tzinfo is not None
    assert values["pv_power"] > 0
    assert values["battery_2_voltage"] is None
    assert values["grid_power"] == values["grid_import_power"] - values["grid_export_power"]
    assert {type(value) for value in values.values()} <= {str, int, float, list, type(None)}


async def test_people_get_groups_units_and_words(program: Program, inverter: Simulator) -> None:
    done = await program(*at(inverter), "read")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"KSE4000, serial number SIM0000000001, at {inverter.address}"
    datetime.strptime(lines[1], "%Y-%m-%d %H:%M:%S %z")
    assert [line for line in lines[2:] if not line.startswith(" ")] == [
        *("PV", "Battery", "Grid", "Load", "Inverter", "Energy")
    ]
    absent = [name for name in FIELDS if re.match(r"battery_\d", name)]
    unsaid = [name for name, row in FIELDS.items() if row.source is Source.GOODWE]
    assert len(lines) == 2 + 6 + len(FIELDS) - len({*absent, *unsaid})
    assert "GoodWe" not in done.out
    assert "Battery 3" not in done.out
    assert re.search(r"(?m)^  Grid power +((importing|exporting) \d+ W|0 W)$", done.out)


async def test_a_search_finds_it(program: Program, inverter: Simulator) -> None:
    """All three at once: each listens for three seconds."""
    table, lines, reading = await asyncio.gather(
        program("discover", *around(inverter)),
        program("discover", *around(inverter), "--json"),
        program("read", *around(inverter), "--json"),
    )
    said = {
        "address": "127.0.0.1",
        "port": inverter.address.port,
        "mac": "AC:CF:23:00:00:01",
        "name": "Solar-WiFi1",
        "serial": "SIM0000000001",
        "model": "KSE4000",
    }
    assert (table.status, lines.status, reading.status) == (0, 0, 0)
    assert re.split(" {2,}", table.out.rstrip("\n")) == [str(value) for value in said.values()]
    assert "ADDRESS" in table.err
    assert "127.255.255.255" in table.err
    assert table.err.splitlines()[-1].index("MODEL") == table.out.index("KSE4000")
    assert json.loads(lines.out) == said
    assert json.loads(reading.out)["serial"] == "SIM0000000001"


async def test_several_and_strangers(program: Program) -> None:
    silent = Faults(silent=True)
    async with simulator(bind="127.0.0.9") as high:
        port = high.address.port
        discovery = high.discovery_address
        assert discovery is not None
        async with (
            simulator(bind="127.0.0.2", port=port, discovery_port=discovery.port),
            simulator(silent, bind="127.0.0.3", port=port, discovery_port=discovery.port),
        ):
            listed, reading = await asyncio.gather(
                program("discover", *around(high)), program("read", *around(high), "--json")
            )
    assert (listed.status, reading.status) == (0, 0)
    assert [line.split()[0] for line in listed.out.splitlines()] == ["127.0.0.2", "127.0.0.9"]
    assert re.search(r"(?m)^127\.0\.0\.3 Solar-WiFi1: .*not an inverter", listed.err)
    assert json.loads(reading.out)["host"] == "127.0.0.2"
    assert "Several inverters answered: 127.0.0.2" in reading.err
    assert "127.0.0.9" in reading.err


async def test_nothing_answers(program: Program) -> None:
    async with simulator(Faults(silent=True)) as silent:
        found, read = await asyncio.gather(
            program("discover", *around(silent), "--json"), program("read", *at(silent), "--json")
        )
        where = str(silent.address)
    assert (found.status, found.out) == (3, "")
    assert all(word in found.err for word in ("guest WiFi", "container", "router's list", "--host"))
    assert (read.status, read.out) == (3, "")
    assert f"No inverter answered at {where}" in read.err
    assert read.err.count("\n") == 1


async def test_an_unknown_host(program: Program) -> None:
    done = await program("read", "--host", "no-such-host.invalid")
    assert (done.status, done.out) == (3, "")
    assert "no-such-host.invalid" in done.err


async def test_zeros_are_never_printed_as_truth() -> None:
    clock = Instant()
    async with simulator(Faults(zeros=1.0)) as inverter:
        with pytest.raises(CommandError, match="cannot be true") as caught:
            await take(InverterClient(inverter.address), clock)
    assert caught.value.status is Status.FAILED
    assert len(clock.slept) == 3


async def test_a_held_reading_is_asked_for_again() -> None:
    clock = Instant()
    async with simulator(Faults(zeros=0.5)) as inverter:
        readings = [(await take(InverterClient(inverter.address), clock)) for _ in range(3)]
    assert all(taken.reading.grid_voltage > 200 for taken in readings)
    assert all(taken.info.serial == inverter.options.serial_number for taken in readings)
    assert len(clock.slept) >= 1


class Shy:
    """An inverter that measures but says little or nothing of itself."""

    address = Address("192.168.1.50")
    counters = LinkCounters()

    def __init__(self, info: DeviceInfo | None) -> None:
        self.info = info

    async def identify(self) -> DeviceInfo:
        if self.info is None:
            raise LinkError("no answer")
        return self.info

    async def read(self) -> Reading:
        payload = encode_running_data({"grid_voltage": 230.1, "load_power": 315})
        return decode_running_data(parse_frame(build_reply(0x86, payload)))

    async def settings(self) -> DeviceSettings:
        raise LinkError("no answer")


@pytest.mark.parametrize("info", [None, DeviceInfo("", "", "", "", "", 2, "Germany")])
async def test_what_it_does_not_say_of_itself_is_null(info: DeviceInfo | None) -> None:
    values = taken_json(await take(Shy(info), Instant()))
    assert (values["serial"], values["model"], values["load_power"]) == (None, None, 315)


async def test_who_answers_nothing_is_not_asked_twice() -> None:
    async with simulator(Faults(silent=True)) as silent:
        with pytest.raises(LinkError, match="no answer"):
            await take(InverterClient(silent.address, timeout=0.05), Instant())
        assert silent.counters.requests == {Request.RUNNING_DATA: 3}


async def test_lost_and_damaged_replies_do_not_matter(program: Program) -> None:
    faults = Faults(corrupt=0.3, noise=0.5, duplicate=1.0, split=0.5, echo=1.0)
    async with simulator(faults) as inverter:
        done = await program("read", *at(inverter), "--json")
    assert done.status == 0
    assert json.loads(done.out)["model"] == "KSE4000"


async def test_an_output_that_is_closed_early_is_no_trouble(
    program: Program, inverter: Simulator
) -> None:
    reader, writer = os.pipe()
    process = await program.start("read", *at(inverter), "--json", out=writer)
    os.close(writer)
    os.close(reader)
    _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, err) == (Status.FAILED, b"")


async def test_ctrl_c_ends_it_quietly(program: Program) -> None:
    async with simulator(Faults(silent=True)) as silent:
        process = await program.start("read", *at(silent))
        while not silent.counters.requests:
            await asyncio.sleep(0.01)
        process.send_signal(2)
        out, err = await asyncio.wait_for(process.communicate(), 5)
    assert (process.returncode, out, err) == (130, b"", b"")


async def test_the_one_that_is_meant(program: Program) -> None:
    """Of several, and where another one answers at the address, or nobody does."""
    async with simulator(bind="127.0.0.2") as other:
        discovery, port = other.discovery_address, other.address.port
        assert discovery is not None
        async with simulator(bind="127.0.0.9", port=port, discovery_port=discovery.port):
            network = around(other)
            meant = ("--serial", "sim0000000009", "--json")
            searched, at_others, nowhere, unknown, alone = await asyncio.gather(
                program("read", *network, *meant),
                program("read", *network, "--host", "127.0.0.2", *meant),
                program("read", *network, "--host", "no-such-host.invalid", *meant),
                program("read", *network, "--serial", "SIM0000000007"),
                program("read", *at(other), *meant),
            )
    for done in (searched, at_others, nowhere):
        assert done.status == 0, done.err
        assert json.loads(done.out)["serial"] == "SIM0000000009"
        assert "Several" not in done.err
    assert "127.0.0.2" in at_others.err.splitlines()[0]
    assert "another inverter answers there, serial number SIM0000000002" in at_others.err
    assert "Looking for sim0000000009 on the network." in nowhere.err
    assert (unknown.status, unknown.out) == (3, "")
    assert "Only other inverters answered the search for SIM0000000007: 127.0.0.2" in unknown.err
    # On this machine alone nothing is looked for.
    assert (alone.status, alone.out) == (3, "")
    assert "another inverter answers there, serial number SIM0000000002" in alone.err
