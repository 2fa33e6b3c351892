"""Points and flows on a map: the Equal Earth projection, a frame around what is shown, names that do not collide.

The projection is that of Šavrič, Patterson and Jenny (2018), in the units of the land that the build draws:
1000 to the radius of the earth, north up, the origin where the equator meets the meridian of Greenwich.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, ceil, cos, degrees, floor, log10, radians, sin, sqrt
from typing import Final

SCALE: Final = 1000.0
_A: Final = (1.340264, -0.081106, 0.000893, 0.003796)
_M: Final = sqrt(3) / 2
#: Width and height of a map as it is laid out; the frame keeps their ratio.
RATIO: Final = 16 / 9
#: The smallest frame, about a third of China across.
LEAST: Final = 320.0
_MARGIN: Final = 0.12
#: The letters of a name are about so wide and high, as shares of the frame's width.
_LETTER: Final = 0.0135
_LINE: Final = 0.02
#: Characters from here on are as wide as they are high.
_WIDE: Final = 0x2E7F

#: Left, top, right, bottom.
Box = tuple[float, float, float, float]


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Return where a point (degrees) is on the map: x to the east, y to the south."""
    t = asin(_M * sin(radians(latitude)))
    t2 = t * t
    t6 = t2**3
    x = radians(longitude) * cos(t) / (_M * (_A[0] + 3 * _A[1] * t2 + t6 * (7 * _A[2] + 9 * _A[3] * t2)))
    y = t * (_A[0] + _A[1] * t2 + t6 * (_A[2] + _A[3] * t2))
    return round(x * SCALE, 2), round(-y * SCALE, 2)


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the map that is shown."""

    x: float
    y: float
    width: float
    height: float

    @property
    def view_box(self) -> str:
        """The value of the SVG attribute."""
        return f"{self.x:.1f} {self.y:.1f} {self.width:.1f} {self.height:.1f}"

    def of_width(self, share: float) -> float:
        """Return a length that is a share of the frame's width: what looks alike at every scale."""
        return round(self.width * share, 2)


def frame(points: Iterable[tuple[float, float]], least: float = LEAST) -> Frame:
    """Return a frame around some projected points, with a margin, in the ratio of the layout, and at least so wide."""
    seen = list(points) or [project(104.0, 34.0)]
    left, right = min(x for x, _ in seen), max(x for x, _ in seen)
    top, bottom = min(y for _, y in seen), max(y for _, y in seen)
    width = max((right - left) * (1 + 2 * _MARGIN), (bottom - top) * (1 + 2 * _MARGIN) * RATIO, least)
    height = width / RATIO
    return Frame((left + right - width) / 2, (top + bottom - height) / 2, width, height)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of latitude or longitude: its path, and where its label stands."""

    path: str
    x: float
    y: float
    label: str


def graticule(shown: Frame) -> list[Line]:
    """Return lines of latitude and longitude, some six across. Parallels are straight in this projection."""
    rough = degrees(shown.width / SCALE) / 6
    power = 10.0 ** floor(log10(rough))
    step = min(next((power * m for m in (1, 2, 5) if power * m >= rough), power * 10), 30.0)
    digits = max(0, -floor(log10(step)))
    bottom, right, gap = shown.y + shown.height, shown.x + shown.width, shown.of_width(0.005)
    lines: list[Line] = []
    south, north = _latitude(bottom), _latitude(shown.y)
    for n in range(ceil(south / step), floor(north / step) + 1):
        y, name = project(0, n * step)[1], _degrees(n * step, digits, "S", "N")
        lines.append(Line(f"M{shown.x:.1f} {y:g}H{right:.1f}", shown.x + gap, y - gap, name))
    for n in range(-floor(180 / step), floor(180 / step) + 1):
        at = [project(n * step, south + (north - south) * i / 12) for i in range(13)]
        if shown.x < at[0][0] < right:
            path = "M" + "L".join(f"{x:g} {y:g}" for x, y in at)
            lines.append(Line(path, at[0][0] + gap, bottom - gap, _degrees(n * step, digits, "W", "E")))
    return lines


def _degrees(value: float, digits: int, below: str, above: str) -> str:
    return f"{abs(value):.{digits}f}°{above if value > 0 else below if value < 0 else ''}"


def _latitude(y: float) -> float:
    """Return the latitude (degrees) of a height on the map, that of a pole beyond it."""
    south, north = -90.0, 90.0
    for _ in range(40):
        middle = (south + north) / 2
        south, north = (middle, north) if project(0, middle)[1] > y else (south, middle)
    return south


def curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return the path of a flow: an arc that bows to its left, so that there and back are two."""
    (x1, y1), (x2, y2) = start, end
    bow = 0.18
    middle = (x1 + x2) / 2 + (y2 - y1) * bow, (y1 + y2) / 2 - (x2 - x1) * bow
    return f"M{x1:g} {y1:g}Q{middle[0]:.1f} {middle[1]:.1f} {x2:g} {y2:g}"


def named(points: Sequence[tuple[tuple[float, float], str]], within: Frame) -> list[int]:
    """Return for each point where its name can stand without touching a point or an earlier name.

    1 is to its right, -1 to its left where there is no room to the right, 0 nowhere.
    """
    half = within.of_width(_LINE) / 2
    dots = [(x - half / 2, y - half / 2, x + half / 2, y + half / 2) for (x, y), _ in points]
    taken: list[Box] = []
    shown: list[int] = []
    for n, ((x, y), name) in enumerate(points):
        letters = sum(1.0 if ord(c) > _WIDE else 0.55 for c in name)
        length = within.of_width(_LETTER) * (letters + 1.2)
        others = [dot for i, dot in enumerate(dots) if i != n and dot != dots[n]]
        shown.append(0)
        for side, left in ((1, x), (-1, x - length)):
            box = (left, y - half, left + length, y + half)
            is_inside = within.x < left and box[2] < within.x + within.width
            if is_inside and not any(_touch(box, other) for other in (*taken, *others)):
                shown[-1] = side
                taken.append(box)
                break
    return shown


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
