"""No command: what is started, and what a demo that was not asked for keeps from the real world."""

from __future__ import annotations

from typing import Any

import pytest
from context_talk import context

from kstar_tui.commands import start
from kstar_tui.settings import Settings, load
from kstar_tui.status import DEMO_WANTED, Status


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What each screen was started with; the user of a real one asks for the demo."""
    seen: list[Settings] = []

    async def run_ui(settings: Settings, *, demo: bool = False, **_: Any) -> int:
        seen.append(settings)
        return Status.DONE if demo else DEMO_WANTED

    monkeypatch.setattr("kstar_tui.tui.run.run_ui", run_ui)
    monkeypatch.setattr(start, "require_terminal", lambda: None)
    return seen


def test_a_demo_from_the_search_screen_is_never_published(screens: list[Settings]) -> None:
    status = start.run(context("--mqtt", "127.0.0.1:1", "--broadcast", "127.255.255.255"))
    assert status == Status.DONE
    real, demo = screens
    assert real.mqtt_url == "mqtt://mqtt:mqtt@127.0.0.1:1"
    assert demo.mqtt_url is None
    assert (real.host, demo.host) == (None, "127.0.0.1")


def test_a_demo_asked_for_with_its_broker_is_published(screens: list[Settings]) -> None:
    assert start.run(context("--demo", "--mqtt", "127.0.0.1:1")) == Status.DONE
    (demo,) = screens
    assert demo.mqtt_url == "mqtt://mqtt:mqtt@127.0.0.1:1"


def test_a_demo_searches_this_machine_alone(screens: list[Settings]) -> None:
    assert start.run(context("--demo")) == Status.DONE
    (demo,) = screens
    assert demo.broadcast == ("127.255.255.255",)
    assert demo.discovery_port not in (48899, demo.port)


def test_a_demos_house_is_measured_and_told_of_only_where_that_is_asked_for(
    screens: list[Settings],
) -> None:
    """Prometheus would take it for the real one, and somebody be woken by it."""
    usual = {
        "KSTAR_METRICS": "9898",
        "KSTAR_ALERTS_COMMAND": "tell",
        "KSTAR_ALERTS_MQTT": "yes",
        "KSTAR_MQTT": "ha",
    }
    assert start.run(context("--demo")._replace(load=lambda: load(environment=usual))) == 0
    asked = ("--metrics", "9899", "--alerts-command", "tell", "--alerts-mqtt", "--mqtt", "ha")
    assert start.run(context("--demo", *asked)) == Status.DONE
    assert [(one.metrics_listen, one.alerts_command, one.alerts_mqtt) for one in screens] == [
        (None, (), False),
        ("127.0.0.1:9899", ("tell",), True),
    ]
