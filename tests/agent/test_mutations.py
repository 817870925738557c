"""The mutation test: true drafts, made untrue one change at a time; the check must catch 99 of 100 and alarm at none.

What is changed is told in `evals/mutants.py`; 10,000 of a whole exchange are tried by `make mutations`.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from evals.mutants import Mutant
from evals.mutations import caught

from casewright.agent.grounding import check, parse
from casewright.knowledge.case import Case, Sentence

CASES = Path(__file__).with_name("cases")
WANTED = 0.99


def _tell(tried: Counter[str], missed: list[Mutant]) -> float:
    """Print the rate of each kind (`pytest -s` shows it) and return the rate of all."""
    lost = Counter(mutant.kind for mutant in missed)
    for kind, number in sorted(tried.items()):
        print(f"{kind:<11} {number:>6} mutants  {1 - lost[kind] / number:.4f} caught")
    for mutant in missed[:20]:
        print(f"missed {mutant.kind}: {mutant.what}: {mutant.sentence.text}")
    return 1 - len(missed) / sum(tried.values())


def _by_hand(name: str) -> tuple[Case, list[Sentence]]:
    case = Case.model_validate(yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8")))
    sections = parse((CASES / f"{name}.md").read_text(encoding="utf-8"))
    return case, [sentence for section in sections for sentence in section.sentences]


@pytest.mark.parametrize("name", ["onchain", "customer"])
def test_mutations_of_a_draft_written_by_hand_arecaught(name: str) -> None:
    case, sentences = _by_hand(name)
    assert not check(sentences, case).unsupported
    tried, missed = caught(sentences, case, seeds=(1, 2))
    assert set(tried) > {"digit", "day", "direction", "address", "offence", "victim", "currency", "zone", "moved"}
    assert _tell(tried, missed) >= WANTED


def _drafts(paths: Sequence[Path]) -> Iterator[tuple[Case, list[Sentence]]]:
    for path in paths:
        case = Case.model_validate_json(path.read_text(encoding="utf-8"))
        yield case, list(case.narrative.sentences)


def _try_all(drafts: Iterator[tuple[Case, list[Sentence]]], seeds: Sequence[int]) -> None:
    tried: Counter[str] = Counter()
    missed: list[Mutant] = []
    for case, sentences in drafts:
        report = check(sentences, case, [section.title for section in case.narrative.sections])
        assert not report.unsupported, report.unsupported
        more, lost = caught(sentences, case, seeds)
        tried.update(more)
        missed.extend(lost)
    assert _tell(tried, missed) >= WANTED


@pytest.mark.xdist_group("heist")
def test_mutations_of_the_heists_drafts_arecaught(casewright: Any, heists: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "heists"
    assert casewright("init", workspace).code == 0
    sources = []
    for name in ("LIFI", "54m"):
        assert (
            casewright(
                "-w", workspace, "import", "transfers", heists / name / f"{name}.csv", "--format", "heist-csv"
            ).code
            == 0
        )
        sources += (heists / name / "source_addresses.csv").read_text(encoding="utf-8").split()
    ran = casewright("-w", workspace, "investigate", *sources[:3], "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    _try_all(_drafts(sorted((tmp_path / "out").glob("*/case.json"))), seeds=(1,))


@pytest.mark.xdist_group("demo")
def test_mutations_of_a_made_up_exchanges_drafts_arecaught(casewright: Any, tmp_path: Path) -> None:
    data, workspace = tmp_path / "data", tmp_path / "exchange"
    assert casewright("simulate", data, "--customers", 1000, "--subjects", 1, "--months", 6).code == 0
    assert casewright("init", workspace, "--timezone", "Asia/Singapore", "--currency", "SGD").code == 0
    (workspace / "rates.csv").write_bytes((data / "rates.csv").read_bytes())
    for kind in ("customers", "labels", "transfers", "logins", "events"):
        ran = casewright("-w", workspace, "import", kind, data / f"{kind}.parquet", "--format", "table")
        assert ran.code == 0, ran.err
    with (data / "truth" / "truth.csv").open(encoding="utf-8", newline="") as file:
        customers = sorted({row["subject"] for row in csv.DictReader(file) if row["subject"].startswith("C-")})[::5][:5]
    ran = casewright("-w", workspace, "investigate", *customers, "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    assert len(json.loads(ran.out)["cases"]) == len(customers)
    _try_all(_drafts(sorted((tmp_path / "out").glob("*/case.json"))), seeds=(1,))
