"""Networks of alerts: who is joined, in any order alike, up to a cap, against a plain search."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from casewright.agent.batch.networks import Network, networks
from casewright.agent.investigate import Target, resolve
from casewright.knowledge.errors import UsageError
from casewright.knowledge.records import Subject
from casewright.tools.warehouse import Ledger

MakeLedger = Callable[..., Ledger]
AT = "2025-03-01T10:00:00Z"


def alert(name: str, subject: str, **more: Any) -> dict[str, Any]:
    since = {"since": "2025-02-01T00:00:00Z", "at": "2025-03-03T00:00:00Z", "severity": "medium", "score": 1.0}
    return {"id": name, "subject": subject, "title": "Credits passed on", "source": "rules", **since, **more}


def sent(src: str, dst: str, **more: Any) -> dict[str, Any]:
    return {"src": src, "dst": dst, "at": AT, "usd": "10.00", "kind": "withdrawal", **more}


def targets(ledger: Ledger) -> list[Target]:
    return [resolve(ledger, row[0]) for row in ledger.rows("select id from alerts order by id")]


def members(found: Sequence[Network]) -> set[frozenset[str]]:
    return {frozenset(one.subjects) for one in found}


def test_the_alerts_of_one_subject_are_one_target_led_by_the_weightiest(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [sent("C-1", "0xa")],
        alerts=[
            alert("A-1", "C-1", score=1.0),
            alert("A-2", "C-1", score=2.0, since="2025-01-05T00:00:00Z", at="2025-02-05T00:00:00Z"),
            alert("A-3", "C-1", severity="low", score=9.0, at="2025-04-01T00:00:00Z"),
            alert("A-4", "C-2", severity="high", score=0.5),
        ],
    )
    found = networks(ledger, targets(ledger))
    assert [one.alerts for one in found] == [("A-4",), ("A-2", "A-1", "A-3")]
    led = found[1].targets[0]
    assert led.alert is not None
    assert (led.alert.id, len(found[1].targets)) == ("A-2", 1)
    ends = [resolve(ledger, name).subject for name in ("A-2", "A-3")]
    assert (led.subject.since, led.subject.until) == (ends[0].since, ends[1].until)
    assert networks(ledger, [*targets(ledger), Target(Subject(id="C-1"))])[1].targets[0].subject == Subject(id="C-1")


def test_what_joins_is_told_once_for_a_thing_and_the_weightiest_leads(make_ledger: MakeLedger) -> None:
    ledger = make_ledger(
        [sent("C-1", "0xa"), sent("C-2", "0xa"), sent("C-3", "0xa"), sent("C-3", "C-4", kind="internal")],
        alerts=[alert(f"A-{n}", f"C-{n}", score=float(n)) for n in (1, 2, 3, 4, 5)],
    )
    found = networks(ledger, targets(ledger))
    assert [one.subjects for one in found] == [("C-5",), ("C-4", "C-3", "C-2", "C-1")]
    assert [(e.kind, e.shared, e.subjects) for e in found[1].edges] == [
        ("transfer", "", ("C-3", "C-4")),
        ("address", "0xa", ("C-1", "C-2", "C-3")),
    ]
    assert [one.apart for one in found] == [(), ()]


def test_the_strongest_join_first_and_the_cap_keeps_the_others_apart(make_ledger: MakeLedger) -> None:
    logins = [{"subject": name, "at": AT, "device": "D-1", "country": "SG"} for name in ("C-3", "C-4")]
    ledger = make_ledger(
        [sent(f"C-{n}", "0xa") for n in (1, 2, 3)],
        logins=logins,
        alerts=[alert(f"A-{n}", f"C-{n}") for n in (1, 2, 3, 4)],
    )
    found = networks(ledger, targets(ledger), most=2)
    assert members(found) == {frozenset({"C-3", "C-4"}), frozenset({"C-1", "C-2"})}
    assert [[e.shared for e in one.apart] for one in found] == [["0xa"], ["0xa"]]
    assert members(networks(ledger, targets(ledger), most=4)) == {frozenset({"C-1", "C-2", "C-3", "C-4"})}
    with pytest.raises(UsageError, match="holds nobody"):
        networks(ledger, targets(ledger), most=0)


@pytest.mark.parametrize("seed", range(6))
def test_networks_are_the_parts_of_a_plain_search_in_any_order(make_ledger: MakeLedger, seed: int) -> None:
    dice = random.Random(seed)
    names = [f"C-{n:02}" for n in range(24)]
    rows = [sent(dice.choice(names), f"0x{dice.randrange(14)}") for _ in range(26)]
    rows += [sent(*dice.sample(names, 2), kind="internal") for _ in range(3)]
    logins = [{"subject": dice.choice(names), "at": AT, "device": f"D-{dice.randrange(12)}", "country": "SG"}
              for _ in range(14)]  # fmt: skip
    ledger = make_ledger(rows, logins=logins, alerts=[
        alert(f"A-{n}", dice.choice(names), score=float(dice.randrange(3))) for n in range(40)
    ])  # fmt: skip
    asked = targets(ledger)
    alerted = {target.subject.id for target in asked}
    uses = [(t["src"], t["dst"]) for t in rows] + [(t["dst"], t["src"]) for t in rows]
    uses += [(login["subject"], login["device"]) for login in logins]
    near = {name: {thing for who, thing in uses if who == name} for name in alerted}
    joined = {
        (one, other)
        for one in alerted
        for other in alerted
        if near[one] & near[other] - alerted or other in near[one] or one in near[other]
    }
    whole = networks(ledger, asked, most=100)
    assert members(whole) == _parts(alerted, joined)
    assert 1 < max(len(one.subjects) for one in whole) < len(alerted)
    for most in (2, 3, 5, 100):
        found = networks(ledger, asked, most=most)
        dice.shuffle(asked)
        assert networks(ledger, asked, most=most) == found
        home = {name: place for place, one in enumerate(found) for name in one.subjects}
        assert sorted(home) == sorted(alerted)
        assert sorted(name for one in found for name in one.alerts) == sorted(
            target.alert.id for target in asked if target.alert
        )
        for one in found:
            own = {(a, b) for edge in one.edges for a in edge.subjects for b in edge.subjects}
            assert _parts(set(one.subjects), own) == {frozenset(one.subjects)}  # its own edges hold it together
            assert len(one.subjects) <= most
        for a, b in joined:  # nobody is kept apart but by the cap
            if home[a] != home[b]:
                assert len(found[home[a]].subjects) + len(found[home[b]].subjects) > most
                assert any({a, b} <= set(edge.subjects) for edge in found[home[a]].apart)


def _parts(names: set[str], joined: set[tuple[str, str]]) -> set[frozenset[str]]:
    """The connected parts, by walking from each name to whoever is joined to it."""
    parts, left = set(), set(names)
    while left:
        part, to_see = set(), [min(left)]
        while to_see:
            name = to_see.pop()
            if name not in part:
                part.add(name)
                to_see += [b for a, b in joined if a == name] + [a for a, b in joined if b == name]
        parts.add(frozenset(part))
        left -= part
    return parts
