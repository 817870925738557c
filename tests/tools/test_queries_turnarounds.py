"""Turnarounds, known sources and single transfers, each against loops over the rows that the ledger was made of."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.clock import iso
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox


def _moved(transfers: list[dict[str, Any]], subject: Subject, side: str) -> Iterator[dict[str, Any]]:
    own, other = ("dst", "src") if side == "in" else ("src", "dst")
    for t in transfers:
        inside = (subject.since is None or t["epoch"] >= subject.since) and (
            subject.until is None or t["epoch"] < subject.until
        )
        counts = t["status"] == "completed" and t["kind"] not in {"trade", "fee"}
        if inside and counts and t[own] == subject.id != t[other]:
            yield t


def _sum(transfers: list[dict[str, Any]], word: str = "usd") -> Decimal:
    return sum((t[word] for t in transfers if t[word] is not None), Decimal("0.00"))


@pytest.mark.parametrize(("within", "least"), [(0, None), (3600, "500.00"), (4 * 3600, "100.00")])
def test_a_credit_is_turned_around_when_a_withdrawal_follows_in_time(
    exchange: Any, within: int, least: str | None
) -> None:
    asked = exchange.subjects()
    found = toolbox.call(exchange.ledger, "turnarounds", asked, within=within, min_local=least)
    seen = 0
    for subject in asked:
        credits = list(_moved(exchange.transfers, subject, "in"))
        if least:
            credits = [t for t in credits if t["local"] is not None and t["local"] >= Decimal(least)]
        outs = sorted(_moved(exchange.transfers, subject, "out"), key=lambda t: (t["epoch"], t["id"]))
        rows = {row["transfer"]: row for row in found.rows if row["subject"] == subject.id}
        turned = {}
        for t in credits:
            after = [o for o in outs if t["epoch"] <= o["epoch"] <= t["epoch"] + within]
            if after:
                turned[t["id"]] = after
                row = rows[t["id"]]
                assert (row["out_at"], row["out_transfer"]) == (iso(after[0]["epoch"]), after[0]["id"])
                assert (row["outs"], row["gap"]) == (len(after), after[0]["epoch"] - t["epoch"])
                values = [o["usd"] for o in after if o["usd"] is not None]
                assert row["out_usd"] == (sum(values) if values else None)
        assert set(rows) == set(turned)
        seen += len(turned)
        fact = found.fact("followed_credits", subject.id)
        assert (fact.value, fact.of) == (len(turned), len(credits)) if fact else not credits
    assert seen


def test_a_limit_on_turnarounds_cuts_the_later_ones_and_says_so(exchange: Any) -> None:
    whole = toolbox.call(exchange.ledger, "turnarounds", subjects("C-10001"), within=90_000)
    cut = toolbox.call(exchange.ledger, "turnarounds", subjects("C-10001"), within=90_000, limit=2)
    assert len(whole.rows) > 2
    assert cut.rows == whole.rows[:2]
    assert cut.facts == whole.facts
    assert f"{len(whole.rows) - 2} later of {len(whole.rows)} credits left out" in cut.truncated


def test_what_came_in_is_parted_by_what_is_known_of_its_source(exchange: Any) -> None:
    asked = exchange.subjects()
    found = toolbox.call(exchange.ledger, "known_sources", asked)
    labels = {row["id"]: row["category"] for row in exchange.tables["labels"]}
    people = {row["id"] for row in exchange.tables["customers"]}
    told = set()
    for subject in asked:
        parts: dict[str, list[dict[str, Any]]] = {}
        for t in _moved(exchange.transfers, subject, "in"):
            category = labels.get(t["src"])
            source = "house" if category in {"own", "custodial"} else "labelled" if category else "unknown"
            if source == "unknown" and t["src"] in people:
                source = "customer"
            elif source == "unknown" and t["kind"] == "fiat_in" and t["memo"]:
                source = "named payer"
            parts.setdefault(source, []).append(t)
        rows = {row["source"]: row for row in found.rows if row["subject"] == subject.id}
        assert {source: (row["transfers"], row["local"] or 0) for source, row in rows.items()} == {
            source: (len(ts), _sum(ts, "local")) for source, ts in parts.items()
        }
        told |= set(parts)
        whole = _sum([t for ts in parts.values() for t in ts])
        if whole:
            known = found.fact("known_share", subject.id)
            assert known is not None
            part = _sum([t for source, ts in parts.items() if source != "unknown" for t in ts])
            assert known.value == round(part / whole, 6)
    assert told == {"house", "labelled", "unknown", "customer", "named payer"}


def test_a_transfer_is_found_by_its_id_and_by_its_hash_whatever_the_window(exchange: Any) -> None:
    one = next(t for t in exchange.transfers if t["hash"] and t["kind"] == "withdrawal")
    for name in (one["id"], one["hash"]):
        found = toolbox.call(exchange.ledger, "transaction", (Subject(id=name, since=1, until=2),))
        assert [(row["from"], row["to"], row["transfer"], row["memo"]) for row in found.rows] == [
            (one["src"], one["dst"], one["id"], one["memo"])
        ]
        assert found.rows[0]["counterparty"] == one["dst"]
        fact = found.fact("sent_usd")
        assert fact is None or (fact.about, fact.other, fact.value, fact.status) == (
            one["src"], one["dst"], one["usd"], one["status"],
        )  # fmt: skip


def test_of_a_deposit_the_counterparty_is_its_sender(exchange: Any) -> None:
    one = next(t for t in exchange.transfers if t["kind"] == "deposit")
    found = toolbox.call(exchange.ledger, "transaction", subjects(one["id"], "T-none"))
    assert [row["counterparty"] for row in found.rows] == [one["src"]]
    assert toolbox.call(exchange.ledger, "transaction", subjects("T-none")).status == "empty"


def test_transfers_are_filtered_by_network_and_by_local_value(exchange: Any) -> None:
    least = Decimal("700.00")
    for name in exchange.accounts:
        found = toolbox.call(exchange.ledger, "transfers", subjects(name), network="tron", min_local=least)
        wanted = {t["id"] for t in exchange.transfers if name in (t["src"], t["dst"]) and t["network"] == "tron"
                  and t["local"] is not None and t["local"] >= least}  # fmt: skip
        assert {row["transfer"] for row in found.rows} == wanted
