"""The two lines that frame the Live screen: who is there and how fresh, and what to know of it."""

from __future__ import annotations

from kstar_tui.history.keeping import Keeping
from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.rows import Part, label
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import (
    DEADBAND,
    STATE_STYLES,
    age,
    duration,
    left_to,
    number,
    short_name,
)


def state_glyph(state: LinkState, glyphs: Glyphs) -> str:
    """A sign for a state, so that its colour is not needed."""
    return {
        LinkState.ONLINE: glyphs.online,
        LinkState.STALE: glyphs.stale,
        LinkState.OFFLINE: glyphs.offline,
    }.get(state, glyphs.waiting)


def draw_header(paint: Paint, rect: Rect, view: View) -> None:
    """Model and serial, state and age of the data, MQTT, the time."""
    y, update, glyphs = rect.y, view.update, paint.glyphs
    end = rect.right - 1
    end = paint.right(end, y, f"{view.now:%H:%M}", "text") - 2
    end = _mqtt(paint, end, y, view)

    state = f"{state_glyph(update.state, glyphs)} {update.state}"
    old = "" if view.age is None else age(view.age, view.calm)
    # A long name gives way before the state and the age do.
    room = end - rect.x - len(state) - len(old) - 6
    name = "model" if update.info is not None else "address"
    x = paint.put(rect.x + 1, y, _name(view)[: max(0, room)], "title", name) + 2
    x = paint.put(x, y, state, STATE_STYLES[update.state]) + 2
    if old:
        x = paint.put(x, y, old, "text" if view.current else "dim", "age") + 2
    notes: list[tuple[tuple[str, ...], str]] = []
    if view.paused:
        notes.append(((paused_text(view, glyphs), f"{glyphs.pause} paused"), "warning"))
    if view.demo:
        notes.append((("demo",), "warning"))
    if view.via is not None:
        notes.append(((f"via {view.via.who}", "attached"), "dim"))
    for words, style in notes:
        word = next((word for word in words if x + len(word) < end), "")
        if word:
            x = paint.put(x, y, word, style) + 2


def paused_text(view: View, glyphs: Glyphs) -> str:
    """Since when the values stand still; nothing where they do not."""
    return f"{glyphs.pause} paused at {view.paused:%H:%M:%S}" if view.paused else ""


def _name(view: View) -> str:
    info, address = view.update.info, view.update.address
    if info is not None and (info.model or info.serial):
        return short_name(info)
    return str(address) if address else "kstar-tui"


def _mqtt(paint: Paint, end: int, y: int, view: View) -> int:
    status = view.mqtt
    if status is None:
        return end
    if status.standby:
        writer = view.history.pid if view.history is not None else None
        return paint.right(end, y, f"MQTT {left_to(writer)}", "dim") - 2
    if not status.connected:
        text = "MQTT connecting" if status.error is None else "MQTT away"
        sign = paint.glyphs.waiting if status.error is None else paint.glyphs.offline
        return paint.right(end, y, f"{sign} {text}", "warning") - 2
    end = paint.right(end, y, " sent", "dim")
    end = paint.right(end, y, number(status.sent), "dim", "sent") - 1
    return paint.right(end, y, f"{paint.glyphs.online} MQTT", "good") - 2


def draw_status(paint: Paint, rect: Rect, view: View) -> None:
    """How the conversation with the inverter goes, and above it what is wrong.

    Where there is one line only, the most urgent trouble takes it, and the counts what it leaves.
    """
    x, last = rect.x + 1, rect.bottom - 1
    troubles = _troubles(view, paint.glyphs, rect.width - 2)
    for y, (text, style) in zip(range(rect.y, last), troubles, strict=False):
        paint.put(x, y, text[: rect.width - 2], style)
    if rect.height > 1 or not troubles:
        _conversation(paint, x, last, rect.right - 1, view)
        return
    text, style = troubles[0]
    text = text[: rect.width - 2]
    paint.put(x, last, text, style)
    counts = (("lost", view.update.lost), ("refused", _refused(view)))
    parts = [(f"{word} ", number(value)) for word, value in counts]
    end = rect.right - 1
    if end - sum(len(word) + len(value) for word, value in parts) - 2 > x + len(text) + 1:
        for (word, _), (head, value) in zip(reversed(counts), reversed(parts), strict=True):
            end = paint.right(end, last, value, "dim", word)
            end = paint.right(end, last, head, "dim") - 2


def _troubles(view: View, glyphs: Glyphs, room: int) -> list[tuple[str, str]]:
    """What is wrong, with its style, the most urgent first."""
    update, reading, mqtt = view.update, view.reading, view.mqtt
    troubles: list[tuple[str, str]] = []
    if view.current and reading is not None and reading.errors:
        troubles.append((_fault(view, reading.errors, glyphs, room), "alarm"))
    if update.state is LinkState.OFFLINE:
        troubles.append((_offline(view, room), "fault"))
    elif update.state in (LinkState.SEARCHING, LinkState.CONNECTING):
        where = f"asking {update.address}" if update.address else "looking for the inverter"
        if view.via is not None and view.via.advice:
            where = f"listening at {view.via.who}"
        troubles.append((f"{where} … {update.error or ''}".rstrip(), "warning"))
    if mqtt is not None and not mqtt.connected and mqtt.error:
        troubles.append((f"MQTT: {mqtt.error}", "warning"))
    if mqtt is not None and mqtt.rival:
        troubles.append(("MQTT: another kstar-tui publishes this inverter, too", "warning"))
    if view.history is not None and view.history.error:
        done = "read" if view.history.keeping is Keeping.READING else "written"
        # Where it is stands in the details; here it would push the reason off the line.
        why = view.history.error.removeprefix(f"{view.history.path}: ")
        troubles.append((f"history not {done}: {why}", "warning"))
    return troubles


def _fault(view: View, errors: tuple[str, ...], glyphs: Glyphs, room: int) -> str:
    text = f" {glyphs.warning} FAULT  {', '.join(errors)} "
    tells = f"  {view.events_key} says what to do "
    return text + tells if view.events_key and len(text) + len(tells) <= room else text


def _refused(view: View) -> int:
    return sum(view.update.rejected.values())


def _conversation(paint: Paint, x: int, y: int, end: int, view: View) -> None:
    update = view.update
    groups: list[tuple[Part, ...]] = []
    counts = ("polls", update.polls), ("lost", update.lost), ("refused", _refused(view))
    for word, value in counts:
        style = "dim" if not value or word == "polls" else "text"
        groups.append((label(f"{word} "), Part(number(value), style, word)))
    if update.latency is not None:
        took = Part(f"{update.latency * 1000:4.0f}", "dim", "latency")
        groups.append((label("answer "), took, label(" ms")))
    if update.address is not None:
        groups.append((label("at "), Part(str(update.address), "dim", "address")))
    for reason, count in sorted(update.rejected.items(), key=lambda item: -item[1]):
        groups.append((label(f"{reason} "), Part(number(count), "dim", "refused")))
    for group in groups:
        # A word that has no room for its value is none.
        if x + sum(len(part.text) for part in group) > end:
            break
        for part in (*group, label("   ")):
            x = paint.put(x, y, part.text, part.style, part.field)


def _offline(view: View, room: int) -> str:
    update = view.update
    since = view.moment(update.since)
    after: list[str] = []
    if update.next_poll_monotonic is not None:
        wait = update.next_poll_monotonic - view.now_monotonic
        # Rounded up to ten: a line that counted every second would be sent every second.
        after.append(f"next try within {duration(max(10, -(-wait // 10) * 10))}")
    reading = view.reading
    if reading is not None and reading.errors:
        after.insert(0, f"last known fault: {', '.join(reading.errors)}")
    elif reading is not None and reading.pv_power < DEADBAND:
        after.append("usual after sunset")
    head = f"{update.state} since {since}"
    reason = update.error or ""
    text = " · ".join(filter(None, (head, reason, *after)))
    if len(text) > room:
        # The end of the sentence is what came back; what does not fit whole is left out.
        text = " · ".join(filter(None, (head, reason.rpartition(": ")[2])))
        for part in after:
            if len(text) + len(part) + 3 <= room:
                text += f" · {part}"
    return text
