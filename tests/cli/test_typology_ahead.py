"""`casewright typology impact, coverage`: what a proposal would change, and what nothing covers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case, TypologyMatch
from casewright.tools.store import Store, reviews
from casewright.tools.store.standing import Particulars

Run = Callable[..., Any]

OWN = """\
id: small-parcels
name: Value in small parcels
aliases: [parcelling]
said: [crumbs of value, bit by bit, slice after slice]
stage: [layering]
predicate: [any]
description: A sum is moved in parts.
red_flags:
  - see: Many credits
    on: deposit
    indicator: credits_count
    parameters: {seconds: 172800}
    at_least: 3
    weight: 3
  - see: One person orders all of them
    on: deposit
    needs: who typed the orders
look_alikes:
  - name: Salary in parts
    tells_apart: one payer
    lawful: yes
questions:
  data: [Who paid?]
rules_out: [One employer pays them all.]
sources: [{id: OWN, title: Own note, issuer: Nordhaus, year: 2025, url: "https://example.org/note"}]
fixtures:
  - name: Four credits within one day
    fits: false
    moves: [{kind: fiat_in, usd: 100, from: "payer-{n}", times: 4}]
owner: Nordhaus
version: 1
status: draft
reviewed: 2025-11-03
"""


@pytest.fixture
def lived(workspace: Workspace, build_ledger: Callable[..., Path], casewright: Run) -> Workspace:
    """A workspace with a ledger of three accounts, three alerts, a past case, and a draft of the site."""
    workspace.ledger.parent.mkdir(parents=True, exist_ok=True)
    moves = [
        {"src": f"0xP{number}", "dst": who, "at": f"2025-03-01T0{number}:00:00", "usd": 500, "kind": "deposit"}
        for who, count in (("C-1", 4), ("C-2", 2), ("C-3", 5))
        for number in range(count)
    ]
    raised = [{"id": f"A-{nr}", "subject": f"C-{nr}", "at": f"2025-03-0{nr + 1}T12:00:00"} for nr in (1, 2, 3)]
    build_ledger(workspace.ledger, moves, alerts=raised)
    assert casewright("-w", workspace.folder, "investigate", "A-1").code == 0
    (workspace.folder / "typologies" / "small-parcels.yaml").write_text(OWN, encoding="utf-8")
    return workspace


@pytest.mark.xdist_group("embedded")
def test_impact_tells_what_would_match_otherwise(casewright: Run, lived: Workspace) -> None:
    (lived.folder / "questions.txt").write_text("crumbs of value, slice after slice\npeel chain\n", encoding="utf-8")
    ran = casewright("-w", lived.folder, "typology", "impact", "small-parcels", "--json")
    assert ran.code == 0, ran.err
    found = ran.json
    moved = {row["id"]: (row["score_before"], row["score_after"]) for row in found["alerts"]["moved"]}
    assert moved == {"A-1": (0, 0.429), "A-3": (0, 0.429)}
    assert (found["alerts"]["looked_at"], found["alerts"]["of"]) == (3, 3)
    assert found["cases"]["looked_at"] == 1
    assert found["cases"]["remark"] == "in 1 of them a measure of the proposal was not asked for"
    assert [row["subject"] for row in found["fixtures"]["moved"]] in (["absent, then failed"], ["absent, then passed"])
    assert found["search"]["moved"][0]["query"] == "crumbs of value, slice after slice"
    assert found["search"]["moved"][0]["after"][0] == "small-parcels"
    assert found["search"]["asked"] == 2
    text = casewright("-w", lived.folder, "typology", "impact", "small-parcels", "--alerts", 1).out
    assert "alerts: 1 of 1 change (the newest 1 of 3; --alerts N takes more)" in text
    assert "matches now (0.429)" in text
    with Store.open(lived.cases) as store:
        assert [entry.what for entry in store.entries()] == ["case saved"]


def test_without_a_proposal_there_is_no_impact(casewright: Run, workspace: Workspace) -> None:
    ran = casewright("-w", workspace.folder, "typology", "impact", "peel-chain")
    assert (ran.code, "nothing of peel-chain is proposed or drafted" in ran.err) == (1, True)


def test_coverage_tells_blind_spots_first(
    casewright: Run, workspace: Workspace, make_case: Callable[..., Case]
) -> None:
    own = OWN.replace("reviewed: 2025-11-03", "reviewed: 2020-11-03").partition("    indicator: credits_count")
    text = own[0] + "    needs: a count\n" + own[2].partition("    weight: 3\n")[2]
    (workspace.folder / "typologies" / "small-parcels.yaml").write_text(text, encoding="utf-8")
    case = make_case("CASE-1")
    match = TypologyMatch(id="rapid-pass-through", name="Passing value through", score=0.6)
    with Store.open(workspace.cases) as store:
        store.save_case(case.model_copy(update={"typologies": (match,), "recommendation": "escalate"}), "ada")
        reviews.act(store, "CASE-1", "approved", "bo", Particulars(reason="agreed"))
        store.save_case(make_case("CASE-2").model_copy(update={"typologies": (match,)}), "ada")
    ran = casewright("-w", workspace.folder, "typology", "coverage", "--json")
    rows = {row["id"]: row for row in ran.json["typologies"]}
    assert ran.json["typologies"][0]["id"] == "small-parcels"
    assert rows["small-parcels"]["blind_spots"] == [
        "no measurable flag", "no live rule", "no confirmed case", "review over a year old"
    ]  # fmt: skip
    assert rows["rapid-pass-through"]["confirmed_cases"] == 1
    assert "bank-credits-passed-on" in rows["rapid-pass-through"]["rules"]
    assert "no confirmed case" not in rows["rapid-pass-through"]["blind_spots"]
    assert "new_payers" in rows["money-mule-account"]["indicators"]
    out = casewright("-w", workspace.folder, "typology", "coverage").out
    assert "small-parcels" in out.splitlines()[1]
    assert "without a blind spot" in out


def test_a_case_is_matched_with_what_was_approved_alone(casewright: Run, lived: Workspace) -> None:
    def matched() -> set[str]:
        case = casewright("-w", lived.folder, "investigate", "A-3", "--json").json
        return {match["id"] for match in case["typologies"]}

    assert "small-parcels" not in matched()
    path = lived.folder / "typologies" / "small-parcels.yaml"
    path.write_text(OWN.replace("status: draft", "status: approved"), encoding="utf-8")
    ran = casewright("-w", lived.folder, "investigate", "A-3")
    assert "small-parcels.yaml is not what was approved, so it is a proposal; it matches no case" in ran.err
    assert "small-parcels" not in matched()
    for words in (("propose", "--as", "ada"), ("approve", "--as", "bo", "--reason", "agreed")):
        assert casewright("-w", lived.folder, "typology", words[0], "small-parcels", *words[1:]).code == 0
    assert "small-parcels" in matched()
    ran = casewright("-w", lived.folder, "typology", "match", "C-3", "--json")
    assert "small-parcels" in ran.out
    path.write_text(OWN.replace("at_least: 3", "at_least: 99"), encoding="utf-8")
    assert "small-parcels" in matched()
    assert (
        casewright("-w", lived.folder, "typology", "retire", "small-parcels", "--as", "bo", "--reason", "x").code == 0
    )
    assert "small-parcels" not in matched()
