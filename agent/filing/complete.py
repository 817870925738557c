"""Completeness: the checklist C01 to C22 scored by code; what stops an approval, what is missing and what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from casewright.agent.filing.checklist import Asked, checklist
from casewright.agent.filing.checks import fairness, manner, substance
from casewright.agent.filing.checks.under import Found, Under

Check = Callable[[Under], Found]


def checks() -> Mapping[str, Check]:
    """Every check's function by its number, in order."""
    found = {
        name.upper(): function
        for module in (manner, substance, fairness)
        for name, function in vars(module).items()
        if name[:1] == "c" and name[1:].isdigit()
    }
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Scored:
    """One check with what it found."""

    id: str
    asked: Asked
    found: Found

    @property
    def passed(self) -> bool | None:
        """Whether all that is asked is there; None where code cannot tell."""
        return None if self.found.share is None else self.found.share >= 1

    @property
    def stops(self) -> bool:
        """Whether it stops an approval."""
        return self.asked.stops and self.passed is False


@dataclass(frozen=True)
class Score:
    """The whole list. `share` is earned weight of what could be measured."""

    rows: tuple[Scored, ...]

    @property
    def share(self) -> float:
        """Earned weight over weight, of the checks that could be measured."""
        measured = [row for row in self.rows if row.found.share is not None]
        whole = sum(row.asked.weight for row in measured)
        return sum(row.asked.weight * (row.found.share or 0) for row in measured) / whole if whole else 0.0

    @property
    def stopping(self) -> tuple[str, ...]:
        """The checks that stop an approval."""
        return tuple(row.id for row in self.rows if row.stops)

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """The checks that code cannot tell."""
        return tuple(row.id for row in self.rows if row.passed is None)

    @property
    def complete(self) -> bool:
        """Whether nothing stops an approval and enough weight is earned."""
        return not self.stopping and self.share >= checklist().passing


def score(under: Under) -> Score:
    """Every check on a report."""
    asked = checklist().checks
    return Score(tuple(Scored(name, asked[name], check(under)) for name, check in checks().items()))


def against(found: Score) -> list[tuple[str, str]]:
    """What stands against an approval by its name: the checks that stop it, else that too little weight is earned."""
    rows = [(row.id, row.found.missing) for row in found.rows if row.stops]
    if rows or found.complete:
        return rows
    lacking = "; ".join(f"{row.id} {row.found.missing}" for row in found.rows if row.passed is False)
    return [("complete", f"{found.share:.0%} of the weight is earned, {checklist().passing:.0%} are needed: {lacking}")]


def payload(found: Score) -> dict[str, Any]:
    """For machines."""
    return {
        "complete": found.complete,
        "share": round(found.share, 4),
        "needed": checklist().passing,
        "stopping": list(found.stopping),
        "unmeasured": list(found.unmeasured),
        "checks": [
            {
                "id": row.id,
                "asks": row.asked.asks,
                "weight": row.asked.weight,
                "stops": row.asked.stops,
                "score": row.found.share,
                "missing": row.found.missing,
                "todo": row.found.todo,
            }
            for row in found.rows
        ],
    }


def stops_told(found: Score) -> list[str]:
    """What stops an approval, and what to do about it, a line each."""
    return [f"  {row.id}: {row.found.missing}; {row.found.todo}" for row in found.rows if row.stops]


def told(found: Score) -> str:
    """In one line."""
    share = f"{found.share:.0%} of the weight that could be measured ({checklist().passing:.0%} are needed)"
    stopping = f"; stopped by {', '.join(found.stopping)}" if found.stopping else ""
    unmeasured = f"; not measured: {', '.join(found.unmeasured)}" if found.unmeasured else ""
    return f"{'complete' if found.complete else 'not complete'}: {share}{stopping}{unmeasured}"
