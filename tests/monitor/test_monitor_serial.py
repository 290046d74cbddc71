"""One inverter is meant by its serial number: before it has ever answered, and wherever it is."""

from __future__ import annotations

import pytest
from monitor_world import HOME, TARGET, World, WorldLink, found, info

from kstar_tui.link.events import Asked, NotAnInverter
from kstar_tui.link.interface import Address, LinkError
from kstar_tui.monitor.finding import is_same, others, same_serial
from kstar_tui.monitor.identity import AnotherInverterError, Identity
from kstar_tui.monitor.trouble import Trouble, trouble
from kstar_tui.monitor.update import LinkState

MAC = "AC:CF:23:A1:B2:C3"
MOVED = Address("192.168.1.77")
NEIGHBOUR = Address("192.168.1.9")


async def test_of_several_the_one_that_is_meant_is_taken(clock, world, watch, caplog) -> None:
    world.searches = [[found("KSE2", NEIGHBOUR.host), found("KSE1", mac=MAC)]]
    watched = watch(address=None, serial="KSE1")
    assert watched.monitor.latest.key == "KSE1"
    await clock.settle()
    latest = watched.monitor.latest
    assert (latest.state, latest.address, latest.mac) == (LinkState.ONLINE, HOME, MAC)
    assert not caplog.records


async def test_the_search_ends_at_the_one_that_is_meant(clock, world, watch) -> None:
    async def endless() -> object:
        yield found("KSE2", NEIGHBOUR.host)
        yield found("KSE1")
        await clock.sleep(1000)

    watched = watch(address=None, serial="KSE1", find=endless)
    await clock.settle()
    assert watched.monitor.latest.state is LinkState.ONLINE


async def test_where_only_others_answer_it_says_so_once_and_keeps_looking(
    clock, world, watch, caplog
) -> None:
    world.serials = {HOME: "KSE1", NEIGHBOUR: "KSE2"}
    other = [Asked(TARGET, None), found("KSE2", NEIGHBOUR.host)]
    nameless = found("", "192.168.1.8")
    world.searches = [[*other], [*other, nameless], [*other, found("KSE1")]]
    watched = watch(address=None, serial="KSE1")
    await clock.advance(14)
    latest = watched.monitor.latest
    assert (latest.state, latest.address) == (LinkState.SEARCHING, None)
    assert latest.error == (
        "only other inverters answered the search for KSE1:"
        " 192.168.1.8 (no serial number), 192.168.1.9 (KSE2)"
    )
    assert world.asked == []
    assert [r.getMessage() for r in caplog.records] == [
        "only other inverters answered the search for KSE1: 192.168.1.9 (KSE2); searching on",
        f"{latest.error}; searching on",
    ]
    await clock.advance(2)
    assert world.searched == [0, 5, 15]
    assert (watched.monitor.latest.state, watched.monitor.latest.address) == (
        LinkState.ONLINE,
        HOME,
    )
    assert watched.monitor.latest.error is None


async def test_moved_while_the_program_was_off(clock, world, watch, caplog) -> None:
    """At the saved address is nobody now."""
    world.serials = {MOVED: "KSE1"}
    world.searches = [[found("KSE9", "192.168.1.60"), found("KSE1", MOVED.host, MAC)]]
    watched = watch(serial="KSE1")
    await clock.advance(20)
    latest = watched.monitor.latest
    assert (latest.state, latest.address, latest.key) == (LinkState.ONLINE, MOVED, "KSE1")
    assert latest.mac == MAC
    assert world.searched == [10]
    assert "inverter found again at 192.168.1.77, before 192.168.1.50" in caplog.text


@pytest.mark.parametrize("named", [True, False])
async def test_another_inverter_at_the_saved_address_is_not_taken_for_it(
    clock, world, watch, caplog, named: bool
) -> None:
    world.serials = {HOME: "KSE2", MOVED: "KSE1"}
    watched = watch(serial="KSE1", named=named)
    await clock.advance(9)
    latest = watched.monitor.latest
    assert latest.error == (
        "another inverter answers at 192.168.1.50: serial number KSE2, not KSE1"
    )
    assert trouble(latest.error) is Trouble.ANOTHER
    assert (latest.reading, latest.info, latest.key) == (None, None, "KSE1")
    world.searches = [[found("KSE2"), found("KSE1", MOVED.host)]]
    await clock.advance(11)
    latest = watched.monitor.latest
    assert (latest.state, latest.address, latest.key) == (LinkState.ONLINE, MOVED, "KSE1")
    assert all(update.key == "KSE1" for update in watched.updates)
    assert [r.getMessage() for r in caplog.records] == [
        "another inverter answers at 192.168.1.50: serial number KSE2; still looking for KSE1",
        "inverter at 192.168.1.50 is offline: another inverter answers at 192.168.1.50:"
        " serial number KSE2, not KSE1",
        "inverter found again at 192.168.1.77, before 192.168.1.50",
        "inverter at 192.168.1.77 is back after 0 s",
    ]


async def test_another_inverter_is_not_taken_where_nothing_can_be_looked_for(
    clock, world, watch
) -> None:
    world.serials = {HOME: "KSE2"}
    watched = watch(serial="KSE1", find=None)
    await clock.advance(300)
    assert not [update for update in watched.updates if update.fresh]
    world.serials = {HOME: "KSE1"}
    await clock.advance(61)
    assert watched.monitor.latest.state is LinkState.ONLINE


async def test_a_blank_serial_number_at_power_up_is_no_other_inverter(
    clock, world, watch, caplog
) -> None:
    world.serials[HOME] = ""
    watched = watch(serial="KSE1")
    await clock.advance(200)
    assert watched.monitor.latest.state is LinkState.ONLINE
    world.serials[HOME] = "KSE1"
    await clock.advance(100)
    latest = watched.monitor.latest
    assert latest.info == info("KSE1")
    # Nothing was filed under an address meanwhile.
    assert {update.key for update in watched.updates} == {"KSE1"}
    assert not caplog.records


async def test_blank_at_first_and_then_another_one_after_all(clock, world, watch) -> None:
    world.serials[HOME] = ""
    watched = watch(serial="KSE1")
    await clock.advance(3)
    world.serials[HOME] = "KSE2"
    await clock.advance(60)
    latest = watched.monitor.latest
    assert latest.state is LinkState.OFFLINE
    assert "serial number KSE2, not KSE1" in str(latest.error)
    assert latest.info is None


async def test_blank_in_a_search_it_is_waited_for(clock, world, watch) -> None:
    world.searches = [[found("")], [found("KSE1")]]
    watched = watch(address=None, serial="KSE1")
    await clock.settle()
    assert watched.monitor.latest.state is LinkState.SEARCHING
    assert "192.168.1.50 (no serial number)" in str(watched.monitor.latest.error)
    await clock.advance(5)
    assert watched.monitor.latest.state is LinkState.ONLINE


async def test_strangers_are_told_where_no_inverter_answers(clock, world, watch) -> None:
    stranger = NotAnInverter("192.168.1.8", None, "Deye", "is none")
    world.searches = [[Asked(TARGET, None), stranger]]
    watched = watch(address=None, serial="KSE1")
    await clock.settle()
    assert (
        watched.monitor.latest.error == "no inverter answered on 192.168.1.255; 192.168.1.8 is none"
    )


async def test_capitals_do_not_matter(clock, world, watch) -> None:
    world.searches = [[found("KSE2", NEIGHBOUR.host), found("KSE1")]]
    watched = watch(address=None, serial="kse1")
    await clock.settle()
    latest = watched.monitor.latest
    assert (latest.state, latest.key) == (LinkState.ONLINE, "KSE1")


async def test_after_an_outage_it_is_asked_again_who_it_is(clock, world, watch) -> None:
    watched = watch(serial="KSE1")
    await clock.settle()
    world.down = True
    await clock.advance(15)
    world.down = False
    world.serials = {HOME: "KSE2"}
    await clock.advance(200)
    latest = watched.monitor.latest
    assert (latest.state, latest.key) == (LinkState.OFFLINE, "KSE1")


async def test_without_one_whoever_is_first_is_meant(clock, world, watch) -> None:
    world.serials = {HOME: "KSE2"}
    watched = watch()
    assert watched.monitor.latest.meant is None
    await clock.settle()
    assert (watched.monitor.latest.state, watched.monitor.latest.key) == (LinkState.ONLINE, "KSE2")


class TestIdentity:
    """By itself, on a link of the world."""

    @pytest.fixture
    def link(self, world: World) -> WorldLink:
        return world.connect(HOME)

    def identity(self, meant: str | None) -> Identity:
        return Identity(None, lambda doing, error: pytest.fail(f"{doing}: {error}"), meant)

    async def test_it_is_known_before_it_is_told(self, link: WorldLink) -> None:
        identity = self.identity("KSE1")
        assert (identity.serial, identity.comes_first) == ("KSE1", True)
        assert await identity.ask(link, adopt=True) is False
        assert (identity.serial, identity.comes_first, identity.info) == (
            "KSE1",
            False,
            info("KSE1"),
        )

    async def test_another_one_is_never_adopted(self, link: WorldLink) -> None:
        identity = self.identity("KSE2")
        for adopt in (True, False):
            with pytest.raises(AnotherInverterError, match="serial number KSE1, not KSE2"):
                await identity.ask(link, adopt=adopt)
        assert identity.comes_first

    async def test_who_does_not_say_stays_in_doubt(self, world: World, link: WorldLink) -> None:
        identity = self.identity("KSE1")
        world.nameless = True
        assert await identity.ask(link, adopt=True) is False
        assert not identity.comes_first, "not at the very next poll"
        identity.question.poll()
        assert identity.comes_first

    async def test_a_refusal_outlasts_a_question_that_was_lost(
        self, world: World, link: WorldLink
    ) -> None:
        identity = self.identity("KSE2")
        with pytest.raises(LinkError):
            await identity.ask(link, adopt=True)
        world.nameless = True
        with pytest.raises(AnotherInverterError):
            await identity.ask(link, adopt=True)


def test_words() -> None:
    assert same_serial("sim0004", "SIM0004")
    assert not same_serial("SIM0004", "SIM00040")
    assert is_same(found("SIM4"), "sim4", None)
    assert others([found("B", "10.0.0.9"), found("A", "10.0.0.10")], "X").endswith(
        "the search for X: 10.0.0.9 (B), 10.0.0.10 (A)"
    )
