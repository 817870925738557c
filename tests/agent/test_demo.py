"""The demo: every draft verifies clean, and a second memo is not the first with other names in it."""

import re
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from casewright.agent.demo import Step, demo
from casewright.agent.findings import not_left
from casewright.agent.investigate import resolve
from casewright.agent.memo.dossier import Dossier
from casewright.knowledge.case import Case
from casewright.knowledge.errors import UsageError
from casewright.tools import pack
from casewright.tools.warehouse import Ledger

pytestmark = pytest.mark.xdist_group("demo")
Exchange = tuple[Path, list[Step]]


def _cases(folder: Path) -> list[Case]:
    found = sorted((folder / ".casewright" / "out").glob("*/case.json"))
    return [Case.model_validate_json(path.read_text(encoding="utf-8")) for path in found]


def _shape(text: str) -> str:
    """A sentence without its figures and ids: what would be left if only names were replaced."""
    return re.sub(r"\S*\d\S*", "#", text)


def test_every_draft_is_verified_and_nothing_was_struck(demo_exchange: Exchange) -> None:
    folder, steps = demo_exchange
    checks = [step.output for step in steps if " verify " in step.command]
    assert len(checks) == len(_cases(folder)) >= 2
    assert all("all supported" in output for output in checks)
    assert not any("struck" in step.output for step in steps)


def test_each_rule_led_to_a_case_whose_memo_reads_otherwise(demo_exchange: Exchange) -> None:
    shapes = [{_shape(sentence.text) for sentence in case.narrative.sentences} for case in _cases(demo_exchange[0])]
    for one, other in combinations(shapes, 2):
        assert len(one & other) < 0.6 * min(len(one), len(other))


def test_every_memo_has_its_sections_and_a_length_to_read(demo_exchange: Exchange) -> None:
    for case in _cases(demo_exchange[0]):
        titles = [section.title for section in case.narrative.sections]
        assert titles[:2] == ["Introduction", "What happened"]
        assert titles[-1] == "Conclusion"
        assert "What speaks against" in titles
        words = sum(len(sentence.text.split()) for sentence in case.narrative.sentences)
        assert 150 <= words <= 1500


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "papers.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="in use"):
        demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["papers.txt"]


def test_what_had_not_left_is_never_told_as_held_above_the_closing_balance(demo_exchange: Exchange) -> None:
    with Ledger.open(demo_exchange[0] / ".casewright" / "ledger.duckdb") as ledger:
        alerts = [resolve(ledger, row["id"]) for row in ledger.dicts("select id from alerts order by id")]
        subjects = tuple(dict.fromkeys(alert.subject for alert in alerts))
        asked = pack.gather(ledger, subjects, [pack.Asking("dwell"), pack.Asking("balances")])
        dossiers = [Dossier(subject, asked[subject], ledger.timezone, ledger.currency) for subject in subjects]
    above = 0
    for dossier in dossiers:
        held = dossier.fact("dwell", "held_local")
        closing = [Decimal(str(c.row["closing"])) for c in dossier.cells("balances") if c.text("asset") == "SGD"]
        others = [c for c in dossier.cells("balances") if c.text("asset") != "SGD" and c.row["closing"]]
        for finding in not_left(dossier):
            told = re.findall(r"SGD ([\d,.]+\d)[^;]*\bheld\b", finding.statement)
            assert all(Decimal(figure.replace(",", "")) <= sum(closing) for figure in told), finding.statement
            above += bool(held and not others and Decimal(str(held.value)) > sum(closing))
    assert above >= 3  # there the two figures differ by the fees: called "held", the one would deny the other
