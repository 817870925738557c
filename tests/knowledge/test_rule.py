"""Rules as files: read strictly, checked against the indicators, everything wrong told at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from casewright.knowledge.errors import KnowledgeError
from casewright.knowledge.rule import Rule, load_rules, shipped
from casewright.tools.indicators import catalogue

GOOD = """\
id: many-payers
title: Many new payers in a week
risk: An account is lent to others.
typologies: [money-mule-account]
population: {kind: [person]}
when:
  all:
    - indicator: new_payers
      parameters: {seconds: 604800, kind: fiat_in}
      at_least: 5
      rationale: A household has fewer.
    - any:
        - {indicator: pass_through_ratio, at_least: 0.9, rationale: Nearly all of it.}
        - {indicator: dormancy_days, at_most: 3, rationale: Used all the time.}
look_back_days: 30
cool_down_days: 14
severity: high
known_false_positives: [Clubs that collect fees.]
owner: Mule desk
status: live
version: 1
"""


def load(folder: Path, text: str, name: str = "many-payers") -> Rule:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(text)
    return load_rules([folder], catalogue())[name]


def complaint(folder: Path, text: str) -> list[str]:
    with pytest.raises(KnowledgeError) as raised:
        load(folder, text)
    return [line.rpartition("many-payers.yaml:")[2] for line in str(raised.value).splitlines()]


def test_a_rule_is_read_whole(tmp_path: Path) -> None:
    rule = load(tmp_path, GOOD)
    first, *others = rule.thresholds
    assert (first.indicator, first.at_least, first.basis) == ("new_payers", 5, "ours")
    assert dict(first.parameters) == {"seconds": 604800, "kind": "fiat_in"}
    assert [(c.at_least, c.at_most) for c in others] == [(Decimal("0.9"), None), (None, 3)]
    assert first.holds(Decimal(5))
    assert not first.holds(Decimal("4.9"))
    assert others[1].holds(Decimal(3))


def test_everything_wrong_in_the_format_is_told_with_its_line(tmp_path: Path) -> None:
    text = GOOD.replace("id: many-payers", "id: other").replace("owner: Mule desk", "owners: Mule desk")
    text = text.replace("severity: high", "severity: urgent").replace("look_back_days: 30", "look_back_days: '30'")
    assert complaint(tmp_path, text) == [
        "1: the key 'owner' is missing",
        "15: look_back_days should be a valid integer, found '30'",
        "17: severity should be 'low', 'medium' or 'high', found 'urgent'",
        "19: unknown key 'owners'; did you mean 'owner'?",
    ]


def test_everything_wrong_about_indicators_is_told_with_its_line(tmp_path: Path) -> None:
    text = GOOD.replace("new_payers", "new_payer").replace("at_least: 0.9", "at_least: 90")
    text = text.replace("{indicator: dormancy_days,", "{indicator: dormancy_days, parameters: {days: 2},")
    assert complaint(tmp_path, text) == [
        "8: unknown indicator 'new_payer'; did you mean 'new_payers'?",
        "13: at_least is 90, expected 0 .. 1 (share)",
        "14: dormancy_days has no parameter 'days'; it takes seconds",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("      at_least: 5\n", "", "needs either at_least or at_most, and the rationale"),
        ("      at_least: 5\n", "      at_least: 5\n      at_most: 9\n", "needs either at_least or at_most"),
        ("      rationale: A household has fewer.\n", "", "and the rationale of that threshold"),
        ("    - any:\n", "    - at_least: 3\n      any:\n", "belong to an indicator"),
        ("  all:\n", "  not: {}\n  all:\n", "unknown key 'not'"),
        ("  all:\n", "  any: []\n  all:\n", ""),
        ("parameters: {seconds: 604800", "parameters: {seconds: 60", "seconds = 60 seconds, expected 3600"),
        ("title: Many new payers", "title: Many \u202enew payers", "hidden characters"),
        ("population: {kind: [person]}", "population: {kind: []}", "at least 1 item"),
    ],
)
def test_a_condition_says_one_thing_and_says_why(tmp_path: Path, old: str, new: str, told: str) -> None:
    if not told:
        assert load(tmp_path, GOOD.replace(old, new)).when.all
        return
    assert old in GOOD
    assert told in "\n".join(complaint(tmp_path, GOOD.replace(old, new)))


def test_the_workspace_replaces_a_rule_of_ours_by_its_id(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    load(ours, GOOD)
    load(theirs, GOOD.replace("severity: high", "severity: low"))
    assert load_rules([ours, theirs], catalogue())["many-payers"].severity == "low"


def test_the_shipped_rules_are_sound() -> None:
    rules = load_rules([shipped()], catalogue())
    typologies = {path.stem for path in (shipped().parent / "typologies").glob("*.yaml")}
    assert len(rules) >= 3
    for rule in rules.values():
        assert rule.status == "live"
        assert rule.typologies
        assert set(rule.typologies) <= typologies
        assert all(condition.basis == "ours" for condition in rule.thresholds), "a threshold with a source cites it"
