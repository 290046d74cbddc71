"""The Events screen for a size: a list, and what the selected line means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import wrap

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.events import Severity
from kstar_tui.tui.events.episodes import Choice, Episode
from kstar_tui.tui.events.meanings import meaning
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.paint import Paint, Picture, Rect
from kstar_tui.tui.words import duration, moment, number

STYLES = {
    Severity.FAULT: "fault",
    Severity.WARNING: "warning",
    Severity.GOOD: "good",
    Severity.NOTE: "text",
}
_WHEN, _LASTED = 16, 15
_TEXT_AT = 3 + _WHEN + _LASTED + 2
"""Columns in front of what happened, where there is room for all of a row."""
_WHOLE_LINES = 3
"""For the text of a row that is cut."""
_WIDEST = 110
"""Columns in which a text is read comfortably."""
_SMALL = 60, 14
CHOICE = "choice:"
"""The field of a word that chooses what is listed begins so."""
ROW = "row:"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsView:
    """One moment of the screen."""

    now: datetime
    calendar: Calendar
    name: str = ""
    """Whose events they are."""
    episodes: tuple[Episode, ...] = ()
    """Those that are listed, the newest first."""
    choice: Choice = Choice.ALL
    selected: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    """Frames refused since the start, by reason."""
    kept: bool = True
    """There is a history in which they stay."""


def detail_lines(height: int) -> int:
    """Lines for what the selected episode means."""
    return 0 if height < 18 else 8 if height < 34 else 9


def rows_shown(width: int, height: int) -> int:
    """Episodes that have room."""
    if width < _SMALL[0] or height < _SMALL[1]:
        return max(1, height - 1)
    return max(1, height - 3 - detail_lines(height))


def first_shown(view: EventsView, rows: int) -> int:
    """The first listed: the selected one is always to be seen, and in the middle where it can."""
    last = max(0, len(view.episodes) - rows)
    return min(max(0, view.selected - rows // 2), last)


def draw_events_screen(view: EventsView, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    small = width < _SMALL[0] or height < _SMALL[1]
    _header(paint, view, small=small)
    rows = rows_shown(width, height)
    y = 1
    if not small:
        paint.put(3, 1, "when".ljust(_WHEN) + "lasted".ljust(_LASTED) + "what happened", "dim")
        y = 2
    if not view.episodes:
        for line, text in enumerate(_nothing(view), y):
            paint.put(3, line, text[: width - 4], "text" if line == y else "dim")
    first = first_shown(view, rows)
    for index, episode in enumerate(view.episodes[first : first + rows], first):
        _row(paint, y + index - first, view, index, episode)
    if not small:
        detail = detail_lines(height)
        if detail and view.episodes:
            _detail(paint, Rect(1, height - 1 - detail, width - 2, detail), view)
        _refused(paint, height - 1, view)
    return paint.picture()


def when(at: datetime, now: datetime, calendar: Calendar) -> str:
    """A local time with its seconds, and the date where it is not today's."""
    at = calendar.local(at.timestamp())
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%a %d %b %Y %H:%M:%S}"


def lasted(episode: Episode) -> str:
    """`41 min`, `so far`, `max 3 days` where nobody looked in between; nothing where it has no
    length, or its end was not seen."""
    if episode.lasts:
        return "so far"
    seconds = episode.seconds
    if seconds is None:
        return ""
    text = "under 1 s" if seconds < 1 else duration(seconds)
    return f"max {text}" if episode.unwatched else text


def _header(paint: Paint, view: EventsView, *, small: bool) -> None:
    x = paint.put(1, 0, "Events", "title") + 2
    end = paint.right(paint.width - 1, 0, f"{view.now:%H:%M}", "text") - 2
    words = [view.choice] if small else list(Choice)
    for choice in reversed(words):
        chosen = choice is view.choice
        text = f"[{choice}]" if chosen else f" {choice} "
        end = paint.right(end, 0, text, "strong" if chosen else "dim", f"{CHOICE}{choice}")
    room = end - 2 - x
    if room > 0:
        paint.put(x, 0, view.name[:room], "dim")


def _row(paint: Paint, y: int, view: EventsView, index: int, episode: Episode) -> None:
    g = paint.glyphs
    chosen = index == view.selected
    name = f"{ROW}{index}"
    if chosen:
        paint.put(1, y, g.arrow_right, "strong", name)
    moment_text = moment(view.calendar.local(episode.at.timestamp()), view.now)
    if episode.begin is None:
        moment_text = f"to {moment_text}"
    paint.put(3, y, moment_text.ljust(_WHEN), "strong" if chosen else "dim", name)
    x = 3 + _WHEN
    if paint.width >= _SMALL[0]:
        style = STYLES[episode.severity] if episode.lasts else "text"
        paint.put(x, y, lasted(episode).ljust(_LASTED), style, name)
        x += _LASTED
    sign = {Severity.FAULT: g.warning, Severity.WARNING: "!", Severity.GOOD: g.online}.get(
        episode.severity, "." if g.ascii_only else "·"
    )
    x = paint.put(x, y, f"{sign} ", STYLES[episode.severity], name)
    room = max(0, paint.width - 1 - x)
    text = episode.text if len(episode.text) <= room else f"{episode.text[: max(0, room - 1)]}…"
    style = "strong" if chosen else STYLES[episode.severity] if episode.lasts else "text"
    paint.put(x, y, text, style, name)


def _detail(paint: Paint, rect: Rect, view: EventsView) -> None:
    """Which one it is, what it means, and what to do."""
    episode = view.episodes[min(view.selected, len(view.episodes) - 1)]
    paint.put(rect.x, rect.y, paint.glyphs.horizontal * rect.width, "border")
    paint.right(rect.right - 1, rect.y, f" {view.selected + 1} of {len(view.episodes)} ", "dim")
    y = rect.y + 1
    if len(episode.text) > paint.width - _TEXT_AT - 1:
        # Its row is cut.
        for part in wrap(episode.text, rect.width, max_lines=_WHOLE_LINES, placeholder=" …"):
            paint.put(rect.x, y, part, "strong")
            y += 1
    paint.put(rect.x, y, times(episode, view.now, view.calendar)[: rect.width], "dim")
    words = meaning(episode)
    width = min(_WIDEST, rect.width - 9)
    for head, text in (("means", words.what), ("to do", words.do)):
        for line, part in enumerate(wrap(text, max(10, width))):
            y += 1
            if y >= rect.bottom:
                return
            if not line:
                paint.put(rect.x, y, head, "title")
            paint.put(rect.x + 8, y, part, "text")


def times(episode: Episode, now: datetime, calendar: Calendar) -> str:
    """From when to when, in full."""
    if episode.begin is None:
        end = "" if episode.end is None else when(episode.end, now, calendar)
        return f"ended {end}; it began before kstar-tui looked"
    begin = when(episode.begin, now, calendar)
    off = "; kstar-tui was off in between" if episode.unwatched else ""
    if episode.lasts:
        return f"since {begin}{off}"
    if episode.end is None:
        return begin
    end = when(episode.end, now, calendar)
    return f"{begin} to {end}, {lasted(episode)}{off}"


def _refused(paint: Paint, y: int, view: EventsView) -> None:
    if not view.refused:
        paint.put(1, y, "no frame was refused since the start", "dim")
        return
    x = paint.put(1, y, "frames refused since the start: ", "dim")
    counts = sorted(view.refused.items(), key=lambda item: -item[1])
    text = ", ".join(f"{reason} {number(count)}" for reason, count in counts)
    paint.put(x, y, text[: max(0, paint.width - 1 - x)], "text")


def _nothing(view: EventsView) -> list[str]:
    if view.choice is Choice.ALL:
        first = "Nothing has happened yet."
    else:
        first = f"Nothing of this kind has happened: {view.choice}."
    if view.kept:
        return [first, "Events are kept for five years."]
    return [first, "Without a history they are forgotten when kstar-tui ends."]
