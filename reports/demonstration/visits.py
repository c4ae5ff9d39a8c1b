"""What an inspector of the demonstration county finds at a center: plausible, and the same every time."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from inspections.answers import NOT_APPLICABLE, Checked, Given, check
from inspections.checklist import Checklist, Entry
from standards.measures import MET, Choice, Elements, Measure, Number, Occurrences, PerUnit, number_text

from . import remarks

# Units that a center has so many of: item → (township from, to, village from, to).
UNITS = {
    "matters.own_level": (34, 58, 16, 28),
    "matters.devolved": (9, 26, 3, 8),
    "matters.required_above": (8, 14, 2, 5),
    "facilities.monitoring_coverage": (4, 7, 2, 3),
}
WINDOWS = (4, 9)
# Per-unit items that count other things than windows take their number from what was answered.
ZONES = "site.zones"
NOTE_SHARE = 0.6
REPAIRED_SHARE = 0.35


@dataclass
class Visit:
    """One center on one day; `quality` between 0 and 1, `before` that of the visit before, if any.

    What is drawn for an item hangs on the center and the item alone, so that of two visits the
    one with the better quality finds nothing newly missing.
    """

    place: str
    kind: str
    quality: float
    before: float | None = None
    statuses: dict[str, str] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)

    def answers(self, checklist: Checklist) -> dict[Entry, Checked]:
        """An answer for every item, checked as those of a form are."""
        found = {}
        for entry in checklist.entries:
            checked = check(self._given(entry), entry.item, self.kind)
            self.statuses[entry.item.code] = checked.status
            self.values[entry.item.code] = checked.value
            found[entry] = checked
        return found

    def _given(self, entry: Entry) -> Given:
        item = entry.item
        reason = self._reason(item.code) if item.na_allowed else ""
        if reason:
            return Given(na=True, reason=reason)
        value = self._value(item.code, item.measure)
        status = check(Given(value), item, self.kind).status
        return Given(value, note=self._note(item.code, status))

    def _reason(self, code: str) -> str:
        needed, reason = remarks.MOOT.get(code, ((), ""))
        if needed and all(self.statuses.get(other) == "not_met" for other in needed):
            return reason
        township, village, reason = remarks.INAPPLICABLE.get(code, (0.0, 0.0, ""))
        return reason if self.draw(code, "na") < (village if self.kind == "village" else township) else ""

    def _note(self, code: str, status: str) -> str:
        if status in (MET, NOT_APPLICABLE):
            was_short = self.before is not None and self.draw(code) >= self.chance(code, self.before)
            told = was_short and status == MET and self.draw(code, "told") < REPAIRED_SHARE
            return remarks.REPAIRED if told else ""
        words = remarks.SHORT.get((code, status)) or remarks.SHORT.get((code, "")) or ""
        return words if self.draw(code, "note") < NOTE_SHARE else ""

    def _value(self, code: str, measure: Measure) -> object:
        chance = self.chance(code, self.quality)
        met = self.draw(code) < chance
        match measure:
            case Elements():
                return [e.code for e in measure.required(self.kind) if self.draw(code, e.code) < chance]
            case PerUnit():
                total = self._total(code)
                return {
                    "total": str(total),
                    "compliant": str(sum(self.draw(code, str(n)) < chance for n in range(total))),
                }
            case Choice():
                half = chance + (1 - chance) * 0.7
                return "met" if met else "partly" if self.draw(code) < half else "not_met"
            case Number():
                return self._quantity(code, measure, met)
            case Occurrences():
                return "0" if met else str(1 + int(2 * self.draw(code, "times")))
            case _:
                return met

    def _total(self, code: str) -> int:
        if code == "site.zone_signs" and isinstance(zones := self.values.get(ZONES), list):
            return max(1, len(zones))
        least, most = WINDOWS
        if code in UNITS:
            least, most = UNITS[code][2:] if self.kind == "village" else UNITS[code][:2]
        # All items about windows see the same windows.
        return least + int(self.draw(code if code in UNITS else "windows") * (most - least + 1))

    def _quantity(self, code: str, measure: Number, met: bool) -> str:
        limit = measure.minimum.of(self.kind) or measure.maximum.of(self.kind) or 1
        spread = self.draw(code, "size")
        if limit < 10:
            return str(int(limit) + (spread > 0.75) if met else max(0, int(limit) - 1 - (spread > 0.7)))
        share = 1.05 + 1.1 * spread if met else 0.62 + 0.35 * spread
        return number_text((limit * int(100 * share) / 100).quantize(limit))

    def chance(self, code: str, quality: float) -> float:
        weight = remarks.WEIGHTS.get(code, remarks.NORMAL)
        if self.kind == "village":
            weight = remarks.VILLAGE_WEIGHTS.get(code, weight)
        return quality**weight

    def draw(self, *of: str) -> float:
        """A number between 0 and 1 that is always the same for this center and these words."""
        return fraction(self.place, *of)


def fraction(*words: str) -> float:
    """Between 0 and 1, evenly spread, and on every machine the same for the same words."""
    digest = hashlib.sha256("|".join(words).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def short_codes(found: Mapping[Entry, Checked]) -> list[str]:
    """The items that fell short, in the document's order."""
    return [entry.item.code for entry, checked in found.items() if checked.status in ("partly", "not_met")]
