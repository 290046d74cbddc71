"""`simulate` as users start it, and `--demo` on it."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
from argparse import Namespace
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from program_talk import PATIENCE, Program

from kstar_tui.commands.context import CommandError
from kstar_tui.commands.day import simulated_day
from kstar_tui.commands.help_texts import FAULT
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address
from kstar_tui.protocol.encode import encode_device_info, encode_running_data
from kstar_tui.protocol.frame import GOODWE_MONITOR, Request, build_reply, parse_frame
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.frames import request_frame
from kstar_tui.status import Status

ANYWHERE = ("--port", "0", "--discovery-port", "0")


def test_the_help_lists_every_fault() -> None:
    for name in Faults.__dataclass_fields__:
        assert re.search(rf"\b{name}\b", FAULT), name


async def said(process: asyncio.subprocess.Process, pattern: str) -> re.Match[str]:
    """The first line on standard error that matches."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if found := re.search(pattern, line):
                return found
    pytest.fail(f"it ended without saying {pattern}")


async def ended(process: asyncio.subprocess.Process, number: signal.Signals) -> int:
    process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert out == b""
    assert b"Traceback" not in err
    assert process.returncode is not None
    return process.returncode


async def test_it_says_where_it_answers_and_does(program: Program) -> None:
    day = ("--day", "cloudy", "--start", "14:15", "--speed", "10", "--seed", "42")
    process = await program.start("simulate", *day, *ANYWHERE)
    where = await said(process, r"SIM0000000042, .* answers on (127\.0\.0\.1) port (\d+)")
    await said(process, r"discovered on port \d+")
    await said(process, r"cloudy day from 14:15 on, 10 times as fast, seed 42")
    link = InverterClient(Address(where[1], int(where[2])))
    assert (await link.identify()).serial == "SIM0000000042"
    assert (await link.read()).pv_power > 0
    assert await ended(process, signal.SIGTERM) == Status.DONE


async def test_ctrl_c(program: Program) -> None:
    process = await program.start("simulate", *ANYWHERE)
    await said(process, "answers on")
    assert await ended(process, signal.SIGINT) == Status.INTERRUPTED


async def test_the_days_options_before_the_command(program: Program) -> None:
    process = await program.start("--day", "night", "simulate", *ANYWHERE)
    await said(process, r"a night day from 22:15 on, 1 times as fast, seed 1")
    assert await ended(process, signal.SIGTERM) == Status.DONE


async def test_verbose_says_how_each_quarter_of_an_hour_was(program: Program) -> None:
    day = ("--start", "12:00", "--speed", "3600")
    process = await program.start("simulate", "--verbose", *day, *ANYWHERE)
    # Where the machine is busy a quarter may be missed.
    for _ in range(2):
        await said(process, r"\d\d:(00|15|30|45)  PV [\d.]+ kWh today  house \d+ W  grid \w+ \d+ W")
    assert await ended(process, signal.SIGTERM) == Status.DONE


async def test_goodwe_answers_only_to_its_own_address(program: Program) -> None:
    process = await program.start("simulate", "--goodwe", *ANYWHERE)
    where = await said(process, r"a simulated GoodWe \(C0\) inverter, answers on 127\S+ port (\d+)")
    address = ("127.0.0.1", int(where[1]))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setblocking(False)
        loop = asyncio.get_running_loop()
        # The first gets no answer: what comes is the second's.
        for question in (Request.RUNNING_DATA, Request.DEVICE_INFO):
            asked = request_frame(question, goodwe=question is Request.DEVICE_INFO)
            await loop.sock_sendto(asker, asked, address)
        async with asyncio.timeout(PATIENCE):
            frame = parse_frame(await loop.sock_recv(asker, 2048))
    assert (frame.monitor, frame.request) == (GOODWE_MONITOR, Request.DEVICE_INFO)
    assert await ended(process, signal.SIGTERM) == Status.DONE


async def test_given_frames_and_faults(program: Program, tmp_path: Path) -> None:
    frames = tmp_path / "frames.txt"
    info = build_reply(0x82, encode_device_info(model="KSE9", serial="FILE1"))
    running = build_reply(0x86, encode_running_data({"battery_soc": 77, "grid_voltage": 230}))
    frames.write_text(f"# from a report\n{info.hex()}\n{running.hex(' ')}\n")
    process = await program.start(
        *("simulate", "--frames", str(frames), "--fault", "duplicate"),
        *("--fault", "noise=0.5,echo", *ANYWHERE),
    )
    where = await said(process, r"answers on 127\.0\.0\.1 port (\d+)")
    done = await program("read", "--json", "--host", "127.0.0.1", "--port", where[1])
    assert done.status == 0
    values = json.loads(done.out)
    assert (values["serial"], values["model"], values["battery_soc"]) == ("FILE1", "KSE9", 77)
    assert await ended(process, signal.SIGTERM) == Status.DONE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--day", "rainy"), "No day is called 'rainy'; there are clear"),
        (("--start", "25:00"), "HH:MM from 00:00 to 23:59"),
        (("--speed", "0"), "--speed is '0'; allowed is a number from 0.1 to 3600"),
        (("--speed", "nan"), "--speed is 'nan'"),
        (("--speed", "fast"), "--speed is 'fast'"),
        (("--seed", "x"), "--seed is 'x'; allowed is a whole number from 0 to 4294967296"),
        (("--port", "65536"), "--port is '65536'; allowed is a whole number from 0 to 65535"),
        (("--discovery-port", "-1"), "--discovery-port is '-1'; allowed is a whole number"),
        (("--port", "5", "--discovery-port", "5"), "have to differ"),
        (("--bind", "here"), "'here' is no IPv4 address"),
        (("--fault", "fire"), "--fault 'fire' is no fault; there are loss=SHARE"),
        (("--fault", "loss=2"), "--fault 'loss=2' needs a share"),
        (("--frames", "/none/frames"), "--frames /none/frames: No such file or directory"),
    ],
)
async def test_a_wrong_option_is_refused(
    arguments: tuple[str, ...], said: str, program: Program
) -> None:
    done = await program("simulate", *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


async def test_a_file_that_holds_no_frames(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "frames"
    path.write_text("xyz")
    done = await program("simulate", "--frames", str(path))
    assert done.status == 2
    assert f"--frames {path}: line 1 is not hex" in done.err


async def test_a_port_that_is_taken(program: Program) -> None:
    first = await program.start("simulate", *ANYWHERE)
    port = (await said(first, r"answers on 127\.0\.0\.1 port (\d+)"))[1]
    second = await program("simulate", "--port", port, "--discovery-port", "0")
    assert second.status == 1
    assert f"Cannot answer on 127.0.0.1, ports {port} and 0: Address already in use" in second.err
    assert await ended(first, signal.SIGTERM) == Status.DONE


class TestDay:
    def test_what_is_not_given_is_as_the_caller_likes_it(self) -> None:
        options, clock = simulated_day(Namespace(), start="09:00", speed="60")
        assert (options.day, options.start, options.speed) == ("clear", time(9), 60.0)
        assert (clock.speed, clock.start.hour) == (60.0, 9)

    def test_another_day_has_its_own_start(self) -> None:
        options, clock = simulated_day(Namespace(day="night"), start="09:00")
        assert options.start is None
        assert clock.start.time() == time(22, 15)

    def test_what_is_given_wins(self) -> None:
        given = Namespace(day="winter", start="7:05", speed="2.5", seed="9")
        options, _ = simulated_day(given, start="09:00", speed="60", port=0)
        expected = {"day": "winter", "start": time(7, 5), "speed": 2.5, "seed": 9, "port": 0}
        assert options == replace(options, **expected)

    def test_a_wrong_one_is_a_usage_error(self) -> None:
        with pytest.raises(CommandError) as caught:
            simulated_day(Namespace(speed="1e9"))
        assert caught.value.status is Status.USAGE


async def test_headless_demo_polls_its_own_inverter(program: Program) -> None:
    process = await program.start("--demo", "--headless", "--speed", "60")
    started = await said(process, r"started: inverter 127\.0\.0\.1:(\d+), every 60 s; MQTT off")
    assert started[1] != "8899"
    assert await ended(process, signal.SIGTERM) == Status.DONE


async def test_a_demo_is_published_only_to_a_broker_named_with_it(program: Program) -> None:
    real = {"KSTAR_MQTT": "127.0.0.1:1"}
    process = await program.start("--demo", "--headless", environment=real)
    await said(process, "MQTT off")
    assert await ended(process, signal.SIGINT) == Status.INTERRUPTED
    process = await program.start("--demo", "--headless", "--mqtt-127.0.0.1:1", environment=real)
    await said(process, r"MQTT mqtt://mqtt:\*\*\*@127.0.0.1:1 under kstar;")
    assert await ended(process, signal.SIGTERM) == Status.DONE
