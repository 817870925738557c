"""Rules at work: over all accounts at once as event by event, once however often they run, with reasons."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import subjects
from casewright.knowledge.rule import Condition, Rule
from casewright.tools import alerts, rules
from casewright.tools.indicators import values
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
HOUR, DAY = 3600, 86_400
ACCOUNTS = ("C-1", "C-2", "C-3")


def threshold(name: str, at_least: object = None, at_most: object = None, **parameters: object) -> Condition:
    limits = {key: Decimal(str(v)) for key, v in (("at_least", at_least), ("at_most", at_most)) if v is not None}
    return Condition.model_validate({"indicator": name, "parameters": parameters, "rationale": "why", **limits})


def rule_of(when: Condition, **other: Any) -> Rule:
    told = {
        "id": "round-trip", "title": "A round trip", "risk": "r", "look_back_days": 30, "cool_down_days": 7,
        "severity": "high", "known_false_positives": ("Some.",), "owner": "o", "status": "live", "version": 1,
    }  # fmt: skip
    return Rule.model_validate({**told, "when": when, **other})


def credit(day: float, usd: int, dst: str = "C-1", src: str = "BANK-1") -> dict[str, Any]:
    return {"src": src, "dst": dst, "kind": "fiat_in", "at": int(day * DAY), "usd": usd}


def writable(ledger: Ledger) -> Ledger:
    ledger.connection.close()
    return Ledger.open(ledger.path, write=True)


def test_an_alert_stands_at_the_first_crossing_and_then_the_account_is_left_alone(make_ledger: MakeLedger) -> None:
    rows = [credit(day, 600) for day in (1, 2, 3, 8.9, 9, 9.5, 30)] + [credit(2, 5000, "C-2")]
    with writable(make_ledger(rows, customers=[{"id": name, "at": 0} for name in ACCOUNTS])) as ledger:
        rule = rule_of(threshold("inflow_usd", 1000, seconds=2 * DAY))
        (done,) = rules.run(ledger, [rule])
        stored = ledger.dicts("select * from alerts order by subject, epoch")
    assert [(row["subject"], row["epoch"] / DAY) for row in stored] == [("C-1", 2), ("C-1", 9), ("C-2", 2)]
    assert {row["id"] for row in stored} == set(done.raised)
    first = stored[0]
    assert (first["rule"], first["title"], first["severity"], first["source"]) == (
        "round-trip", "A round trip", "high", "rules",
    )  # fmt: skip
    assert first["since_epoch"] == first["epoch"] - 30 * DAY
    assert first["reason"] == "value that came in within 2 days: USD 1,200.00"
    assert [round(row["score"], 2) for row in stored] == [1.2, 1.2, 5.0]
    assert all(row["id"].startswith("A-") and len(row["id"]) == 8 for row in stored)


def test_a_second_run_raises_nothing_and_leaves_the_ledger_as_it_was(make_ledger: MakeLedger) -> None:
    with writable(make_ledger([credit(1, 600), credit(1, 600, "C-2")])) as ledger:
        rule = rule_of(threshold("inflow_usd", 500))
        assert len(rules.run(ledger, [rule])[0].raised) == 2
        fingerprint = ledger.fingerprint()
        (again,) = rules.run(ledger, [rule])
        assert (again.raised, again.known) == ((), 2)
        assert ledger.fingerprint() == fingerprint
        origin = ledger.rows("select kind, format, file, stored from imports order by import_id desc limit 1")
    assert origin == [("alerts", "rules", "round-trip", 2)]


def test_older_transfers_that_arrive_late_raise_no_second_alert_for_the_same_story(make_ledger: MakeLedger) -> None:
    rule = rule_of(threshold("inflow_usd", 1000))
    with writable(make_ledger([credit(5, 1000)])) as ledger:
        rules.run(ledger, [rule])
        ledger.rows("insert into legs by name select * replace (epoch - 86400 as epoch, known_epoch - 86400 as"
                    " known_epoch) from legs")  # fmt: skip
        (again,) = rules.run(ledger, [rule])
    assert (len(again.raised), again.known) == (0, 1)


def test_new_transfers_raise_new_alerts(make_ledger: MakeLedger) -> None:
    rule = rule_of(threshold("inflow_usd", 1000, seconds=DAY))
    with writable(make_ledger([credit(5, 1000)])) as ledger:
        rules.run(ledger, [rule])
        ledger.rows("insert into legs by name select * replace (epoch + 30 * 86400 as epoch, known_epoch + 30 * 86400"
                    " as known_epoch) from legs")  # fmt: skip
        (again,) = rules.run(ledger, [rule])
    assert (len(again.raised), again.known) == (1, 1)


def test_where_customers_are_known_only_they_raise_alerts(make_ledger: MakeLedger) -> None:
    rows = [credit(1, 900), credit(1, 900, "C-2"), {"src": "0xaa", "dst": "0xbb", "at": DAY, "usd": 900}]
    rule = rule_of(threshold("inflow_usd", 500))
    everyone, _ = rules.crossings(make_ledger(rows), rule)
    customers, _ = rules.crossings(make_ledger(rows, customers=[{"id": "C-2", "at": 0}]), rule)
    assert [crossing.account for crossing in everyone] == ["0xbb", "C-1", "C-2"]
    assert [crossing.account for crossing in customers] == ["C-2"]


def test_a_population_is_read_as_it_was_known_at_the_event(make_ledger: MakeLedger) -> None:
    customers = [
        {"id": "C-1", "kind": "person", "at": 0},
        {"id": "C-1", "kind": "company", "at": 10 * DAY},
        {"id": "C-2", "kind": "company", "at": 0},
        {"id": "C-3", "kind": "person", "at": 10 * DAY},
    ]
    rows = [credit(day, 900, account) for day in (5, 15) for account in ACCOUNTS]
    rule = rule_of(threshold("inflow_usd", 500, seconds=DAY), population={"kind": ["person"]})
    found, _ = rules.crossings(make_ledger(rows, customers=customers), rule)
    assert [(crossing.account, crossing.epoch // DAY) for crossing in found] == [("C-1", 5), ("C-3", 15)]


def test_what_the_ledger_cannot_measure_holds_nowhere_and_is_told(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([credit(1, 900)], customers=[{"id": "C-1", "at": 0}])
    inflow, income = threshold("inflow_usd", 500), threshold("turnover_to_income", 2)
    told = ("turnover_to_income: this ledger holds no declared incomes",)
    for when, accounts in (
        (Condition(all=(inflow, income)), []),
        (Condition(any=(income, inflow)), ["C-1"]),
        (income, []),
    ):
        found, unmeasured = rules.crossings(ledger, rule_of(when))
        assert [crossing.account for crossing in found] == accounts
        assert unmeasured == told


def test_only_live_rules_run_and_an_unknown_one_is_told() -> None:
    known = {
        "a": rule_of(threshold("inflow_usd", 1), id="a"),
        "b": rule_of(threshold("inflow_usd", 1), id="b", status="draft"),
    }
    assert [rule.id for rule in rules.live(known)] == ["a"]
    assert [rule.id for rule in rules.live(known, "a")] == ["a"]
    with pytest.raises(UsageError, match="is draft, only live rules raise alerts"):
        rules.live(known, "b")
    with pytest.raises(UsageError, match="there is no rule 'c'; there are a, b"):
        rules.live(known, "c")


def test_two_alerts_never_share_an_id(make_ledger: MakeLedger) -> None:
    alert = alerts.NewAlert("r", "C-1", DAY, 0, "t", "why", "low", 1.0)
    with writable(make_ledger()) as ledger:
        names = alerts.store(ledger, [alert, alert]) + alerts.store(ledger, [alert])
    assert [len(name) for name in names] == [8, 9, 10]
    assert len(set(names)) == 3


def test_a_failed_store_leaves_no_trace(make_ledger: MakeLedger) -> None:
    alert = alerts.NewAlert("r", "C-1", DAY, 0, "t", None, "low", 1.0)  # type: ignore[arg-type]
    with writable(make_ledger()) as ledger:
        ledger.rows("alter table alerts alter column reason set not null")
        with pytest.raises(Exception, match="NOT NULL"):
            alerts.store(ledger, [alert])
        assert ledger.rows("select * from imports where format = 'rules'") == []


def test_alerts_are_listed_by_weight(make_ledger: MakeLedger) -> None:
    rows = [
        {"id": "A-1", "subject": "C-1", "at": DAY, "severity": "low", "score": 9.0, "rule": "x"},
        {"id": "A-2", "subject": "C-2", "at": 2 * DAY, "severity": "high", "score": 1.0, "rule": "x"},
        {"id": "A-3", "subject": "C-2", "at": DAY, "severity": "high", "score": 2.0, "rule": "y", "since": 0},
        {"id": "A-4", "subject": "C-3", "at": 3 * DAY},
    ]
    ledger = make_ledger(alerts=rows)

    def names(**asked: Any) -> list[str]:
        return [row["id"] for row in alerts.listed(ledger, **asked)]

    assert names() == ["A-3", "A-2", "A-1", "A-4"]
    assert names(newest=True) == ["A-4", "A-2", "A-1", "A-3"]
    assert names(limit=1) == ["A-3"]
    assert names(rule="x") == ["A-2", "A-1"]
    assert names(subject="C-2") == ["A-3", "A-2"]
    assert alerts.listed(ledger, limit=1)[0]["since"] == "1970-01-01T00:00:00Z"


_LEAVES = (
    threshold("inflow_usd", 1000, seconds=DAY),
    threshold("inflow_usd", at_most=500, seconds=2 * DAY),
    threshold("new_payers", 2, seconds=2 * DAY),
    threshold("pass_through_ratio", 0.5, seconds=DAY),
    threshold("new_destination_share", 0.5, seconds=DAY, floor_usd=0),
    threshold("recalls", 1, seconds=DAY),
)
_CONDITIONS = st.recursive(
    st.sampled_from(_LEAVES),
    lambda inner: st.builds(
        lambda word, parts: Condition(**{word: tuple(parts)}),
        st.sampled_from(["all", "any"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)
_MOVES = st.lists(
    st.tuples(
        st.integers(0, 30).map(lambda n: n * DAY // 3),
        st.sampled_from([*ACCOUNTS, "BANK-1", "BANK-2", "0xaa"]),
        st.sampled_from([*ACCOUNTS, "0xaa", "0xbb"]),
        st.sampled_from([100, 400, 900, 1500]),
    ),
    min_size=5,
    max_size=30,
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.create(Path(tmp_path_factory.mktemp("ledger")) / "l.duckdb") as ledger:
        yield ledger


def fill(ledger: Ledger, moves: list[tuple[int, str, str, int]]) -> None:
    with ledger.transaction():
        for table in ("legs", "customers"):
            ledger.rows(f"delete from {table}")
        legs = [
            (account, at, side, other, number, usd)
            for number, (at, src, dst, usd) in enumerate(moves)
            for account, side, other in ((src, "out", dst), (dst, "in", src))
        ]
        ledger.rows(
            "insert into legs select hash(a), a, e, e, s, o, n, 'transfer', 'completed', 'n', 'USDT', null, u, u from"
            f" (values {', '.join(map(str, legs))}) v(a, e, s, o, n, u)"
        )
        for name in ACCOUNTS:
            ledger.rows(f"insert into customers (id, known_epoch, import_id, line) values ('{name}', 0, 1, 1)")


def event_by_event(ledger: Ledger, rule: Rule) -> list[tuple[str, int]]:
    """The alerts of a rule as one would raise them while the events come in."""
    known = {
        id(leaf): {
            (row["account"], row["epoch"]): row["value"]
            for row in values(ledger, leaf.indicator, subjects(*ACCOUNTS), **leaf.parameters).to_pylist()
        }
        for leaf in rule.thresholds
        if leaf.indicator != "recalls"  # there are no events in these ledgers: it is unmeasured
    }

    def holds(condition: Condition, event: tuple[str, int]) -> bool:
        if condition.indicator:
            value = known.get(id(condition), {}).get(event)
            return value is not None and condition.holds(round(Decimal(value), 6))
        parts = [holds(part, event) for part in condition.all or condition.any]
        return all(parts) if condition.all else any(parts)

    raised: list[tuple[str, int]] = []
    for event in sorted({event for series in known.values() for event in series}):
        quiet = raised and raised[-1][0] == event[0] and event[1] < raised[-1][1] + rule.cool_down_days * DAY
        if not quiet and holds(rule.when, event):
            raised.append(event)
    return raised


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(when=_CONDITIONS, moves=_MOVES)
def test_a_rule_over_all_accounts_at_once_raises_what_it_raises_event_by_event(
    empty: Ledger, when: Condition, moves: list[tuple[int, str, str, int]]
) -> None:
    fill(empty, moves)
    rule = rule_of(when, cool_down_days=2)
    found, _ = rules.crossings(empty, rule)
    assert [(crossing.account, crossing.epoch) for crossing in found] == event_by_event(empty, rule)


def test_a_recall_that_arrives_after_the_last_transfer_can_complete_a_rule(make_ledger: MakeLedger) -> None:
    recall = [{"subject": "C-1", "kind": "recall", "at": 2 * DAY, "known_at": 6 * DAY, "text": ""}]
    ledger = make_ledger([credit(1, 900)], events=recall)
    when = Condition(all=(threshold("inflow_usd", 500), threshold("recalls", 1)))
    (found,), _ = rules.crossings(ledger, rule_of(when))
    assert (found.epoch, found.values) == (6 * DAY, (900, 1))
