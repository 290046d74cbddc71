"""Help for the screen one is on: its keys, and what its signs mean."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.keys import Signs
from kstar_tui.tui.panel import PanelScreen

_VALUES = [
    ("y", "what a value is, its bytes and topic; a click does it too"),
    ("y Y esc", "then: copy it, copy all of that, end; arrows and tab move"),
]
_WEIGHTS = "power flows this way: under 500 W, under 2 kW, more"
_ONLY_READS = "\nkstar-tui only reads. Change settings with the maker's app."


class HelpScreen(PanelScreen):
    """Keys, and with `glyphs` what the signs of a diagram made of them mean."""

    def __init__(
        self, title: str, keys: list[tuple[str, str]], glyphs: Glyphs | None = None
    ) -> None:
        legend = () if glyphs is None else (_grid(_signs(glyphs)),)
        super().__init__(title, _grid([*keys, ("", "")]), *legend, _ONLY_READS)


def _grid(rows: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for sign, meaning in rows:
        table.add_row(Text(sign, style="bold"), meaning)
    return table


def history_signs(g: Glyphs) -> Signs:
    """Keys of the History screen that its footer has no room for, and its signs."""
    return [
        (("history.read_back", "history.read_on"), "read the column before, after"),
        (("history.first", "history.last"), "read the first, the last"),
        (("history.open",), "open the day, month or hours that are read; a double click too"),
        (("history.closer", "history.wider"), "closer, down to 3 hours, and wider; the wheel too"),
        (("history.leave",), "take the cursor away, then the hours, then go to Live"),
        (g.spell("×"), "not observed: a gap, not zero"),
        ("in, out", "charged into, discharged from the battery"),
        ("*", "today: not over yet"),
    ]


def events_signs(g: Glyphs) -> Signs:
    """Keys of the Events screen that its footer has no room for, and its signs."""
    return [
        (("events.up", "events.down"), "select another line; the wheel, too"),
        (("events.page_up", "events.page_down"), "a page of them"),
        (("events.newest", "events.oldest"), "the newest, the oldest"),
        (("events.filter_back",), "the filter the other way round"),
        (g.warning, "a fault"),
        ("!", "a warning"),
        (g.online, "good news"),
        ("so far", "it has not ended"),
        ("max", "kstar-tui was off in between"),
        ("to 08:12", "it had begun before kstar-tui looked"),
    ]


def settings_signs(g: Glyphs) -> Signs:
    """Keys of the Settings screen that its footer has no room for, and its signs."""
    return [
        (("settings.up", "settings.down"), "select another line; the wheel, too"),
        (("settings.page_up", "settings.page_down"), "a page of them"),
        (("settings.first", "settings.last"), "the first, the last"),
        (("settings.reload",), "read config.toml again, and take it over"),
        (("settings.leave",), "end the filter; without one, back"),
        (("editor.test",), "test a value that is not saved yet"),
        ("!", "not what the program runs with"),
        ("mouse", "a click selects, another one edits"),
    ]


def focus_signs(g: Glyphs) -> Signs:
    """Signs of the Battery and the Grid & load screen."""
    return [
        (g.spell("×"), "not observed: a gap, not zero"),
        ("*", "known from a sister model, not confirmed on a KStar"),
        (g.spell("—"), "the inverter does not say"),
        *_VALUES,
    ]


def diagnostics_signs(g: Glyphs) -> Signs:
    """Keys of the Diagnostics screen that its footer has no room for, and its signs."""
    return [
        (("diagnostics.up", "diagnostics.down"), "another field"),
        (("diagnostics.page_up", "diagnostics.page_down"), "a page of them"),
        (("diagnostics.left", "diagnostics.right"), "another byte; elsewhere another section"),
        ("mouse", "a byte, a field, a word; over them: what they are"),
        ("[ ] ~", "the selected field; a byte that was another before"),
        ("*", "known from a sister model, not confirmed on a KStar"),
        (g.spell("×"), "nobody polled: a gap, not zero"),
    ]


def signs_of(place: str, g: Glyphs) -> Signs:
    """Further keys and the signs of a screen other than Live."""
    signs = {
        "history": history_signs,
        "events": events_signs,
        "diagnostics": diagnostics_signs,
        "settings": settings_signs,
    }
    return signs.get(place, focus_signs)(g)


def _signs(g: Glyphs) -> list[tuple[str, str]]:
    thin, heavy, double = g.wires[1:]
    return [
        (f"{thin}{g.arrow_right} {heavy}{g.arrow_right} {double}{g.arrow_right}", _WEIGHTS),
        (g.wires[0] * 3, "under 20 W: idle"),
        (g.online, "online: values are of now"),
        (g.stale, "stale: two polls without an answer"),
        (g.offline, "offline: three or more; values are dim, with their age"),
        ("*", "known from a sister model, not confirmed on a KStar"),
        *_VALUES,
    ]
