"""What ten readings tell of the way to an inverter: how many, how fast, how much was lost. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from kstar_tui.doctor.finding import Finding, note, ok, problem, warning
from kstar_tui.link.interface import LinkCounters
from kstar_tui.protocol.frame import Rejection

MANY_LOST = 0.3
"""Share of polls without an answer from which on a screen is often stale."""
MANY_TRIES = 0.2
"""Share of questions without an answer that a good WiFi stays below."""
SLOW = 0.75
"""Seconds of a usual answer from which on tries begin to run out of time."""

_WIFI = (
    "Mostly the WiFi is weak where the inverter hangs, or another program asks it, too (the stick"
    " serves one at a time). An access point nearby helps; so does a longer inverter.interval."
)
_RIVAL = (
    "A few are normal on WiFi. Many mean a weak WiFi, or another program that asks the same stick:"
    " kstar.sharp, a Home Assistant integration, the maker's app."
)
_USELESS = (
    "It answers, but with what is damaged or answers something else. Does another program ask the"
    " same stick, too (kstar.sharp, a Home Assistant integration, the maker's app)? Is the WiFi"
    " weak where it hangs? Taking the stick out for a minute helps it over a hang."
)
_ANOTHER_FAMILY = (
    "It answers as a GoodWe ES does, and that family is not supported yet: kstar-tui read --hex"
    " prints what it sends, for a report."
)
_FROM_IT = frozenset(Rejection) - {Rejection.FOREIGN, Rejection.ECHO}
"""Reasons why something that the inverter itself sent is refused."""


class Polls(NamedTuple):
    """How the polls went. Latencies in s, one for each that was answered."""

    latencies: tuple[float, ...]
    unanswered: int
    held: Counter[str]
    """Readings that cannot be believed, by reason."""
    counters: LinkCounters
    """Of the polls alone."""

    @property
    def total(self) -> int:
        """All polls."""
        return len(self.latencies) + self.unanswered

    @property
    def answered(self) -> int:
        """Polls with a reading, believed or not."""
        return len(self.latencies)


def judge(polls: Polls) -> Iterator[Finding]:
    """Loss, timing, replies refused, readings not believed."""
    yield _loss(polls)
    if polls.latencies:
        yield _timing(polls.latencies)
    yield _refused(polls)
    if polls.answered:
        yield _believed(polls)


def hint(rejections: Counter[Rejection]) -> str:
    """What replies that were all refused point to, if anything."""
    if rejections[Rejection.ADDRESS]:
        return _ANOTHER_FAMILY
    return _USELESS if any(rejections[reason] for reason in _FROM_IT) else ""


def _loss(polls: Polls) -> Finding:
    tries, lost = polls.counters.tries, polls.counters.tries - polls.answered
    text = f"{polls.answered} of {polls.total} polls were answered"
    if lost:
        share = f"{100 * lost / tries:.0f} %"
        text += f"; {lost} of {_count(tries, 'question', 'questions')} ({share}) were in vain"
    facts = {
        "polls": polls.total,
        "answered": polls.answered,
        "lost": polls.unanswered,
        "questions": tries,
        "questions_lost": lost,
    }
    if polls.unanswered >= MANY_LOST * polls.total:
        return problem("polls", text, _WIFI, **facts)
    if polls.unanswered or lost > MANY_TRIES * tries:
        return warning("polls", text, _WIFI, **facts)
    return ok("polls", text, **facts)


def _timing(latencies: tuple[float, ...]) -> Finding:
    least, usual, most = (1000 * s for s in (min(latencies), median(latencies), max(latencies)))
    text = f"an answer took {usual:.0f} ms ({least:.0f} to {most:.0f} ms)"
    facts = {
        name: round(value, 1)
        for name, value in (("min_ms", least), ("median_ms", usual), ("max_ms", most))
    }
    if usual > 1000 * SLOW:
        return warning("latency", text, _WIFI, **facts)
    return ok("latency", text, **facts)


def _refused(polls: Polls) -> Finding:
    refused = polls.counters.rejections
    by_reason = {str(reason): number for reason, number in refused.most_common()}
    total = refused.total()
    if not total:
        return ok("refused", "no reply was refused", refused={})
    text = f"{_count(total, 'reply', 'replies')} refused: " + ", ".join(
        f"{number} {reason}" for reason, number in by_reason.items()
    )
    if total > MANY_TRIES * polls.counters.tries:
        advice = _ANOTHER_FAMILY if refused[Rejection.ADDRESS] else _RIVAL
        return warning("refused", text, advice, refused=by_reason)
    return note("refused", text, refused=by_reason)


def _believed(polls: Polls) -> Finding:
    held = polls.held.total()
    facts = {"readings": polls.answered, "held": dict(polls.held)}
    if not held:
        return ok("plausible", "every reading can be true", **facts)
    reasons = ", ".join(f"{number} {reason}" for reason, number in polls.held.most_common())
    text = f"{held} of {_count(polls.answered, 'reading', 'readings')} cannot be true: {reasons}"
    advice = (
        "Inverters send such values while they start or shut down: look again by daylight. If it"
        " stays so, kstar-tui read --hex prints what it sends, for a report."
    )
    if held == polls.answered:
        return problem("plausible", text, advice, **facts)
    return warning("plausible", text, advice, **facts)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
