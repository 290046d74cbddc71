"""Every fault over real UDP, seen by the client: the true reading, or a clear failure."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from simulator_talk import HandClock, Talk

from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import LinkError
from kstar_tui.monitor.plausibility import Plausibility
from kstar_tui.protocol.discovery import DISCOVERY_TEXT
from kstar_tui.protocol.frame import Rejection, Request, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.simulator.faults import parse_fault
from kstar_tui.simulator.server import Simulator, SimulatorOptions

TIMEOUT = 0.08
PATIENT = 2.0
"""For where nothing may be lost, however busy the machine is."""
READS = 10
CHECKED = (
    *("pv1_voltage", "pv2_current", "battery_soc", "battery_voltage", "grid_direction"),
    *("grid_voltage", "load_power", "temperature", "energy_today", "energy_total"),
)


class Seen:
    """Readings that came, and how many did not; every one was checked against the house."""

    def __init__(self) -> None:
        self.good: list[Reading] = []
        self.failed: list[str] = []
        self.zeros = 0
        self.rejections: dict[Rejection, int] = {}


async def read_through(
    faults: str, clock: HandClock, *, timeout: float = TIMEOUT, reads: int = READS, tries: int = 3
) -> Seen:
    """Read again and again while time goes on; a value that is not the house's fails the test.

    A reply that was held since an earlier poll may pass only where the one behind it was damaged.
    """
    options = SimulatorOptions(port=0, discovery_port=None, faults=parse_fault(faults), seed=3)
    seen = Seen()
    truths: list[dict[str, Any]] = []
    async with Simulator(options, clock) as simulator:
        client = InverterClient(simulator.address, timeout=timeout, tries=tries)
        damaged = options.faults.corrupt or options.faults.truncate
        for _ in range(reads):
            clock.seconds += 5
            simulator.advance()
            values = simulator.house.values()
            truths = [*(truths if damaged else ()), {n: values[n] for n in CHECKED}]
            try:
                reading = await client.read()
            except LinkError as error:
                seen.failed.append(str(error))
                continue
            if not any(reading.raw[7:-2]):
                seen.zeros += 1
                continue
            assert {name: getattr(reading, name) for name in CHECKED} in truths
            seen.good.append(reading)
        seen.rejections = dict(client.counters.rejections)
    return seen


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        ("duplicate", None),
        ("split", None),
        ("noise", Rejection.NOISE),
        ("echo", Rejection.ECHO),
        ("foreign", Rejection.FOREIGN),
        ("duplicate,split,noise,echo,foreign", Rejection.FOREIGN),
    ],
)
async def test_what_the_client_can_see_through_costs_nothing(
    fault: str, counted: Rejection | None, clock: HandClock
) -> None:
    seen = await read_through(fault, clock, timeout=PATIENT)
    assert (len(seen.good), seen.failed, seen.zeros) == (READS, [], 0)
    if counted is not None:
        assert seen.rejections[counted] > 0


@pytest.mark.parametrize(
    "fault",
    [
        "loss=0.3",
        "late=0.2",
        "join",
        "corrupt=0.5",
        "truncate=0.5",
        "loss=0.2,split,noise=0.5,duplicate=0.5",
        "late=0.2,join=0.5,echo",
        "corrupt=0.3,truncate=0.2,noise=0.3,foreign=0.5,join=0.3",
    ],
)
async def test_what_costs_tries_ends_in_the_truth_or_in_a_failure(
    fault: str, clock: HandClock
) -> None:
    seen = await read_through(fault, clock)
    assert len(seen.good) + len(seen.failed) == READS
    assert len(seen.good) >= READS // 3
    assert all(f"3 tries of {TIMEOUT} s" in text for text in seen.failed)


@pytest.mark.parametrize("fault", ["join", "join,split", "join,noise"])
async def test_of_two_joined_replies_the_newer_is_taken(fault: str, clock: HandClock) -> None:
    seen = await read_through(fault, clock, timeout=0.4, tries=1)
    assert (len(seen.good), len(seen.failed)) == (READS // 2, READS // 2)
    assert seen.rejections[Rejection.OUTDATED] == READS // 2
    assert len({reading.load_power for reading in seen.good}) > 1, "a held one would be seen"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("silent", "no answer"),
        ("loss=1", "no answer"),
        ("corrupt", "wrong checksum"),
        ("truncate", "too short"),
    ],
)
async def test_what_cannot_be_read_is_a_clear_failure(
    fault: str, said: str, clock: HandClock
) -> None:
    seen = await read_through(fault, clock, reads=2)
    assert (seen.good, len(seen.failed)) == ([], 2)
    assert any(said in text for text in seen.failed), seen.failed


async def test_zeros_are_well_formed_and_all_zero(clock: HandClock) -> None:
    seen = await read_through("zeros", clock, timeout=PATIENT)
    assert seen.zeros == READS
    mixed = await read_through("zeros=0.3", clock, timeout=PATIENT)
    assert 0 < mixed.zeros < READS
    assert mixed.zeros + len(mixed.good) == READS


async def test_zeros_are_never_believed(clock: HandClock) -> None:
    options = SimulatorOptions(port=0, discovery_port=None, faults=parse_fault("zeros=0.5"))
    believed, held = [], []
    async with Simulator(options, clock) as simulator:
        client, plausibility = InverterClient(simulator.address, timeout=PATIENT), Plausibility()
        for _ in range(40):
            clock.seconds += 5
            reading = await client.read()
            doubt = plausibility.check(reading, clock.seconds)
            (held if doubt else believed).append(reading)
    assert len(held) > 10
    assert len(believed) > 10
    assert all(any(reading.raw[7:-2]) for reading in believed)
    assert not any(any(reading.raw[7:-2]) for reading in held)


async def test_a_reboot_is_silence_then_zeros_then_no_counters_then_fine(clock: HandClock) -> None:
    options = SimulatorOptions(port=0, discovery_port=0, faults=parse_fault("reboot=100"))
    said: list[str] = []
    async with Simulator(options, clock) as simulator:
        client = InverterClient(simulator.address, timeout=0.2, tries=1)
        for second in (0, 99, 100, 114, 115, 124, 125, 134, 135, 199, 201):
            clock.seconds = second
            try:
                reading = await client.read()
            except LinkError:
                said.append("silent")
                continue
            if not any(reading.raw[7:-2]):
                said.append("zeros")
            elif reading.energy_total == reading.hours_total == reading.load_energy_today == 0:
                assert reading.load_power == simulator.house.values()["load_power"]
                said.append("no counters")
            else:
                said.append("fine")
    assert said == [
        *("fine", "fine", "silent", "silent", "zeros", "zeros"),
        *("no counters", "no counters", "fine", "fine", "silent"),
    ]


async def test_a_restarting_module_is_not_discovered_and_a_silent_inverters_module_is(
    clock: HandClock, talk: Talk
) -> None:
    for fault, heard in (("reboot=100", False), ("silent", True)):
        clock.seconds = 0
        options = SimulatorOptions(port=0, discovery_port=0, faults=parse_fault(fault))
        async with Simulator(options, clock) as simulator:
            assert simulator.discovery_address is not None
            clock.seconds = 105
            talk.say(DISCOVERY_TEXT, ("127.0.0.1", simulator.discovery_address.port))
            while not simulator.counters.discoveries:
                await asyncio.sleep(0)
            if heard:
                await talk.hear()
            else:
                with pytest.raises(BlockingIOError):
                    talk.socket.recv(100)


async def test_a_foreign_reply_has_other_values_and_another_port(
    clock: HandClock, talk: Talk
) -> None:
    options = SimulatorOptions(port=0, discovery_port=None, faults=parse_fault("foreign"))
    async with Simulator(options, clock) as simulator:
        talk.say(Request.RUNNING_DATA.frame, simulator.address)
        (wrong, stranger), (right, sender) = await talk.hear(), await talk.hear()
        assert sender == simulator.address != stranger
        other, own = (decode_running_data(parse_frame(data)).values() for data in (wrong, right))
        for name in ("pv1_voltage", "battery_soc", "load_power", "temperature", "energy_total"):
            assert other[name] != own[name] == simulator.house.values()[name], name
