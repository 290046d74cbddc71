"""Alerts at a broker: after it is known who speaks, late rather than never, and by one only."""

from __future__ import annotations

from home_world import ROOT, Start, topics

from kstar_tui.mqtt.publisher import MOST_ALERTS

TOPIC = f"{ROOT}/alert"


async def test_an_alert_waits_for_the_connection(home: Start) -> None:
    house = await home()
    house.publisher.alert("first")
    said = await house.introduced()
    # Behind what says who speaks.
    assert topics(said).index(TOPIC) > topics(said).index(f"{ROOT}/availability")
    assert [(one.payload, one.qos, one.retained) for one in said if one.topic == TOPIC] == [
        ("first", 0, False)
    ]
    house.publisher.alert("second")
    assert topics(await house.said()) == [TOPIC]


async def test_only_the_newest_wait(home: Start) -> None:
    house = await home()
    for number in range(MOST_ALERTS + 3):
        house.publisher.alert(str(number))
    waited = [one.payload for one in await house.introduced() if one.topic == TOPIC]
    assert waited == [str(number) for number in range(3, MOST_ALERTS + 3)]


async def test_one_that_stands_by_or_has_ended_says_nothing(home: Start) -> None:
    house = await home()
    await house.introduced()
    house.standby = True
    house.publisher.alert("not from here")
    house.standby = False
    house.tell()
    assert TOPIC not in topics(await house.said())
