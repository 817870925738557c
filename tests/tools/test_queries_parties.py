"""Counterparties and co-users against plain Python, and the house's own addresses among them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from casewright.knowledge.clock import iso
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.queries.co_users import co_users
from casewright.tools.queries.counterparties import counterparties

OWN = ("own", "custodial")


def _moved(rows: list[dict[str, Any]], who: str, until: int | None) -> list[tuple[str, str, dict[str, Any]]]:
    """Direction, other side and transfer of the value that moved up to then."""
    moved = []
    for t in rows:
        if t["status"] == "completed" and t["kind"] not in {"trade", "fee"} and t["src"] != t["dst"]:
            if until is not None and t["epoch"] >= until:
                continue
            if t["src"] == who:
                moved.append(("out", t["dst"], t))
            if t["dst"] == who:
                moved.append(("in", t["src"], t))
    return moved


def _total(transfers: list[dict[str, Any]], word: str = "usd") -> Decimal | None:
    known = [t[word] for t in transfers if t[word] is not None]
    return sum(known, Decimal("0.00")) if known else None


def _categories(exchange: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for label in exchange.tables["labels"]:
        found.setdefault(label["id"], set()).add(label["category"])
    return found


def test_counterparties_add_up_with_first_contact_and_label(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = counterparties(exchange.ledger, asked)
    labelled = _categories(exchange)
    for subject in asked:
        history = _moved(exchange.transfers, subject.id, subject.until)
        known: dict[str, int] = {}
        groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for side, other, t in history:
            known[other] = min(known.get(other, t["epoch"]), t["epoch"])
            if subject.since is None or t["epoch"] >= subject.since:
                groups.setdefault((side, other), []).append(t)
        rows = {(row["direction"], row["counterparty"]): row for row in evidence.rows if row["subject"] == subject.id}
        assert set(rows) == set(groups)
        for key, transfers in groups.items():
            row, other = rows[key], key[1]
            assert (row["transfers"], row["usd"], row["local"]) == (
                len(transfers), _total(transfers), _total(transfers, "local"))  # fmt: skip
            epochs = [t["epoch"] for t in transfers]
            assert (row["first_at"], row["last_at"], row["known_since"]) == (
                iso(min(epochs)), iso(max(epochs)), iso(known[other]))  # fmt: skip
            new = None if subject.since is None else "yes" if known[other] >= subject.since else "no"
            assert row["new"] == new
            assert (row["category"] in labelled[other]) if other in labelled else row["category"] is None
        _check_counts(evidence, subject, groups, known, labelled)


def _check_counts(evidence: Any, subject: Subject, groups: Any, known: Any, labelled: Any) -> None:
    """The counts partition the whole, and the whole is told with each part."""
    for side in ("in", "out"):
        others = {other for way, other in groups if way == side}
        if not others:
            assert evidence.fact(f"counterparties_{side}", subject.id) is None
            continue
        own = {o for o in others if labelled.get(o, set()) & set(OWN)}
        parts = {
            "labelled": {o for o in others if o in labelled} - own,
            "own": own,
            "unlabelled": others - set(labelled),
        }
        assert sum(map(len, parts.values())) == len(others)
        for name, part in parts.items():
            fact = evidence.fact(f"{name}_counterparties_{side}", subject.id)
            assert (fact.value, fact.of, fact.side) == (len(part), len(others), side)
        new = evidence.fact(f"new_counterparties_{side}", subject.id)
        if subject.since is None:
            assert new is None
        else:
            assert (new.value, new.of) == (sum(known[o] >= subject.since for o in others), len(others))
        top = evidence.fact(f"top_counterparty_{side}", subject.id)
        sums = {o: _total(groups[side, o]) or Decimal(-1) for o in others}
        assert sums[top.value] == max(sums.values())


def test_the_limit_keeps_the_largest_and_tells_the_rest(exchange: Any) -> None:
    whole = counterparties(exchange.ledger, subjects("C-10001"))
    cut = toolbox.call(exchange.ledger, "counterparties", subjects("C-10001"), limit=2)
    for side in ("in", "out"):
        rows = [row for row in whole.rows if row["direction"] == side]
        assert [r for r in cut.rows if r["direction"] == side] == rows[:2]
        assert f"{len(rows) - 2} of {len(rows)} counterparties ({side}) left out, those of least value" in cut.truncated
    assert cut.facts == whole.facts


def test_the_name_is_the_one_known_then_and_the_asset_is_told_where_there_is_one(
    make_ledger: Callable[..., Any],
) -> None:
    ledger = make_ledger(
        [
            {
                "src": "C-2",
                "dst": "C-1",
                "at": "2025-01-02T00:00:00Z",
                "usd": "10.00",
                "asset": "ETH",
                "amount": "0.005",
            },
            {
                "src": "C-1",
                "dst": "C-2",
                "at": "2025-01-03T00:00:00Z",
                "usd": "10.00",
                "asset": "ETH",
                "amount": "0.005",
            },
            {"src": "C-1", "dst": "C-2", "at": "2025-01-04T00:00:00Z", "usd": "10.00", "asset": "BTC", "amount": "0.1"},
        ],
        customers=[
            {"id": "C-2", "at": "2024-01-01T00:00:00Z", "name": "Nordhaus Feinkost"},
            {"id": "C-2", "at": "2025-06-01T00:00:00Z", "name": "Nordhaus Import"},
        ],
    )
    received, sent = counterparties(ledger, subjects("C-1", until=1_740_000_000)).rows
    assert (received["name"], received["asset"], received["amount"]) == ("Nordhaus Feinkost", "ETH", Decimal("0.005"))
    assert (sent["asset"], sent["amount"]) == (None, None)
    assert counterparties(ledger, subjects("C-1")).rows[0]["name"] == "Nordhaus Import"


def test_co_users_are_the_others_who_sent_to_the_same_addresses(exchange: Any) -> None:
    asked = exchange.subjects()
    evidence = co_users(exchange.ledger, asked, limit=10_000)
    ours = {label["id"] for label in exchange.tables["labels"] if label["category"] in OWN}
    sent = [t for t in exchange.transfers if t["status"] == "completed" and t["kind"] not in {"trade", "fee"}
            and t["src"] != t["dst"]]  # fmt: skip
    for subject in asked:
        targets = {t["dst"] for t in sent if t["src"] == subject.id
                   and (subject.since is None or t["epoch"] >= subject.since)
                   and (subject.until is None or t["epoch"] < subject.until)} - ours  # fmt: skip
        expected: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for t in sent:
            if (t["dst"] in targets and t["src"] != subject.id and t["src"] not in ours
                    and t["kind"] not in {"deposit", "fiat_in"}
                    and (subject.until is None or t["epoch"] < subject.until)):  # fmt: skip
                expected.setdefault((t["dst"], t["src"]), []).append(t)
        rows = {(row["counterparty"], row["id"]): row for row in evidence.rows if row["subject"] == subject.id}
        assert {key: (row["transfers"], row["usd"], row["local"]) for key, row in rows.items()} == {
            key: (len(ts), _total(ts), _total(ts, "local")) for key, ts in expected.items()}  # fmt: skip
        if targets:
            shared, users = (evidence.fact(name, subject.id) for name in ("shared_destinations", "co_users"))
            assert shared is not None
            assert users is not None
            assert (shared.value, shared.of) == (len({key[0] for key in expected}), len(targets))
            assert users.value == len({key[1] for key in expected})


def _payers(make_ledger: Callable[..., Any], number: int) -> Any:
    rows = [{"src": f"C-{n}", "dst": "0xshop", "at": f"2025-01-02T00:00:{n:02d}Z", "usd": "10.00", "kind": "withdrawal"}
            for n in range(1, number + 1)]  # fmt: skip
    return make_ledger(rows)


def test_a_busy_destination_joins_nobody_but_is_counted(make_ledger: Callable[..., Any]) -> None:
    ledger = _payers(make_ledger, 12)
    joined = co_users(ledger, subjects("C-1"), busy=12)
    assert (len(joined.rows), joined.status) == (11, "found")
    apart = co_users(ledger, subjects("C-1"), busy=11)
    busy = apart.fact("busy_destinations")
    assert busy is not None
    assert (apart.rows, apart.status, busy.value, busy.of) == ((), "found", 1, 1)


def test_alone_at_an_address_is_empty_and_says_how_many_were_searched(make_ledger: Callable[..., Any]) -> None:
    evidence = co_users(_payers(make_ledger, 1), subjects("C-1"))
    shared = evidence.fact("shared_destinations")
    assert shared is not None
    assert (evidence.status, shared.value, shared.of) == ("empty", 0, 1)
    assert evidence.searched.startswith("1 destination of 1 account")


def test_the_house_joins_nobody(make_ledger: Callable[..., Any]) -> None:
    rows = [{"src": name, "dst": "0xhot", "at": "2025-01-02T00:00:00Z", "usd": "10.00"} for name in ("C-1", "C-2")]
    rows += [{"src": name, "dst": "0xend", "at": "2025-01-02T00:00:00Z", "usd": "10.00"} for name in ("C-1", "0xhot")]
    ledger = make_ledger(rows, labels=[{"id": "0xhot", "category": "own", "name": "House"}])
    evidence = co_users(ledger, subjects("C-1"))
    destinations = evidence.fact("destinations")
    assert destinations is not None
    assert (evidence.rows, destinations.value) == ((), 1)
