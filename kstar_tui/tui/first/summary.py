"""The last step of a first start: what is saved and where, and on to the Live screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen

from kstar_tui.mqtt.broker import parse_broker, with_credentials
from kstar_tui.mqtt.probe import Step
from kstar_tui.settings import Settings, SettingsError
from kstar_tui.settings.desk import Desk
from kstar_tui.settings.kinds import OFF, SettingValue
from kstar_tui.settings.paths import history_path
from kstar_tui.tui.canvas import Canvas
from kstar_tui.tui.first.answers import Inverter, changed, inverter_changes
from kstar_tui.tui.first.picture import Part, put_title, short_verdict
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.keys import first_key
from kstar_tui.tui.messages import SetUp
from kstar_tui.tui.mishaps import Enduring
from kstar_tui.tui.paint import Paint, Picture
from kstar_tui.tui.places import PLACES, SETTINGS
from kstar_tui.tui.search.picture import block_of

_LABEL = len("Inverter") + 3
_HOME = "~"


class SummaryView(NamedTuple):
    """What is shown before it is saved."""

    inverter: Inverter
    broker: str | None
    """Its URL, masked; None where nothing is published."""
    tested: Part
    home_assistant: bool
    history: str | None
    path: str
    secret: bool
    """What is saved holds a password."""
    problem: str = ""
    """Why it could not be saved."""
    settings_key: str = PLACES[SETTINGS].key
    """The key to the Settings screen."""


def draw_summary(view: SummaryView, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    block = block_of(width, height)
    put_title(paint, block, block.y, "This is what will be saved", "step 3 of 3")
    loose = height >= 18
    y = block.y + 1 + loose
    if view.problem:
        text = f"FAILED: {view.problem} Enter tries again; u goes on, and saves nothing."
        for part in _folded(text, block.width):
            paint.put(block.x, y, part, "fault")
            y += 1
        y += loose
    for label, lines in _sections(view):
        # Where there is little room, remarks are left out.
        told = [part for part in lines if loose or part[1] != "dim" or part is lines[0]]
        for index, (text, style) in enumerate(told):
            if not index:
                paint.put(block.x, y, label, "title")
            for part in _folded(text, block.width - _LABEL):
                paint.put(block.x + _LABEL, y, part, style)
                y += 1
        y += loose
    key = f" ({view.settings_key})" if view.settings_key else ""
    text = f"Change it later in Settings{key}, with kstar-tui config, or in that file."
    paint.put(block.x, y, text[: block.width], "dim")
    return paint.picture()


def _sections(view: SummaryView) -> list[tuple[str, list[Part]]]:
    inverter = view.inverter
    where: Part = (f"at {inverter.address}", "text")
    if inverter.info is None:
        who = [where, ("it has not said yet who it is", "warning")]
    else:
        who = [(inverter.name, "text"), where]
    if inverter.serial:
        who.append(("found by its serial number, should its address change", "dim"))
    if view.broker is None:
        mqtt: list[Part] = [("off, nothing is published", "dim")]
    else:
        mqtt = [(view.broker, "text"), view.tested]
        if view.home_assistant:
            mqtt.append(("Home Assistant finds the inverter by itself", "dim"))
    kept: Part = (view.history, "text") if view.history else ("off", "dim")
    file: list[Part] = [(view.path, "text")]
    if view.secret:
        file.append(("readable by you alone, as it holds a password", "dim"))
    return [("Inverter", who), ("MQTT", mqtt), ("History", [kept]), ("File", file)]


def _folded(text: str, width: int) -> list[str]:
    return wrap(text, max(8, width), break_on_hyphens=False) or [""]


class SummaryCanvas(Canvas):
    """Shows a view."""

    def __init__(self, view: SummaryView, glyphs: Glyphs) -> None:
        super().__init__("summary")
        self.view = view
        self._glyphs = glyphs

    def draw(self, size: Size) -> Picture:
        """The summary's picture for this size."""
        return draw_summary(self.view, size.width, size.height, self._glyphs)


class SummaryScreen(Enduring, Screen[None]):
    """Saves, or does not, and tells the app that the first start is done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "save", "Save and start", id="summary.save", key_display="enter"),
        Binding("u", "unsaved", "Start without saving", id="summary.unsaved"),
        Binding("escape", "dismiss", "Back", id="summary.leave"),
    ]

    def __init__(
        self,
        inverter: Inverter,
        settings: Settings,
        changes: Mapping[str, SettingValue],
        tested: Sequence[Step],
        desk: Desk,
        glyphs: Glyphs,
    ) -> None:
        """`settings` have the `changes` of the broker already."""
        super().__init__()
        self._inverter = inverter
        self._changes = {**inverter_changes(inverter), **changes}
        self._settings = changed(settings, inverter_changes(inverter))
        self._desk = desk
        self._glyphs = glyphs
        self._canvas = SummaryCanvas(self._view(tested), glyphs)

    def compose(self) -> ComposeResult:
        """The canvas, and the keys below it."""
        yield self._canvas
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """The user's own key, where there is one."""
        key = first_key(self.app, f"go.{SETTINGS}")
        self._canvas.view = self._canvas.view._replace(settings_key=key)

    def action_save(self) -> None:
        """Write it down and start; where that fails, say so and stay."""
        try:
            self._desk.save(self._changes)
        except SettingsError as error:
            self._canvas.view = self._canvas.view._replace(problem=str(error))
            self._canvas.redraw()
            return
        said = f"Saved in {_short(self._desk.config.path)}."
        try:
            self._settings = self._desk.load()
        except SettingsError as error:
            said = f"{said} But the next start will refuse it: {error}"
        self._done(said)

    def action_unsaved(self) -> None:
        """Start with it, this once."""
        self._done("Not saved: the next start asks again. K keeps the inverter.")

    def _done(self, said: str) -> None:
        inverter = self._inverter
        self.post_message(SetUp(self._settings, inverter.address, inverter.found, said))

    def _view(self, tested: Sequence[Step]) -> SummaryView:
        settings = self._settings
        broker = None
        if settings.mqtt_url is not None:
            broker = with_credentials(
                parse_broker(settings.mqtt_url), settings.mqtt_username, settings.mqtt_password
            ).url()
        try:
            history = history_path(settings)
        except SettingsError as error:
            kept = str(error)
        else:
            kept = _short(history) if history else ""
        return SummaryView(
            inverter=self._inverter,
            broker=broker,
            tested=short_verdict(tested),
            home_assistant=settings.mqtt_discovery != OFF,
            history=kept or None,
            path=_short(self._desk.config.path),
            secret=self._changes.get("mqtt.password") is not None,
        )


def _short(path: Path) -> str:
    """A path as people write it."""
    try:
        return f"{_HOME}/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
