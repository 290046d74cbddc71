from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulator_talk import HandClock, Talk


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.close()
