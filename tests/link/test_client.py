"""The client over real UDP: what it takes for an answer, and what it says when there is none."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_inverter import (
    ScriptedInverter,
    device_info,
    running_data,
    silent,
    truthful,
)

from kstar_tui.link import udp
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import DISCOVERY_PORT, Address, LinkError
from kstar_tui.monitor.trouble import Trouble, trouble
from kstar_tui.protocol.frame import GOODWE_MONITOR, Rejection, Request, build_reply

SHORT = 0.1
REQUESTS = {request.frame for request in Request}


def client_of(inverter: ScriptedInverter, timeout: float = SHORT, tries: int = 3) -> InverterClient:
    return InverterClient(Address(*inverter.address), timeout=timeout, tries=tries)


async def test_all_three_questions(start) -> None:
    inverter = await start()
    client = client_of(inverter, timeout=2)
    assert (await client.identify()).serial == "KSE0001"
    reading = await client.read()
    assert (reading.load_power, reading.grid_frequency, reading.battery_soc) == (315, 49.92, 71)
    assert (await client.settings()).battery_capacity == 200
    counters = client.counters
    assert (counters.requests, counters.tries, counters.retries) == (3, 3, 0)
    assert (counters.answers, counters.unanswered) == (3, 0)
    assert counters.latency is not None
    assert 0 < counters.latency < 2
    assert not counters.rejections
    assert inverter.data == [request.frame for request in (*Request,)]


async def test_silence_is_asked_three_times_from_fresh_ports(start) -> None:
    inverter = await start(silent)
    client = client_of(inverter)
    with pytest.raises(LinkError) as failure:
        await client.read()
    host, port = inverter.address
    assert str(failure.value) == f"3 tries of 0.1 s to {host}:{port}: no answer"
    assert trouble(str(failure.value)) is Trouble.SILENT
    assert inverter.data == [Request.RUNNING_DATA.frame] * 3
    assert len(set(inverter.ports)) == 3
    counters = client.counters
    assert (counters.requests, counters.tries, counters.retries) == (1, 3, 2)
    assert (counters.answers, counters.unanswered, counters.latency) == (0, 1, None)


async def test_one_try_is_singular(start) -> None:
    inverter = await start(silent)
    with pytest.raises(LinkError, match=r"^1 try of 0\.1 s to .*: no answer$"):
        await client_of(inverter, tries=1).identify()


@pytest.mark.parametrize("answered", [1, 2])
async def test_a_later_try_is_answered(start, answered: int) -> None:
    inverter = await start(lambda _, number: [running_data()] if number == answered else [])
    client = client_of(inverter)
    assert (await client.read()).load_power == 315
    assert client.counters.retries == answered
    assert client.counters.unanswered == 0


async def test_a_late_reply_is_never_taken(start) -> None:
    inverter: ScriptedInverter

    def answer(_data: bytes, number: int) -> Iterable[bytes]:
        if number == 1:
            # The first question is answered only now, when the second has been asked.
            assert inverter.transport is not None
            inverter.transport.sendto(running_data(load_power=111), inverter.received[0][1])
            return [running_data(load_power=222)]
        return []

    inverter = await start(answer)
    assert (await client_of(inverter).read()).load_power == 222


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"], ids=["port", "address"])
async def test_a_foreign_sender_is_counted_not_believed(start, host: str) -> None:
    stranger = await start(silent, host)

    def answer(_data: bytes, number: int) -> Iterable[bytes]:
        stranger.transport.sendto(running_data(load_power=666), inverter.received[number][1])
        return [running_data()] if number else []

    inverter = await start(answer)
    client = client_of(inverter)
    assert (await client.read()).load_power == 315
    assert client.counters.rejections[Rejection.FOREIGN] >= 1


async def test_foreign_senders_are_told_apart_from_replies(start) -> None:
    stranger = await start(silent)

    def answer(_data: bytes, number: int) -> Iterable[bytes]:
        stranger.transport.sendto(running_data(), inverter.received[number][1])
        return []

    inverter = await start(answer)
    with pytest.raises(LinkError, match="no answer; 2 datagrams from another address ignored"):
        await client_of(inverter, tries=2).read()


@pytest.mark.parametrize("size", [1, 7, 46, 91])
async def test_a_reply_in_pieces(start, size: int) -> None:
    frame = running_data()
    pieces = [frame[i : i + size] for i in range(0, len(frame), size)]
    inverter = await start(lambda *_: pieces)
    client = client_of(inverter, timeout=2)
    assert (await client.read()).load_power == 315
    assert not client.counters.rejections


CORRUPT = bytes((*running_data()[:-1], running_data()[-1] ^ 1))
REFUSED = {
    "corrupt": (CORRUPT, Rejection.CHECKSUM),
    "other function": (device_info(), Rejection.FUNCTION),
    "a GoodWe's": (running_data(GOODWE_MONITOR), Rejection.ADDRESS),
    "short payload": (build_reply(0x86, bytes(80)), Rejection.LENGTH),
    "unknown function": (build_reply(0x85, bytes(9)), Rejection.FUNCTION),
    "noise": (b"\r\n+ok", Rejection.NOISE),
    "echo": (Request.RUNNING_DATA.frame, Rejection.ECHO),
}


@pytest.mark.parametrize(("bad", "reason"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("joined", [False, True], ids=["apart", "joined"])
async def test_waits_past_what_is_no_answer(
    start, bad: bytes, reason: Rejection, joined: bool
) -> None:
    good = running_data()
    inverter = await start(lambda *_: [bad + good] if joined else [bad, good])
    client = client_of(inverter, timeout=2)
    assert (await client.read()).load_power == 315
    assert client.counters.rejections == {reason: 1}
    assert client.counters.refused == {reason: bad}
    assert client.counters.tries == 1


@pytest.mark.parametrize(("bad", "reason"), REFUSED.values(), ids=REFUSED)
async def test_the_failure_says_what_came_back(start, bad: bytes, reason: Rejection) -> None:
    inverter = await start(lambda *_: [bad])
    client = client_of(inverter, tries=2)
    with pytest.raises(LinkError) as failure:
        await client.read()
    assert str(failure.value).endswith(f": 2 replies refused ({reason})")
    family = reason is Rejection.ADDRESS
    assert trouble(str(failure.value)) is (Trouble.FAMILY if family else Trouble.REFUSED)
    assert client.counters.rejections == {reason: 2}


async def test_the_failure_counts_each_reason_of_this_question_only(start) -> None:
    inverter = await start(lambda *_: [CORRUPT, device_info()])
    client = client_of(inverter, tries=1)
    for _ in range(2):
        with pytest.raises(
            LinkError, match=r"2 replies refused \(1 wrong checksum, 1 answers another question\)$"
        ):
            await client.read()


OLDER, NEWER = running_data(load_power=111), running_data(load_power=222)


@pytest.mark.parametrize(
    "pieces",
    [
        [OLDER + NEWER],
        [b"\xaa" + OLDER + b"\x00\xaa" + NEWER],
        [OLDER + NEWER[:1], NEWER[1:]],
        [OLDER + NEWER[:50], NEWER[50:]],
        [OLDER[:50], OLDER[50:] + CORRUPT + NEWER],
        [OLDER + device_info() + NEWER],
        [OLDER + OLDER + NEWER[:91], NEWER[91:]],
    ],
    ids=["joined", "with noise", "cut", "halves", "in between", "other", "three"],
)
async def test_of_several_answers_in_hand_the_last_is_taken(start, pieces: list[bytes]) -> None:
    inverter = await start(lambda *_: pieces)
    client = client_of(inverter, timeout=2)
    assert (await client.read()).load_power == 222
    assert client.counters.rejections[Rejection.OUTDATED] == b"".join(pieces).count(OLDER)
    assert (client.counters.tries, client.counters.answers) == (1, 1)


@pytest.mark.parametrize("rest", [NEWER[:-1], CORRUPT, b"\xaa", device_info()])
async def test_an_answer_with_nothing_better_behind_it_is_taken(start, rest: bytes) -> None:
    inverter = await start(lambda *_: [OLDER + rest])
    client = client_of(inverter)
    assert (await client.read()).load_power == 111
    assert client.counters.rejections[Rejection.OUTDATED] == 0
    assert (client.counters.tries, client.counters.answers) == (1, 1)


async def test_an_answer_is_not_waited_behind(start) -> None:
    inverter = await start(lambda *_: [OLDER, NEWER])
    assert (await client_of(inverter, timeout=60).read()).load_power == 111


async def test_a_frame_is_handed_over_whatever_it_holds(start) -> None:
    short = build_reply(0x86, bytes(20))
    inverter = await start(lambda data, n: [short] if n else truthful()(data, n))
    client = client_of(inverter, timeout=2)
    assert (await client.frame(Request.DEVICE_INFO)).raw == device_info()
    assert (await client.frame(Request.RUNNING_DATA)).raw == short
    assert set(inverter.data) == {Request.DEVICE_INFO.frame, Request.RUNNING_DATA.frame}


async def test_an_answer_behind_a_false_header_is_found_when_the_try_ends(start) -> None:
    false_start = b"\xaa\x55\x7f\xb0\x01\x86\xff"
    inverter = await start(lambda *_: [false_start + running_data()])
    client = client_of(inverter)
    assert (await client.read()).load_power == 315
    assert client.counters.tries == 1


async def test_one_question_at_a_time(start) -> None:
    inverter: ScriptedInverter
    open_questions = most = 0

    def answer(data: bytes, number: int) -> Iterable[bytes]:
        nonlocal open_questions, most
        open_questions += 1
        most = max(most, open_questions)

        def reply() -> None:
            nonlocal open_questions
            open_questions -= 1
            for datagram in truthful()(data, number):
                inverter.transport.sendto(datagram, inverter.received[number][1])

        asyncio.get_running_loop().call_later(0.02, reply)
        return ()

    inverter = await start(answer)
    client = client_of(inverter, timeout=2)
    await asyncio.gather(client.read(), client.identify(), client.settings(), client.read())
    assert most == 1
    assert len(inverter.received) == 4


async def test_a_foreign_flood_hides_no_answer(start) -> None:
    strangers = await start(silent, "127.0.0.3")

    def answer(_data: bytes, number: int) -> Iterable[bytes]:
        sender = inverter.received[number][1]
        flood(sender)
        asyncio.get_running_loop().call_soon(go_on, sender)
        return ()

    def go_on(sender: tuple[str, int]) -> None:
        if client.counters.rejections[Rejection.FOREIGN] < 64:
            asyncio.get_running_loop().call_soon(go_on, sender)
            return
        # By now the kernel drops them: there is room for the answer behind them.
        flood(sender)
        inverter.transport.sendto(running_data(), sender)

    def flood(sender: tuple[str, int]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((strangers.address[0], 0))
            for _ in range(2000):
                sock.sendto(running_data(load_power=666), sender)

    inverter = await start(answer)
    client = client_of(inverter, timeout=10, tries=1)
    assert (await client.read()).load_power == 315
    # Those already queued are counted too.
    assert 64 <= client.counters.rejections[Rejection.FOREIGN] < 2000


async def test_a_flood_from_its_own_address_ends(start) -> None:
    worst = b"\xaa\x55\x7f\xb0\x01\x86\x00" * 290
    inverter = await start(lambda *_: [worst] * 200)
    client = client_of(inverter, tries=2)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pytest.raises(LinkError, match="replies refused"):
        await client.read()
    assert loop.time() - begun < 5
    # A header costs seven bytes here: no more of them than the budget of two tries holds.
    assert client.counters.rejections.total() <= 2 * (32_768 + 2048) // 7


async def test_empty_datagrams_end_too(start) -> None:
    inverter = await start(lambda *_: [b""] * 100)
    with pytest.raises(LinkError, match=r": no answer$"):
        await client_of(inverter, tries=1).read()


async def test_cancelled_it_leaves_the_lock_and_no_socket(start) -> None:
    inverter = await start(lambda data, n: truthful()(data, n) if n else [])
    client = client_of(inverter, timeout=60)
    task = asyncio.create_task(client.read())
    while not inverter.received:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await client.read()).load_power == 315


async def test_not_permitted_is_said_in_words() -> None:
    client = InverterClient(Address("127.255.255.255", 40000), timeout=SHORT)
    with pytest.raises(LinkError, match=r"cannot ask 127\.255\.255\.255:40000: not permitted"):
        await client.read()
    assert client.counters.unanswered == 1
    assert client.counters.tries == 0


async def test_an_unreachable_network_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreachable(*_: object) -> int:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_sendto", unreachable)
    with pytest.raises(LinkError, match=r"cannot ask 127\.0\.0\.1:40000: network unreachable"):
        await InverterClient(Address("127.0.0.1", 40000)).read()


async def test_an_unknown_host_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    client = InverterClient(Address("solar.invalid"))
    with pytest.raises(LinkError, match=r"unknown host 'solar\.invalid': .*not known"):
        await client.read()
    assert client.counters.unanswered == 1


async def test_a_name_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forever(*_: object) -> str:
        return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(udp, "look_up", forever)
    with pytest.raises(LinkError, match=r"no name server knew 'solar\.invalid' within 0\.1 s"):
        await InverterClient(Address("solar.invalid"), timeout=0.1, tries=1).read()


async def test_a_host_name_is_looked_up(start) -> None:
    inverter = await start()
    client = InverterClient(Address("localhost", inverter.address[1]), timeout=2)
    assert (await client.read()).load_power == 315


def test_questions_never_go_to_the_command_port() -> None:
    with pytest.raises(ValueError, match="takes commands"):
        InverterClient(Address("127.0.0.1", DISCOVERY_PORT))


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_impossible_ports_are_refused(port: int) -> None:
    with pytest.raises(ValueError, match="1 to 65535"):
        InverterClient(Address("127.0.0.1", port))


@given(
    junk=st.lists(
        st.one_of(
            st.binary(max_size=300),
            st.sampled_from([*(bad for bad, _ in REFUSED.values()), running_data()[:40]]),
        ),
        max_size=6,
    )
)
@settings(max_examples=40)
def test_whatever_comes_never_yields_a_wrong_reading(junk: list[bytes]) -> None:
    async def ask() -> None:
        inverter = await ScriptedInverter.start(lambda *_: [*junk, running_data()])
        try:
            reading = await client_of(inverter, timeout=0.05, tries=1).read()
        finally:
            inverter.close()
        assert reading.raw == running_data()

    asyncio.run(ask())
