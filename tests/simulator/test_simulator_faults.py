"""Faults as text, combined, and what the line does to bytes; the network is in other tests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kstar_tui.protocol.frame import Assembler, Rejection, Request, build_reply
from kstar_tui.simulator.faults import Faults, Phase, parse_fault, reboot_phase
from kstar_tui.simulator.line import Line, Outgoing

ASKED = Request.RUNNING_DATA.frame
REPLY = build_reply(0x86, bytes(range(83)))
OTHER = build_reply(0x86, bytes(83))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("loss=0.3", Faults(loss=0.3)),
        ("loss", Faults(loss=0.3)),
        ("duplicate", Faults(duplicate=1)),
        ("duplicate=.25", Faults(duplicate=0.25)),
        ("late", Faults(late=2.0)),
        ("late=0.5", Faults(late=0.5)),
        ("split", Faults(split=1)),
        ("join", Faults(join=1)),
        ("corrupt=0.5", Faults(corrupt=0.5)),
        ("truncate", Faults(truncate=1)),
        ("noise", Faults(noise=1)),
        ("echo", Faults(echo=1)),
        ("foreign", Faults(foreign=1)),
        ("zeros", Faults(zeros=1)),
        ("silent", Faults(silent=True)),
        ("reboot=600", Faults(reboot=600)),
        ("error=0x20000", Faults(error=1 << 17)),
        ("error=17+13", Faults(error=1 << 17 | 1 << 13)),
        ("blackout", Faults(blackout=True)),
        (" loss = 0.1 , split,error=9", Faults(loss=0.1, split=1, error=512)),
    ],
)
def test_faults_are_written_as_text(text: str, faults: Faults) -> None:
    assert parse_fault(text) == faults


@pytest.mark.parametrize(
    "text",
    [
        "", "lost", "loss=", "loss=0", "loss=1.1", "loss=-0.1", "loss=nan", "loss=1e-3", "loss=٠.٣",
        "late=0", "late=x", "late=1e9", "late=inf", "reboot", "reboot=0", "silent=1", "split=yes",
        "error", "error=32", "error=0x1ffffffff", "error=1+", "error=-1", "blackout=0.5",
        "loss=0.1,,split", "Loss=0.1", "error=0x",
    ],
)  # fmt: skip
def test_a_bad_fault_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="there are loss=SHARE") as caught:
        parse_fault(text)
    for name in Faults.__dataclass_fields__:
        assert name in str(caught.value)


def test_faults_combine() -> None:
    both = parse_fault("loss=0.2,error=1") | parse_fault("late=1,error=2")
    assert both == Faults(loss=0.2, late=1, error=0b110)
    assert parse_fault("loss=0.2") | parse_fault("loss=0.4") == Faults(loss=0.4)
    assert Faults() | both == both | Faults() == both


def test_a_reboot_goes_through_its_phases() -> None:
    seconds = dict.fromkeys(Phase, 0)
    for second in range(100, 200):
        seconds[reboot_phase(second, 100)] += 1
    assert seconds == {Phase.SILENT: 15, Phase.ZEROS: 10, Phase.NO_COUNTERS: 10, Phase.FINE: 65}
    assert {reboot_phase(second, 100) for second in range(100)} == {Phase.FINE}
    assert reboot_phase(300, 100) is Phase.SILENT
    assert reboot_phase(3600 + 29, 3600) is Phase.SILENT, "no longer than half a minute"
    assert reboot_phase(3600 + 71, 3600) is Phase.FINE


def carried(faults: str, times: int = 200, seed: int = 1) -> list[list[Outgoing]]:
    line = Line(parse_fault(faults), seed)
    return [line.carry(ASKED, REPLY, OTHER) for _ in range(times)]


def test_a_good_line_carries_a_reply_as_it_is() -> None:
    assert Line(Faults(), 1).carry(ASKED, REPLY, OTHER) == [Outgoing(REPLY)]


@pytest.mark.parametrize("fault", ["loss=0.3", "duplicate=0.3", "late", "corrupt=0.3", "zeros=0.3"])
def test_a_share_is_kept_to(fault: str) -> None:
    line = Line(parse_fault(fault), 1)
    name = fault.partition("=")[0]
    count = 0
    for _ in range(2000):
        if name == "zeros":
            count += line.zeroes()
        else:
            count += line.carry(ASKED, REPLY, OTHER) != [Outgoing(REPLY)]
    assert count / 2000 == pytest.approx(0.5 if name == "late" else 0.3, abs=0.04)


def test_duplicates_are_the_same_bytes() -> None:
    assert {tuple(o.data for o in out) for out in carried("duplicate")} == {(REPLY, REPLY)}


def test_late_replies_are_whole() -> None:
    assert {(o.data, o.delay) for out in carried("late=3") for o in out} == {(REPLY, 0), (REPLY, 3)}


def test_split_replies_come_in_order_and_at_every_place() -> None:
    sent = carried("split", 2000)
    assert all(first.data + second.data == REPLY for first, second in sent)
    assert all(first.delay < second.delay for first, second in sent)
    assert {len(first.data) for first, _ in sent} == set(range(1, len(REPLY)))


def test_joined_replies_put_the_held_one_in_front() -> None:
    line = Line(parse_fault("join"), 1)
    earlier = build_reply(0x82, b"earlier")
    assert line.carry(ASKED, earlier, b"") == []
    assert line.carry(ASKED, REPLY, b"") == [Outgoing(earlier + REPLY)]
    assert line.carry(ASKED, REPLY, b"") == []


@settings(deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_a_corrupt_reply_never_has_a_right_checksum(seed: int) -> None:
    (outgoing,) = Line(parse_fault("corrupt"), seed).carry(ASKED, REPLY, OTHER)
    assert len(outgoing.data) == len(REPLY)
    assert sum(a != b for a, b in zip(outgoing.data, REPLY, strict=True)) == 1
    assembler = Assembler()
    assert assembler.feed(outgoing.data) + assembler.finish() == []


def test_truncated_replies_are_beginnings() -> None:
    for (outgoing,) in carried("truncate"):
        assert REPLY.startswith(outgoing.data)
        assert 0 < len(outgoing.data) < len(REPLY)


def test_noise_comes_before_the_header() -> None:
    for (outgoing,) in carried("noise"):
        assert outgoing.data.endswith(REPLY)
        assert 1 <= len(outgoing.data) - len(REPLY) <= 12


def test_an_echo_comes_alone_or_in_front() -> None:
    assert {tuple(o.data for o in out) for out in carried("echo")} == {
        (ASKED, REPLY),
        (ASKED + REPLY,),
    }
    assembler = Assembler()
    (frame,) = assembler.feed(ASKED + REPLY)
    assert (frame.raw, assembler.rejections[Rejection.ECHO]) == (REPLY, 1)


def test_discovery_is_echoed_doubled_and_lost_too() -> None:
    line = Line(parse_fault("echo,duplicate,corrupt,split"), 1)
    carried = line.carry_discovery(b"asked", b"said")
    assert [outgoing.data for outgoing in carried] == [b"asked", b"said", b"said"]
    assert Line(parse_fault("loss=1"), 1).carry_discovery(b"asked", b"said") == []
    assert Line(Faults(), 1).carry_discovery(b"asked", b"said") == [Outgoing(b"said")]


def test_a_foreign_reply_comes_first_and_by_another_port() -> None:
    assert carried("foreign", 1) == [[Outgoing(OTHER, foreign=True), Outgoing(REPLY)]]


def test_everything_at_once_is_the_same_for_a_seed() -> None:
    everything = (
        "loss=.3,duplicate=.5,late=.1,split=.5,join=.3,corrupt=.2,truncate=.2,noise=.5,echo=.5,"
        "foreign=.5"
    )
    assert carried(everything, seed=4) == carried(everything, seed=4)
    assert carried(everything, seed=4) != carried(everything, seed=5)
