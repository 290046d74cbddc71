"""The app's own themes, and which one suits a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import BUILTIN_THEMES, Theme

from kstar_tui.settings import Settings, SettingsError
from kstar_tui.settings.errors import suggestion
from kstar_tui.settings.look_kinds import AUTO

DARK = Theme(
    name="kstar-dark",
    primary="#5aa9e6",
    secondary="#4db6ac",
    accent="#8bc34a",
    warning="#ffca28",
    error="#ff5252",
    success="#66bb6a",
    foreground="#d0d7de",
    background="#0d1117",
    surface="#151b23",
    panel="#1c242e",
    dark=True,
)
LIGHT = Theme(
    name="kstar-light",
    primary="#1f6fb2",
    secondary="#00796b",
    accent="#3f7d20",
    warning="#9a6700",
    error="#c62828",
    success="#2e7d32",
    foreground="#24292f",
    background="#ffffff",
    surface="#f6f8fa",
    panel="#eaeef2",
    dark=False,
)


OWN = (DARK, LIGHT)
NAMES = (*(theme.name for theme in OWN), *sorted(BUILTIN_THEMES))
"""Every theme that can be chosen."""


def theme_of(settings: Settings, environment: Mapping[str, str]) -> str:
    """The theme of the settings; SettingsError where there is none of that name."""
    name = settings.theme
    if name == AUTO:
        return theme_for(environment)
    if name not in NAMES:
        raise SettingsError(
            f"{settings.sources.get('ui.theme', 'ui.theme')}: ui.theme is {name!r}, and there is no"
            f" such theme.{suggestion(name, NAMES)} Allowed are {AUTO}, {', '.join(NAMES)}."
        )
    return name


def theme_for(environment: Mapping[str, str]) -> str:
    """A truecolour theme, or the terminal's own sixteen colours where it has no more."""
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return DARK.name
    term = environment.get("TERM", "")
    rich_terms = ("256", "direct", "kitty", "alacritty", "ghostty", "foot", "wezterm")
    return DARK.name if any(word in term for word in rich_terms) else "ansi-dark"
