"""The strict reading of a measure and of the sentences that go with it."""

from __future__ import annotations

import string
from collections.abc import Mapping
from decimal import Decimal

from standards.faults import Fault, Faults, Node
from standards.measures import (
    KINDS,
    Banded,
    Choice,
    Element,
    Elements,
    Limit,
    Measure,
    Number,
    Occurrences,
    PerUnit,
    YesNo,
    placeholders,
)
from standards.quantities import Band

MEASURE_KINDS = ("yes_no", "choice", "number", "banded", "elements", "per_unit", "occurrences")
UNIT_LENGTH = 10
TITLE_LENGTH = 200
MOST_BANDS = 10
# A lost point is stored with three digits before the decimal point.
MOST_POINTS = 999


def parse_measure(data: object, applies_to: tuple[str, ...] = KINDS, path: str = "measure") -> Measure:
    """The measure that `data` describes, for an item of these kinds of center, or `Faults`."""
    faults: list[Fault] = []
    measure = read_measure(Node(data, path, faults), applies_to)
    if faults or measure is None:
        raise Faults(faults)
    return measure


def read_measure(node: Node, applies_to: tuple[str, ...]) -> Measure | None:
    """The measure at `node`; None, with faults noted, where its kind cannot be made out."""
    value = node.value
    if not isinstance(value, Mapping) or "kind" not in value:
        node.fields(("kind",))
        return None
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in MEASURE_KINDS:
        Node(kind, f"{node.path}.kind", node.faults).one_of(MEASURE_KINDS)
        return None
    match kind:
        case "choice":
            return _choice(node)
        case "number":
            return _number(node, applies_to)
        case "banded":
            return _banded(node)
        case "elements":
            return _elements(node, applies_to)
        case _:
            return _plain(node, kind)


def _plain(node: Node, kind: str) -> YesNo | PerUnit | Occurrences:
    if kind == "per_unit":
        return PerUnit(_unit(node.fields(("kind",), ("unit",))["unit"]))
    if kind == "occurrences":
        parts = node.fields(("kind", "deduct_each"), ("unit",))
        return Occurrences(_deduction(parts["deduct_each"]), _unit(parts["unit"]))
    node.fields(("kind",))
    return YesNo()


def _choice(node: Node) -> Choice:
    ratio = node.fields(("kind",), ("partly_ratio",))["partly_ratio"]
    return Choice() if ratio.absent else Choice(ratio.number(0, 1))


def _number(node: Node, applies_to: tuple[str, ...]) -> Number:
    parts = node.fields(("kind",), ("unit", "minimum", "maximum", "partial"))
    minimum, maximum = _limit(parts["minimum"]), _limit(parts["maximum"])
    partial = "none" if parts["partial"].absent else parts["partial"].one_of(("none", "proportional"))
    for kind in applies_to:
        low, high = minimum.of(kind), maximum.of(kind)
        if low is not None and high is not None and low > high:
            parts["maximum"].fault("maximum_below_minimum", minimum=str(low))
            break
        if partial == "proportional" and low is not None and low <= 0:
            parts["minimum"].fault("minimum_positive")
            break
    if partial == "proportional" and not any(minimum.of(kind) is not None for kind in applies_to):
        parts["partial"].fault("proportional_without_minimum")
    return Number(_unit(parts["unit"]), minimum, maximum, partial)


def _limit(node: Node) -> Limit:
    """One number for all kinds of center, or a number for each kind that has a limit."""
    if node.absent:
        return Limit()
    if not isinstance(node.value, Mapping):
        value = node.number()
        return Limit(value, value)
    if not node.value:
        node.fault("limit")
    parts = node.fields((), KINDS)
    return Limit(**{kind: part.number() for kind, part in parts.items() if not part.absent})


def _banded(node: Node) -> Banded:
    parts = node.fields(("kind", "basis", "bands"), ("unit", "basis_unit", "partial"))
    partial = "none" if parts["partial"].absent else parts["partial"].one_of(("none", "proportional"))
    bands: list[Band] = []
    entries = parts["bands"].entries(1, MOST_BANDS)
    before = len(node.faults)
    for entry in entries:
        fields = entry.fields(("minimum",), ("below",))
        minimum, below = fields["minimum"].number(0), fields["below"]
        if partial == "proportional" and minimum == 0 and len(node.faults) == before:
            fields["minimum"].fault("minimum_positive")
        bands.append(Band(minimum, None if below.absent else below.number(0)))
        if len(node.faults) == before:
            _check_band(below, bands, is_last=entry is entries[-1])
    basis = parts["basis"].text(UNIT_LENGTH)
    # A band without its parts has faults already; what reads on needs one that holds everything.
    bands = bands or [Band(Decimal(0))]
    return Banded(tuple(bands), basis, _unit(parts["unit"]), _unit(parts["basis_unit"]), partial)


def _check_band(below: Node, bands: list[Band], *, is_last: bool) -> None:
    """Each band ends above the one before it; the last, and only the last, has no end."""
    end, before = bands[-1].below, bands[-2].below if len(bands) > 1 else None
    if end is not None and is_last:
        below.fault("band_last")
    elif end is None and not is_last:
        below.faults.append(Fault(below.path, "", "band_end"))
    elif end is not None and before is not None and end <= before:
        below.fault("band_order", above=str(before))


def _elements(node: Node, applies_to: tuple[str, ...]) -> Elements:
    parts = node.fields(("kind", "elements"), ("deduct_each",))
    elements: list[Element] = []
    before = len(node.faults)
    for entry in parts["elements"].entries(least=1, most=100):
        fields = entry.fields(("code", "title"), ("applies_to",))
        code = fields["code"].code()
        if code and code in {element.code for element in elements}:
            fields["code"].fault("duplicate_code")
        kinds = KINDS if fields["applies_to"].absent else fields["applies_to"].some_of(KINDS)
        elements.append(Element(code, fields["title"].text(TITLE_LENGTH), kinds))
    if len(node.faults) == before:
        for kind in applies_to:
            if not any(kind in element.applies_to for element in elements):
                parts["elements"].fault("element_for_kind", kind=kind)
    deduct = parts["deduct_each"]
    return Elements(tuple(elements), None if deduct.absent else _deduction(deduct))


def _deduction(node: Node) -> Decimal:
    value = node.number(0, MOST_POINTS)
    if value == 0 and node.value == 0:
        node.fault("above_zero")
    return value


def _unit(node: Node) -> str:
    return "" if node.absent else node.text(UNIT_LENGTH, empty=True)


def read_sentence(node: Node, most: int, measure: Measure | None, applies_to: tuple[str, ...]) -> str:
    """A finding or requirement sentence whose every `{placeholder}` the measure can fill for each kind."""
    text = node.text(most)
    try:
        fields = [(name, form, conversion) for _, name, form, conversion in string.Formatter().parse(text)]
    except ValueError:
        node.fault("braces")
        return text
    for name, form, conversion in fields:
        if name is None or measure is None:
            continue
        known = frozenset.intersection(*(placeholders(measure, kind) for kind in applies_to or KINDS))
        if name not in known or form or conversion:
            node.fault("placeholder", name=name, known="、".join(sorted(known)))
    return text
