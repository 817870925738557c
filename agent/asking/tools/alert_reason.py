"""Why an alert fired: the rule's conditions with what was measured, and the rows that made each value."""

from collections.abc import Sequence

from casewright.agent.asking.around import Around
from casewright.agent.investigate import resolve
from casewright.knowledge import clock
from casewright.knowledge.case import Alert
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table
from casewright.knowledge.records import Subject
from casewright.knowledge.rule import Condition, Rule, load_rules, shipped
from casewright.tools import toolbox
from casewright.tools.indicators import Peak, catalogue, indicator, peaks
from casewright.tools.indicators.made_of import Made, rows_of

COLUMNS = (
    Column(name="subject", kind="id"),
    Column(name="indicator", kind="word", unit="indicator"),
    Column(name="means", kind="word", unit="meaning", means="what it measures"),
    Column(name="value", kind="ratio", means="as measured when the alert was raised, in the unit beside it"),
    Column(name="unit", kind="word", unit="unit"),
    Column(name="reason", kind="word", unit="rationale", means="why the rule asks for it"),
    Column(name="rows", kind="count", unit="rows", means="records that made the value"),
)
_MOST = 60  # transfers told


def alert_reason(around: Around, *, alert: str = "") -> Evidence:
    """Tell why an alert fired: each condition of its rule with the value measured at that moment, and the transfers
    that made these values.

    alert: the alert's id; empty for the open case's
    """
    wanted = alert or (around.case.alert.id if around.case and around.case.alert else "")
    if not wanted:
        raise UsageError("no alert is named, and the open case has none", hint="name an alert by its id")
    target = resolve(around.ledger, wanted)
    if target.alert is None:
        raise UsageError(f"there is no alert {wanted!r}", hint="casewright alerts list")
    raised = target.alert
    rules = load_rules([shipped(), around.workspace.folder / "rules"], catalogue())
    rule = rules.get(raised.rule)
    rows, made = _measured(around, raised, rule) if rule else ([], ())
    causes = _transfers(around, raised, made)
    return Evidence(
        tool="alert_reason",
        arguments={"alert": raised.id},
        query="\n".join(filter(None, [f"casewright alerts list --rule {raised.rule}", causes.query])),
        tables=(Table(name="conditions", columns=COLUMNS, rows=tuple(rows)), *causes.tables),
        facts=(*_facts(raised, rule), *causes.facts),
        status="found",
        searched=f"the alert {raised.id} and the rule {raised.rule or '(none named)'}",
        truncated=causes.truncated,
        reason="" if rule else "the rule that raised it is not known here; its own reason is all that is told",
    )


def _facts(raised: Alert, rule: Rule | None) -> list[Fact]:
    about = raised.subject
    told = [
        Fact(name="alert_at", value=clock.iso(raised.at), kind="time", means="when the alert was raised", about=about),
        Fact(name="alert", value=raised.id, kind="word", unit="alert", about=about),
        Fact(name="rule", value=raised.rule, kind="word", unit="rule", about=about),
        Fact(name="title", value=rule.title if rule else raised.title, kind="word", unit="title", about=about),
        Fact(name="alert_reason", value=raised.reason, kind="text", means="as the alert gives it", about=about),
    ]
    if rule:
        told += [Fact(name="false_positive", value=words, kind="word", unit="known false positive", about=about)
                 for words in rule.known_false_positives]  # fmt: skip
    return [fact for fact in told if fact.value]


def _measured(around: Around, raised: Alert, rule: Rule) -> tuple[list[Row], tuple[Made, ...]]:
    """The thresholds of the rule, each as it stood in the second of the alert."""
    thresholds: Sequence[Condition] = rule.thresholds
    requests = [threshold.request for threshold in thresholds]
    at = (Subject(id=raised.subject, since=raised.at, until=raised.at + 1),)
    found = {peak.request: peak for peak in peaks(around.ledger, requests, at).found}
    there: list[Peak] = [found[number] for number in sorted(found)]
    made = dict(zip(sorted(found), rows_of(around.ledger, requests, there), strict=True))
    rows: list[Row] = []
    for number, threshold in enumerate(thresholds):
        measure = indicator(threshold.indicator)
        peak = found.get(number)
        rows.append({
            "subject": raised.subject, "indicator": measure.name, "unit": measure.unit, "reason": threshold.rationale,
            "means": measure.in_full(threshold.request.parameters, around.ledger.currency),
            "value": peak.value.normalize() + 0 if peak else None, "rows": made[number].total if peak else None,
        })  # fmt: skip
    return rows, tuple(made.values())


def _transfers(around: Around, raised: Alert, made: Sequence[Made]) -> Evidence:
    """The transfers that made the values, as the tool `transfers` lists them."""
    ids = {row for one in made for row in one.rows}
    window = (Subject(id=raised.subject, since=raised.since, until=raised.at + 1),)
    whole = toolbox.call(around.ledger, "transfers", window, limit=10_000)
    table = whole.table("rows")
    causes = tuple(row for row in table.rows if row["transfer"] in ids)
    cut = f"{len(causes) - _MOST:,} of {len(causes):,} transfers left out" if len(causes) > _MOST else ""
    kept = table.model_copy(update={"name": "transfers", "rows": causes[:_MOST]})
    total = Fact(name="causing_transfers", value=len(causes), kind="count", unit="transfers",
                 means="that made the values of the alert", about=raised.subject)  # fmt: skip
    return whole.model_copy(update={"tables": (kept,), "facts": (total,), "truncated": cut})
