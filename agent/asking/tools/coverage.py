"""What the typologies are covered by, blind spots first."""

from casewright.agent.asking.around import Around
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table

COLUMNS = (
    Column(name="typology", kind="word", unit="typology"),
    Column(name="blind_spots", kind="word", unit="blind spots"),
    Column(name="rules", kind="word", unit="rules", means="that look for it; none where empty"),
    Column(name="measured", kind="count", unit="red flags", means="bound to an indicator"),
    Column(name="confirmed_cases", kind="count", unit="cases", means="decided by a person to be escalated"),
    Column(name="reviewed", kind="date"),
)
_COUNTED = {
    "without_rule": ("typologies", "that no live rule looks for"),
    "without_measure": ("typologies", "without a measurable red flag"),
    "without_case": ("typologies", "without a confirmed case"),
}


def coverage(around: Around) -> Evidence:
    """Tell which typologies have no live rule, no measurable red flag, no confirmed case, or an old review."""
    from casewright.agent.typologies.coverage import coverage as measured

    found = measured(around.workspace).typologies
    rows: tuple[Row, ...] = tuple(
        {"typology": one.id, "blind_spots": ", ".join(one.blind_spots), "rules": ", ".join(one.rules),
         "measured": one.measured, "confirmed_cases": one.confirmed_cases, "reviewed": one.reviewed.isoformat()}
        for one in found
    )  # fmt: skip
    numbers = {
        "without_rule": sum("no live rule" in one.blind_spots for one in found),
        "without_measure": sum(not one.measured for one in found),
        "without_case": sum(not one.confirmed_cases for one in found),
    }
    facts = tuple(
        Fact(name=name, value=number, kind="count", unit=_COUNTED[name][0], means=_COUNTED[name][1], of=len(found))
        for name, number in numbers.items()
    )
    return Evidence(
        tool="coverage",
        query="casewright typology coverage",
        tables=(Table(columns=COLUMNS, rows=rows),),
        facts=facts,
        status="found",
        searched=f"{len(found)} typologies that are not retired",
    )
