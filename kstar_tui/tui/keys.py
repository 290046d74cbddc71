"""The keys of every action, by the action's name, and other keys for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import combinations
from typing import Any, NamedTuple

from textual.app import App
from textual.binding import Binding
from textual.keys import Keys, format_key
from textual.screen import ModalScreen, Screen

from kstar_tui.settings import Settings, SettingsError
from kstar_tui.settings.errors import suggestion
from kstar_tui.settings.look_kinds import keys_of

_OURS = "kstar_tui."
_LATER = tuple(
    f"kstar_tui.tui.{name}" for name in ("diagnostics.screen", "first.broker", "first.summary")
)
_WORDS = {"escape": "esc", "delete": "del"}
_NAMED = {key.value.rpartition("+")[2] for key in Keys}

Rows = list[tuple[str, str]]
Signs = Iterable[tuple[str | tuple[str, ...], str]]
"""Rows of help; a tuple instead of a sign names the actions whose keys stand there."""


class Action(NamedTuple):
    """What a key does on some screens."""

    keys: str
    """Those that it has by itself, with commas between them."""
    description: str
    where: str
    """One of its screens."""


def actions(app: type[App[Any]]) -> Mapping[str, Action]:
    """Every action of the app and of all screens that are loaded, by its name."""
    return _actions_of(app, *_screens(Screen))


@cache
def _actions_of(*owners: type[Any]) -> Mapping[str, Action]:
    found: dict[str, Action] = {}
    for owner in owners:
        for binding in _own_bindings(owner):
            if binding.id is not None:
                action = Action(binding.key, binding.description, _name(owner))
                found.setdefault(binding.id, action)
    return found


def load_screens() -> None:
    """Have all screens loaded, so that their actions are known: some are, when one goes there."""
    for name in _LATER:
        import_module(name)


def keymap_of(settings: Settings, app: type[App[Any]]) -> dict[str, str]:
    """The keys of the settings, by action; SettingsError for an action or a key that there is not,
    and where one key would do two things on one screen."""
    keymap = keys_of(settings.keys)
    place = settings.sources.get("ui.keys", "ui.keys")
    if keymap:
        load_screens()
    known = actions(app)
    for name, keys in keymap.items():
        if name not in known:
            raise SettingsError(
                f"{place}: ui.keys names {name}, and there is no such action."
                f"{suggestion(name, known)} docs/settings.md has them all."
            )
        for key in keys.split(","):
            if reason := _not_a_key(key):
                raise SettingsError(f"{place}: ui.keys gives {name} the key {key}, {reason}")
    for screen in _screens(Screen) if keymap else ():
        _check(screen, app, keymap, place)
    return keymap


def resolved(signs: Signs, app: App[Any]) -> Rows:
    """Rows of help in which the names of actions are their keys."""
    known, keymap = actions(type(app)), _keymap(app)
    return [
        (sign if isinstance(sign, str) else _keys_of(sign, known, keymap), meaning)
        for sign, meaning in signs
    ]


def told(app: App[Any], hidden: Iterable[str]) -> Rows:
    """Keys and meaning of what can be done now: what the line of keys shows, and `hidden` actions
    that it has no room for. The ways to other screens are left out."""
    found: dict[tuple[str, str], list[str]] = {}
    for active in app.screen.active_bindings.values():
        binding = active.binding
        if not binding.id or not active.enabled or binding.action.startswith("app.go("):
            continue
        if binding.show or binding.id in hidden:
            words = found.setdefault((binding.action, binding.description), [])
            words.append(app.get_key_display(binding))
    return [(" ".join(words), description) for (_, description), words in found.items()]


def first_key(app: App[Any], name: str) -> str:
    """The first key that an action has now, as people call it; empty where there is no such
    action."""
    action = actions(type(app)).get(name)
    return spoken(_keymap(app).get(name, action.keys).split(",")[0]) if action is not None else ""


def spoken(key: str) -> str:
    """A key as people call it, in ASCII where it has such a name."""
    modifiers, plus, last = key.rpartition("+")
    if not last:
        modifiers, plus, last = "", "", key
    sign = format_key(last)
    word = _WORDS.get(last) or (sign if len(sign) == 1 and last not in _NAMED else last)
    if modifiers == "ctrl":
        return f"^{word}"
    return f"{modifiers}{plus}{word}"


def _keymap(app: App[Any]) -> Mapping[str, str]:
    keymap: Mapping[str, str] = getattr(app, "keymap", {})
    return keymap


def _keys_of(names: Iterable[str], known: Mapping[str, Action], keymap: Mapping[str, str]) -> str:
    """The first key of each: there is room for no more."""
    keys = (keymap.get(name) or known[name].keys for name in names if name in known)
    return " ".join(spoken(each.split(",")[0].strip()) for each in keys)


def _screens(base: type[Screen[Any]]) -> Iterator[type[Screen[Any]]]:
    for screen in base.__subclasses__():
        if screen.__module__.startswith(_OURS):
            yield screen
        yield from _screens(screen)


def _own_bindings(owner: type[Any], *, foreign: bool = False) -> Iterator[Binding]:
    """Those that our own classes have; `foreign` ones as well, where nothing can get past them."""
    for each in owner.__mro__:
        ours = each.__module__.startswith(_OURS)
        for binding in vars(each).get("BINDINGS", ()):
            if isinstance(binding, Binding) and (ours or (foreign and binding.priority)):
                yield binding


def _name(owner: type[Any]) -> str:
    return "every" if issubclass(owner, App) else owner.__name__.removesuffix("Screen")


def _not_a_key(key: str) -> str:
    """Why nobody can press it; empty where one can."""
    modifiers, _, last = key.rpartition("+")
    if len(key) == 1:
        return ""
    if modifiers == "shift" and len(last) == 1 and last.isalpha():
        return f"which is written {last.upper()}."
    sign = format_key(last)
    if last in _NAMED or (len(last) == 1 and modifiers) or (len(sign) == 1 and sign != last):
        return ""
    return f"and there is no such key.{suggestion(last, sorted(_NAMED))}"


def _check(
    screen: type[Screen[Any]], app: type[App[Any]], keymap: Mapping[str, str], place: str
) -> None:
    modal = issubclass(screen, ModalScreen)
    heard = list(_own_bindings(screen))
    heard += [
        binding for binding in _own_bindings(app, foreign=True) if binding.priority or not modal
    ]
    pressed = [(binding, _pressed(binding, keymap)) for binding in heard]
    for (one, its), (other, others) in combinations(pressed, 2):
        both = its & others
        if not both or one.action == other.action or not {one.id, other.id} & set(keymap):
            continue
        names = " and ".join(binding.id or binding.description for binding in (one, other))
        raise SettingsError(
            f"{place}: with ui.keys both {names} would be {spoken(min(both))} on the "
            f"{_name(screen)} screen; allowed is one action a key."
        )


def _pressed(binding: Binding, keymap: Mapping[str, str]) -> set[str]:
    """Its keys, each in one spelling."""
    keys = keymap.get(binding.id or "", binding.key).split(",")
    return {spoken(key.strip()) for key in keys}
