"""Where each kind of message goes, and that no inverter's name leads anywhere else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt_helpers import INFO, SERIAL, update_with

from kstar_tui.mqtt.topics import KEY, OFFLINE, ONLINE, Topics, node_of
from kstar_tui.protocol.text import clean_id


def test_everything_stands_below_the_base_and_the_serial_number() -> None:
    topics = Topics("home/solar", SERIAL)
    assert topics.root == f"home/solar/{SERIAL}"
    assert topics.availability == f"home/solar/{SERIAL}/availability"
    assert topics.inverter == f"home/solar/{SERIAL}/inverter"
    assert topics.state == f"home/solar/{SERIAL}/state"
    assert topics.energy == f"home/solar/{SERIAL}/energy"
    assert topics.device == f"home/solar/{SERIAL}/device"
    assert topics.events == f"home/solar/{SERIAL}/events"
    assert topics.node == f"kstar_{SERIAL}"


def test_the_words_are_those_that_home_assistant_takes_by_default() -> None:
    assert (ONLINE, OFFLINE) == ("online", "offline")


@pytest.mark.parametrize(
    ("key", "node"),
    [
        ("SIM0000005678", "kstar_SIM0000005678"),
        ("a.b_c-d", "kstar_a_b_c-d"),
        ("192.168.1.50", "kstar_192_168_1_50"),
        ("unknown", "kstar_unknown"),
    ],
)
def test_no_dots_in_home_assistants_topics(key: str, node: str) -> None:
    assert node_of(key) == Topics("kstar", key).node == node


@given(st.text(min_size=1) | st.binary(min_size=1).map(lambda data: data.decode("latin-1")))
def test_no_serial_number_leads_to_topics_of_others(text: str) -> None:
    serial = clean_id(text)
    update = update_with(None)._replace(info=INFO._replace(serial=serial))
    assert re.fullmatch(KEY, update.key)
    topics = Topics("kstar", update.key)
    assert re.fullmatch(r"kstar/[A-Za-z0-9_.-]+/state", topics.state)
    assert re.fullmatch(r"kstar_[A-Za-z0-9_-]+", topics.node)


@pytest.mark.parametrize("text", ["", ".hidden", "-option", "a/b", "a+", "#", "a b", "ä", "x" * 65])
def test_what_is_no_key(text: str) -> None:
    assert not re.fullmatch(KEY, text)
