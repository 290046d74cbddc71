"""One line of an examination."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Result(StrEnum):
    """What a line means; the value is the word that people and machines read."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing, or not looked at: all is well as far as this goes."""
    WARNING = "warning"
    PROBLEM = "problem"


class Section(StrEnum):
    """What a line is about, in the order in which all is looked at."""

    SETTINGS = "settings"
    DAEMON = "daemon"
    INTERFACES = "interfaces"
    SEARCH = "search"
    INVERTER = "inverter"
    HISTORY = "history"
    BROKER = "broker"
    CLOCK = "clock"
    TERMINAL = "terminal"
    VERSIONS = "versions"


class Finding(NamedTuple):
    """What was found. The texts hold no secret."""

    name: str
    """The same in every version, for machines; lines that stand for alike things share one."""
    result: Result
    text: str
    advice: str = ""
    """What to do about it, in whole sentences."""
    facts: Mapping[str, object] = _NOTHING
    """Its figures by name, fit for JSON."""


def ok(name: str, text: str, /, **facts: object) -> Finding:
    """A line on what is as it should be."""
    return Finding(name, Result.OK, text, "", facts)


def note(name: str, text: str, advice: str = "", /, **facts: object) -> Finding:
    """A line that nobody has to act on."""
    return Finding(name, Result.NOTE, text, advice, facts)


def warning(name: str, text: str, advice: str, /, **facts: object) -> Finding:
    """A line on what works, but not as it should."""
    return Finding(name, Result.WARNING, text, advice, facts)


def problem(name: str, text: str, advice: str, /, **facts: object) -> Finding:
    """A line on what does not work."""
    return Finding(name, Result.PROBLEM, text, advice, facts)
