"""Flows, transfers and balances against plain Python."""

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

import pytest

from casewright.knowledge.clock import iso
from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.queries.balances import balances
from casewright.tools.queries.flows import flows
from casewright.tools.queries.transfers import transfers

WIDE = Context(prec=60)


def _inside(rows: list[dict[str, Any]], subject: Subject) -> list[dict[str, Any]]:
    return [t for t in rows if subject.id in (t["src"], t["dst"])
            and (subject.since is None or t["epoch"] >= subject.since)
            and (subject.until is None or t["epoch"] < subject.until)]  # fmt: skip


def _legs(rows: list[dict[str, Any]], subject: Subject) -> list[dict[str, Any]]:
    """Each side on which the subject stands: direction, the other side, asset and amount of that side."""
    legs = []
    for t in _inside(rows, subject):
        if t["src"] == subject.id:
            legs.append({**t, "direction": "out", "other": t["dst"]})
        if t["dst"] == subject.id:
            got = {"asset": t["asset_in"], "amount": t["amount_in"]} if t["asset_in"] else {}
            legs.append({**t, **got, "direction": "in", "other": t["src"]})
    return legs


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for amount in amounts:
        total = WIDE.add(total, amount or Decimal(0))
    return total if any(amount is not None for amount in amounts) else None


def test_flows_break_down_every_leg_but_those_to_oneself(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = flows(exchange.ledger, asked)
    for subject in asked:
        groups: dict[Any, list[dict[str, Any]]] = {}
        for leg in _legs(exchange.transfers, subject):
            if leg["kind"] == "trade" or leg["other"] != subject.id:
                key = tuple(leg[name] for name in ("direction", "kind", "asset", "network", "status"))
                groups.setdefault(key, []).append(leg)
        expected = {
            key: (len(legs), None if key[1] == "trade" else len({leg["other"] for leg in legs}),
                  _sum([leg["amount"] for leg in legs]), _sum([leg["usd"] for leg in legs]),
                  _sum([leg["local"] for leg in legs]), iso(min(leg["epoch"] for leg in legs)),
                  iso(max(leg["epoch"] for leg in legs)))
            for key, legs in groups.items()
        }  # fmt: skip
        told = ("transfers", "counterparties", "amount", "usd", "local", "first_at", "last_at")
        found = {
            tuple(row[name] for name in ("direction", "kind", "asset", "network", "status")):
            tuple(row[name] for name in told) for row in evidence.rows if row["subject"] == subject.id
        }  # fmt: skip
        assert found == expected


def test_flows_and_profile_tell_the_same_totals(exchange: Any) -> None:
    asked = exchange.subjects()
    told = flows(exchange.ledger, asked)
    profile = toolbox.call(exchange.ledger, "account_profile", asked)
    for fact in told.facts:
        if fact.name in {"inflow_usd", "inflow_local", "outflow_usd", "outflow_local"}:
            other = profile.fact(fact.name, fact.about)
            assert other is not None
            assert (fact.value, fact.side, fact.status, fact.unit) == (
                other.value,
                other.side,
                other.status,
                other.unit,
            )


def test_amounts_that_no_column_can_sum_still_add_up(make_ledger: Callable[..., Any]) -> None:
    spam = {"src": "0xabc", "dst": "C-1", "usd": "0.00", "asset": "WOW", "amount": Decimal("99999999999999999999.5")}
    ledger = make_ledger([{**spam, "at": f"2025-01-0{day}T00:00:00Z"} for day in (1, 2, 3)])
    assert flows(ledger, subjects("C-1")).rows[0]["amount"] == Decimal("299999999999999999998.5")
    assert balances(ledger, subjects("C-1")).rows[0]["closing"] == Decimal("299999999999999999998.5")


def test_transfers_list_each_once_in_order_with_what_a_trade_got(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = transfers(exchange.ledger, asked, limit=10_000)
    assert not evidence.truncated
    for subject in asked:
        mine = sorted(_inside(exchange.transfers, subject), key=lambda t: (t["epoch"], t["id"]))
        rows = [row for row in evidence.rows if row["subject"] == subject.id]
        assert [row["transfer"] for row in rows] == [t["id"] for t in mine]
        for row, t in zip(rows, mine, strict=True):
            assert (row["from"], row["to"], row["kind"], row["status"]) == (t["src"], t["dst"], t["kind"], t["status"])
            assert (row["asset"], row["amount"], row["usd"], row["local"]) == (
                t["asset"],
                t["amount"],
                t["usd"],
                t["local"],
            )
            assert (row["asset_in"], row["amount_in"]) == (t["asset_in"], t["amount_in"])
            assert (row["hash"], row["memo"], row["at"]) == (t["hash"], t["memo"], iso(t["epoch"]))
            assert row["direction"] == ("out" if t["src"] == subject.id else "in")


@pytest.mark.parametrize(
    ("options", "keeps"),
    [
        ({"direction": "in"}, lambda leg: leg["direction"] == "in"),
        ({"kind": "withdrawal"}, lambda leg: leg["kind"] == "withdrawal"),
        ({"asset": "usdt"}, lambda leg: "USDT" in (leg["asset"], leg["asset_in"])),
        ({"status": "cancelled"}, lambda leg: leg["status"] == "cancelled"),
        ({"counterparty": "C-10003"}, lambda leg: leg["other"] == "C-10003"),
        ({"min_usd": "1000.00"}, lambda leg: leg["usd"] is not None and leg["usd"] >= 1000),
        ({"min_usd": 500, "max_usd": 1000}, lambda leg: leg["usd"] is not None and 500 <= leg["usd"] <= 1000),
        ({"max_local": "900"}, lambda leg: leg["local"] is not None and leg["local"] <= 900),
        ({"direction": "out", "min_usd": 500, "status": "completed"},
         lambda leg: leg["direction"] == "out" and leg["status"] == "completed" and (leg["usd"] or 0) >= 500),
    ],
)  # fmt: skip
def test_filters_keep_what_they_name_and_the_facts_are_about_all_that_match(
    an_exchange: Any, options: dict[str, Any], keeps: Callable[[dict[str, Any]], bool]
) -> None:
    asked = an_exchange.subjects()
    evidence = toolbox.call(an_exchange.ledger, "transfers", asked, **options, limit=3, order="value")
    for subject in asked:
        legs = [leg for leg in _legs(an_exchange.transfers, subject)
                if not (leg["direction"] == "in" and leg["other"] == subject.id)]  # fmt: skip
        matched = [leg for leg in legs if keeps(leg)]
        rows = [row for row in evidence.rows if row["subject"] == subject.id]
        largest = sorted(matched, key=lambda leg: (leg["usd"] is None, -(leg["usd"] or 0), leg["epoch"], leg["id"]))[:3]
        assert [row["transfer"] for row in rows] == [leg["id"] for leg in largest]
        count = evidence.fact("matched_transfers", subject.id)
        assert (count.value, count.of) == (len(matched), len(legs)) if count else not legs
        for side in ("in", "out"):
            moved = [leg for leg in matched if leg["direction"] == side and leg["status"] == "completed"
                     and leg["kind"] not in {"trade", "fee"} and leg["other"] != subject.id]  # fmt: skip
            total = evidence.fact(f"matched_{side}_usd", subject.id)
            assert (total.value if total else None) == _sum([leg["usd"] for leg in moved])
            first = evidence.fact(f"first_{side}_at", subject.id)
            assert (first.value if first else None) == (iso(min(leg["epoch"] for leg in moved)) if moved else None)


def test_what_the_limit_cuts_is_told(an_exchange: Any) -> None:
    evidence = toolbox.call(an_exchange.ledger, "transfers", subjects("C-10001"), limit=2)
    total = evidence.fact("matched_transfers")
    assert total is not None
    assert len(evidence.rows) == 2
    assert evidence.truncated == f"{int(total.value) - 2} of {total.value} transfers left out, the later ones"
    newest = toolbox.call(an_exchange.ledger, "transfers", subjects("C-10001"), limit=1, order="newest")
    assert newest.rows[0]["at"] == max(
        row["at"] for row in transfers(an_exchange.ledger, subjects("C-10001"), limit=9999).rows
    )


@pytest.mark.parametrize(
    "options", [{"limit": 0}, {"min_usd": -1}, {"order": "size"}, {"direction": "up"}, {"colour": 1}]
)
def test_nonsense_is_refused_in_one_line(an_exchange: Any, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refusal:
        toolbox.call(an_exchange.ledger, "transfers", subjects("C-10001"), **options)
    assert "\n" not in str(refusal.value)


def test_a_filter_is_a_value_and_never_a_piece_of_sql(an_exchange: Any) -> None:
    evidence = transfers(an_exchange.ledger, subjects("C-10001"), kind="x' or '1'='1")
    assert evidence.rows == ()
    assert "'x'' or ''1''=''1'" in evidence.query


def test_balances_open_move_and_close_by_asset(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = balances(exchange.ledger, asked)
    for subject in asked:
        expected: dict[str, dict[str, Decimal]] = {}
        for leg in _legs(exchange.transfers, Subject(id=subject.id, until=subject.until)):
            if leg["status"] != "completed" or (leg["kind"] != "trade" and leg["other"] == subject.id):
                continue
            before = subject.since is not None and leg["epoch"] < subject.since
            sign = 1 if leg["direction"] == "in" else -1
            name = "opening" if before else f"traded_{leg['direction']}" if leg["kind"] == "trade" else (
                "fees" if leg["kind"] == "fee" and sign < 0 else "received" if sign > 0 else "sent")  # fmt: skip
            moves = expected.setdefault(leg["asset"], {})
            amount = leg["amount"] or Decimal(0)
            moves[name] = WIDE.add(moves.get(name, Decimal(0)), sign * amount if before else amount)
            moves["closing"] = WIDE.add(moves.get("closing", Decimal(0)), sign * amount)
        rows = {str(row["asset"]): row for row in evidence.rows if row["subject"] == subject.id}
        assert set(rows) == set(expected)
        for asset, moves in expected.items():
            for name in ("opening", "received", "sent", "fees", "traded_in", "traded_out", "closing"):
                assert rows[asset][name] == moves.get(name, Decimal(0))
            closing = next(
                f for f in evidence.facts if f.name == "closing" and f.about == subject.id and f.unit == asset
            )
            assert closing.value == moves["closing"]


def test_a_balance_below_nought_says_that_history_is_missing(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger([{"src": "C-1", "dst": "0xabc", "at": "2025-01-01T00:00:00Z", "usd": "5.00", "asset": "ETH"}])
    overdrawn = balances(ledger, subjects("C-1")).fact("overdrawn_assets")
    assert overdrawn is not None
    assert (overdrawn.value, overdrawn.of) == (1, 1)
