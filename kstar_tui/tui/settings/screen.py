"""The Settings screen: one canvas, a selected line, and what is done with it."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from kstar_tui.settings import Settings, SettingsError
from kstar_tui.settings.errors import without_passwords
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.tui.footer import Footer
from kstar_tui.tui.keys import first_key
from kstar_tui.tui.places import SETTINGS, ways
from kstar_tui.tui.resting import RestingScreen
from kstar_tui.tui.settings import words
from kstar_tui.tui.settings.canvas import SettingsCanvas
from kstar_tui.tui.settings.editor import Editor, Task
from kstar_tui.tui.settings.picture import SettingsView, rows_shown
from kstar_tui.tui.settings.rows import Entry, chosen
from kstar_tui.tui.settings.trial import trial_of
from kstar_tui.tui.themes import theme_of

if TYPE_CHECKING:
    from kstar_tui.tui.app import KstarApp

_TESTED = ("inverter.", "mqtt.")


class SettingsScreen(RestingScreen):
    """Lists the settings of `host`, and writes and takes over others."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *ways(SETTINGS, shown=1),
        Binding("enter", "edit", "Edit", tooltip="Another value", id="settings.edit"),
        Binding(
            *("delete,backspace", "reset", "Default"),
            tooltip="Take the setting out of the file",
            id="settings.reset",
        ),
        Binding("t", "test", "Test", tooltip="Try inverter or broker", id="settings.test"),
        Binding("slash", "filter", "Filter", tooltip="Look for a setting", id="settings.filter"),
        Binding("y", "copy", "Copy", tooltip="The value, never a secret", id="settings.copy"),
        Binding("u", "undo", "Undo", tooltip="Put the last change back", id="settings.undo"),
        Binding("r", "reload", "Read the file again", id="settings.reload", show=False),
        Binding("up,k", "move(-1)", "The one before", id="settings.up", show=False),
        Binding("down,j", "move(1)", "The next one", id="settings.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="settings.page_up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="settings.page_down", show=False),
        Binding("home", "edge(0)", "First", id="settings.first", show=False),
        Binding("end", "edge(-1)", "Last", id="settings.last", show=False),
        Binding("escape", "leave", "Back", id="settings.leave", show=False),
    ]
    DEFAULT_CSS = """
    SettingsScreen #filter {
        dock: bottom; height: 1; border: none; padding: 0 1; margin-bottom: 1;
        background: $surface;
    }
    SettingsScreen #filter:focus { border: none; }
    """

    def __init__(self, host: KstarApp) -> None:
        super().__init__()
        self._host = host
        self._bench = host.bench
        self._canvas = SettingsCanvas(host)
        self._all: list[Entry] = []
        self._listed: list[Entry] = []
        self._filter = ""
        self._said: words.Said = ()

    def compose(self) -> ComposeResult:
        """The canvas, the filter and the keys below it."""
        yield self._canvas
        field = Input(placeholder="part of a name or meaning", id="filter")
        field.cursor_blink = False
        field.display = False
        yield field
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """The time of day is looked at each second."""
        self._read()
        self.every(1.0, self._tick)

    def on_screen_resume(self) -> None:
        """Something lay on it."""
        self._look()

    def select(self, key: str) -> None:
        """Show this setting, whatever the filter says."""
        self._bench.at = key
        self._filter = ""
        self._list()

    def tell(self, *said: tuple[str, str]) -> None:
        """Say these sentences, each in its style, until there is something else to say."""
        self._said = said
        self._read()

    def on_settings_canvas_pressed(self, message: SettingsCanvas.Pressed) -> None:
        """The first click selects, the next one edits."""
        if message.index == self._index:
            self.action_edit()
        else:
            self._select(message.index)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves over the list."""
        self.action_move(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves over the list."""
        self.action_move(3)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list follows what is typed."""
        self._filter = event.value
        self._list()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """What was found stays; keys are for the list again."""
        self._close_filter()

    def action_move(self, step: int) -> None:
        """Select another line."""
        self._select(self._index + step)

    def action_page(self, step: int) -> None:
        """As many lines as are shown."""
        view, size = self._canvas.view, self._canvas.size
        if view is not None:
            self._select(self._index + step * rows_shown(view, size.width, size.height))

    def action_edge(self, index: int) -> None:
        """The first or the last."""
        self._select(0 if index == 0 else len(self._listed) - 1)

    def action_filter(self) -> None:
        """Type what to look for."""
        field = self.query_one("#filter", Input)
        field.value = self._filter
        field.display = True
        field.focus()
        self._look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A / is a sign like any other while one types."""
        return not (action == "filter" and self.is_mounted and self._filtering)

    def action_leave(self) -> None:
        """Close the filter; without one, go back."""
        if self._filter or self._filtering:
            self._filter = ""
            self._close_filter()
            self._list()
        else:
            self._host.action_go("live")

    def action_copy(self) -> None:
        """The value, for elsewhere; never a secret."""
        entry = self._entry
        if entry is None:
            return
        if entry.row.secret:
            self.tell(("A secret is not copied.", "text"))
            return
        self.app.copy_to_clipboard(entry.value)
        self.tell(("Copied, if the terminal allows it.", "text"))

    def action_reload(self) -> None:
        """Take over what somebody else has written into the file."""
        self._said = ()
        self._read()
        if not self._bench.trouble:
            self._take_over("", (("The file was read again.", "good"),))

    def action_edit(self) -> None:
        """Type or choose another value."""
        entry = self._entry
        if entry is None:
            return
        if self._bench.desk is None:
            self.tell((words.NO_DESK, "warning"))
            return
        key, row = entry.key, entry.row
        written = self._bench.written.get(key)
        value = written
        if key not in self._bench.written and not row.secret:
            value = getattr(self._bench.settings, row.name)
        if key == "ui.theme" and self._other_theme:
            value = self._host.theme
        task = Task(
            row=row,
            value=value,
            written=written,
            warnings=words.warnings(entry, self._bench.file, demo=self._host.demo),
            check=partial(self._bench.would_be, key),
            save=partial(self._save, key),
            test=partial(self._try, key) if key.startswith(_TESTED) else None,
            preview=partial(self._preview, self._host.theme) if key == "ui.theme" else None,
        )
        self.app.push_screen(Editor(task, self._host.glyphs))

    def action_reset(self) -> None:
        """Take the setting out of the file."""
        entry = self._entry
        if entry is None:
            return
        if self._bench.desk is None:
            self.tell((words.NO_DESK, "warning"))
        elif self._bench.trouble:
            self.tell((f"Not saved: {self._bench.trouble}", "fault"))
        elif entry.key not in self._bench.written:
            self.tell((words.nothing_to_take_out(entry, self._bench.file), "text"))
        else:
            try:
                self._save(entry.key, None)
            except SettingsError as error:
                self._refuse(error)

    def action_undo(self) -> None:
        """Put the last change back."""
        try:
            done = self._bench.undo()
        except SettingsError as error:
            self._refuse(error)
            return
        if done is None:
            self.tell(("Nothing was changed here.", "text"))
            return
        self.select(done[0])
        self._take_over(*done)

    def action_test(self) -> None:
        """Ask the inverter, or go to the broker, by the settings as they are."""
        entry = self._entry
        if entry is None:
            return
        if entry.key.startswith(_TESTED):
            self._test(entry.key, self._bench.settings)
        else:
            self.tell(("A test is there for inverter and mqtt.", "text"))

    # What is known.

    def _read(self) -> None:
        self._all = self._bench.read()
        self._list()

    def _list(self) -> None:
        self._listed = chosen(self._all, self._filter)
        self._look()

    def _select(self, index: int) -> None:
        if self._listed:
            index = max(0, min(index, len(self._listed) - 1))
            if index != self._index:
                # What was said was of another one.
                self._said = ()
            self._bench.at = self._listed[index].key
        self._look()

    @property
    def _index(self) -> int:
        keys = [entry.key for entry in self._listed]
        return keys.index(self._bench.at) if self._bench.at in keys else 0

    @property
    def _entry(self) -> Entry | None:
        return self._listed[self._index] if self._listed else None

    @property
    def _other_theme(self) -> bool:
        """Another theme than that of the settings was chosen in the palette."""
        return bool(self._host.theme != theme_of(self._host.settings, os.environ))

    def _tick(self) -> None:
        view = self._canvas.view
        if view is None or f"{view.now:%H:%M}" != f"{self._host.clock.now():%H:%M}":
            self._look()

    def _look(self) -> None:
        if not self.is_mounted or not self.is_active:
            return
        bench, entry, said = self._bench, self._entry, self._said
        if self._filtering:
            end = first_key(self.app, "settings.leave")
            said = ((f"enter keeps the filter, {end} ends it.", "text"),)
        elif not said and bench.trouble:
            said = ((bench.trouble, "fault"),)
        elif not said and entry is not None and entry.key == "ui.theme" and self._other_theme:
            said = ((f"Shown now is {self._host.theme}, chosen for now: edit keeps it.", "text"),)
        self._canvas.view = SettingsView(
            now=self._host.clock.now(),
            entries=self._listed,
            count=len(self._all),
            selected=self._index,
            place=bench.place,
            file=bench.file,
            filter=self._filter,
            note=bench.note,
            said=said,
            demo=self._host.demo,
        )
        self._canvas.redraw()

    @property
    def _filtering(self) -> bool:
        return bool(self.query_one("#filter", Input).display)

    def _close_filter(self) -> None:
        self.query_one("#filter", Input).display = False
        self.set_focus(None)
        self._look()

    def _refuse(self, error: SettingsError) -> None:
        self.tell((f"Not saved: {without_passwords(error)}", "fault"))

    def _save(self, key: str, value: SettingValue) -> None:
        """Write it down and take it over; SettingsError where it cannot be written."""
        self._take_over(key, self._bench.save(key, value))

    def _take_over(self, key: str, said: words.Said) -> None:
        """The app does it, as this screen may be left meanwhile."""
        self._read()
        progress: words.Said = ()
        if key:
            told = words.in_force(key, self._bench.settings, None, demo=self._host.demo)
            progress = ((told, "text"),)
        self.tell(*said, *progress)
        self._host.run_worker(_taken_over(self._host, key, said), group="apply")

    def _preview(self, before: str, word: str | None) -> None:
        host = self._host
        if word is None:
            host.theme = before
        else:
            host.theme = theme_of(replace(host.settings, theme=word), os.environ)

    def _try(self, key: str, value: SettingValue) -> None:
        try:
            settings = self._bench.would_be(key, value)
        except SettingsError:
            # The editor says so already.
            return
        self._test(key, settings)

    def _test(self, key: str, settings: Settings) -> None:
        session = self._host.session
        current = session.monitor.latest.address if session is not None else None
        trial = trial_of(key, settings, current, self._host.glyphs)
        if trial is None:
            self.tell(("inverter.host names none: it is searched for.", "text"))
        else:
            self.app.push_screen(trial)


async def _taken_over(host: KstarApp, key: str, said: words.Said) -> None:
    """Run with what is written now, and say what came of it, where the screen is still there."""
    more = await host.bench.take_over(key)
    for screen in host.screen_stack:
        if isinstance(screen, SettingsScreen):
            screen.tell(*said, *more)
