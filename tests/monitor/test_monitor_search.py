"""Looking for an inverter at the start, and for the same one after it went away."""

from __future__ import annotations

import asyncio

import pytest
from monitor_world import HOME, TARGET, found

from kstar_tui.link.events import Asked, NotAnInverter
from kstar_tui.link.interface import Address, LinkError
from kstar_tui.monitor.finding import Search, by_address, is_same
from kstar_tui.monitor.update import LinkState

MAC = "AC:CF:23:A1:B2:C3"
MOVED = Address("192.168.1.77")


async def test_searching_takes_what_it_finds(clock, world, watch) -> None:
    world.searches = [[Asked(TARGET, None), found(mac=MAC)]]
    watched = watch(address=None)
    assert watched.monitor.latest.state is LinkState.SEARCHING
    assert watched.monitor.latest.key == "unknown"
    await clock.settle()
    assert watched.states == ["searching", "connecting", "online"]
    connecting = next(u for u in watched.updates if u.state is LinkState.CONNECTING)
    assert (connecting.address, connecting.mac, connecting.key) == (HOME, MAC, "KSE1")
    assert connecting.polls == 0
    assert world.times("read") == [0]


async def test_of_several_the_lowest_address_is_taken_and_all_are_named(
    clock, world, watch, caplog
) -> None:
    # As numbers: .50 is below .150, though not as text.
    world.searches = [[found("KSE3", "192.168.1.150"), found(), found("KSE2", "192.168.1.9")]]
    world.serials[Address("192.168.1.9")] = "KSE2"
    watched = watch(address=None)
    await clock.settle()
    assert watched.monitor.latest.address == Address("192.168.1.9")
    (record,) = [r for r in caplog.records if r.levelname == "WARNING"]
    assert record.getMessage() == (
        "3 inverters answer: 192.168.1.9 (KSE2), 192.168.1.50 (KSE1), 192.168.1.150 (KSE3);"
        " taking 192.168.1.9, choose another with --serial NUMBER"
    )


async def test_searches_back_off_and_say_why_once(clock, world, watch, caplog) -> None:
    stranger = NotAnInverter("192.168.1.8", None, "Deye", "answers discovery, but nothing else")
    gone = Asked(TARGET, "network unreachable")
    world.searches = [[Asked(TARGET, None), stranger] for _ in range(4)] + [[gone]]
    watched = watch(address=None)
    await clock.advance(200)
    assert world.searched == [0, 5, 15, 35, 75, 135, 195]
    assert watched.states == ["searching"]
    assert watched.monitor.latest.polls == watched.monitor.latest.lost_in_a_row == 0
    assert [r.getMessage() for r in caplog.records] == [
        "no inverter answered on 192.168.1.255;"
        " 192.168.1.8 answers discovery, but nothing else; searching on",
        "no network to search on; wlan0 192.168.1.255: network unreachable; searching on",
        "no inverter answered on 192.168.1.255; searching on",
    ]
    world.searches = [[found()]]
    await clock.advance(60)
    assert watched.monitor.latest.state is LinkState.ONLINE
    assert watched.monitor.latest.error is None


async def test_another_order_and_another_count_are_no_news(clock, world, watch, caplog) -> None:
    lan = TARGET._replace(interface="eth0", broadcast="10.0.0.255")
    gone = Asked(TARGET._replace(interface="wg0"), "no longer an address of this machine")

    def deaf(host: str, replies: int) -> NotAnInverter:
        return NotAnInverter(host, None, "Deye", f"is none ({replies} replies refused)")

    world.searches = [
        [Asked(TARGET, None), Asked(lan, None), gone, deaf("10.0.0.9", 1), deaf("10.0.0.30", 2)],
        [gone, Asked(lan, None), deaf("10.0.0.30", 5), deaf("10.0.0.9", 2), Asked(TARGET, None)],
        [Asked(lan, None), Asked(TARGET, None), deaf("10.0.0.9", 3), gone],
        [Asked(TARGET, None), gone, Asked(lan, None), deaf("10.0.0.30", 1), deaf("10.0.0.9", 1)],
        [Asked(TARGET, None), gone, Asked(lan, None), deaf("10.0.0.4", 1), deaf("10.0.0.9", 1)],
    ]
    watched = watch(address=None)
    await clock.advance(36)
    assert len(world.searched) == 4
    assert [r.getMessage() for r in caplog.records] == [
        "no inverter answered on 10.0.0.255, 192.168.1.255;"
        " wg0 192.168.1.255: no longer an address of this machine;"
        " 10.0.0.9 is none (1 replies refused); 10.0.0.30 is none (2 replies refused);"
        " searching on"
    ]
    # What is shown is the newest failure all the same.
    assert "10.0.0.30 is none (1 replies" in str(watched.monitor.latest.error)
    await clock.advance(40)
    assert len(caplog.records) == 2
    assert "10.0.0.4 is none" in caplog.text


async def test_poll_now_searches_now(clock, world, watch) -> None:
    watched = watch(address=None)
    await clock.advance(16)
    watched.monitor.poll_now()
    await clock.settle()
    assert world.searched == [0, 5, 15, 16]


async def test_a_search_that_fails_is_tried_again(clock, world, watch, caplog) -> None:
    calls = []

    def broken() -> object:
        calls.append(clock.time)
        raise OSError("no interfaces")

    watched = watch(address=None, find=broken)
    await clock.advance(20)
    assert len(calls) == 3
    assert watched.monitor.latest.error == "searching failed: OSError: no interfaces"
    assert [r.levelname for r in caplog.records].count("ERROR") == 1


async def test_offline_wakes_at_once_and_then_each_minute_at_most(clock, world, watch) -> None:
    watched = watch()
    await clock.settle()
    world.down = True
    await clock.advance(600)
    assert watched.monitor.latest.state is LinkState.OFFLINE
    # Polls at 5 10 15 20 30 50 90 150 …: from the third lost one on, a minute or more apart.
    assert [when for when, _ in world.woken] == [15, 90, 150, 210, 270, 330, 390, 450, 510, 570]
    assert world.searched == [when for when, _ in world.woken]
    assert {host for _, host in world.woken} == {HOME.host}


async def test_found_again_by_serial(clock, world, watch, caplog) -> None:
    watched = watch()
    await clock.settle()
    del world.serials[HOME]
    world.serials[MOVED] = "KSE1"
    world.counters[HOME].rejections.update(["noise"])
    world.counters[HOME].refused["noise"] = b"+++"
    world.counters[HOME].retries = 7
    world.searches = [[found("KSE9", "192.168.1.60"), found("KSE1", MOVED.host)]]
    await clock.advance(15)
    latest = watched.monitor.latest
    assert (latest.state, latest.address, latest.key) == (LinkState.ONLINE, MOVED, "KSE1")
    assert watched.states == ["connecting", "online", "stale", "offline", "online"]
    assert "inverter found again at 192.168.1.77, before 192.168.1.50" in caplog.text
    # What was counted at the old address still counts.
    assert latest.rejected == {"noise": 1}
    assert latest.refused == {"noise": b"+++"}
    assert latest.retries == 7
    await clock.advance(5)
    assert {address for when, _, address in world.asked if when > 15} == {MOVED.host}


async def test_found_again_by_mac(clock, world, watch) -> None:
    # An inverter that never told its serial number is known by its MAC.
    world.serials = {HOME: "", MOVED: ""}
    world.searches = [[found("", mac=MAC)]]
    watched = watch(address=None)
    await clock.settle()
    assert watched.monitor.latest.key == MAC.replace(":", "")
    del world.serials[HOME]
    world.searches = [[found("", "192.168.1.60"), found("", MOVED.host, MAC)]]
    await clock.advance(15)
    assert watched.monitor.latest.address == MOVED
    assert watched.monitor.latest.state is LinkState.ONLINE


async def test_another_inverter_is_not_taken_in_its_place(clock, world, watch) -> None:
    watched = watch()
    await clock.settle()
    del world.serials[HOME]
    world.serials[MOVED] = "KSE2"
    world.searches = [[found("KSE2", MOVED.host, MAC)]]
    await clock.advance(30)
    assert watched.monitor.latest.address == HOME
    assert watched.monitor.latest.state is LinkState.OFFLINE


@pytest.mark.parametrize("chosen", [True, False])
async def test_another_inverter_at_an_address_that_was_found_is_not_taken_for_it(
    clock, world, watch, caplog, chosen: bool
) -> None:
    world.searches = [] if chosen else [[found("KSE1", mac=MAC)]]
    watched = watch(HOME, named=False, mac=MAC) if chosen else watch(address=None)
    await clock.settle()
    assert (watched.monitor.latest.key, watched.monitor.latest.mac) == ("KSE1", MAC)
    world.down = True
    await clock.advance(15)
    world.down = False
    # The router gave its address to the neighbour's.
    world.serials = {HOME: "KSE2"}
    world.nameless = False
    watched.updates.clear()
    await clock.advance(200)
    # It does not always say who it is, and is not taken for ours then either.
    world.nameless = True
    await clock.advance(200)
    latest = watched.monitor.latest
    assert (latest.state, latest.key, latest.address) == (LinkState.OFFLINE, "KSE1", HOME)
    assert not [u for u in watched.updates if u.fresh]
    assert latest.error == (
        "another inverter answers at 192.168.1.50: serial number KSE2, not KSE1"
    )
    assert len(world.searched) > 5
    lines = [r.getMessage() for r in caplog.records if "another" in r.getMessage()]
    assert lines == [
        "another inverter answers at 192.168.1.50: serial number KSE2; still looking for KSE1"
    ]
    world.nameless = False
    world.serials[MOVED] = "KSE1"
    world.searches = [[found("KSE2", HOME.host), found("KSE1", MOVED.host)]]
    await clock.advance(61)
    latest = watched.monitor.latest
    assert (latest.state, latest.key, latest.address) == (LinkState.ONLINE, "KSE1", MOVED)


async def test_a_serial_number_that_is_blank_for_once_is_no_other_inverter(
    clock, world, watch
) -> None:
    watched = watch(HOME)
    await clock.settle()
    world.down = True
    await clock.advance(60)
    # It has just powered up.
    world.down = False
    world.serials[HOME] = ""
    asked = len(world.times("identify"))
    await clock.advance(200)
    assert watched.monitor.latest.state is LinkState.ONLINE
    assert len(world.times("identify")) > asked
    world.serials[HOME] = "KSE1"
    await clock.advance(200)
    assert {update.key for update in watched.updates if update.info is not None} == {"KSE1"}
    latest = watched.monitor.latest
    assert latest.info is not None
    assert latest.info.serial == "KSE1"


async def test_back_at_an_address_where_another_one_answered_for_a_while(
    clock, world, watch
) -> None:
    watched = watch(HOME, named=False)
    await clock.settle()
    world.down = True
    await clock.advance(15)
    world.down = False
    world.serials[HOME] = "KSE2"
    await clock.advance(10)
    world.serials[HOME] = "KSE1"
    await clock.advance(60)
    assert watched.monitor.latest.state is LinkState.ONLINE
    assert watched.monitor.latest.key == "KSE1"


async def test_where_nothing_can_be_looked_for_another_inverter_is_taken(
    clock, world, watch
) -> None:
    watched = watch(HOME, named=False, find=None)
    await clock.settle()
    world.down = True
    await clock.advance(15)
    world.down = False
    world.serials[HOME] = "KSE2"
    await clock.advance(5)
    assert (watched.monitor.latest.state, watched.monitor.latest.key) == (LinkState.ONLINE, "KSE2")


async def test_found_without_a_name_it_is_asked_for_one(clock, world, watch) -> None:
    world.searches = [[found(mac=MAC)._replace(info=None)]]
    watched = watch(address=None)
    await clock.settle()
    assert watched.monitor.latest.key == "KSE1"
    assert world.times("identify") == [0]


async def test_found_with_its_name_it_is_not_asked_for_it_again(clock, world, watch) -> None:
    world.searches = [[found(mac=MAC)]]
    watched = watch(address=None)
    await clock.advance(20)
    assert watched.monitor.latest.key == "KSE1"
    assert world.times("identify") == []
    assert world.times("settings") == [0]


async def test_what_was_never_known_is_woken_but_not_looked_for(clock, world, watch) -> None:
    del world.serials[HOME]
    watch()
    await clock.advance(20)
    assert world.woken == [(10, HOME.host)]
    assert world.searched == []


async def test_a_search_delays_no_poll_and_what_it_finds_is_used_at_once(
    clock, world, watch
) -> None:
    async def slow() -> object:
        await clock.sleep(9)
        yield found("KSE1", MOVED.host)

    watched = watch(find=slow)
    await clock.settle()
    del world.serials[HOME]
    world.serials[MOVED] = "KSE1"
    await clock.advance(29)
    assert world.times("read") == [0, 5, 10, 15, 20, 24, 29]
    assert watched.monitor.latest.address == MOVED


async def test_found_while_a_poll_waits_is_used_right_after_it(clock, world, watch) -> None:
    async def slow() -> object:
        await clock.sleep(6)
        yield found("KSE1", MOVED.host)

    watched = watch(find=slow)
    await clock.settle()
    del world.serials[HOME]
    world.serials[MOVED] = "KSE1"
    world.delay = 3
    # Offline at 18; asked again at 20, found at 24 … the next poll is no longer the old one's.
    await clock.advance(40)
    assert watched.monitor.latest.address == MOVED
    assert watched.monitor.latest.state is LinkState.ONLINE
    moved_at = next(when for when, _, address in world.asked if address == MOVED.host)
    assert moved_at == 24


async def test_back_by_itself_it_is_looked_for_no_longer(clock, world, watch) -> None:
    closed = asyncio.Event()

    async def endless() -> object:
        try:
            yield found("KSE9", "192.168.1.60")
            await asyncio.Event().wait()
        finally:
            closed.set()

    watched = watch(find=endless)
    await clock.settle()
    world.down = True
    await clock.advance(15)
    world.down = False
    await clock.advance(5)
    assert watched.monitor.latest.state is LinkState.ONLINE
    assert closed.is_set()
    # The next outage is attended to at once, however soon.
    world.down = True
    await clock.advance(15)
    assert [when for when, _ in world.woken] == [15, 35]


@pytest.mark.parametrize(
    ("error", "logged"), [(LinkError("network unreachable"), 0), (RuntimeError("defect"), 1)]
)
async def test_a_wake_that_fails_stops_nothing(
    clock, world, watch, caplog, error: Exception, logged: int
) -> None:
    async def refuse(_host: str) -> None:
        raise error

    watched = watch(wake=refuse)
    await clock.settle()
    world.down = True
    await clock.advance(300)
    assert len(world.searched) > 3
    assert [r.levelname for r in caplog.records].count("ERROR") == logged
    world.down = False
    await clock.advance(60)
    assert watched.monitor.latest.state is LinkState.ONLINE


async def test_a_search_that_breaks_stops_nothing(clock, world, watch, caplog) -> None:
    async def broken() -> object:
        yield found("KSE9", "192.168.1.60")
        raise RuntimeError("defect")

    watched = watch(find=broken)
    await clock.settle()
    world.down = True
    await clock.advance(300)
    world.down = False
    await clock.advance(60)
    assert watched.monitor.latest.state is LinkState.ONLINE
    assert [r.levelname for r in caplog.records].count("ERROR") == 1


@pytest.mark.parametrize(
    ("one", "serial", "mac", "same"),
    [
        (found("A"), "A", None, True),
        (found("A", mac=MAC), "B", MAC, False),
        (found("", mac=MAC), "B", MAC, True),
        (found("A", mac=MAC), None, MAC, True),
        (found(""), None, None, False),
        (found(""), "", None, False),
    ],
)
def test_the_serial_number_counts_before_the_mac(one, serial, mac, same: bool) -> None:
    assert is_same(one, serial, mac) is same


def test_names_sort_behind_addresses_and_doubles_go() -> None:
    hosts = ["solar.lan", "192.168.1.20", "192.168.1.3", "192.168.1.20"]
    assert [f.address.host for f in by_address([found(host=h) for h in hosts])] == [
        "192.168.1.3",
        "192.168.1.20",
        "solar.lan",
    ]


async def test_many_strangers_are_summed_up() -> None:
    async def find() -> object:
        for n in range(9):
            yield NotAnInverter(f"192.168.1.{n}", None, "", "is none")

    search = Search()
    await search.run(find)
    assert search.failure == (
        "no network to search on; 192.168.1.0 is none; 192.168.1.1 is none;"
        " 192.168.1.2 is none; 6 more are no inverters"
    )
