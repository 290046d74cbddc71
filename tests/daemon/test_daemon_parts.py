"""New settings for running parts: what they concern is made anew, the rest goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from answering import an_inverter, answering

from kstar_tui.clock import ScaledClock
from kstar_tui.daemon.parts import Parts, changed_keys
from kstar_tui.history.keeping import Keeping
from kstar_tui.history.ledger import BookKeeper
from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.publisher import Publisher
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import Request, build_reply
from kstar_tui.settings import TABLE, Settings, SettingsError

BROKER = "mqtt://127.0.0.1:1"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Running:
    """Parts that poll an inverter of this machine, and what they told."""

    def __init__(self, parts: Parts, updates: list[Update]) -> None:
        self.parts = parts
        self.updates = updates

    async def read(self) -> Update:
        """Wait for one more reading."""
        count = len(self.updates)
        async with asyncio.timeout(10):
            while not any(update.fresh for update in self.updates[count:]):
                await asyncio.sleep(0.01)
        return self.updates[-1]

    @property
    def all(self) -> tuple[object, object, object]:
        return self.parts.monitor, self.parts.publisher, self.parts.ledger


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    with answering(an_inverter()) as port:
        settings = Settings(
            host="127.0.0.1",
            port=port,
            interval=3600.0,
            mqtt_url=BROKER,
            history=str(tmp_path / "history.sqlite"),
        )
        updates: list[Update] = []
        # The rest that an inverter gets after an answer is over soon.
        clock = ScaledClock(datetime.now().astimezone(), 20)
        parts = Parts(settings, clock, [updates.append])
        await parts.start()
        made = Running(parts, updates)
        try:
            await made.read()
            yield made
        finally:
            await parts.stop()


def test_keys_that_differ() -> None:
    old = Settings(mqtt_url=BROKER, interval=5.0)
    assert changed_keys(old, old) == []
    new = replace(old, mqtt_url="mqtt://127.0.0.1:2", interval=6.0, tariff_bands=("x",))
    assert changed_keys(old, new) == ["inverter.interval", "mqtt.url", "tariff.bands"]


async def test_what_concerns_no_part_of_the_daemon_changes_none(running: Running) -> None:
    before, polls = running.all, running.parts.monitor.latest.polls
    settings = replace(running.parts.settings, ascii=True, battery_capacity=9.6, currency="CHF")
    keys = await running.parts.change(settings)
    assert keys == ["battery.capacity", "tariff.currency", "ui.ascii"]
    assert running.all == before
    assert running.parts.monitor.latest.polls == polls
    assert running.parts.settings is settings


async def test_another_topic_makes_another_publisher_which_knows_all_at_once(
    running: Running,
) -> None:
    monitor, publisher, ledger = running.all
    await running.parts.change(replace(running.parts.settings, mqtt_base="solar"))
    assert running.parts.monitor is monitor
    assert running.parts.ledger is ledger
    assert running.parts.publisher is not None
    assert running.parts.publisher is not publisher
    # The next poll is an hour away: it connects all the same.
    assert running.parts.publisher.status.client_id is not None


async def test_mqtt_goes_off_and_on(running: Running) -> None:
    monitor = running.parts.monitor
    await running.parts.change(replace(running.parts.settings, mqtt_url=None))
    assert running.parts.publisher is None
    await running.parts.change(replace(running.parts.settings, mqtt_base="solar"))
    assert running.parts.publisher is None
    await running.parts.change(replace(running.parts.settings, mqtt_url=BROKER))
    assert running.parts.publisher is not None
    assert running.parts.monitor is monitor


async def test_another_interval_polls_at_once_and_counts_on(running: Running) -> None:
    monitor, publisher, ledger = running.all
    polls = running.parts.monitor.latest.polls
    await running.parts.change(replace(running.parts.settings, interval=2.0))
    await running.read()
    update = await running.read()
    assert running.parts.monitor is monitor
    assert update.polls > polls + 1
    # Neither leaves the broker nor closes the database.
    assert isinstance(publisher, Publisher)
    assert isinstance(ledger, BookKeeper)
    assert running.all == (monitor, publisher, ledger)
    # But they know of it: how long a value lasts, and which gaps are none.
    assert publisher._options.interval == ledger._interval == 2.0
    assert ledger.status.keeping is Keeping.WRITING


async def test_another_database_takes_over_where_the_old_one_was_closed(
    running: Running, tmp_path: Path
) -> None:
    monitor, publisher, _ = running.all
    path = tmp_path / "other.sqlite"
    await running.parts.change(replace(running.parts.settings, history=str(path)))
    running.parts.monitor.poll_now()
    await running.read()
    assert running.parts.monitor is monitor
    assert running.parts.publisher is publisher
    assert path.exists()
    await running.parts.change(replace(running.parts.settings, history="off"))
    assert running.parts.ledger is None
    running.parts.monitor.poll_now()
    assert (await running.read()).energy is None


async def test_another_inverter_makes_all_anew(running: Running) -> None:
    before = running.all
    with answering(an_inverter("KSE2")) as port:
        await running.parts.change(replace(running.parts.settings, port=port))
        update = await running.read()
        assert update.info is not None
        assert update.info.serial == "KSE2"
        assert update.polls == 1
        for old, new in zip(before, running.all, strict=True):
            assert new is not None
            assert new is not old
        assert running.parts.ledger is not None
        assert running.parts.ledger.key == "KSE2"
        assert not running.parts.polling.done()


@pytest.mark.parametrize(
    "changed",
    [
        {"mqtt_url": "mqtts://127.0.0.1:1", "mqtt_ca": "/nowhere/ca.pem", "interval": 2.0},
        {"mqtt_base": "solar", "history": "~nobody-here/history.sqlite"},
    ],
)
async def test_what_cannot_be_used_changes_nothing(
    running: Running, changed: dict[str, object]
) -> None:
    before, settings = running.all, running.parts.settings
    with pytest.raises(SettingsError):
        await running.parts.change(replace(settings, **changed))  # type: ignore[arg-type]
    assert running.all == before
    assert running.parts.settings is settings
    running.parts.monitor.poll_now()
    assert (await running.read()).fresh


async def test_each_key_is_a_part_that_can_be_changed(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is made anew, nothing fails."""
    off = replace(
        running.parts.settings, host=None, mqtt_url=None, broadcast=("127.255.255.255",), port=9999
    )
    with caplog.at_level(logging.ERROR):
        keys = await running.parts.change(off)
    assert set(keys) <= set(TABLE)
    assert {"inverter.host", "mqtt.url", "discovery.broadcast"} <= set(keys)
    assert running.parts.monitor.latest.state == "searching"
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize("history", ["off", "kept.sqlite"])
async def test_an_alert_that_was_told_is_not_told_again(
    history: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever settings change; with a history not after a restart either."""
    caplog.set_level(logging.INFO)
    values = {"battery_voltage": 50, "battery_soc": 60, "grid_voltage": 230, "error_bits": 1 << 18}
    faulty = build_reply(0x86, encode_running_data(values))
    with answering(an_inverter() | {Request.RUNNING_DATA.frame: faulty}) as port:
        settings = Settings(
            host="127.0.0.1",
            port=port,
            interval=2.0,
            mqtt_url=BROKER,
            alerts_command=("true",),
            history=history if history == "off" else str(tmp_path / history),
        )
        starts = 1 if history == "off" else 2
        for _ in range(starts):
            updates: list[Update] = []
            parts = Parts(settings, ScaledClock(NOON, 20), [updates.append])
            await parts.start()
            running = Running(parts, updates)
            await running.read()
            await running.read()
            for more in ({"mqtt_base": "solar"}, {"interval": 3.0}, {"mqtt_url": None}):
                assert await parts.change(replace(parts.settings, **more))
                await running.read()
                await running.read()
            await parts.stop()
    assert [text for text in caplog.messages if "fault" in text] == ["alert: fault: isolation"]
