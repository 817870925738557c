"""What joins several accounts, against plain Python, and what joins nobody."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.labels import OWN, ending
from casewright.tools.queries.links import links

MakeLedger = Callable[..., Any]
Row = tuple[str, str, str, str | None, int]


def sent(src: str, dst: str, usd: str = "10.00", **more: Any) -> dict[str, Any]:
    return {"src": src, "dst": dst, "at": "2025-03-01T10:00:00Z", "usd": usd, "kind": "withdrawal", **more}


def used(subject: str, device: str | None = None, ip: str | None = None) -> dict[str, Any]:
    return {"subject": subject, "at": "2025-03-02T10:00:00Z", "device": device, "ip": ip, "country": "SG"}


def told(evidence: Evidence) -> set[Row]:
    return {
        (
            str(row["subject"]),
            str(row["link"]),
            str(row["counterparty"] or row["device"] or row["ip"]),
            None if row["direction"] is None else str(row["direction"]),
            int(row["transfers"] or row["logins"] or 0),
        )
        for row in evidence.rows
    }


def number(evidence: Evidence, name: str, about: str) -> tuple[object, object]:
    fact = evidence.fact(name, about)
    assert fact is not None
    return fact.value, fact.of


def test_each_kind_of_link_is_told_of_both_sides(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [
            sent("C-1", "0xend", "40.00"), sent("C-2", "0xend", "60.00"), sent("C-1", "0xlone"),
            sent("DBS-1", "C-2", kind="fiat_in"), sent("DBS-1", "C-3", kind="fiat_in"),
            sent("C-1", "C-3", "5.00", kind="internal"), sent("C-2", "0xoff", status="cancelled"), sent("C-1", "0xoff"),
        ],
        logins=[used("C-1", "D-1", "10.0.0.1"), used("C-3", "D-1"), used("C-2", "D-2", "10.0.0.1"), used("C-9", "D-2")],
    )  # fmt: skip
    found = toolbox.call(ledger, "links", subjects("C-1", "C-2", "C-3", "C-4"))
    assert told(found) == {
        ("C-1", "transfer", "C-3", "out", 1), ("C-3", "transfer", "C-1", "in", 1),
        ("C-1", "device", "D-1", None, 1), ("C-3", "device", "D-1", None, 1),
        ("C-2", "payer", "DBS-1", "in", 1), ("C-3", "payer", "DBS-1", "in", 1),
        ("C-1", "address", "0xend", "out", 1), ("C-2", "address", "0xend", "out", 1),
        ("C-1", "ip", "10.0.0.1", None, 1), ("C-2", "ip", "10.0.0.1", None, 1),
    }  # fmt: skip
    row = next(r for r in found.rows if (r["subject"], r["link"]) == ("C-2", "address"))
    assert (row["usd"], row["others"], row["other_ids"], row["users"]) == (Decimal("60.00"), 1, "C-1", 2)
    assert [row["link"] for row in found.rows if row["subject"] == "C-1"] == ["transfer", "device", "address", "ip"]
    assert [number(found, "linked_accounts", f"C-{n}") for n in (1, 2, 3, 4)] == [(2, 3), (2, 3), (2, 3), (0, 3)]
    assert number(found, "shared_addresses", "C-2") == (2, None)
    assert found.truncated == ""


def test_what_is_outside_an_accounts_own_window_joins_it_to_nobody(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent("C-1", "0xend"), sent("C-2", "0xend", at="2025-05-01T10:00:00Z")])
    second = Subject(id="C-2", until=1_741_000_000)  # in March
    assert links(ledger, (*subjects("C-1"), second)).status == "empty"
    assert links(ledger, subjects("C-1", "C-2")).status == "found"


def test_the_house_and_services_join_nobody_and_services_are_counted(make_ledger: MakeLedger) -> None:
    rows = [sent(name, to) for name in ("C-1", "C-2") for to in ("0xhot", "0xmix", "0xpool")]
    labels = [{"id": "0xhot", "category": "own"}, {"id": "0xmix", "category": "mixer"},
              {"id": "0xpool", "category": "custodial"}]  # fmt: skip
    found = links(make_ledger(rows, labels=labels), subjects("C-1", "C-2"))
    assert (found.rows, found.status) == ((), "empty")
    assert number(found, "shared_services", "C-1") == (1, None)
    assert found.truncated == "1 address of a labelled service left out"


@pytest.mark.parametrize(("option", "kind", "fact"), [
    ("busy", "address", "busy_addresses"), ("busy", "device", "busy_devices"), ("carrier", "ip", "busy_ips"),
])  # fmt: skip
def test_what_a_crowd_uses_joins_nobody_but_is_counted(
    make_ledger: MakeLedger, option: str, kind: str, fact: str
) -> None:
    names = [f"C-{n}" for n in range(1, 7)]
    rows = [sent(name, "0xshop") for name in names] if kind == "address" else [sent("C-1", "0xlone")]
    logins = [used(name, **{kind: "10.0.0.1"}) for name in names] if kind != "address" else []
    ledger = make_ledger(rows, logins=logins)
    assert len(toolbox.call(ledger, "links", subjects("C-1", "C-2"), **{option: 6}).rows) == 2
    apart = toolbox.call(ledger, "links", subjects("C-1", "C-2"), **{option: 5})
    assert (apart.rows, number(apart, fact, "C-2")) == ((), (1, None))
    assert apart.truncated.endswith("left out")


def test_the_limit_keeps_the_strongest_kinds_and_tells_the_rest(make_ledger: MakeLedger) -> None:
    rows = [sent(name, to) for name in ("C-1", "C-2") for to in ("0xa", "0xb", "0xc")]
    ledger = make_ledger(rows, logins=[used("C-1", "D-1"), used("C-2", "D-1")])
    cut = toolbox.call(ledger, "links", subjects("C-1", "C-2"), limit=2)
    assert [row["link"] for row in cut.rows] == ["device", "address", "device", "address"]
    assert "C-1: 2 of 4 rows left out, those of the weakest kinds" in cut.truncated
    assert cut.facts == links(ledger, subjects("C-1", "C-2")).facts


def test_one_account_alone_is_refused(make_ledger: MakeLedger) -> None:
    with pytest.raises(UsageError, match="at least two"):
        links(make_ledger(), subjects("C-1"))


def test_links_are_those_of_a_plain_count(exchange: Any) -> None:
    asked = exchange.subjects()
    found = links(exchange.ledger, asked, busy=1_000, carrier=1_000, limit=10_000)
    categories: dict[str, set[str]] = {}
    for label in exchange.tables["labels"]:
        categories.setdefault(label["id"], set()).add(label["category"])
    names = {subject.id for subject in asked}
    uses: dict[tuple[str, str, str, str | None], int] = {}
    for subject in asked:
        if categories.get(subject.id, set()) & set(OWN):
            continue
        for t in exchange.transfers:
            if t["status"] != "completed" or t["kind"] in {"trade", "fee"} or t["src"] == t["dst"]:
                continue
            for side, own, other in (("out", t["src"], t["dst"]), ("in", t["dst"], t["src"])):
                if own == subject.id and _inside(subject, t["epoch"]):
                    paid = t["kind"] == "fiat_in" and side == "in"
                    kind = "transfer" if other in names else "payer" if paid else "address"
                    uses[own, kind, other, side] = uses.get((own, kind, other, side), 0) + 1
    for subject in asked:
        for login in exchange.tables["logins"]:
            if login["subject"] == subject.id and _inside(subject, login["epoch"]):
                for kind in ("device", "ip"):
                    if login[kind] is not None:
                        key = (subject.id, kind, login[kind], None)
                        uses[key] = uses.get(key, 0) + 1
    sharing: dict[tuple[bool | str, str], set[str]] = {}
    for own, kind, thing, _ in uses:
        sharing.setdefault((kind if kind in {"device", "ip"} else "moved", thing), set()).add(own)
    joins_nobody = {name for name, words in categories.items() if words & set(OWN)}
    services = {name for name, words in categories.items() if words & set(ending())}
    expected = {
        (own, kind, thing, side, count)
        for (own, kind, thing, side), count in uses.items()
        if thing not in joins_nobody
        and (
            kind == "transfer"
            or (len(sharing[kind if kind in {"device", "ip"} else "moved", thing]) > 1 and thing not in services)
        )
    }
    assert told(found) == expected
    assert {kind for _, kind, *_ in expected} >= {"transfer", "device", "ip"}


def _inside(subject: Subject, epoch: int) -> bool:
    return (subject.since is None or epoch >= subject.since) and (subject.until is None or epoch < subject.until)
