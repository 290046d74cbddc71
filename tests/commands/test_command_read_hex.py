"""`read --hex`: frames for a report, without the serial number, and their way back."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from program_talk import Program, at, simulator

from kstar_tui import __version__
from kstar_tui.commands.report import Answers, ask_all, report_lines
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address, LinkError
from kstar_tui.protocol.device import decode_device_info
from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import Frame, Rejection, Request, build_reply, parse_frame
from kstar_tui.report.frames import NAMES
from kstar_tui.simulator.days import day_clock
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.frames import parse_frames
from kstar_tui.simulator.server import Simulator, SimulatorOptions

SERIAL = "KSE40001234"
INFO = build_reply(0x82, encode_device_info(model="KSE4000", serial=SERIAL))
RUNNING = build_reply(0x86, encode_running_data({"grid_voltage": 230, "battery_soc": 77}))
SETTINGS = build_reply(0x89, encode_settings({"battery_capacity": 200}))
ZEROS = build_reply(0x86, bytes(83))
SHORT = build_reply(0x86, bytes(40))
MASKED = "X" * len(SERIAL)


def serving(*frames: bytes, faults: Faults | None = None) -> Simulator:
    """An inverter that answers with these frames."""
    options = SimulatorOptions(
        port=0, discovery_port=None, frames=frames, faults=faults or Faults()
    )
    return Simulator(options, day_clock("clear"))


def lines_of(*frames: bytes, missing: tuple[Request, ...] = ()) -> list[str]:
    answers: Answers = {}
    for raw in frames:
        frame = parse_frame(raw)
        assert frame.request is not None
        answers[frame.request] = frame
    error = LinkError("3 tries of 1.5 s to 192.168.1.50:8899: no answer")
    answers |= dict.fromkeys(missing, error)
    return list(report_lines(answers, day_clock("clear").now()))


async def test_three_named_frames_one_a_line(program: Program) -> None:
    async with serving(INFO, RUNNING, SETTINGS) as inverter:
        done = await program("read", "--hex", *at(inverter))
        host = inverter.address.host
    assert done.status == 0
    first, *lines = done.out.splitlines()
    assert re.fullmatch(
        rf"# kstar-tui {re.escape(__version__)}, \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{{4}}",
        first,
    )
    assert lines[::2] == [
        *("# running data", "# device information, serial number masked", "# settings")
    ]
    assert lines[1::4] == [RUNNING.hex(), SETTINGS.hex()]
    assert decode_device_info(parse_frame(bytes.fromhex(lines[3]))).serial == MASKED
    assert SERIAL.encode().hex() not in done.out
    assert host not in done.out
    assert done.err == "The serial number is masked with X; --keep-serial leaves it as it is.\n"


async def test_the_serial_number_can_be_kept(program: Program) -> None:
    async with serving(INFO, RUNNING, SETTINGS) as inverter:
        done = await program("read", "--hex", "--keep-serial", *at(inverter))
    assert (done.status, done.err) == (0, "")
    frames = [line for line in done.out.splitlines() if not line.startswith("#")]
    assert frames == [RUNNING.hex(), INFO.hex(), SETTINGS.hex()]


async def test_decode_and_simulate_read_it_back(
    program: Program, inverter: Simulator, tmp_path: Path
) -> None:
    said = await program("read", "--hex", *at(inverter))
    decoded = await program("decode", "--json", "-", stdin=said.out.encode())
    assert (decoded.status, decoded.err) == (0, "")
    running, info, settings = map(json.loads, decoded.out.splitlines())
    assert info["serial"] == "X" * len(inverter.options.serial_number)
    assert info["model"] == inverter.options.model
    assert running["load_power"] > 0
    assert settings["battery_capacity"] > 0

    path = tmp_path / "frames.txt"
    path.write_text(said.out)
    simulate = ("simulate", "--frames", str(path), "--port", "0", "--discovery-port", "0")
    process = await program.start(*simulate)
    assert process.stderr is not None
    where = re.search(rb"answers on 127\.0\.0\.1 port (\d+)", await process.stderr.readline())
    assert where is not None
    arguments = ("--host", "127.0.0.1", "--port", where[1].decode())
    again, values = await asyncio.gather(
        program("read", "--hex", *arguments), program("read", "--json", *arguments)
    )
    process.terminate()
    await process.communicate()
    assert again.out.splitlines()[1:] == said.out.splitlines()[1:]
    assert json.loads(values.out).items() >= running.items()


async def test_a_masked_report_is_masked_again_to_the_same() -> None:
    lines = lines_of(INFO, RUNNING)
    frames = parse_frames("\n".join(lines))
    assert len(frames) == 2
    assert lines_of(*frames) == lines


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (ZEROS, "# running data, not believed: all values zero"),
        (
            build_reply(0x86, encode_running_data({"grid_voltage": 400})),
            "# running data, not believed: Grid voltage out of range",
        ),
        (SHORT, "# running data, not understood: payload too short for its function: 40 bytes"),
        (
            build_reply(0x82, INFO[7:50]),
            "# device information, serial number masked, not understood: payload too short",
        ),
        (build_reply(0x89, bytes(8)), "# settings, not understood: payload too short"),
    ],
)
def test_what_is_odd_is_shown_all_the_same(frame: bytes, said: str) -> None:
    _, comment, line = lines_of(frame)
    assert comment.startswith(said)
    assert len(line) == 2 * len(frame)
    assert (line == frame.hex()) is (frame[5] != 0x82)


def test_what_did_not_come_is_said_without_an_address() -> None:
    *_, last = lines_of(RUNNING, missing=(Request.SETTINGS,))
    assert last == "# settings: no usable answer"


class Partly(InverterClient):
    """A client that is answered some questions, and something else to the others, or nothing."""

    def __init__(self, *answered: Request, refused: bool = True) -> None:
        super().__init__(Address("127.0.0.1", 40000))
        self.answered = answered
        self.refused = refused
        self.asked: list[Request] = []

    async def frame(self, request: Request) -> Frame:
        self.asked.append(request)
        if request in self.answered:
            return parse_frame(RUNNING)
        self.counters.rejections[Rejection.ADDRESS] += self.refused
        raise LinkError(f"no {request.name}")


@pytest.mark.parametrize("refused", [True, False])
async def test_one_answer_is_enough(refused: bool) -> None:
    client = Partly(Request.RUNNING_DATA, refused=refused)
    answers = await ask_all(client)
    assert client.asked == list(answers) == list(NAMES)
    assert set(NAMES) == set(Request)
    assert [isinstance(answer, Frame) for answer in answers.values()] == [True, False, False]


async def test_who_refuses_one_question_may_answer_another() -> None:
    client = Partly(Request.SETTINGS)
    assert isinstance((await ask_all(client))[Request.SETTINGS], Frame)


@pytest.mark.parametrize(("refused", "asked"), [(True, 3), (False, 1)])
async def test_who_says_nothing_at_all_is_not_asked_again(refused: bool, asked: int) -> None:
    client = Partly(refused=refused)
    with pytest.raises(LinkError, match="no RUNNING_DATA"):
        await ask_all(client)
    assert len(client.asked) == asked


async def test_nobody_answers(program: Program) -> None:
    async with simulator(Faults(silent=True)) as silent:
        done = await program("read", "--hex", *at(silent))
        where = str(silent.address)
    assert (done.status, done.out) == (3, "")
    assert f"No inverter answered at {where}: 3 tries" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--hex", "--json"), "not allowed with"),
        (("--keep-serial",), "--keep-serial means nothing without --hex"),
    ],
)
async def test_options_that_do_not_go_together(
    arguments: tuple[str, ...], said: str, program: Program
) -> None:
    done = await program("read", *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
