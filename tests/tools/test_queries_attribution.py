"""The attribution of accounts in a ledger: rows that add up, three methods side by side, and what is told of caps."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.attribution import METHODS
from casewright.tools.queries.attribution import attribution
from casewright.tools.queries.balances import balances
from casewright.tools.warehouse import Ledger

_DAY = 86_400
_START = 1_735_689_600  # 2025-01-01


def _move(day: float, src: str, dst: str, usd: str | None, **more: Any) -> dict[str, Any]:
    return {"src": src, "dst": dst, "at": _START + int(day * _DAY), "usd": usd, **more}


# Two payers, then a withdrawal of half of what is there.
TWO_PAYERS = [
    _move(0, "P-1", "C-1", "100.00"),
    _move(1, "P-2", "C-1", "100.00"),
    _move(3, "C-1", "0xa", "100.00"),
]


def _values(evidence: Evidence, about: str = "") -> dict[str, Any]:
    return {fact.name: fact.value for fact in evidence.facts if not about or fact.about == about}


def _parts(evidence: Evidence, method: str, table: str = "rows") -> list[tuple[Any, ...]]:
    rows = [row for row in evidence.table(table).rows if row["method"] == method]
    return [(row["transfer"], row["origin"], row["deposit"], row["amount"], row["usd"]) for row in rows]


def test_the_three_methods_stand_side_by_side_and_where_they_differ_most_is_told(
    make_ledger: Callable[..., Ledger],
) -> None:
    found = toolbox.call(make_ledger(TWO_PAYERS), "attribution", subjects("C-1"))
    assert _parts(found, "fifo") == [("T3", "deposit", "T1", 100, 100)]
    assert _parts(found, "lifo") == [("T3", "deposit", "T2", 100, 100)]
    assert _parts(found, "pro_rata") == [("T3", "deposit", "T1", 50, 50), ("T3", "deposit", "T2", 50, 50)]
    totals = {row["method"]: (row["median_dwell"], row["deposits"]) for row in found.table("totals").rows}
    assert totals == {"fifo": (3 * _DAY, 1), "lifo": (2 * _DAY, 1), "pro_rata": (2 * _DAY, 2)}
    told = _values(found)
    assert (told["fifo_explained_share"], told["fifo_opening_share"]) == (1, 0)
    assert (told["largest_difference_usd"], told["largest_difference_share"]) == (100, 1)
    assert (told["largest_difference_transfer"], told["largest_difference_between"]) == ("T3", "fifo and lifo")
    assert told["largest_difference_at"] == "2025-01-04T00:00:00Z"


def test_a_deposit_is_followed_through_a_trade_and_fees_into_the_withdrawal(
    make_ledger: Callable[..., Ledger],
) -> None:
    found = attribution(make_ledger([
        _move(0, "BANK-1", "C-1", "750.00", asset="SGD", amount="1000", kind="fiat_in"),
        _move(1, "C-1", "C-1", "750.00", kind="trade", asset="SGD", amount="1000", asset_in="USDT", amount_in="740"),
        _move(2, "C-1", "HOUSE", "7.50", kind="fee", amount="7.4"),
        _move(2, "C-1", "0xa", "740.00", kind="withdrawal", amount="732.6"),
    ]), subjects("C-1"), method="fifo")  # fmt: skip
    (sent,) = found.rows
    assert (sent["counterparty"], sent["amount"], sent["share"]) == ("0xa", Decimal("732.6"), 1)
    assert (sent["deposit_from"], sent["deposit_asset"], sent["deposit_amount"]) == ("BANK-1", "SGD", 990)
    assert (sent["usd"], sent["deposit_usd"]) == (Decimal("740.00"), Decimal("742.50"))
    assert (sent["dwell"], sent["conversions"], sent["via"]) == (2 * _DAY, 1, "SGD > USDT")
    (trade,) = found.table("trades").rows
    assert (trade["amount"], trade["asset_in"], trade["amount_in"]) == (1000, "USDT", 740)
    (fate,) = found.table("deposits").rows
    assert [fate[name] for name in ("amount", "withdrawn", "fees", "held", "lost")] == [1000, 990, 10, 0, 0]
    cells = {cell.name: cell for cell in found.cells() if cell.row == 0}
    assert [getattr(cells["deposit_amount"], name) for name in ("unit", "side", "other")] == ["SGD", "in", "BANK-1"]
    assert [getattr(cells["amount"], name) for name in ("unit", "side", "other")] == ["USDT", "out", "0xa"]


def test_what_left_without_having_come_in_is_told_as_the_opening_balance(make_ledger: Callable[..., Ledger]) -> None:
    found = attribution(make_ledger([
        _move(0, "P-1", "C-1", "40.00"),
        _move(1, "C-1", "0xa", "100.00"),
        _move(2, "P-2", "C-1", "60.00"),
    ]), subjects("C-1"))  # fmt: skip
    for method in METHODS:
        assert _parts(found, method) == [("T2", "deposit", "T1", 40, 40), ("T2", "opening balance", None, 60, 60)]
        assert _values(found)[f"{method}_opening_share"] == Decimal("0.6")
    assert "largest_difference_share" not in _values(found)


def test_the_history_before_the_window_counts_and_what_comes_after_it_does_not(
    make_ledger: Callable[..., Ledger],
) -> None:
    ledger = make_ledger([*TWO_PAYERS, _move(9, "P-9", "C-1", "5.00"), _move(10, "C-1", "0xb", "9.00")])
    asked = (Subject(id="C-1", since=_START + 2 * _DAY, until=_START + 4 * _DAY),)
    found = attribution(ledger, asked, method="fifo")
    assert _parts(found, "fifo") == [("T3", "deposit", "T1", 100, 100)]
    assert found.table("deposits").rows == ()
    assert found.searched == "3 legs of 1 account, 2025-01-01 to 2025-01-04"


def test_attempts_and_transfers_to_oneself_move_nothing(make_ledger: Callable[..., Ledger]) -> None:
    found = attribution(make_ledger([
        _move(0, "P-1", "C-1", "100.00", status="reversed"),
        _move(1, "P-2", "C-1", "100.00"),
        _move(2, "C-1", "C-1", "100.00"),
        _move(3, "C-1", "0xa", "100.00", status="pending"),
        _move(4, "C-1", "0xa", "100.00"),
    ]), subjects("C-1"))  # fmt: skip
    assert _parts(found, "lifo") == [("T5", "deposit", "T2", 100, 100)]


def test_small_parts_are_told_together_and_still_add_to_the_withdrawal(make_ledger: Callable[..., Ledger]) -> None:
    payers = [_move(nr / 10, f"P-{nr}", "C-1", f"{10 + nr}.01") for nr in range(9)]
    found = attribution(make_ledger([*payers, _move(3, "C-1", "0xa", "100.00")]), subjects("C-1"), parts=3)
    for method in METHODS:
        rows = [row for row in found.rows if row["method"] == method]
        assert sum(row["amount"] for row in rows) == sum(row["usd"] for row in rows) == 100
        assert len(rows) == 4
        assert (rows[-1]["origin"], rows[-1]["deposit"], rows[-1]["dwell"]) == ("other deposits", None, None)
        assert sum(row["deposits"] for row in rows) == _values(found)[f"{method}_deposits"]


def test_what_is_not_listed_is_told(make_ledger: Callable[..., Ledger]) -> None:
    sent = [_move(4 + nr, "C-1", "0xa", f"{10 + nr}.00") for nr in range(3)]
    found = attribution(make_ledger([*TWO_PAYERS, *sent]), subjects("C-1"), method="lifo", limit=1)
    assert {row["transfer"] for row in found.rows} == {"T3"}
    assert found.truncated == (
        "1 of 4 withdrawals listed, those of the largest value; 1 of 2 deposits listed, those of the largest value"
    )
    assert _values(found)["withdrawals"] == 4
    assert _values(found)["withdrawn_usd"] == Decimal("133.00")


def test_lots_beyond_the_cap_are_told_with_what_they_explain(
    make_ledger: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casewright.tools.queries._attributed.most_lots", lambda events: 4)
    payers = [_move(nr / 10, f"P-{nr}", "C-1", f"{10 + nr}.00") for nr in range(5)]
    found = attribution(make_ledger([*payers, _move(3, "C-1", "0xa", "60.00")]), subjects("C-1"))
    assert found.truncated == "pro_rata: more than 4 lots of an asset: the smallest, of 3 deposits, are not told apart"
    assert _values(found)["pro_rata_together_share"] == Decimal("0.55")
    assert _values(found)["pro_rata_explained_share"] == 1
    assert "fifo_together_share" not in _values(found)


def test_amounts_that_are_not_known_are_left_out_and_told(make_ledger: Callable[..., Ledger]) -> None:
    found = attribution(make_ledger([
        *TWO_PAYERS,
        _move(2, "P-3", "C-1", "9.00", amount=None),
        _move(5, "C-1", "0xb", None, amount="50"),
    ]), subjects("C-1"))  # fmt: skip
    told = _values(found)
    assert (told["unknown_amounts"], told["withdrawals"], told["unvalued_withdrawals"]) == (1, 2, 1)
    assert told["fifo_explained_share"] == 1
    assert _parts(found, "fifo")[1:] == [("T5", "deposit", "T2", 50, None)]


def test_an_amount_of_us_dollars_that_only_its_value_tells_counts(make_ledger: Callable[..., Ledger]) -> None:
    rows = [{**row, "asset": "USD", "amount": None} for row in TWO_PAYERS]
    assert _parts(attribution(make_ledger(rows), subjects("C-1")), "fifo") == [("T3", "deposit", "T1", 100, 100)]


def test_a_method_that_is_none_and_a_limit_of_nothing_are_refused(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger(TWO_PAYERS)
    for wrong in ({"method": "hifo"}, {"limit": 0}, {"parts": 0}, {"methods": "fifo"}):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            toolbox.call(ledger, "attribution", subjects("C-1"), **wrong)


def test_an_unknown_account_is_empty(make_ledger: Callable[..., Ledger]) -> None:
    found = attribution(make_ledger(TWO_PAYERS), subjects("C-404"))
    assert (found.status, found.facts, found.searched) == ("empty", (), "no legs of 1 account")


def test_the_rows_of_any_account_add_up_to_the_last_unit_and_cent(exchange: Any) -> None:
    asked = exchange.subjects()
    found = attribution(exchange.ledger, asked, limit=10_000, parts=10_000)
    transfers = {row["id"]: row for row in exchange.transfers}
    sums: dict[tuple[Any, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for name, amount in (("rows", "amount"), ("trades", "amount_in")):
        for row in found.table(name).rows:
            known = (row["amount"], row[amount], row["usd"] or 0, row["local"] or 0)
            key = (name, row["subject"], row["method"], row["transfer"])
            sums[key] = [total + part for total, part in zip(sums[key], known, strict=True)]
    assert {key[2] for key in sums} == set(METHODS)
    for (name, _, _, transfer), total in sums.items():
        wanted = transfers[transfer]
        got = wanted["amount"] if name == "rows" else wanted["amount_in"]
        assert total == [wanted["amount"], got, wanted["usd"] or 0, wanted["local"] or 0]
    for row in found.table("deposits").rows:
        assert row["amount"] == transfers[str(row["transfer"])]["amount"]
        assert row["amount"] == sum(row[name] for name in ("withdrawn", "fees", "held", "lost", "together"))
    for subject in asked:
        listed = {key[3] for key in sums if key[:2] == ("rows", subject.id)}
        assert listed == {
            t["id"] for t in exchange.transfers
            if t["src"] == subject.id != t["dst"] and t["status"] == "completed" and t["kind"] not in {"trade", "fee"}
            and t["amount"] and (subject.since is None or t["epoch"] >= subject.since)
            and (subject.until is None or t["epoch"] < subject.until)
        }  # fmt: skip


def test_what_the_deposits_became_agrees_with_the_balances(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger([*TWO_PAYERS, _move(4, "C-1", "HOUSE", "10.00", kind="fee")])
    found = attribution(ledger, subjects("C-1"))
    (held,) = balances(ledger, subjects("C-1")).rows
    for method in METHODS:
        rows = [row for row in found.table("deposits").rows if row["method"] == method]
        assert sum(row["held"] for row in rows) == held["closing"] == 90
        assert sum(row["fees"] for row in rows) == 10


def test_one_pass_over_many_says_of_each_what_it_says_alone(exchange: Any) -> None:
    asked = exchange.subjects()
    shared = toolbox.per_subject(toolbox.call(exchange.ledger, "attribution", asked, limit=4), asked)
    for subject in asked:
        alone = toolbox.call(exchange.ledger, "attribution", (subject,), limit=4)
        assert shared[subject.id] == alone
