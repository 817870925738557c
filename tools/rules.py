"""Rules at work: find the events at which a rule's conditions hold, over all accounts at once, and raise alerts."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from casewright.knowledge.errors import UsageError
from casewright.knowledge.measures import value_text
from casewright.knowledge.rule import Condition, Population, Rule
from casewright.tools import alerts
from casewright.tools.indicators import indicator
from casewright.tools.indicators.hops import handed_over
from casewright.tools.indicators.readings import ROUNDED, everybody
from casewright.tools.indicators.relations import expression, missing, relations
from casewright.tools.warehouse import Ledger

_DAY = 86_400
_MOST_FOLD = 10.0  # a threshold passed tenfold says no more than one passed hundredfold
_LEGS = "every_leg"
_POPULATION = """
watched as materialized (
    select id as account, known_epoch as known, kind,
           coalesce(lead(known_epoch) over (partition by id order by known_epoch), 9000000000000) as replaced
    from main.customers
)"""


@dataclass(frozen=True)
class Crossing:
    """An event of an account at which a rule holds, and the values at it of the thresholds that are reached."""

    account: str
    epoch: int
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class RuleRun:
    """What one rule did: the ids of the alerts it raised, how many were known, and what it could not measure."""

    rule: Rule
    raised: tuple[str, ...]
    known: int
    unmeasured: tuple[str, ...]


def run(
    ledger: Ledger,
    rules: Sequence[Rule],
    progress: Callable[[float], None] = lambda share: None,
    *,
    asked: Ledger | None = None,
) -> tuple[RuleRun, ...]:
    """Raise the alerts of these rules on the whole ledger, each once however often this runs.

    An alert stands at the first event at which the rule holds; then the account is left alone by that rule for the
    cool-down. The ledger must be open for writing; ASKED is the one to look for events in, where that is another. A
    killed run has stored all alerts of some rules and none of others.
    """
    before = alerts.raised_before(ledger, [rule.id for rule in rules])
    done = []
    for number, rule in enumerate(rules, 1):
        found, unmeasured = crossings(asked or ledger, rule)
        fresh, known = _fresh(rule, found, before)
        named = alerts.store(ledger, [_alert(rule, crossing, ledger.currency) for crossing in fresh])
        done.append(RuleRun(rule, named, known, unmeasured))
        progress(number / len(rules))
    return tuple(done)


def live(rules: Mapping[str, Rule], name: str = "") -> tuple[Rule, ...]:
    """The rules that raise alerts, or the one of that NAME. Raises UsageError for an unknown rule or one not live."""
    if not name:
        return tuple(rule for rule in rules.values() if rule.status == "live")
    if name not in rules:
        raise UsageError(f"there is no rule {name!r}", hint=f"there are {', '.join(rules)}")
    if rules[name].status != "live":
        raise UsageError(f"the rule {name!r} is {rules[name].status}, only live rules raise alerts")
    return (rules[name],)


def crossings(ledger: Ledger, rule: Rule) -> tuple[list[Crossing], tuple[str, ...]]:
    """The first event, and after each cool-down the next, at which RULE holds for each account; what is unmeasured."""
    query, unmeasured = _query(ledger, rule)
    with ledger.asked(()), handed_over(ledger, query, everybody(ledger)):
        rows = ledger.rows(query) if query else []
    found: list[Crossing] = []
    for account, epoch, *values in rows:
        again = found and found[-1].account == account
        if not again or epoch >= found[-1].epoch + rule.cool_down_days * _DAY:
            found.append(Crossing(account, epoch, tuple(values)))
    return found, unmeasured


def _query(ledger: Ledger, rule: Rule) -> tuple[str, tuple[str, ...]]:
    """The query for every event at which the rule holds, by account and time, empty where it can hold nowhere."""
    measures = [indicator(threshold.indicator) for threshold in rule.thresholds]
    lacking = [missing(ledger, tuple(measure.needs.items())) for measure in measures]
    unmeasured = tuple(f"{m.name}: {reason}" for m, reason in zip(measures, lacking, strict=True) if reason)
    if all(lacking):
        return "", unmeasured
    steps = _Steps(ledger.timezone, [not reason for reason in lacking])
    met = steps.met(rule.when)
    tables = steps.held
    whole = [*relations(ledger, steps.queries, everybody(ledger), _LEGS), *steps.steps]
    whole += [_POPULATION] if rule.population else []
    columns = [f"{name}.value" if name else "null" for name in tables]
    joins = [f"left join {name} on {name}.account = m.account and {name}.epoch = m.epoch" for name in tables if name]
    select = [f"select m.account, m.epoch, {', '.join(columns)}", f"from {met} m", *joins]
    select += ["where m.account in (select account from who)" + _within(rule.population), "order by m.account, m.epoch"]
    return "with " + ",\n".join(whole) + "\n" + "\n".join(select), unmeasured


class _Steps:
    """A rule's conditions as a row of common table expressions, each over the accounts that the ones before left.

    Of several conditions that must all hold, the first is read over all accounts, the next only over those for which
    the first ever held, and so on: windows are what a rule costs.
    """

    def __init__(self, timezone: str, measured: Sequence[bool]) -> None:
        self.timezone = timezone
        self.measured = measured  # of each threshold: whether this ledger can measure it; else it holds nowhere
        self.queries: list[str] = []
        self.steps: list[str] = []
        self.held: list[str] = []  # of each threshold: the events at which it holds, with the value; empty for none

    def met(self, condition: Condition, within: str = "") -> str:
        """The name of the events (account, epoch) at which CONDITION holds, of accounts that are in WITHIN."""
        if condition.indicator:
            return self._threshold(condition, within)
        parts = []
        for part in condition.all or condition.any:
            parts.append(self.met(part, within))
            within = parts[-1] if condition.all else within
        word = "intersect" if condition.all else "union"
        return self._add("met", f"\n{word}\n".join(f"select account, epoch from {part}" for part in parts))

    def _threshold(self, threshold: Condition, within: str) -> str:
        if not self.measured[len(self.held)]:
            self.held.append("")
            return self._add("met", "select null::varchar as account, null::bigint as epoch where false")
        query = indicator(threshold.indicator).sql(threshold.parameters, self.timezone)
        self.queries.append(query)
        some = f" where account in (select account from {within})" if within else ""
        sign, limit = (">=", threshold.at_least) if threshold.at_least is not None else ("<=", threshold.at_most)
        value = ROUNDED.format("value")
        held = self._add(
            "held",
            f"with legs as (select * from {_LEGS}{some})\n"
            f"select account, epoch, any_value({value}) as value from (\n{query}\n)\n"
            f"where {value} {sign} {limit} group by account, epoch",
        )
        self.held.append(held)
        return held

    def _add(self, word: str, query: str) -> str:
        name = f"{word}{len(self.steps)}"
        self.steps.append(expression(name, query))
        return name


def _within(population: Population | None) -> str:
    if population is None:
        return ""
    kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in population.kind)
    return (
        f"\n  and exists (select 1 from watched w where w.account = m.account and w.kind in ({kinds})"
        "\n              and m.epoch >= w.known and m.epoch < w.replaced)"
    )


def _fresh(
    rule: Rule, found: Iterable[Crossing], before: Mapping[tuple[str, str], Sequence[int]]
) -> tuple[list[Crossing], int]:
    """The crossings without an alert yet, and how many have one: at that second, or so near that it is the same story.

    The second happens where older transfers were imported after the alert was raised.
    """
    fresh, known = [], 0
    for crossing in found:
        earlier = before.get((rule.id, crossing.account), ())
        if any(abs(epoch - crossing.epoch) < rule.cool_down_days * _DAY for epoch in earlier):
            known += 1
        else:
            fresh.append(crossing)
    return fresh, known


def _alert(rule: Rule, crossing: Crossing, currency: str) -> alerts.NewAlert:
    reached = [(t, v) for t, v in zip(rule.thresholds, crossing.values, strict=True) if v is not None]
    told = [_in_words(threshold, value, currency) for threshold, value in reached]
    folds = [_fold(threshold, value) for threshold, value in reached]
    return alerts.NewAlert(
        rule=rule.id,
        subject=crossing.account,
        at=crossing.epoch,
        since=crossing.epoch - rule.look_back_days * _DAY,
        title=rule.title,
        reason="; ".join(told),
        severity=rule.severity,
        score=round(math.exp(sum(map(math.log, folds)) / len(folds)), 4),
    )


def _in_words(threshold: Condition, value: Decimal, currency: str) -> str:
    """`value that came in within 30 days: USD 198,400.00`: the value, not the threshold, which no text may tell."""
    measure = indicator(threshold.indicator)
    amount = f"{value:,.0f}" if measure.kind == "count" else value_text(value, measure.unit)
    return f"{measure.in_full(threshold.parameters, currency)}: {amount}"


def _fold(threshold: Condition, value: Decimal) -> float:
    """How many times past its threshold a value is: 1 where it only just reaches it."""
    if threshold.at_least is not None:
        above, below = float(value), float(threshold.at_least)
    else:
        above, below = float(threshold.at_most or 0), float(value)
    return min(above / below, _MOST_FOLD) if below > 0 and above > 0 else _MOST_FOLD if above > 0 else 1.0
