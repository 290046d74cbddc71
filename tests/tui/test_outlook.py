"""The day's shares are read when something was saved, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tui_world import ENERGY, NOON, update

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.columns import INDEX
from kstar_tui.monitor.energy import MJ_PER_KWH
from kstar_tui.settings import Settings
from kstar_tui.tui.outlook import Outlook


class Shelf:
    """An archive with one quarter of an hour that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    def buckets(self, key: str, start: int, end: int, step: int) -> Iterator[Bucket]:
        self.asked += 1
        if self.broken:
            raise OSError
        bucket = Bucket(int(NOON.timestamp()))
        bucket.sums[INDEX["load_power"]] = 2 * MJ_PER_KWH
        bucket.sums[INDEX["grid_import_power"]] = MJ_PER_KWH
        return iter((bucket,))


def test_it_is_read_once_a_save() -> None:
    outlook, shelf = Outlook(Settings(import_price=0.3)), Shelf()
    for _ in range(5):
        outlook.take(update(energy=ENERGY), shelf, "A")
    assert shelf.asked == 1
    assert outlook.today is not None
    assert outlook.today.self_sufficiency == 0.5
    assert outlook.today.money is not None
    assert outlook.today.money.saved == 0.3
    later = ENERGY._replace(saved=NOON + timedelta(minutes=1))
    outlook.take(update(energy=later), shelf, "A")
    outlook.take(update(energy=later), shelf, "B")
    assert shelf.asked == 3


def test_nothing_is_told_without_a_history_or_when_it_cannot_be_read() -> None:
    outlook, shelf = Outlook(Settings()), Shelf()
    outlook.take(update(energy=ENERGY), shelf, "A")
    assert outlook.today is not None
    outlook.take(update(), shelf, "A")
    assert outlook.today is None
    shelf.broken = True
    outlook.take(update(energy=ENERGY), shelf, "A")
    assert outlook.today is None


def test_the_batterys_end_is_by_the_capacity_in_the_settings() -> None:
    outlook = Outlook(Settings(battery_capacity=10.0))
    outlook.take(update(), None, None)
    assert outlook.battery is not None
    assert not outlook.battery.guessed
