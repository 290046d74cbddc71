"""The colours of power, by the name of what they stand for, in each kind of theme.

In truecolour they are close to Home Assistant's energy cards; a light background gets darker ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.color import Color, ColorParseError
from rich.style import Style


@dataclass(frozen=True, slots=True)
class Palette:
    """A rich style for each name that drawings use."""

    styles: Mapping[str, Style]

    def style(self, name: str) -> Style:
        """The style of that name; an unknown name is plain text."""
        return self.styles.get(name) or self.styles["text"]


_DARK = {
    "solar": "#ffa726",
    "solar-area": "#8f5d14",
    "house-on-solar": "#c5f07c",
    "import": "#5aa9e6",
    "export": "#a47be8",
    "discharge": "#4db6ac",
    "charge": "#f06292",
    "house": "#8bc34a",
    "fault": "#ff5252",
    "good": "#66bb6a",
    "warning": "#ffca28",
    "dim": "#7d8590",
    "border": "#3d444d",
    "text": "#d0d7de",
    "strong": "#ffffff",
}
_LIGHT = {
    "solar": "#b45309",
    "solar-area": "#f0c48a",
    "house-on-solar": "#2b5f14",
    "import": "#1f6fb2",
    "export": "#6d3fc4",
    "discharge": "#00796b",
    "charge": "#c2185b",
    "house": "#3f7d20",
    "fault": "#c62828",
    "good": "#2e7d32",
    "warning": "#9a6700",
    "dim": "#6e7781",
    "border": "#c4ccd4",
    "text": "#24292f",
    "strong": "#000000",
}
_ANSI = {
    "solar": "yellow",
    "solar-area": "yellow",
    "house-on-solar": "black",
    "import": "blue",
    "export": "magenta",
    "discharge": "cyan",
    "charge": "green",
    "house": "default",
    "fault": "red",
    "good": "green",
    "warning": "yellow",
    "dim": "bright_black",
    "border": "bright_black",
    "text": "default",
    "strong": "default",
}
_BOLD = ("strong", "fault")
_LOUD, _QUIET = ("warning",), ("dim", "border")
"""What is bold, or dim, where its colour does not tell it."""


def _palette(colours: Mapping[str, str], background: str) -> Palette:
    back = _colour(background)
    styles = {
        name: Style(color=_colour(colour), bgcolor=back, bold=name in _BOLD or None)
        for name, colour in colours.items()
    }
    for name in ("solar", "import", "export", "discharge", "charge", "house", "dim"):
        styles[f"{name}-title"] = styles[name] + Style(bold=True)
        # Bars that hang from above are the inverse of bars that stand.
        styles[f"{name}-inverse"] = styles[name] + Style(reverse=True)
    on_area, area = _colour(colours["house-on-solar"]), _colour(colours["solar-area"])
    styles["house-on-solar"] = Style(color=on_area, bgcolor=area)
    styles["title"] = styles["text"] + Style(bold=True)
    styles["mark"] = styles["strong"] + Style(reverse=True)
    styles["mark-edge"] = styles["strong"]
    styles["alarm"] = styles["fault"] + Style(reverse=True)
    return Palette(styles)


def _colour(name: str) -> Color:
    try:
        return Color.parse(name)
    except ColorParseError:
        return Color.default()


def _colourless() -> Palette:
    """What is left where no colour is wanted: dim, bold and reversed."""
    styles = {
        name: Style(
            bold=style.bold or name in _LOUD or None,
            reverse=style.reverse,
            dim=name.startswith(_QUIET) or None,
        )
        for name, style in _palette(_ANSI, "default").styles.items()
    }
    return Palette(styles)


def palette_for(*, dark: bool, ansi: bool, background: str, colour: bool = True) -> Palette:
    """The palette that suits a theme; `background` is the screen's colour (`default` for ANSI).
    Without `colour` there is none, whatever the theme."""
    if not colour:
        return _colourless()
    if ansi:
        return _palette(_ANSI, "default")
    return _palette(_DARK if dark else _LIGHT, background)
