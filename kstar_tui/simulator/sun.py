"""Where the sun stands and how much of its light reaches a tilted plane under a clear sky."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import acos, asin, atan2, cos, degrees, exp, pi, radians, sin

_SOLAR_CONSTANT = 1353.0
_GROUND_REFLECTION = 0.2


@dataclass(frozen=True, slots=True)
class Sun:
    """Angles in radians: elevation above the horizon, azimuth from south, west positive."""

    elevation: float
    azimuth: float


@dataclass(frozen=True, slots=True)
class Sky:
    """W/m²: `beam` on a plane that faces the sun, `diffuse` on a horizontal one."""

    beam: float
    diffuse: float


def declination(day_of_year: int) -> float:
    """The sun's declination in radians."""
    return radians(23.44) * sin(2 * pi * (284 + day_of_year) / 365)


def sun_at(day_of_year: int, solar_hour: float, latitude: float) -> Sun:
    """The sun at an hour of solar time (12 = it stands highest), latitude in degrees north."""
    sin_tilt, cos_tilt, sin_place, cos_place = _of_day(day_of_year, latitude)
    angle = radians(15 * (solar_hour - 12))
    cos_angle = cos(angle)
    height = sin_place * sin_tilt + cos_place * cos_tilt * cos_angle
    azimuth = atan2(cos_tilt * sin(angle), sin_place * cos_tilt * cos_angle - cos_place * sin_tilt)
    return Sun(asin(max(-1.0, min(1.0, height))), azimuth)


@lru_cache(maxsize=16)
def _of_day(day_of_year: int, latitude: float) -> tuple[float, float, float, float]:
    tilt, place = declination(day_of_year), radians(latitude)
    return sin(tilt), cos(tilt), sin(place), cos(place)


def half_day(day_of_year: int, latitude: float) -> float:
    """Hours from sunrise to noon: 0 in a polar night, 12 where the sun never sets."""
    tilt, place = declination(day_of_year), radians(latitude)
    cosine = -sin(place) * sin(tilt) / max(1e-9, cos(place) * cos(tilt))
    return degrees(acos(max(-1.0, min(1.0, cosine)))) / 15


def clear_sky(sun: Sun) -> Sky:
    """What a cloudless sky sends at this elevation; nothing once the sun is down."""
    if sun.elevation <= 0:
        return Sky(0.0, 0.0)
    height = degrees(sun.elevation)
    air_mass = 1 / (sin(sun.elevation) + 0.50572 * (height + 6.07995) ** -1.6364)
    beam: float = _SOLAR_CONSTANT * 0.7 ** (air_mass**0.678)
    # The blue of the sky: about a tenth of the beam, fading in over the first degrees.
    return Sky(beam, 0.11 * beam * (1 - exp(-height / 6)))


def irradiance(sun: Sun, sky: Sky, azimuth: float, tilt: float) -> float:
    """W/m² on a plane; `azimuth` in degrees from south, west positive, `tilt` in degrees."""
    if sun.elevation <= 0:
        return 0.0
    slope = radians(tilt)
    facing = sin(sun.elevation) * cos(slope) + cos(sun.elevation) * sin(slope) * cos(
        sun.azimuth - radians(azimuth)
    )
    level = sky.beam * sin(sun.elevation) + sky.diffuse
    return (
        sky.beam * max(0.0, facing)
        + sky.diffuse * (1 + cos(slope)) / 2
        + level * _GROUND_REFLECTION * (1 - cos(slope)) / 2
    )
