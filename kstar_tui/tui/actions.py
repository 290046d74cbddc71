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
        matcher = self.matcher(query)
        for key, row in TABLE.items():
            title = f"Setting: {key}"
            score = max(matcher.match(title), 0.8 * matcher.match(f"{key} {row.help}"))
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(go, key), help=row.help)
