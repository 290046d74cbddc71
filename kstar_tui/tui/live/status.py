"""The two lines that frame the Live screen: who is there and how fresh, and what to know of it."""

from __future__ import annotations

from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import DEADBAND, STATE_STYLES, age, duration, moment, number


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
    x = paint.put(rect.x + 1, y, _name(view)[: max(0, room)], "title") + 2
    x = paint.put(x, y, state, STATE_STYLES[update.state]) + 2
    if old:
        x = paint.put(x, y, old, "text" if view.current else "dim") + 2
    for word, style in (("demo", "warning"), (f"{glyphs.pause} paused", "warning")):
        shown = view.demo if word == "demo" else view.paused
        if shown and x + len(word) < end:
            x = paint.put(x, y, word, style) + 2


def _name(view: View) -> str:
    info, address = view.update.info, view.update.address
    if info is not None and (info.model or info.serial):
        tail = f" …{info.serial[-4:]}" if info.serial else ""
        return f"{info.model or 'Inverter'}{tail}"
    return str(address) if address else "kstar-tui"


def _mqtt(paint: Paint, end: int, y: int, view: View) -> int:
    status = view.mqtt
    if status is None:
        return end
    if not status.connected:
        text = "MQTT connecting" if status.error is None else "MQTT away"
        sign = paint.glyphs.waiting if status.error is None else paint.glyphs.offline
        return paint.right(end, y, f"{sign} {text}", "warning") - 2
    end = paint.right(end, y, number(status.sent), "dim") - 1
    return paint.right(end, y, f"{paint.glyphs.online} MQTT", "good") - 2


def draw_status(paint: Paint, rect: Rect, view: View) -> None:
    """What is wrong, most urgent first; else how the conversation with the inverter goes."""
    y, update, x = rect.y, view.update, rect.x + 1
    reading = view.reading
    room = rect.width - 2
    if view.current and reading is not None and reading.errors:
        text = f" {paint.glyphs.warning} FAULT  {', '.join(reading.errors)} "
        paint.put(x, y, text[:room], "alarm")
        return
    if update.state is LinkState.OFFLINE:
        paint.put(x, y, _offline(view)[:room], "fault")
        return
    if update.state in (LinkState.SEARCHING, LinkState.CONNECTING):
        where = f"asking {update.address}" if update.address else "looking for the inverter"
        text = f"{where} … {update.error or ''}"
        paint.put(x, y, text[:room], "warning")
        return
    mqtt = view.mqtt
    if mqtt is not None and not mqtt.connected and mqtt.error:
        paint.put(x, y, f"MQTT: {mqtt.error}"[:room], "warning")
        return
    _conversation(paint, x, y, rect.right - 1, view)


def _conversation(paint: Paint, x: int, y: int, end: int, view: View) -> None:
    update = view.update
    refused = sum(update.rejected.values())
    parts: list[tuple[str, str]] = []
    for word, value in (("polls", update.polls), ("lost", update.lost), ("refused", refused)):
        parts += [
            (f"{word} ", "dim"),
            (number(value), "dim" if not value or word == "polls" else "text"),
            ("   ", "dim"),
        ]
    if update.latency is not None:
        parts += [("answer ", "dim"), (f"{update.latency * 1000:4.0f}", "dim"), (" ms   ", "dim")]
    if update.rejected:
        worst = max(update.rejected, key=lambda reason: update.rejected[reason])
        parts.append((f"({worst})   ", "dim"))
    if update.address is not None:
        parts.append((f"at {update.address}", "dim"))
    for text, style in parts:
        if x + len(text) > end:
            break
        x = paint.put(x, y, text, style)


def _offline(view: View) -> str:
    update = view.update
    text = f"{view.update.state} since {moment(update.since.astimezone(view.now.tzinfo), view.now)}"
    if update.error:
        # The end of the sentence is what came back; all of it stands among the events.
        text += f" · {update.error.rpartition(': ')[2]}"
    if update.next_poll_monotonic is not None:
        wait = update.next_poll_monotonic - view.now_monotonic
        # Rounded up to ten: a line that counted every second would be sent every second.
        text += f" · next try within {duration(max(10, -(-wait // 10) * 10))}"
    reading = view.reading
    if reading is not None and reading.pv_power < DEADBAND:
        text += " · usual after sunset"
    return text
