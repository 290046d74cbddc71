"""The command palette: every action of the screen one is on, and every setting by its name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from textual.app import App, SystemCommand
from textual.command import Hit, Hits, Provider
from textual.screen import Screen

from kstar_tui.settings import TABLE
from kstar_tui.tui.keys import spoken

_ELSEWHERE = ("app.go(", "app.search")
"""Actions that the app itself has in the palette, wherever one is."""


def commands_of(app: App[Any], screen: Screen[Any]) -> Iterable[SystemCommand]:
    """The actions of a screen, each once, with the key that it has now."""
    said: set[str] = set()
    for key, active in screen.active_bindings.items():
        binding = active.binding
        action = binding.action
        foreign = active.node is app or not binding.id or not active.enabled
        if foreign or action in said or action.startswith(_ELSEWHERE):
            continue
        said.add(action)
        what = f"{binding.tooltip} (key {spoken(key)})" if binding.tooltip else f"Key {spoken(key)}"
        yield SystemCommand(
            binding.description,
            what,
            partial(app.run_action, action, active.node),
        )


class SettingsProvider(Provider):
    """Finds settings by their names and what they mean, and opens the Settings screen on one."""

    async def search(self, query: str) -> Hits:
        """Settings that fit what is typed; none before."""
        go = getattr(self.app, "action_setting", None)
        if go is None:
            return
        matcher, words = self.matcher(query), query.lower().split()
        for key, row in TABLE.items():
            title = f"Setting: {key}"
            score = matcher.match(title)
            # In a sentence every letter of a word is somewhere.
            if score <= 0 and all(word in row.help.lower() for word in words):
                score = 0.1
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(go, key), help=row.help)
