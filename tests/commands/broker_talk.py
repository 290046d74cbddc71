"""A real Mosquitto for the commands, and another client that plants and sees what is retained."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).parents[1] / "mqtt"))
from mqtt_helpers import PATIENCE, Mosquitto

END = "the/end"


def url(mosquitto: Mosquitto, user: str = "mqtt:mqtt@", scheme: str = "mqtt") -> dict[str, str]:
    """The environment that names the broker."""
    return {"KSTAR_MQTT": f"{scheme}://{user}127.0.0.1:{mosquitto.port}"}


async def plant(mosquitto: Mosquitto, messages: Mapping[str, str | bytes]) -> None:
    """Have the broker retain these messages."""
    await asyncio.to_thread(_plant, mosquitto.port, messages)


async def retained(mosquitto: Mosquitto) -> dict[str, bytes]:
    """All that the broker retains."""
    loop = asyncio.get_running_loop()
    found: dict[str, bytes] = {}
    complete = asyncio.Event()
    client = _client()

    def connected(*_: object) -> None:
        client.subscribe([("#", 0)])
        client.publish(END, "x")

    def take(_client: Client, _data: object, message: object) -> None:
        if message.topic == END:
            loop.call_soon_threadsafe(complete.set)
        elif message.retain:
            found[message.topic] = message.payload

    client.on_connect, client.on_message = connected, take
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    await asyncio.wait_for(complete.wait(), PATIENCE)
    client.disconnect()
    client.loop_stop()
    return found


def _plant(port: int, messages: Mapping[str, str | bytes]) -> None:
    client = _client()
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic, payload in messages.items():
        client.publish(topic, payload, retain=True)
    # Behind all others.
    client.publish(END, "x", qos=1).wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()


def _client() -> Client:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("watcher", "watcher")
    client.max_queued_messages_set(0)
    return client
