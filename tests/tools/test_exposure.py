"""Exposure: labelled addresses at the other end, direct and indirect, in and out, with the label's source and date."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, subjects
from casewright.tools import toolbox
from casewright.tools.queries.exposure import exposure
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
MILL, DOCK, LOFT, YARD, PIER = (f"0x{digit * 40}" for digit in "abcde")


def sent(src: str, dst: str, at: str, usd: float | None, **more: Any) -> dict[str, Any]:
    return {"src": src, "dst": dst, "at": f"2025-03-{at}", "usd": usd, **more}


def named(name: str, category: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": f"Basin {name[-1]}", "category": category, **more}


def told(found: Evidence) -> list[tuple[Any, ...]]:
    return [(row["direction"], row["id"], row["category"], row["hop"], row["reach"], row["usd"]) for row in found.rows]


def sum_of(found: Evidence, name: str, side: str, reach: str) -> Any:
    return next((f.value for f in found.facts if (f.name, f.side, f.reach) == (name, side, reach)), None)


def test_sources_and_destinations_are_told_direct_and_indirect_the_riskiest_first(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [sent(PIER, DOCK, "01T08:00:00", 500), sent(DOCK, MILL, "01T09:00:00", 300),
         sent(PIER, MILL, "02T09:00:00", 40), sent(MILL, LOFT, "03T10:00:00", 200),
         sent(MILL, LOFT, "04T10:00:00", 55), sent(MILL, "X", "03T11:00:00", 90), sent("X", YARD, "03T12:00:00", 80)],
        labels=[named(PIER, "exchange"), named(LOFT, "mixer", known_at="2025-05-01", source="list", confidence="high"),
                named(YARD, "sanctioned")],
    )  # fmt: skip
    found = toolbox.call(ledger, "exposure", subjects(MILL))
    assert told(found) == [
        ("out", YARD, "sanctioned", 2, "indirect", Decimal("80.00")),
        ("out", LOFT, "mixer", 1, "direct", Decimal("255.00")),
        ("in", PIER, "exchange", 1, "direct", Decimal("40.00")),
        ("in", PIER, "exchange", 2, "indirect", Decimal("500.00")),
    ]
    mixer = found.rows[1]
    assert (mixer["label"], mixer["label_source"], mixer["label_at"]) == ("Basin c", "list", "2025-05-01T00:00:00Z")
    assert (mixer["at"], mixer["last_at"], mixer["transfers"]) == ("2025-03-03T10:00:00Z", "2025-03-04T10:00:00Z", 2)
    assert sum_of(found, "exposure_mixer_usd", "out", "direct") == Decimal("255.00")
    assert sum_of(found, "exposure_sanctioned_usd", "out", "indirect") == Decimal("80.00")
    assert sum_of(found, "exposure_exchange_usd", "in", "indirect") == Decimal("500.00")
    indirect = next(f for f in found.facts if f.name == "exposure_sanctioned_usd")
    assert "upper bound" in indirect.means
    labelled = next(f for f in found.facts if f.name == "labelled_addresses" and f.side == "out")
    assert (labelled.value, labelled.of) == (2, 3)


def test_what_left_before_value_came_is_no_source_of_it(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent(PIER, DOCK, "05T08:00:00", 500), sent(DOCK, MILL, "01T09:00:00", 300)],
                         labels=[named(PIER, "scam")])  # fmt: skip
    found = toolbox.call(ledger, "exposure", subjects(MILL))
    assert found.status == "empty"
    assert sum_of(found, "labelled_addresses", "in", "") == 0
    assert found.searched.startswith("1 transfer followed within 3 hops, back and onward, of 1 account")


def test_the_house_s_own_addresses_are_left_out_and_counted(make_ledger: MakeLedger) -> None:
    ledger = make_ledger([sent(MILL, DOCK, "01T09:00:00", 300), sent(DOCK, PIER, "01T10:00:00", 300)],
                         labels=[named(DOCK, "own"), named(PIER, "mixer")])  # fmt: skip
    found = exposure(ledger, subjects(MILL))
    assert found.rows == ()
    assert found.truncated == "destinations: 1 address of the house's own left out"
    own = next(f for f in found.facts if f.name == "own_addresses" and f.side == "out")
    assert (own.value, own.of) == (1, 1)


def test_caps_are_told_for_each_direction(make_ledger: MakeLedger) -> None:
    chain = [sent("A", "B", "01T01:00:00", 9), sent("B", "C", "01T02:00:00", 9), sent("C", "D", "01T03:00:00", 9)]
    ledger = make_ledger(chain, labels=[named("D", "hack")])
    near = exposure(ledger, subjects("A"), hops=2)
    assert near.truncated == "destinations: hop limit 2: onward transfers of 1 address not followed"
    assert (near.status, near.rows) == ("empty", ())
    assert told(exposure(ledger, subjects("A"))) == [("out", "D", "hack", 3, "indirect", Decimal("9.00"))]
    listed = exposure(make_ledger([sent("A", "B", "01T01:00:00", 9), sent("A", "D", "01T01:00:00", 9)],
                                  labels=[named("D", "hack"), named("B", "dex")]), subjects("A"), limit=1)  # fmt: skip
    assert listed.truncated == "1 of 2 rows listed, the riskiest first"
    assert listed.rows[0]["category"] == "hack"


def test_an_address_stands_under_each_risky_category_and_the_rest_stands_beside_it(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [sent(MILL, DOCK, "01T09:00:00", 300)],
        labels=[named(DOCK, "mixer"), named(DOCK, "sanctioned", source="list"), named(DOCK, "contract"),
                named(DOCK, "mixer", source="other", confidence="low")],
    )  # fmt: skip
    found = exposure(ledger, subjects(MILL))
    assert told(found) == [
        ("out", DOCK, "sanctioned", 1, "direct", Decimal("300.00")),
        ("out", DOCK, "mixer", 1, "direct", Decimal("300.00")),
    ]
    others = [(row["category"], row["label_source"]) for row in found.table("other_labels").rows]
    assert others == [("mixer", "other"), ("contract", "test")]
    labelled = next(f for f in found.facts if f.name == "labelled_addresses" and f.side == "out")
    assert labelled.value == 1


def test_each_subject_gets_its_own_share(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [sent(MILL, DOCK, "01T09:00:00", 300, local=400), sent(LOFT, DOCK, "09T09:00:00", 20, local=27)],
        labels=[named(DOCK, "gambling")], currency="SGD",
    )  # fmt: skip
    asked = (Subject(id=MILL), Subject(id=LOFT), Subject(id=YARD))
    together = toolbox.per_subject(toolbox.call(ledger, "exposure", asked), asked)
    for subject in asked:
        assert together[subject.id] == toolbox.call(ledger, "exposure", (subject,))
    assert [row["local"] for row in together[LOFT].rows] == [Decimal("27.00")]
    assert together[YARD].status == "empty"
