"""`casewright typology match`: subjects and cases, in one pass, with what the score is made of and what else it is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import Workspace

Run = Callable[..., Any]
MULE, QUIET = "C-10482", "C-10777"


def paid_and_passed_on(who: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number in range(6):
        day, hour = 3 + number // 3, 9 + 3 * (number % 3)
        rows.append({"src": f"BANK-{number}", "dst": who, "at": f"2025-11-0{day}T{hour:02d}:00:00", "usd": 2000,
                     "kind": "fiat_in", "network": "paynow"})  # fmt: skip
        rows.append({"src": who, "dst": "TQ4wallet", "at": f"2025-11-0{day}T{hour:02d}:40:00", "usd": 1990,
                     "kind": "withdrawal", "network": "tron"})  # fmt: skip
    return rows


@pytest.fixture
def exchange(workspace: Workspace, build_ledger: Callable[..., Path]) -> Workspace:
    """One who passes strangers' money on, and one who only buys."""
    people = [
        {"id": name, "at": "2025-08-14", "opened_at": "2025-08-14", "kind": "person", "occupation": work,
         "income_usd": income, "country": "SG"}
        for name, work, income in ((MULE, "student", 7000), (QUIET, "teacher", 90000))
    ]  # fmt: skip
    quiet = [{"src": "BANK-9", "dst": QUIET, "at": f"2025-{month:02d}-05", "usd": 300, "kind": "fiat_in"}
             for month in range(8, 12)]  # fmt: skip
    recall = {"subject": MULE, "kind": "recall", "at": "2025-11-05", "text": "asks for return"}
    build_ledger(workspace.ledger, [*paid_and_passed_on(MULE), *quiet], customers=people, events=[recall])
    return workspace


def test_each_match_says_what_fired_by_how_much_and_what_else_it_could_be(casewright: Run, exchange: Workspace) -> None:
    ran = casewright("-w", exchange.folder, "typology", "match", MULE, "--json")
    assert ran.code == 0
    (result,) = ran.json["results"]
    assert (result["subject"], result["reason"]) == (MULE, "")
    best = result["matches"][0]
    assert (best["id"], best["fits"]) == ("money-mule-account", True)
    payers = next(sign for sign in best["fired"] if sign["measure"] == "new_payers")
    assert (payers["value"], payers["threshold"], payers["settings"]) == (6, 5, "kind=fiat_in")
    assert (payers["limit"], payers["seed"], payers["evidence"]) == ("at least 5 payers", True, "E1")
    assert payers["basis"] == "a tuning seed of ours, no regulation"
    assert payers["peers"] is None or payers["peers"]["peers"] > 0
    assert any(gap["why"].startswith("not observable here") for gap in best["unmeasured"])
    scores = {made["id"]: made["score"] for made in result["matches"]}
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    others = {other["typology"]: other for other in best["look_alikes"]}
    victim = others["pig-butchering-victim"]
    assert victim["score"] == scores.get("pig-butchering-victim", 0)
    assert victim["as_well"] is (victim["score"] >= best["score"])
    assert others[""]["score"] is None
    weight = sum(sign["weight"] for sign in best["fired"])
    assert best["made_of"].startswith(f"weight fired {weight} / ({weight} + ")


def test_a_subject_without_a_match_says_why_and_is_no_error(casewright: Run, exchange: Workspace) -> None:
    ran = casewright("-w", exchange.folder, "typology", "match", QUIET, "nobody", "--json")
    assert ran.code == 0
    quiet, nobody = ran.json["results"]
    assert [quiet["matches"], nobody["matches"]] == [[], []]
    assert "no red flag fired" in quiet["reason"]
    assert "nothing is known of this subject" in nobody["reason"]


def test_a_file_of_subjects_is_answered_in_its_order_and_windows(
    casewright: Run, exchange: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "subjects.csv"
    file.write_text(f"id,since,until\n{QUIET},,\n{MULE},2025-09-01,2025-10-01\n", encoding="utf-8")
    found = casewright("-w", exchange.folder, "typology", "match", "--subjects", file, "--json").json["results"]
    assert [one["subject"] for one in found] == [QUIET, MULE]
    assert found[1]["matches"] == []
    alone = casewright("-w", exchange.folder, "typology", "match", MULE, "--json").json["results"][0]
    file.write_text(f"{QUIET}\n{MULE}\n", encoding="utf-8")
    both = casewright("-w", exchange.folder, "typology", "match", "--subjects", file, "--json").json["results"]
    assert both[1] == alone


def test_no_more_than_asked_for_are_told(casewright: Run, exchange: Workspace) -> None:
    ran = casewright("-w", exchange.folder, "typology", "match", MULE, "-k", 1, "--json")
    assert len(ran.json["results"][0]["matches"]) == 1


def test_the_page_tells_the_best_sign_by_sign(casewright: Run, exchange: Workspace) -> None:
    out = casewright("-w", exchange.folder, "typology", "match", MULE).out
    assert "Use as a money mule account (money-mule-account)" in out
    assert "fired: Several payers who never paid this customer before" in out
    assert "6 payers by new_payers(kind=fiat_in), threshold at least 5 payers (a tuning seed)" in out
    assert "could be: Student or young adult on family money (lawful): " in out
    assert "[E1]" in out


def test_a_case_is_matched_from_the_evidence_that_it_keeps(casewright: Run, exchange: Workspace) -> None:
    assert casewright("-w", exchange.folder, "investigate", MULE).code == 0
    exchange.ledger.rename(exchange.ledger.with_suffix(".away"))  # nothing is asked again
    ran = casewright("-w", exchange.folder, "typology", "match", f"CASE-{MULE}", "--json")
    (result,) = ran.json["results"]
    assert (result["case"], result["subject"]) == (f"CASE-{MULE}", MULE)
    assert result["matches"][0]["id"] == "money-mule-account"
    file = exchange.out / f"CASE-{MULE}" / "case.json"
    assert casewright("-w", exchange.folder, "typology", "match", file, "--json").json["results"] == [result]
    kept = {evidence["id"] for evidence in json.loads(file.read_text(encoding="utf-8"))["evidence"]}
    assert {sign["evidence"] for sign in result["matches"][0]["fired"]} <= kept


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 2), (["CASE-none"], 1), (["none.json"], 1), (["CASE-none", "--since", "2025-01-01"], 2)],
)
def test_what_cannot_be_meant_is_told(casewright: Run, exchange: Workspace, arguments: list[str], code: int) -> None:
    assert casewright("-w", exchange.folder, "typology", "match", *arguments).code == code
