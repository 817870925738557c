"""What the typologies cover: measures, rules, confirmed cases, age of the last review; blind spots first."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of
from casewright.knowledge.library import Library
from casewright.knowledge.records import Record
from casewright.knowledge.rule import Rule, load_rules, shipped
from casewright.knowledge.typology import Typology
from casewright.tools.indicators import catalogue
from casewright.tools.matching import FITS
from casewright.tools.store import Store

_REVIEW = timedelta(days=365)  # a typology nobody read for longer is told (ours; most houses review once a year)
_CONFIRMED = "approved"  # the status of a case whose report two people agreed upon


class Covered(Record):
    """What one typology is covered by, and what it lacks."""

    id: str
    status: str
    flags: int
    measured: int
    indicators: tuple[str, ...]
    rules: tuple[str, ...]
    confirmed_cases: int
    reviewed: date
    blind_spots: tuple[str, ...]


class Coverage(Record):
    """The typologies, those that lack most first, and the indicators that none of them uses."""

    typologies: tuple[Covered, ...]
    unused_indicators: tuple[str, ...]
    broken: tuple[str, ...] = ()

    def text(self, table: str) -> str:
        """The TABLE, and what it does not show."""
        whole = sum(not row.blind_spots for row in self.typologies)
        unused = ", ".join(self.unused_indicators) or "none"
        return f"{table}\n\n{whole} of {len(self.typologies)} without a blind spot\nindicators in no typology: {unused}"


def coverage(workspace: Workspace, today: date | None = None) -> Coverage:
    """What covers each typology that is not retired. A case confirms the typology that fits it best, where one fits."""
    known = library_of(workspace)
    rules = load_rules([shipped(), workspace.folder / "rules"], catalogue())
    confirmed = _confirmed(workspace)
    on = today or datetime.now(UTC).date()
    rows = [_covered(t, rules, confirmed[t.id], on) for t in known.typologies.values() if t.status != "retired"]
    return Coverage(
        typologies=tuple(sorted(rows, key=lambda row: (-len(row.blind_spots), row.measured, row.id))),
        unused_indicators=_unused(known),
        broken=tuple(str(error) for error in known.broken),
    )


def _covered(typology: Typology, rules: Mapping[str, Rule], confirmed: int, today: date) -> Covered:
    own = [rule for rule in rules.values() if typology.id in rule.typologies]
    return Covered(
        id=typology.id,
        status=typology.status,
        flags=len(typology.red_flags),
        measured=len(typology.measurable),
        indicators=tuple(dict.fromkeys(flag.indicator for flag in typology.red_flags if flag.indicator)),
        rules=tuple(rule.id if rule.status == "live" else f"{rule.id} ({rule.status})" for rule in own),
        confirmed_cases=confirmed,
        reviewed=typology.reviewed,
        blind_spots=tuple(_blind_spots(typology, own, confirmed, today)),
    )


def _blind_spots(typology: Typology, rules: list[Rule], confirmed: int, today: date) -> Iterator[str]:
    if not typology.measurable:
        yield "no measurable flag"
    if not any(rule.status == "live" for rule in rules):
        yield "no live rule"
    if not confirmed:
        yield "no confirmed case"
    if today - typology.reviewed > _REVIEW:
        yield "review over a year old"


def _confirmed(workspace: Workspace) -> Counter[str]:
    """How many cases with an approved report each typology fits best."""
    found: Counter[str] = Counter()
    if Store.exists(workspace.cases):
        with Store.open(workspace.cases) as store:
            for row in store.cases():
                if row.status == _CONFIRMED:
                    best = store.load_case(row.id).typologies[:1]
                    found.update(match.id for match in best if match.score >= FITS)
    return found


def _unused(known: Library) -> tuple[str, ...]:
    used = {flag.indicator for typology in known.approved for flag in typology.red_flags}
    return tuple(name for name in catalogue() if name not in used)
