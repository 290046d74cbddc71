"""Publishing to a real Mosquitto with passwords: late, restarted, refused, stalled, gone."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from mqtt_helpers import (
    HOUSE,
    HOUSE_MESSAGES,
    PATIENCE,
    QUICK,
    SERIAL,
    Mosquitto,
    Subscriber,
    free_port,
    load_update,
    make_reading,
    update_with,
)

from kstar_tui.clock import SystemClock
from kstar_tui.mqtt.broker import Broker, parse_broker
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.publisher import MqttStatus, Publisher

LOAD = "sensor/inverter/load"
Subscribe = Callable[[int], Awaitable[Subscriber]]


class Watched:
    """A publisher whose status can be awaited."""

    def __init__(self, broker: Broker, **options: float) -> None:
        self.connection = MqttConnection(broker, SystemClock(), retry=(0.02, 0.05))
        self.publisher = Publisher(self.connection, instance="abcd", **options)
        self.history: list[MqttStatus] = []
        self._changed = asyncio.Event()
        self.publisher.on_status(self._note)

    def _note(self, status: MqttStatus) -> None:
        self.history.append(status)
        self._changed.set()

    async def until(self, condition: Callable[[MqttStatus], object]) -> MqttStatus:
        async with asyncio.timeout(PATIENCE):
            while not condition(self.publisher.status):
                self._changed.clear()
                await self._changed.wait()
        return self.publisher.status

    async def connected(self) -> MqttStatus:
        return await self.until(lambda status: status.connected)

    async def failed(self, words: str) -> MqttStatus:
        return await self.until(lambda status: words in (status.error or ""))


Watch = Callable[..., Awaitable[Watched]]


@pytest.fixture
async def watch() -> AsyncIterator[Watch]:
    made: list[Watched] = []

    async def make(broker: Broker | int, **options: float) -> Watched:
        if isinstance(broker, int):
            broker = parse_broker(f"127.0.0.1:{broker}")
        made.append(Watched(broker, **options))
        await made[-1].publisher.start()
        return made[-1]

    yield make
    for one in made:
        await one.publisher.stop()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


async def test_publishes_what_kstar_sharp_published(
    mosquitto: Mosquitto, subscribe: Subscribe, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    await mosquitto.start()
    subscriber = await subscribe(mosquitto.port)
    watched = await watch(mosquitto.port)
    watched.publisher.on_update(update_with(make_reading(**HOUSE)))
    messages = await subscriber.take(len(HOUSE_MESSAGES))
    assert messages == [(topic, text, 0, False) for topic, text in HOUSE_MESSAGES.items()]

    watched.publisher.on_update(load_update(77))
    assert (LOAD, "77", 0, False) in await subscriber.take(len(HOUSE_MESSAGES))
    status = watched.publisher.status
    assert (status.connected, status.sent, status.dropped, status.error) == (True, 2, 0, None)
    assert status.broker == f"mqtt://mqtt:***@127.0.0.1:{mosquitto.port}"
    assert status.client_id == f"kstar-tui-{SERIAL}-abcd"
    await mosquitto.logged(f"as kstar-tui-{SERIAL}-abcd (p2, c1, k30, u'mqtt')")
    assert warnings(caplog) == []

    # A second program on the same inverter stands beside the first.
    late = await subscribe(mosquitto.port)
    late.publish("marker", "1")
    assert await late.take(1) == [("marker", "1", 0, False)]


async def test_only_fresh_readings_are_published(
    mosquitto: Mosquitto, subscribe: Subscribe, watch: Watch
) -> None:
    await mosquitto.start()
    subscriber = await subscribe(mosquitto.port)
    watched = await watch(mosquitto.port)
    watched.publisher.on_update(update_with(None, fresh=False))
    await watched.connected()
    watched.publisher.on_update(update_with(make_reading(load_power=1), fresh=False))
    watched.publisher.on_update(load_update(2))
    await subscriber.until("sensor/inverter/etoday", "0.0")
    subscriber.publish("marker", "1")
    assert await subscriber.take(1) == [("marker", "1", 0, False)]
    assert watched.publisher.sent == 1


async def test_nothing_is_tried_before_the_inverter_is_known_or_after_the_stop(
    mosquitto: Mosquitto, watch: Watch
) -> None:
    await mosquitto.start()
    watched = await watch(mosquitto.port)
    unknown = update_with(None, fresh=False)
    watched.publisher.on_update(
        type(unknown)(state=unknown.state, since=unknown.since, at=unknown.at, at_monotonic=0.0)
    )
    assert watched.publisher.status.client_id is None
    await watched.publisher.stop()
    watched.publisher.on_update(load_update(1))
    assert watched.publisher.status.client_id is None
    assert "kstar-tui" not in mosquitto.log


async def test_a_serial_number_that_is_late_is_waited_for(
    mosquitto: Mosquitto, subscribe: Subscribe, watch: Watch
) -> None:
    await mosquitto.start()
    subscriber = await subscribe(mosquitto.port)
    watched = await watch(mosquitto.port)
    watched.publisher.on_update(load_update(1)._replace(info=None))
    watched.publisher.on_update(update_with(None, fresh=False)._replace(info=None))
    watched.publisher.on_update(load_update(2)._replace(info=None))
    assert watched.publisher.status.client_id is None
    # The name comes behind its reading, which is sent now.
    watched.publisher.on_update(load_update(2)._replace(fresh=False))
    assert watched.publisher.status.client_id == f"kstar-tui-{SERIAL}-abcd"
    await subscriber.until(LOAD, "2")


async def test_an_inverter_without_a_name_is_published_from_its_third_reading_on(
    mosquitto: Mosquitto, subscribe: Subscribe, watch: Watch
) -> None:
    await mosquitto.start()
    subscriber = await subscribe(mosquitto.port)
    watched = await watch(mosquitto.port)
    for load in (1, 2, 3):
        assert watched.publisher.status.client_id is None
        watched.publisher.on_update(load_update(load)._replace(info=None))
    assert watched.publisher.status.client_id == "kstar-tui-127.0.0.1-abcd"
    seen = await subscriber.until(LOAD, "3")
    assert [text for topic, text, _, _ in seen if topic == LOAD] == ["3"]


async def test_the_broker_comes_late(
    mosquitto: Mosquitto, subscribe: Subscribe, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    watched = await watch(mosquitto.port)
    watched.publisher.on_update(load_update(1))
    status = await watched.failed(f"refused: nothing listens on port {mosquitto.port}")
    assert not status.connected
    await mosquitto.start()
    await watched.connected()
    assert watched.publisher.status.sent == 1
    subscriber = await subscribe(mosquitto.port)
    watched.publisher.on_update(load_update(2))
    await subscriber.until(LOAD, "2")
    where = f"MQTT broker 127.0.0.1:{mosquitto.port}:"
    assert warnings(caplog) == [
        f"{where} refused: nothing listens on port {mosquitto.port}; still trying",
        f"{where} connected",
    ]


async def test_after_an_outage_only_the_latest_reading_arrives(
    mosquitto: Mosquitto, subscribe: Subscribe, watch: Watch
) -> None:
    await mosquitto.start()
    subscriber = await subscribe(mosquitto.port)
    watched = await watch(mosquitto.port)
    watched.publisher.on_update(load_update(1))
    await subscriber.take(7)

    await mosquitto.stop()
    subscriber.expect_restart()
    await watched.failed("the connection was lost")
    begun = time.perf_counter()
    for load in range(100, 150):
        watched.publisher.on_update(load_update(load))
    assert time.perf_counter() - begun < QUICK
    # The subscriber must be back before the publisher, to see everything that is sent.
    mosquitto.set_password("mqtt", "another")
    await mosquitto.start()
    await subscriber.ready()
    mosquitto.set_password("mqtt", "mqtt")
    await watched.connected()
    watched.publisher.on_update(load_update(200))
    seen = await subscriber.until(LOAD, "200")
    assert [text for topic, text, _, _ in seen if topic == LOAD] == ["149", "200"]
    assert (watched.publisher.sent, watched.publisher.dropped) == (3, 49)


async def test_a_reading_that_is_no_longer_news_is_not_sent_on_return(
    mosquitto: Mosquitto, subscribe: Subscribe, watch: Watch
) -> None:
    watched = await watch(mosquitto.port, max_age=60.0)
    watched.publisher.on_update(load_update(1, age=61.0))
    await watched.failed("refused")
    await mosquitto.start()
    await watched.connected()
    assert (watched.publisher.sent, watched.publisher.dropped) == (0, 1)
    subscriber = await subscribe(mosquitto.port)
    watched.publisher.on_update(load_update(2))
    assert (LOAD, "2", 0, False) in await subscriber.take(7)
    assert watched.publisher.sent == 1


async def test_a_wrong_password_is_told_once_and_cured_by_the_broker(
    mosquitto: Mosquitto, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await mosquitto.start()
    watched = await watch(Broker("127.0.0.1", mosquitto.port, "mqtt", "tops3cret"))
    watched.publisher.on_update(load_update(1))
    await watched.failed("wrong user or password")
    await mosquitto.logged("not authorised", 5)
    where = f"MQTT broker 127.0.0.1:{mosquitto.port}:"
    refused = f"{where} wrong user or password, or the user is not authorised; still trying"
    assert warnings(caplog) == [refused]
    assert len(watched.history) == 1

    mosquitto.set_password("mqtt", "tops3cret")
    await watched.connected()
    assert warnings(caplog) == [refused, f"{where} connected"]
    assert watched.publisher.sent == 1
    assert "tops3cret" not in caplog.text
    assert "tops3cret" not in repr(watched.history)


async def test_an_anonymous_client_is_told_that_a_user_is_wanted(
    mosquitto: Mosquitto, watch: Watch
) -> None:
    await mosquitto.start()
    watched = await watch(Broker("127.0.0.1", mosquitto.port))
    watched.publisher.on_update(load_update(1))
    await watched.failed("it wants a user and password")


async def test_a_broker_that_stalls_blocks_nothing_and_gets_no_endless_queue(
    mosquitto: Mosquitto, subscribe: Subscribe, watch: Watch
) -> None:
    await mosquitto.start()
    watched = await watch(mosquitto.port)
    watched.publisher.on_update(load_update(1))
    await watched.connected()
    mosquitto.signal(signal.SIGSTOP)
    begun = time.perf_counter()
    for load in range(500):
        watched.publisher.on_update(load_update(load))
    assert time.perf_counter() - begun < QUICK
    mosquitto.signal(signal.SIGCONT)
    subscriber = await subscribe(mosquitto.port)
    watched.publisher.on_update(load_update(9999))
    await subscriber.until(LOAD, "9999")


async def test_two_instances_stand_side_by_side(mosquitto: Mosquitto, watch: Watch) -> None:
    await mosquitto.start()
    ids = set()
    for _ in range(2):
        connection = MqttConnection(parse_broker(f"127.0.0.1:{mosquitto.port}"), SystemClock())
        publisher = Publisher(connection)
        await publisher.start()
        publisher.on_update(load_update(1))
        ids.add(publisher.status.client_id)
        await publisher.stop()
    assert len(ids) == 2
    assert all(str(one).startswith(f"kstar-tui-{SERIAL}-") for one in ids)


async def test_stop_says_goodbye_and_is_quick(mosquitto: Mosquitto, watch: Watch) -> None:
    await mosquitto.start()
    watched = await watch(mosquitto.port)
    watched.publisher.on_update(load_update(1))
    await watched.connected()
    begun = time.perf_counter()
    await watched.publisher.stop()
    assert time.perf_counter() - begun < QUICK
    assert not watched.publisher.status.connected
    await mosquitto.logged(f"Received DISCONNECT from kstar-tui-{SERIAL}-abcd")


async def test_stop_is_quick_while_nothing_listens(watch: Watch) -> None:
    watched = await watch(free_port())
    watched.publisher.on_update(load_update(1))
    await watched.failed("refused")
    begun = time.perf_counter()
    await watched.publisher.stop()
    assert time.perf_counter() - begun < QUICK


async def test_a_failing_listener_harms_nobody(
    mosquitto: Mosquitto, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    await mosquitto.start()
    watched = await watch(mosquitto.port)

    def fail(status: MqttStatus) -> None:
        raise RuntimeError("a screen that is gone")

    gone = watched.publisher.on_status(fail)
    watched.publisher.on_update(load_update(1))
    await watched.connected()
    assert "a listener of the MQTT connection failed" in caplog.text
    caplog.clear()
    gone()
    await watched.publisher.stop()
    assert not caplog.records
