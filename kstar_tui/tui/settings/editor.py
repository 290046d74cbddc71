"""Another value for one setting: typed or chosen, and checked all the while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from kstar_tui.settings import Setting, SettingsError
from kstar_tui.settings.errors import without_passwords
from kstar_tui.settings.kinds import BrokerUrl, SettingValue
from kstar_tui.settings.mqtt_kinds import Password
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.keys import first_key
from kstar_tui.tui.mishaps import Enduring
from kstar_tui.tui.settings.field import SecretInput, all_of
from kstar_tui.tui.settings.typed import begun, hidden_part, meant, words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One setting to be edited."""

    row: Setting
    value: SettingValue = field(repr=False)
    """From which to start."""
    written: SettingValue = field(repr=False)
    """What is in config.toml; None for nothing."""
    warnings: Sequence[str]
    """What the user should know before."""
    check: Callable[[SettingValue], object]
    """SettingsError where a value does not go together with the others, or cannot be saved."""
    save: Callable[[SettingValue], None]
    """SettingsError, and nothing saved, where that cannot be."""
    test: Callable[[SettingValue], None] | None = None
    """Try the value out; None where there is nothing to try."""
    preview: Callable[[str | None], None] | None = None
    """Show how a word would look; None for as it was."""


class Editor(Enduring, ModalScreen[None]):
    """Saves and leaves on enter; a value that is refused stays, with what is wrong about it."""

    DEFAULT_CSS = """
    Editor { align: center middle; }
    Editor > VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; border-title-style: bold; padding: 0 1; background: $surface;
    }
    Editor #warnings { color: $text-warning; }
    Editor #field { border: round $primary; background: $surface; height: 3; margin: 1 0; }
    Editor #words { border: round $primary; background: $surface; height: auto; max-height: 12;
        margin: 1 0; }
    Editor #verdict.-refused { color: $text-error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Leave", id="editor.leave"),
        Binding("ctrl+t", "test", "Test", id="editor.test"),
    ]

    def __init__(self, task: Task, glyphs: Glyphs) -> None:
        super().__init__()
        self._job = task
        self._glyphs = glyphs
        self._words = words_of(task.row)
        self._saved = False
        self._start = begun(task.row, task.value)

    def compose(self) -> ComposeResult:
        """What it means, the field or the words, and what is to be said of what stands there."""
        task, row = self._job, self._job.row
        with VerticalScroll(can_focus=False) as box:
            box.border_title = row.key
            box.border_subtitle = self._hint()
            yield Static(self._spelled(row.help), markup=False)
            if task.warnings:
                yield Static(self._spelled("\n".join(task.warnings)), id="warnings", markup=False)
            if self._words:
                yield OptionList(
                    *(Option(word, id=word) for word in self._words), id="words", markup=False
                )
            else:
                yield self._field()
            yield Static("", id="verdict", markup=False)

    def on_mount(self) -> None:
        """Begin at what there is."""
        if self._words:
            words = self.query_one(OptionList)
            now = self._job.row.kind.show(self._job.value)
            words.highlighted = self._words.index(now) if now in self._words else 0
            words.focus()
        else:
            field = self.query_one(Input)
            field.cursor_blink = False
            field.focus()
            self._judge(field.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every key is judged."""
        event.stop()
        self._judge(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter saves what is allowed."""
        event.stop()
        self._save(event.value)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """A word is judged before it is taken, and a look is seen."""
        word = event.option_id or ""
        if self._job.preview is not None:
            self._job.preview(word)
        self._judge(word)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click takes a word."""
        self._save(event.option_id or "")

    def on_unmount(self) -> None:
        """However it was left: what was only looked at goes."""
        if self._job.preview is not None and not self._saved:
            self._job.preview(None)

    def action_test(self) -> None:
        """Try out what stands there, before it is saved."""
        if self._job.test is None:
            return
        try:
            value = self._meant(self._text)
        except ValueError:
            return
        self._job.test(value)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A test is offered where there is one."""
        return self._job.test is not None if action == "test" else True

    @property
    def _text(self) -> str:
        if not self._words:
            return self.query_one(Input).value
        highlighted = self.query_one(OptionList).highlighted
        return self._words[highlighted or 0]

    def _field(self) -> Input:
        task, row = self._job, self._job.row
        if isinstance(row.kind, Password):
            kept = "unchanged" if task.written is not None else ""
            return SecretInput("", hide=all_of, dot=self._dot, id="field", placeholder=kept)
        default = self._spelled(f"the default: {row.kind.show(row.default)}")
        if isinstance(row.kind, BrokerUrl):
            hide = partial(hidden_part, known=self._start)
            return SecretInput(
                self._start, hide=hide, dot=self._dot, id="field", placeholder=default
            )
        return Input(self._start, id="field", placeholder=default, select_on_focus=False)

    @property
    def _dot(self) -> str:
        return "*" if self._glyphs.ascii_only else "•"

    def _hint(self) -> str:
        parts = ["enter saves"]
        if self._job.test is not None:
            parts.append(f"{first_key(self.app, 'editor.test')} tests")
        parts.append(f"{first_key(self.app, 'editor.leave')} leaves")
        return self._spelled(" · ".join(parts))

    def _meant(self, text: str) -> SettingValue:
        return meant(self._job.row, text, self._job.written)

    def _judge(self, text: str) -> None:
        """Say what the text means, or why it is refused."""
        if why := self._objection(text):
            self._say(why, refused=True)
        else:
            self._say(self._approval(text, self._meant(text)))

    def _objection(self, text: str) -> str:
        """Why it is refused; nothing where it is allowed."""
        try:
            value = self._meant(text)
        except ValueError as error:
            hint = f" ({error})" if str(error) else ""
            return f"not allowed{hint}; allowed is {self._job.row.kind.allowed}"
        try:
            self._job.check(value)
        except SettingsError as error:
            return f"refused: {without_passwords(error)}"
        return ""

    def _approval(self, text: str, value: SettingValue) -> str:
        row = self._job.row
        if isinstance(row.kind, Password):
            if not text:
                return "left empty, it stays as it is" if value else "none"
            return "a new password"
        if not text.strip():
            return f"the default: {row.kind.show(row.default)}"
        if isinstance(row.kind, BrokerUrl):
            begin, end = hidden_part(text, self._start)
            if end > begin and "@" not in text:
                return "hidden behind the colon: it could be a password"
        return f"ok: {row.kind.show(value)}"

    def _save(self, text: str) -> None:
        if why := self._objection(text):
            # Enter is answered, too.
            self._say(f"not saved: {why}", refused=True)
            return
        try:
            self._saved = True
            self._job.save(self._meant(text))
        except SettingsError as error:
            self._saved = False
            self._say(f"not saved: {without_passwords(error)}", refused=True)
            return
        self.dismiss()

    def _say(self, text: str, *, refused: bool = False) -> None:
        sign = self._glyphs.offline if refused else self._glyphs.online
        verdict = self.query_one("#verdict", Static)
        verdict.update(self._spelled(f"{sign} {text}"))
        verdict.set_class(refused, "-refused")

    def _spelled(self, text: str) -> str:
        return self._glyphs.spell(text)
