"""What is to be told, from the monitor's updates. Pure: each update brings its own time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from kstar_tui.alerts.alert import Alert, Kind, Rules, Stage
from kstar_tui.alerts.condition import Condition, Moment
from kstar_tui.alerts.memory import Episode, Told
from kstar_tui.monitor.events import UTILITY_LOSS, Severity, grid_lost
from kstar_tui.monitor.update import NAMELESS, Update
from kstar_tui.protocol.reading import Reading

CALM = 60.0
"""Seconds for which a fault or a lost grid has to be over until it is."""
LOW_FOR = 60.0
"""Seconds for which the battery has to be low."""
HYSTERESIS = 5.0
"""% above the limit at which the battery is no longer low."""

_NO_BATTERY = "none"
_LONGEST = 200


class Watch:
    """Begin and end of every episode are told once each, in turns, whatever the inverter does."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._serial = ""
        """Of the inverter that all this is about, as far as it is known."""
        self._begin()

    def _begin(self) -> None:
        rules = self._rules
        self._faults: dict[str, Condition] = {}
        self._grid = Condition(begins_after=rules.grid_lost or 0.0, ends_after=CALM)
        self._battery = Condition(begins_after=LOW_FOR)
        self._data = Condition()
        self._fresh: Moment | None = None
        """When the last reading came, or else when watching began."""
        self._nameless = 0

    def resume(self, told: Told, update: Update) -> None:
        """Go on, with this update as the first one, where another watch ended: what it has told
        of is not told again."""
        self._serial = told.serial
        kinds = {
            Kind.GRID: (self._rules.grid_lost, self._grid),
            Kind.BATTERY: (self._rules.battery_low, self._battery),
            Kind.DATA: (self._rules.no_data, self._data),
        }
        for each in told.episodes:
            since = _moment(each.since, update)
            condition: Condition
            if each.kind is not Kind.FAULT:
                limit, condition = kinds[each.kind]
                if limit is None:
                    continue
            elif self._rules.fault:
                condition = self._faults[each.subject] = Condition(ends_after=CALM)
            else:
                continue
            condition.resume(since, _moment(each.told, update).monotonic, update.at_monotonic)
            if each.kind is Kind.DATA:
                self._fresh = since

    def told(self, update: Update) -> Told:
        """What the world knows of and takes for open, as of this update."""
        return Told(
            self._serial,
            tuple(
                Episode(
                    kind,
                    subject,
                    condition.since or update.at,
                    update.at - timedelta(seconds=update.at_monotonic - condition.told_at),
                )
                for kind, subject, condition in self._conditions()
                if condition.told
            ),
        )

    def take(self, update: Update, *, silent: bool = False) -> list[Alert]:
        """Look at an update; what is to be told now. While `silent` somebody else tells it."""
        serial = update.info.serial if update.info is not None else ""
        if serial and serial != self._serial:
            if self._serial:
                # What was told of another inverter is no news of this one.
                self._begin()
            self._serial = serial
        self._look(update)
        alerts: list[Alert] = []
        self._nameless += update.fresh and update.info is None
        if update.info is None and 0 < self._nameless < NAMELESS:
            # Who it is comes right behind the first reading.
            return alerts
        for kind, subject, condition in list(self._conditions()):
            stage = self._due(kind, condition, update)
            if stage is not None and not silent:
                alerts.append(_alert(stage, kind, subject, condition, update))
            if kind is Kind.FAULT and condition.idle:
                del self._faults[subject]
        return alerts

    def patience(self, now: float) -> float | None:
        """Seconds from now, by the clock for durations, for which no reading need come; 0 where one
        is missed. None where none is."""
        if self._rules.no_data is None or self._fresh is None:
            return None
        return max(0.0, self._fresh.monotonic + self._rules.no_data - now)

    def _conditions(self) -> Iterator[tuple[Kind, str, Condition]]:
        for subject, condition in self._faults.items():
            yield Kind.FAULT, subject, condition
        yield Kind.GRID, "", self._grid
        yield Kind.BATTERY, "", self._battery
        yield Kind.DATA, "", self._data

    def _look(self, update: Update) -> None:
        rules, now = self._rules, Moment(update.at, update.at_monotonic)
        if update.fresh or self._fresh is None:
            self._fresh = now
        if rules.no_data is not None:
            missing = now.monotonic >= self._fresh.monotonic + rules.no_data
            self._data.see(missing, now, self._fresh)
        if not update.fresh or update.reading is None:
            return
        reading = update.reading
        if rules.fault:
            for subject in reading.errors:
                # That one is the grid's, with the grid's threshold.
                if subject != UTILITY_LOSS:
                    self._faults.setdefault(subject, Condition(ends_after=CALM))
            for subject, condition in self._faults.items():
                condition.see(subject in reading.errors, now)
        if rules.grid_lost is not None:
            self._grid.see(grid_lost(reading), now)
        if rules.battery_low is not None and reading.battery_mode != _NO_BATTERY:
            self._battery.see(self._is_low(reading, rules.battery_low), now)

    def _is_low(self, reading: Reading, limit: float) -> bool:
        # Of a nearly full battery nobody wants to hear that it is low.
        enough = min(100.0, limit + HYSTERESIS) if self._battery.active else limit
        return reading.battery_soc < enough

    def _due(self, kind: Kind, condition: Condition, update: Update) -> Stage | None:
        """What is to be told of a condition now, which counts as told from here on."""
        rules, now = self._rules, update.at_monotonic
        quiet = rules.quiet is not None and not kind.urgent and rules.quiet.holds(update.at)
        if quiet:
            return None
        if condition.active is not condition.told:
            condition.told, condition.told_at = condition.active, now
            return Stage.BEGINS if condition.active else Stage.ENDS
        if condition.told and rules.repeat is not None and now - condition.told_at >= rules.repeat:
            condition.told_at = now
            return Stage.LASTS
        return None


def _moment(at: datetime, update: Update) -> Moment:
    """A moment of the past on both clocks."""
    ago = max(0.0, (update.at - at).total_seconds())
    return Moment(at, update.at_monotonic - ago)


def _alert(stage: Stage, kind: Kind, subject: str, condition: Condition, update: Update) -> Alert:
    info = update.info
    severity = Severity.FAULT if kind is Kind.FAULT else Severity.WARNING
    return Alert(
        at=update.at,
        stage=stage,
        kind=kind,
        subject=subject,
        severity=Severity.GOOD if stage is Stage.ENDS else severity,
        text=_text(stage, kind, subject, condition.lasted(update.at_monotonic), update),
        since=condition.since or update.at,
        serial=info.serial if info else "",
        model=info.model if info else "",
    )


def _text(stage: Stage, kind: Kind, subject: str, seconds: float, update: Update) -> str:
    soc = update.reading.battery_soc if update.reading is not None else 0
    if stage is Stage.ENDS:
        text = {
            Kind.FAULT: f"fault cleared: {subject}",
            Kind.GRID: "grid back",
            Kind.BATTERY: f"battery at {soc} % again",
            Kind.DATA: "the inverter answers again",
        }[kind]
        return f"{text}, after {_duration(seconds)}"
    text = {
        Kind.FAULT: f"fault: {subject}",
        Kind.GRID: "grid lost",
        Kind.BATTERY: f"battery low: {soc} %",
        Kind.DATA: f"no data from the inverter: {(update.error or 'no answer')[:_LONGEST]}",
    }[kind]
    return f"{text}, for {_duration(seconds)} now" if stage is Stage.LASTS else text


def _duration(seconds: float) -> str:
    minutes = max(0, round(seconds / 60))
    if minutes < 1:
        return f"{max(0, seconds):.0f} s"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min"
