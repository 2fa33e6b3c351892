"""The vocabulary at a glance: its main classes as boxes, and the properties between them as lines.

Where the boxes stand is said here; what they are called, and that a property may run between them, the
ontology says (a test holds the two together).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ontology import vocabulary as terms
from ontology.namespaces import term
from server import links
from server.naming import Link, Name, best

WIDTH: Final = 1120
HEIGHT: Final = 640
_W: Final = 176
_H: Final = 44
#: Class → the middle of its box.
BOXES: Final = {
    "SourceDocument": (110, 60), "TextEvidence": (110, 230), "Case": (400, 60), "Recognition": (700, 60),
    "Programme": (560, 250), "Mechanism": (880, 60), "MechanismComponent": (1005, 180),
    "Participation": (310, 360), "Organisation": (110, 480), "Area": (400, 580), "CooperationFramework": (110, 600),
    "Result": (800, 300), "Measurement": (965, 430), "Indicator": (1015, 310), "BeneficiaryGroup": (620, 580),
    "FundingFlow": (715, 430), "Product": (950, 580),
}  # fmt: skip
#: Which properties are drawn, from which box to which.
EDGES: Final = (
    ("TextEvidence", "inDocument", "SourceDocument"), ("Case", "inDocument", "SourceDocument"),
    ("Case", "describes", "Programme"), ("Case", "hasRecognition", "Recognition"),
    ("Programme", "usedMechanism", "Mechanism"), ("Mechanism", "hasComponent", "MechanismComponent"),
    ("Programme", "participation", "Participation"), ("Participation", "participant", "Organisation"),
    ("Participation", "evidence", "TextEvidence"), ("Programme", "statedRecipientArea", "Area"),
    ("Programme", "hasResult", "Result"), ("Result", "resultMeasurement", "Measurement"),
    ("Measurement", "ofIndicator", "Indicator"), ("Measurement", "counts", "BeneficiaryGroup"),
    ("Programme", "funding", "FundingFlow"), ("FundingFlow", "amount", "Measurement"),
    ("Programme", "benefits", "BeneficiaryGroup"), ("Measurement", "concernsProduct", "Product"),
    ("Organisation", "seatIn", "Area"), ("CooperationFramework", "frameworkArea", "Area"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """A class: its name and the corner of its box."""

    link: Link
    x: float
    y: float
    width: int = _W
    height: int = _H


@dataclass(frozen=True, slots=True)
class Edge:
    """A property between two boxes: from edge to edge, its name in the middle."""

    link: Link
    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def middle(self) -> tuple[float, float]:
        """Where its name stands."""
        return round((self.x1 + self.x2) / 2, 1), round((self.y1 + self.y2) / 2, 1)


def diagram(lang: str) -> tuple[Sequence[Box], Sequence[Edge]]:
    """Return the boxes and the lines between them, named in a language."""
    boxes = [Box(_link(lang, name), x - _W / 2, y - _H / 2) for name, (x, y) in BOXES.items()]
    edges = [Edge(_link(lang, name), *_ends(BOXES[one], BOXES[other])) for one, name, other in EDGES]
    return boxes, edges


def _link(lang: str, name: str) -> Link:
    labels = {k: v for k, v in terms.terms()[name].label._asdict().items() if v}
    return Link(best(labels, lang) or Name(name), links.href(lang, term(name)), term(name))


def _ends(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return where a line between the middles of two boxes leaves the one and meets the other."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    part = min(_W / 2 / abs(dx) if dx else 2, _H / 2 / abs(dy) if dy else 2)
    return (
        round(one[0] + dx * part, 1), round(one[1] + dy * part, 1),
        round(other[0] - dx * part, 1), round(other[1] - dy * part, 1),
    )  # fmt: skip
